package io.github.gpt2djl.tokenizer;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import ai.djl.huggingface.tokenizers.jni.LibUtils;
import ai.djl.huggingface.tokenizers.jni.TokenizersLibrary;
import ai.djl.util.Platform;
import ai.djl.util.Utils;
import io.github.gpt2djl.MalformedCheckpointException;
import io.github.gpt2djl.ModelConfig.Architecture;
import io.github.gpt2djl.checkpoint.Checkpoint.TokenizerFiles;
import io.github.gpt2djl.internal.json.StrictJson;
import io.github.gpt2djl.internal.machine.DjlSettings;
import io.github.gpt2djl.internal.machine.NativeStart;
import io.github.gpt2djl.internal.tokenizer.Ends;
import io.github.gpt2djl.internal.tokenizer.Parts;
import io.github.gpt2djl.internal.tokenizer.Surrogates;
import io.github.gpt2djl.internal.tokenizer.UnigramModel;
import io.github.gpt2djl.internal.tokenizer.Vocabulary;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The tokenizer of a model: text to ids with Hugging Face's tokenizers, ids to text in Java. Byte-pair encoding, as of
 * GPT, GPT-2 and OPT, WordPiece, Unigram and plain words.
 *
 * <p>Safe for use by several threads at once.
 *
 * <pre>{@code
 * try (Checkpoint checkpoint = Checkpoint.shipped("shakespeare");
 *         Tokenizer tokenizer = Tokenizer.load(checkpoint.tokenizer(), ModelConfig.Architecture.GPT2, 2048)) {
 *     int[] ids = tokenizer.encode("To be, or not to be", false);
 *     System.out.println(tokenizer.decode(ids, false)); // To be, or not to be
 * }
 * }</pre>
 */
public final class Tokenizer implements AutoCloseable {
    static {
        DjlSettings.prepare();
    }

    private static final NativeStart START = new NativeStart("the native library of Hugging Face's tokenizers");

    private static final Map<String, String> OPTIONS =
            Map.of("truncation", "do_not_truncate", "padding", "do_not_pad", "addSpecialTokens", "false");

    /** Characters of a text that are encoded at once, where parts have the same ids as the whole. */
    private static final int PART = 1 << 20;

    private final Vocabulary vocabulary;
    private final int longest;
    private final ReadWriteLock lock = new ReentrantReadWriteLock();
    private final HuggingFaceTokenizer withSpecial;
    private @Nullable HuggingFaceTokenizer ordinary;
    private boolean closed;

    private Tokenizer(Vocabulary vocabulary) throws IOException {
        this.vocabulary = vocabulary;
        this.longest = vocabulary.longest();
        this.withSpecial =
                open(vocabulary.tokenizer().file(), vocabulary.tokenizer().text());
    }

    /**
     * Reads a tokenizer, by transformers' rules: the files beside it say more of its tokens, and which are put in front.
     *
     * @param files tokenizer.json, or vocab.json with merges.txt, and the files beside
     * @param architecture whose rules the files follow where tokenizer_config.json names no others
     * @param modelSize the rows of the model's embedding; the tokenizer may have more tokens, or fewer
     * @return the tokenizer, to be closed
     * @throws MalformedCheckpointException if the files are damaged, or of a kind that is not known, or if Hugging Face's
     *     tokenizers cannot read them
     * @throws IOException if the native library cannot be given them
     * @throws IllegalStateException if the native library cannot be loaded
     */
    public static Tokenizer load(TokenizerFiles files, Architecture architecture, int modelSize) throws IOException {
        return load(files, architecture, modelSize, false);
    }

    /**
     * Reads a tokenizer, as {@link #load(TokenizerFiles, Architecture, int)}.
     *
     * @param files as for the other
     * @param architecture as for the other
     * @param modelSize the rows of the model's embedding
     * @param trusted whether regular expressions are taken that no published model has: they may never come to an end
     * @return the tokenizer, to be closed
     * @throws MalformedCheckpointException as the other
     * @throws IOException as the other
     * @throws IllegalStateException as the other
     */
    public static Tokenizer load(TokenizerFiles files, Architecture architecture, int modelSize, boolean trusted)
            throws IOException {
        return new Tokenizer(Vocabulary.read(files, architecture, modelSize, trusted));
    }

