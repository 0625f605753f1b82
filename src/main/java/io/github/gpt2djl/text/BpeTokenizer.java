package io.github.gpt2djl.text;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import com.google.gson.JsonObject;
import io.github.gpt2djl.checkpoint.Checkpoint.TokenizerFiles;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.jspecify.annotations.Nullable;

/**
 * GPT-2's byte-level byte-pair encoding: text to ids with Hugging Face's tokenizers, ids to text in Java.
 *
 * <p>Safe for use by several threads at once.
 */
public final class BpeTokenizer implements AutoCloseable {
    private static final Map<String, String> OPTIONS =
            Map.of("truncation", "do_not_truncate", "padding", "do_not_pad", "addSpecialTokens", "false");

    private final Vocabulary vocabulary;
    private final ReadWriteLock lock = new ReentrantReadWriteLock();
    private final HuggingFaceTokenizer withSpecial;
    private @Nullable HuggingFaceTokenizer ordinary;
    private boolean closed;

    private BpeTokenizer(Vocabulary vocabulary) throws IOException {
        this.vocabulary = vocabulary;
        this.withSpecial = open(vocabulary.tokenizer());
    }

    /**
     * Reads a tokenizer.
     *
     * @param modelSize the model's vocabulary size, which the tokenizer must fit
     * @throws io.github.gpt2djl.checkpoint.MalformedCheckpointException if the files are not a byte-level BPE of that
     *     size
     */
    public static BpeTokenizer load(TokenizerFiles files, int modelSize) throws IOException {
        return new BpeTokenizer(Vocabulary.read(files, modelSize));
    }

    /**
     * Encodes text; nothing is added in front or behind.
     *
     * <p>{@code "Hello, I am"} is 15496, 11, 314, 716 with the published vocabulary.
     *
     * @param splitSpecialTokens whether a typed {@code <|endoftext|>} is ordinary text, as in OpenAI's encoder, and
     *     not the special id, as in Hugging Face's
     * @throws IllegalArgumentException if the text has a lone surrogate, which no encoding can spell
     */
    public int[] encode(String text, boolean splitSpecialTokens) {
        checkSurrogates(text);
        if (splitSpecialTokens) {
            openOrdinary();
        }
        lock.readLock().lock();
        try {
            checkOpen();
            HuggingFaceTokenizer tokenizer = withSpecial;
            if (splitSpecialTokens && ordinary != null) {
                tokenizer = ordinary;
            }
            long[] ids = tokenizer.encode(text, false, false).getIds();
            int[] narrow = new int[ids.length];
            for (int i = 0; i < ids.length; i++) {
                narrow[i] = (int) ids[i];
            }
            return narrow;
        } finally {
            lock.readLock().unlock();
        }
    }

    /**
     * The bytes that an id spells; empty for an id that the tokenizer does not use.
     *
     * @param skipSpecialTokens whether special tokens spell nothing
     * @throws IllegalArgumentException if the id is out of range
     */
    public byte[] bytes(int id, boolean skipSpecialTokens) {
        if (id < 0 || id >= vocabulary.bytes().length) {
            throw new IllegalArgumentException(
                    "id " + id + " is out of range, expected 0 to " + (vocabulary.bytes().length - 1));
        }
        byte[] bytes = vocabulary.bytes()[id];
        return bytes == null || (skipSpecialTokens && vocabulary.special().get(id)) ? new byte[0] : bytes;
    }

    /** The text of all ids; bytes that are not UTF-8 become U+FFFD. */
    public String decode(int[] ids, boolean skipSpecialTokens) {
        PieceDecoder pieces = new PieceDecoder();
        StringBuilder text = new StringBuilder();
        for (int id : ids) {
            text.append(pieces.add(bytes(id, skipSpecialTokens)));
        }
        return text.append(pieces.finish(new byte[0])).toString();
    }

    @Override
    public void close() {
        lock.writeLock().lock();
        try {
            closed = true;
            withSpecial.close();
            if (ordinary != null) {
                ordinary.close();
            }
        } finally {
            lock.writeLock().unlock();
        }
    }

    /** The same tokenizer without its added tokens; made only for those who ask. */
    private void openOrdinary() {
        lock.writeLock().lock();
        try {
            checkOpen();
            if (ordinary == null) {
                JsonObject json = vocabulary.tokenizer().deepCopy();
                json.remove("added_tokens");
                ordinary = open(json);
            }
        } catch (IOException e) {
            throw new IllegalStateException(e);
        } finally {
            lock.writeLock().unlock();
        }
    }

    private static HuggingFaceTokenizer open(JsonObject json) throws IOException {
        byte[] utf8 = json.toString().getBytes(StandardCharsets.UTF_8);
        return HuggingFaceTokenizer.newInstance(new ByteArrayInputStream(utf8), OPTIONS);
    }

    private void checkOpen() {
        if (closed) {
            throw new IllegalStateException("this tokenizer is closed; load the model again");
        }
    }

    private static void checkSurrogates(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            boolean paired = Character.isHighSurrogate(c)
                    && i + 1 < text.length()
                    && Character.isLowSurrogate(text.charAt(i + 1));
            if (paired) {
                i++;
            } else if (Character.isSurrogate(c)) {
                throw new IllegalArgumentException(String.format(
                        "the text has the lone surrogate U+%04X at index %d, expected well-formed Unicode",
                        (int) c, i));
            }
        }
    }
}
