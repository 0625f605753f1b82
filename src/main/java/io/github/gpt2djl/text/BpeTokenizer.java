package io.github.gpt2djl.text;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import ai.djl.util.Platform;
import com.google.gson.JsonObject;
import io.github.gpt2djl.checkpoint.Checkpoint.TokenizerFiles;
import io.github.gpt2djl.checkpoint.MalformedCheckpointException;
import io.github.gpt2djl.checkpoint.ModelConfig.Architecture;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.jspecify.annotations.Nullable;

/**
 * Byte-pair encoding, on bytes (GPT-2, OPT) or on lower-cased words (GPT): text to ids with Hugging Face's tokenizers,
 * ids to text in Java.
 *
 * <p>Safe for use by several threads at once.
 */
public final class BpeTokenizer implements AutoCloseable {
    private static final Map<String, String> OPTIONS =
            Map.of("truncation", "do_not_truncate", "padding", "do_not_pad", "addSpecialTokens", "false");

    private final Vocabulary vocabulary;
    private final int[] start;
    private final ReadWriteLock lock = new ReentrantReadWriteLock();
    private final HuggingFaceTokenizer withSpecial;
    private @Nullable HuggingFaceTokenizer ordinary;
    private boolean closed;

    private BpeTokenizer(Vocabulary vocabulary, int[] start) throws IOException {
        this.vocabulary = vocabulary;
        this.start = start;
        this.withSpecial = open(vocabulary.tokenizer());
    }

    /**
     * Reads a tokenizer.
     *
     * @param modelSize the model's vocabulary size, which the tokenizer must fit
     * @param architecture whose rules vocab.json and merges.txt follow
     * @throws MalformedCheckpointException if the files are not byte-pair encoding of that size
     */
    public static BpeTokenizer load(TokenizerFiles files, Architecture architecture, int modelSize) throws IOException {
        Vocabulary vocabulary = Vocabulary.read(files, architecture, modelSize);
        return new BpeTokenizer(vocabulary, architecture == Architecture.OPT ? start(files, vocabulary) : new int[0]);
    }

    /** OPT was trained on texts that begin with this token; transformers' tokenizer puts it in front, too. */
    private static int[] start(TokenizerFiles files, Vocabulary vocabulary) throws MalformedCheckpointException {
        int id = vocabulary.id("</s>");
        if (id < 0) {
            throw new MalformedCheckpointException(
                    files.name(), "the vocabulary has no </s>, expected it in that of an OPT model");
        }
        return new int[] {id};
    }

    /** The version of Hugging Face's tokenizers, and of DJL's binding. */
    public static String libraryVersion() {
        return Platform.detectPlatform("tokenizers").getVersion();
    }

    /**
     * Encodes text; OPT's {@code </s>} is put in front, nothing else is added.
     *
     * <p>{@code "Hello, I am"} is 15496, 11, 314, 716 with GPT-2's published vocabulary.
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
            int[] narrow = Arrays.copyOf(start, start.length + ids.length);
            for (int i = 0; i < ids.length; i++) {
                narrow[start.length + i] = (int) ids[i];
            }
            return narrow;
        } finally {
            lock.readLock().unlock();
        }
    }

    /**
     * Starts to turn ids into text.
     *
     * @param skipSpecialTokens whether special tokens spell nothing
     * @param before the ids that the text continues: the first GPT's words are parted by spaces
     */
    public Detokenizer detokenizer(boolean skipSpecialTokens, int... before) {
        return new Detokenizer(vocabulary, skipSpecialTokens, before);
    }

    /**
     * The text of all ids; bytes that are not UTF-8 become U+FFFD.
     *
     * @throws IllegalArgumentException if an id is out of range
     */
    public String decode(int[] ids, boolean skipSpecialTokens) {
        Detokenizer pieces = detokenizer(skipSpecialTokens);
        StringBuilder text = new StringBuilder();
        for (int id : ids) {
            text.append(pieces.add(id, false));
        }
        return text.append(pieces.finish()).toString();
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
            throw new IllegalStateException("this model is closed; load it again");
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