    /** {@return the version of Hugging Face's tokenizers, and of DJL's binding} */
    public static String libraryVersion() {
        return Platform.detectPlatform("tokenizers").getVersion();
    }

    /**
     * Encodes text. The special tokens that the files ask for are put in front of it and behind, such as OPT's
     * {@code </s>}.
     *
     * <p>{@code "Hello, I am"} is 15496, 11, 314, 716 with GPT-2's published vocabulary.
     *
     * @param text of any length
     * @param splitSpecialTokens whether a typed {@code <|endoftext|>} is ordinary text, as in OpenAI's encoder, and
     *     not the special id, as in Hugging Face's; added tokens that are not special are found all the same
     * @return the ids; they may lie beyond the model's embedding where the tokenizer has more tokens
     * @throws IllegalArgumentException if the text has a lone surrogate, which no encoding can spell, or more than
     *     16,777,216 characters that cannot be encoded in parts: GPT-2's text can, at a space after a word. 2,097,152
     *     where tokenizer.json has a regular expression of its own
     * @throws IllegalStateException if this is closed
     */
    public int[] encode(String text, boolean splitSpecialTokens) {
        return encode(text, splitSpecialTokens, true);
    }

    /**
     * Encodes text, as {@link #encode(String, boolean)}; a text that goes on from another begins with no special token.
     *
     * @param text of any length
     * @param splitSpecialTokens whether a typed {@code <|endoftext|>} is ordinary text
     * @param addSpecialTokens whether the special tokens that the files ask for are put in front of the text and behind
     * @return the ids
     * @throws IllegalArgumentException as {@link #encode(String, boolean)}
     * @throws IllegalStateException if this is closed
     */
    public int[] encode(String text, boolean splitSpecialTokens, boolean addSpecialTokens) {
        Surrogates.check(text);
        boolean split = splitSpecialTokens || vocabulary.splitsSpecialTokens();
        if (split && vocabulary.tokenizer().model() instanceof UnigramModel && text.contains(UnigramModel.UNUSED)) {
            throw new IllegalArgumentException("the text has 17 noncharacters U+FDEF in a row, which stand for ids that"
                    + " no text has, expected text");
        }
        if (split) {
            openOrdinary();
        }
        lock.readLock().lock();
        try {
            checkOpen();
            HuggingFaceTokenizer tokenizer = withSpecial;
            if (split && ordinary != null) {
                tokenizer = ordinary;
            }
            IntStream.Builder ids = IntStream.builder();
            if (addSpecialTokens) {
                vocabulary.ends().before().forEach(ids::add);
            }
            for (int from = 0, to; from < text.length(); from = to) {
                to = vocabulary.plain() ? Parts.end(text, from, PART) : text.length();
                for (long id : encodePart(tokenizer, text.substring(from, to))) {
                    ids.add((int) id);
                }
            }
            if (addSpecialTokens) {
                vocabulary.ends().after().forEach(ids::add);
            }
            return ids.build().toArray();
        } finally {
            lock.readLock().unlock();
        }
    }

    /**
     * The special token that parts documents in a training text.
     *
     * @return {@code <|endoftext|>} if the tokenizer names it, else the text of bos_token, cls_token, eos_token or
     *     sep_token, the first that there is; empty without them
     */
    public Optional<String> startToken() {
        return Optional.ofNullable(vocabulary.start());
    }

    /**
     * What in the files does not count, as in transformers.
     *
     * @return a sentence for each; empty for most files
     */
    public List<String> notes() {
        return vocabulary.notes();
    }

    /**
     * How many ids a text has at least, told without encoding it: a prompt of 10 MB fits no context.
     *
     * @param text of any length
     * @return 0 where the vocabulary allows no bound
     */
    public int leastIds(String text) {
        Ends ends = vocabulary.ends();
        int around = ends.before().size() + ends.after().size();
        return vocabulary.plain() ? around + (text.length() + longest - 1) / longest : 0;
    }

