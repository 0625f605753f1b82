package io.github.gpt2djl;

import io.github.gpt2djl.internal.generation.GenerationPlanner;
import io.github.gpt2djl.internal.generation.GenerationRun;
import io.github.gpt2djl.internal.generation.HeldPrefix;
import io.github.gpt2djl.internal.generation.LoadedModel;
import io.github.gpt2djl.internal.generation.SessionFile;
import io.github.gpt2djl.internal.generation.TextScorer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Spliterator;
import java.util.Spliterators;
import java.util.function.Consumer;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;

/**
 * A text that grows, and the keys and values of its tokens: what has been computed is not computed again.
 *
 * <p>Every method gives what {@link Gpt2} gives for the whole text as a prompt, apart from rounding. A text that is
 * longer than the model's context follows {@link ContextPolicy}, as a prompt does.
 *
 * <pre>{@code
 * var config = GenerationConfig.builder().maxNewTokens(20).build();
 * try (Session session = gpt2.session()) {
 *     session.append("ROMEO:\n");
 *     System.out.println(session.generate(config).text());
 *     session.append("\nJULIET:\n");
 *     try (Session other = session.fork()) {
 *         System.out.println(other.generate(config).text());
 *     }
 *     System.out.println(session.generate(config).text());
 * }
 * }</pre>
 *
 * <p>Not for use by several threads at once; a session and its forks may be used by different threads. The memory of
 * keys and values, 8 × layers × width bytes for each token, is freed by {@link #close()}, or with the model.
 */
public final class Session implements AutoCloseable {
    private final LoadedModel model;
    private final HeldPrefix held;
    private final GenerationPlanner planner;
    private int[] ids;
    private @Nullable GenerationRun open;
    private boolean closed;

    Session(LoadedModel model) {
        this(model, new HeldPrefix(model.prefixes()), new int[0]);
    }

    private Session(LoadedModel model, HeldPrefix held, int[] ids) {
        this.model = model;
        this.held = held;
        this.ids = ids;
        planner = new GenerationPlanner(model, held);
    }

    /** Reads a file that {@link #save} has written. */
    static Session read(LoadedModel model, Path file) throws IOException {
        HeldPrefix held = new HeldPrefix(model.prefixes());
        try {
            return new Session(model, held, SessionFile.read(file, model, held));
        } catch (IOException | RuntimeException e) {
            held.close();
            throw e;
        }
    }

    /**
     * Appends a text. The text is encoded by itself: its first token does not merge with the tokens before it. Special
     * tokens that the tokenizer adds to the front of a text, such as OPT's {@code </s>}, precede only the first text.
     *
     * @param text a text of any length
     * @return this
     * @throws IllegalStateException if the checkpoint has no tokenizer, or this session is closed
     */
    public Session append(String text) {
        return append(Prompt.of(text));
    }

    /**
     * Appends a text, as {@link #append(String)}, or ids. Computes nothing: the next call that needs the tokens does.
     *
     * @param more text or ids
     * @return this
     * @throws IllegalArgumentException if an id is out of range
     * @throws IllegalStateException as {@link #append(String)}
     */
    public Session append(Prompt more) {
        ready();
        int[] added = ids.length == 0 ? model.ids(more, false) : model.idsBehind(more);
        model.decoder().checkRange(added);
        ids = join(ids, added);
        return this;
    }

    /**
     * Makes a text the whole text of this session. The tokens that both texts begin with stay computed.
     *
     * @param text text or ids
     * @return this
     * @throws IllegalArgumentException if an id is out of range
     * @throws IllegalStateException as {@link #append(String)}
     */
    public Session replace(Prompt text) {
        ready();
        int[] other = model.ids(text, false);
        model.decoder().checkRange(other);
        ids = other;
        return this;
    }

    /**
     * Forgets the last tokens.
     *
     * @param length number of tokens to keep, 0 to {@link #length()}
     * @return this
     * @throws IllegalArgumentException if {@code length} is out of range
     */
    public Session rewind(int length) {
        ready();
        if (length < 0 || length > ids.length) {
            throw InvalidOptionException.value(
                    NamedOption.of("length"), length, "0 to ", ids.length, ", the number of tokens held");
        }
        ids = Arrays.copyOf(ids, length);
        return this;
    }

    /**
     * Creates a session with the same text. Both share what has been computed, and then go their own ways.
     *
     * @return the new session, to be closed
     */
    public Session fork() {
        ready();
        return new Session(model, held.fork(), ids);
    }

    /**
     * Computes the tokens that are not computed yet, so that the next call, or several forks, need not. Does nothing
     * for a text that is longer than the model's context.
     *
     * @return this
     */
    public Session prefill() {
        ready();
        if (ids.length > 0 && ids.length <= model.config().positions()) {
            planner.prefill(ids);
        }
        return this;
    }

    /**
     * Continues the text, and appends the new tokens: also those of a stop string, which are not in {@link
     * Generation#text()}. An empty text starts from bos, which becomes its first token.
     *
     * @param config the options of the generation
     * @return the new tokens
     * @throws IllegalArgumentException as {@link Gpt2#generate(Prompt, GenerationConfig)}; the text then stays as it is
     */
    public Generation generate(GenerationConfig config) {
        Prompt prompt = start();
        return appended(planner.one(planner.single(prompt, config)).finish().get(0));
    }

