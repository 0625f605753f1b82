package io.github.gpt2djl.tokenizer;

import io.github.gpt2djl.MalformedCheckpointException;
import io.github.gpt2djl.ModelConfig.Architecture;
import io.github.gpt2djl.checkpoint.TokenizerFiles;
import io.github.gpt2djl.internal.tokenizer.Ends;
import io.github.gpt2djl.internal.tokenizer.NativeTokenizer;
import io.github.gpt2djl.internal.tokenizer.Surrogates;
import io.github.gpt2djl.internal.tokenizer.UnigramModel;
import io.github.gpt2djl.internal.tokenizer.Vocabulary;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The tokenizer of a model: encodes text with Hugging Face's tokenizers, and decodes ids in Java. Supports byte-pair
 * encoding (GPT, GPT-2 and OPT), WordPiece, Unigram and word-level vocabularies.
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
    private final Vocabulary vocabulary;
    private final int longest;
    private final ReadWriteLock lock = new ReentrantReadWriteLock();
    private final NativeTokenizer withSpecial;
    private @Nullable NativeTokenizer ordinary;
    private boolean closed;

    private Tokenizer(Vocabulary vocabulary) throws IOException {
        this.vocabulary = vocabulary;
        longest = vocabulary.longest();
        this.withSpecial = NativeTokenizer.open(
                vocabulary.tokenizer().file(), vocabulary.tokenizer().text());
    }

    /**
     * Loads a tokenizer by transformers' rules. The accompanying files, such as tokenizer_config.json, define special
     * tokens and which of them are added to a text.
     *
     * @param files tokenizer.json, or vocab.json with merges.txt, and the accompanying files
     * @param architecture the architecture whose tokenizer class applies if tokenizer_config.json names none
     * @param modelSize number of rows of the model's embedding; the tokenizer may have more or fewer tokens
     * @return the tokenizer, to be closed
     * @throws MalformedCheckpointException if the files are damaged or of an unknown kind, or if Hugging Face's
     *     tokenizers cannot read them
     * @throws IOException if the files cannot be passed to the native library
     * @throws IllegalStateException if the native library cannot be loaded
     */
    public static Tokenizer load(TokenizerFiles files, Architecture architecture, int modelSize) throws IOException {
        return load(files, architecture, modelSize, false);
    }

    /**
     * Loads a tokenizer, as {@link #load(TokenizerFiles, Architecture, int)}, optionally with unknown regular
     * expressions.
     *
     * @param files as for {@link #load(TokenizerFiles, Architecture, int)}
     * @param architecture as for {@link #load(TokenizerFiles, Architecture, int)}
     * @param modelSize number of rows of the model's embedding
     * @param trusted whether regular expressions that no published model has are accepted; they may never terminate
     * @return the tokenizer, to be closed
     * @throws MalformedCheckpointException as {@link #load(TokenizerFiles, Architecture, int)}
     * @throws IOException as {@link #load(TokenizerFiles, Architecture, int)}
     * @throws IllegalStateException as {@link #load(TokenizerFiles, Architecture, int)}
     */
    public static Tokenizer load(TokenizerFiles files, Architecture architecture, int modelSize, boolean trusted)
            throws IOException {
        return new Tokenizer(Vocabulary.read(files, architecture, modelSize, trusted));
    }

    /** {@return the version of Hugging Face's tokenizers, and of DJL's binding} */
    public static String libraryVersion() {
        return NativeTokenizer.version();
    }

    /**
     * Encodes a text, and adds the special tokens that the tokenizer's files add to a text, such as OPT's {@code </s>}.
     *
     * <p>{@code "Hello, I am"} is 15496, 11, 314, 716 with GPT-2's published vocabulary.
     *
     * @param text a text of any length
     * @param splitSpecialTokens whether {@code <|endoftext|>} in the text is ordinary text, as in OpenAI's encoder,
     *     instead of the special token, as in Hugging Face's. Added tokens that are not special are recognized in
     *     either case
     * @return the ids; they may lie beyond the model's embedding if the tokenizer has more tokens
     * @throws IllegalArgumentException if the text has a lone surrogate, which no encoding can represent, or more than
     *     16,777,216 characters that cannot be encoded in parts (GPT-2's text can, at a space after a word); 2,097,152
     *     characters if tokenizer.json has a regular expression of its own
     * @throws IllegalStateException if this tokenizer is closed
     */
    public int[] encode(String text, boolean splitSpecialTokens) {
        return encode(text, splitSpecialTokens, true);
    }

    /**
     * Encodes a text, as {@link #encode(String, boolean)}, optionally without the added special tokens, for a text that
     * continues another one.
     *
     * @param text a text of any length
     * @param splitSpecialTokens whether {@code <|endoftext|>} in the text is ordinary text
     * @param addSpecialTokens whether the special tokens that the tokenizer's files add to a text are among the ids
     * @return the ids
     * @throws IllegalArgumentException as {@link #encode(String, boolean)}
     * @throws IllegalStateException if this tokenizer is closed
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
            NativeTokenizer tokenizer = split && ordinary != null ? ordinary : withSpecial;
            IntStream.Builder ids = IntStream.builder();
            if (addSpecialTokens) {
                vocabulary.ends().before().forEach(ids::add);
            }
            tokenizer.encode(text, vocabulary.plain(), vocabulary.most(), ids);
            if (addSpecialTokens) {
                vocabulary.ends().after().forEach(ids::add);
            }
            return ids.build().toArray();
        } finally {
            lock.readLock().unlock();
        }
    }

    /**
     * Returns the special token that separates documents in a training text.
     *
     * @return {@code <|endoftext|>} if it is a named special token of the tokenizer, otherwise the text of the first of
     *     bos_token, cls_token, eos_token and sep_token that the tokenizer has; empty if it has none
     */
    public Optional<String> startToken() {
        return Optional.ofNullable(vocabulary.start());
    }

    /**
     * Returns the parts of the files that are ignored, as in transformers.
     *
     * @return one sentence for each; empty for most files
     */
    public List<String> notes() {
        return vocabulary.notes();
    }

    /**
     * Returns a lower bound of the number of a text's ids without encoding the text: a prompt of 10 MB fits no context.
     *
     * @param text a text of any length
     * @return the bound; 0 if the vocabulary allows none
     */
    public int minTokenCount(String text) {
        Ends ends = vocabulary.ends();
        int around = ends.before().size() + ends.after().size();
        return vocabulary.plain() ? around + (text.length() + longest - 1) / longest : 0;
    }

    /**
     * Creates a detokenizer, which decodes ids one by one.
     *
     * @param skipSpecialTokens whether special tokens are left out of the text
     * @param before the ids that precede the text, on which a leading space can depend
     * @return a new detokenizer
     */
    public Detokenizer detokenizer(boolean skipSpecialTokens, int... before) {
        return new Detokenizer(vocabulary, skipSpecialTokens, before);
    }

    /**
     * Decodes ids into text; bytes that are not UTF-8 become U+FFFD.
     *
     * @param ids any number of ids
     * @param skipSpecialTokens whether special tokens are left out of the text
     * @return the text
     * @throws IllegalArgumentException if an id is out of range
     */
    public String decode(int[] ids, boolean skipSpecialTokens) {
        return detokenizer(skipSpecialTokens).decode(ids);
    }

    /**
     * Returns the bytes of an id's text, which can be a part of a character.
     *
     * @param id an id of the model
     * @return the bytes of the id between two other ids; a special token has bytes too. A token that ends a word in the
     *     first GPT's vocabulary ends with a space. Empty for an id that the tokenizer does not use
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

    /** Creates the same tokenizer without its special tokens, on first use. */
    private void openOrdinary() {
        lock.writeLock().lock();
        try {
            checkOpen();
            if (ordinary == null) {
                ordinary = NativeTokenizer.open(
                        vocabulary.tokenizer().file(), vocabulary.tokenizer().ordinary());
            }
        } catch (IOException e) {
            throw new IllegalStateException(e);
        } finally {
            lock.writeLock().unlock();
        }
    }

    private void checkOpen() {
        if (closed) {
            throw new IllegalStateException("this model is closed; load it again");
        }
    }
}