    /**
     * Starts to turn ids into text.
     *
     * @param skipSpecialTokens whether special tokens spell nothing
     * @param before the ids that the text continues: the first GPT's words are parted by spaces
     * @return a detokenizer that has seen no id yet
     */
    public Detokenizer detokenizer(boolean skipSpecialTokens, int... before) {
        return new Detokenizer(vocabulary, skipSpecialTokens, before);
    }

    /**
     * The text of all ids; bytes that are not UTF-8 become U+FFFD.
     *
     * @param ids any number
     * @param skipSpecialTokens whether special tokens spell nothing
     * @return the text
     * @throws IllegalArgumentException if an id is out of range
     */
    public String decode(int[] ids, boolean skipSpecialTokens) {
        return detokenizer(skipSpecialTokens).decode(ids);
    }

    /**
     * The bytes that an id spells, which can be a part of a character.
     *
     * @param id one of the model's
     * @return those that a text has for it between two other ids, special tokens included: the end of a word of the
     *     first GPT's vocabulary spells a space. None for an id that the tokenizer does not use
     * @throws IllegalArgumentException if the id is out of range
     */
    public byte[] bytes(int id) {
        String token = vocabulary.find(id);
        return token == null ? new byte[0] : vocabulary.spelled(token);
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

    /** The same tokenizer without its special tokens; made only for those who ask. */
    private void openOrdinary() {
        lock.writeLock().lock();
        try {
            checkOpen();
            if (ordinary == null) {
                ordinary = open(
                        vocabulary.tokenizer().file(), vocabulary.tokenizer().ordinary());
            }
        } catch (IOException e) {
            throw new IllegalStateException(e);
        } finally {
            lock.writeLock().unlock();
        }
    }

    /** Past DJL's Encoding, whose text, place and masks for each id fill the memory at 10 million ids. */
    private long[] encodePart(HuggingFaceTokenizer tokenizer, String text) {
        if (text.length() > vocabulary.most()) {
            throw new IllegalArgumentException("the text has " + text.length()
                    + " characters in one piece, expected at most " + vocabulary.most() + "; encode it in several");
        }
        long encoding;
        try {
            encoding = TokenizersLibrary.LIB.encode(tokenizer.getHandle(), text, false);
        } catch (RuntimeException e) {
            throw new IllegalArgumentException(
                    "the text has a word that the tokenizer cannot spell, as it has no token for unknown words: "
                            + e.getMessage(),
                    e);
        }
        try {
            return TokenizersLibrary.LIB.getTokenIds(encoding);
        } finally {
            TokenizersLibrary.LIB.deleteEncoding(encoding);
        }
    }

    private static HuggingFaceTokenizer open(String file, String json) throws IOException {
        START.run(
                Tokenizer::startLibrary,
                () -> "expected ai.djl.huggingface:tokenizers on the class path, and room in a folder that can be"
                        + " written: " + Utils.getEngineCacheDir() + ", or what DJL_CACHE_DIR names");
        byte[] utf8 = json.getBytes(StandardCharsets.UTF_8);
        try {
            return HuggingFaceTokenizer.newInstance(new ByteArrayInputStream(utf8), OPTIONS);
        } catch (RuntimeException e) {
            // The place is one in the JSON that is made here.
            String reason = String.valueOf(e.getMessage()).replaceFirst(" at line 1 column \\d+$", "");
            throw new MalformedCheckpointException(
                    file, "Hugging Face's tokenizers cannot read the tokenizer: " + StrictJson.shown(reason), e);
        }
    }

    private static boolean startLibrary() {
        try {
            LibUtils.checkStatus();
            return true;
        } catch (RuntimeException e) {
            // DJL's own causes are of its last way to find it, not of what failed.
            IllegalStateException unpacked = new IllegalStateException("DJL has not unpacked it");
            unpacked.addSuppressed(e);
            throw unpacked;
        }
    }

    private void checkOpen() {
        if (closed) {
            throw new IllegalStateException("this model is closed; load it again");
        }
    }
}