    /**
     * Continues the text as {@link #generate(GenerationConfig)}, and passes each token to a listener as soon as it is
     * generated.
     *
     * @param config the options of the generation
     * @param tokens the listener; an exception that it throws ends the generation and is rethrown, and no token is
     *     appended
     * @return the new tokens
     * @throws IllegalArgumentException as {@link Gpt2#generate(Prompt, GenerationConfig, Consumer)}
     */
    public Generation generate(GenerationConfig config, Consumer<Token> tokens) {
        Prompt prompt = start();
        return appended(planner.streamed(planner.single(prompt, config), true).finish(tokens));
    }

    /**
     * Continues the text token by token, lazily, as {@link Gpt2#stream(Prompt, GenerationConfig)}. Each token that the
     * stream gives is appended. Closing the stream, or any other call of this session that changes the text, ends the
     * generation; use try-with-resources.
     *
     * @param config the options of the generation
     * @return the new tokens
     * @throws IllegalArgumentException as {@link Gpt2#stream(Prompt, GenerationConfig)}
     */
    public Stream<Token> stream(GenerationConfig config) {
        Prompt prompt = start();
        GenerationRun run = planner.streamed(planner.single(prompt, config), false);
        open = run;
        int traits = Spliterator.ORDERED | Spliterator.NONNULL | Spliterator.IMMUTABLE;
        return StreamSupport.stream(
                        new Spliterators.AbstractSpliterator<Token>(Long.MAX_VALUE, traits) {
                            @Override
                            public boolean tryAdvance(Consumer<? super Token> action) {
                                Token token = open == run ? run.next() : null;
                                if (token != null) {
                                    ids = join(ids, new int[] {token.id()});
                                    action.accept(token);
                                }
                                return token != null;
                            }
                        },
                        false)
                .onClose(run::close);
    }

    /**
     * Continues the text in several ways, and appends none of them.
     *
     * @param config the options of the generation, among them {@code numReturnSequences}
     * @return the sequences
     * @throws IllegalArgumentException as {@link Gpt2#generateAll(List, GenerationConfig)}
     */
    public List<Generation> generateAll(GenerationConfig config) {
        Prompt prompt = start();
        return planner.all(List.of(new GenerationRequest(prompt, model.whole(config))));
    }

    /**
     * Scores a continuation, and does not append it.
     *
     * @param continuation at least one id; a text usually starts with a space
     * @return the last token of the text and the tokens of the continuation, with the latter's log-probabilities and
     *     ranks
     * @throws IllegalArgumentException if the continuation is empty, or does not fit into the context with the text
     */
    public Score score(Prompt continuation) {
        start();
        return new TextScorer(model).score(ids, continuation, held);
    }

    /**
     * Ranks continuations, as {@link Gpt2#rank(Prompt, List)}, and appends none of them.
     *
     * @param continuations at least one continuation of at least one id each
     * @return the continuations by descending mean log-probability
     * @throws IllegalArgumentException as {@link Gpt2#rank(Prompt, List)}
     */
    public List<RankedContinuation> rank(List<Prompt> continuations) {
        Prompt prompt = start();
        return new TextScorer(model).rank(prompt, continuations, held);
    }

    /** {@return the number of tokens of the text} */
    public int length() {
        return ids.length;
    }

    /** {@return the number of the text's first tokens whose keys and values are held, which are not computed again} */
    public int computed() {
        return held.matching(ids);
    }

    /** {@return the ids of the text} */
    public List<Integer> ids() {
        return LoadedModel.boxed(ids);
    }

    /**
     * Decodes the text, as {@link Gpt2#decode(List)}.
     *
     * @return the text, special tokens included
     * @throws IllegalStateException if the checkpoint has no tokenizer
     */
    public String text() {
        return model.requireTokenizer().decode(ids, false);
    }

    /**
     * Writes the text, with the keys and values that are held, to a file. {@link Gpt2#session(Path)} reads the file. The
     * file is there as a whole or not at all.
     *
     * @param file the file, in a folder that exists; an existing file is replaced
     * @throws IOException if the file cannot be written
     */
    public void save(Path file) throws IOException {
        ready();
        SessionFile.write(file, model, ids, held);
    }

    /** Ends the open stream. Rejects a closed session. */
    private void ready() {
        if (closed) {
            throw new IllegalStateException("this session is closed; start a new one");
        }
        if (open != null) {
            open.close();
            open = null;
        }
    }

    private Prompt start() {
        ready();
        if (ids.length == 0) {
            ids = new int[] {model.bos()};
        }
        return Prompt.ofIds(ids);
    }

    private Generation appended(Generation generation) {
        ids = join(ids, generation.tokens().stream().mapToInt(Token::id).toArray());
        return generation;
    }

    private static int[] join(int[] a, int[] b) {
        int[] both = Arrays.copyOf(a, a.length + b.length);
        System.arraycopy(b, 0, both, a.length, b.length);
        return both;
    }

    /** Frees the keys and values, but for those that forks share. */
    @Override
    public void close() {
        if (!closed) {
            ready();
            closed = true;
            held.close();
        }
    }
}
