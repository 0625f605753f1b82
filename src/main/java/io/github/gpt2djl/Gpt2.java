package io.github.gpt2djl;

import io.github.gpt2djl.checkpoint.Checkpoint;
import io.github.gpt2djl.internal.generation.BatchCompatibility;
import io.github.gpt2djl.internal.generation.GenerationPlanner;
import io.github.gpt2djl.internal.generation.GenerationRun;
import io.github.gpt2djl.internal.generation.LoadedModel;
import io.github.gpt2djl.internal.generation.RequestPreparer;
import io.github.gpt2djl.internal.generation.TextScorer;
import io.github.gpt2djl.internal.generation.TokenPublisher;
import io.github.gpt2djl.sampling.TokenProbability;
import io.github.gpt2djl.tokenizer.Detokenizer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Spliterator;
import java.util.Spliterators;
import java.util.concurrent.Flow;
import java.util.concurrent.ForkJoinPool;
import java.util.function.Consumer;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/**
 * A loaded GPT-2 model: text in, text out.
 *
 * <pre>{@code
 * try (Gpt2 model = Gpt2.load("gpt2")) {
 *     GenerationConfig config = GenerationConfig.builder().doSample(true).topP(0.95).maxLength(50).build();
 *     System.out.println(model.generate("The future of AI is", config).text());
 * }
 * }</pre>
 *
 * <p>Interrupting a thread that generates ends its sequences within one token, with what there is by then
 * ({@link FinishReason#CANCELLED}); the thread stays interrupted.
 *
 * <p>Safe for use by several threads at once. After {@link #close()} every method throws
 * {@link IllegalStateException}.
 */
public final class Gpt2 implements AutoCloseable {
    private final LoadedModel model;
    private final GenerationPlanner planner;
    private final TextScorer scorer;

    private Gpt2(LoadedModel model) {
        this.model = model;
        planner = new GenerationPlanner(model);
        scorer = new TextScorer(model);
    }

    /**
     * Loads a model by name, in {@link LoadOptions#DEFAULT}.
     *
     * @param name {@code shakespeare}, which travels inside the jar; {@code gpt2}, {@code gpt2-medium},
     *     {@code gpt2-large}, {@code gpt2-xl}, {@code distilgpt2}, {@code openai-gpt}, {@code opt-125m} and larger, or
     *     {@code org/name} from Hugging Face's local cache, each but the first with {@code @} and a branch, a tag or a
     *     commit if need be; or a folder's path
     * @return the model; {@link #close()} frees its memory
     * @throws java.io.FileNotFoundException if it is not on this machine; the message says how to get it
     * @throws IOException if its files cannot be read or are malformed
     */
    public static Gpt2 load(String name) throws IOException {
        return load(name, LoadOptions.DEFAULT);
    }

    /**
     * Loads a model by name, as {@link #load(String)}; {@link ModelSource#download()} among the options fetches it if
     * it is not on this machine.
     *
     * @param name as for {@link #load(String)}
     * @param options precision, device, threads, and where the model may come from
     * @return the model; {@link #close()} frees its memory
     * @throws java.io.FileNotFoundException if it is not on this machine and may not be fetched
     * @throws io.github.gpt2djl.DownloadException if it cannot be fetched; the message says what to do
     * @throws IOException if its files cannot be read or are malformed
     * @throws IllegalArgumentException if this machine lacks the precision or the device
     * @throws io.github.gpt2djl.InsufficientMemoryException if its memory is too small; the message says which
     *     precisions fit
     * @throws IllegalStateException if the native libraries cannot be loaded, or PyTorch runs with another number of
     *     threads already
     */
    public static Gpt2 load(String name, LoadOptions options) throws IOException {
        return load(options.source().open(name), options);
    }

    /**
     * Loads a folder in the published layout, in {@link LoadOptions#DEFAULT}: config.json, model.safetensors, and
     * tokenizer.json or vocab.json with merges.txt. Without a tokenizer, only ids can be used.
     *
     * @param folder also one of OpenAI's original release, one with pytorch_model.bin or sharded weights, or one with a
     *     LoRA adapter in PEFT's form, which is added to the base that its adapter_config.json names
     * @return the model; {@link #close()} frees its memory
     * @throws IOException if a file is missing, cannot be read or is malformed
     */
    public static Gpt2 load(Path folder) throws IOException {
        return load(folder, LoadOptions.DEFAULT);
    }

    /**
     * Loads a folder, as {@link #load(Path)}.
     *
     * @param folder as for {@link #load(Path)}
     * @param options precision, device and threads; their source is asked for an adapter's base only
     * @return the model; {@link #close()} frees its memory
     * @throws IOException if a file is missing, cannot be read or is malformed
     * @throws IllegalArgumentException if this machine lacks the precision or the device
     * @throws io.github.gpt2djl.InsufficientMemoryException if its memory is too small; the message says which
     *     precisions fit
     * @throws IllegalStateException as {@link #load(String, LoadOptions)}
     */
    public static Gpt2 load(Path folder, LoadOptions options) throws IOException {
        return load(options.source().open(folder), options);
    }

    /**
     * Loads an open checkpoint, and closes it.
     *
     * @param checkpoint of any source: one that is in training, too
     * @param options precision, device and threads; their source is not asked
     * @return the model; {@link #close()} frees its memory
     * @throws IOException if it cannot be read or is malformed
     * @throws IllegalArgumentException if this machine lacks the precision or the device
     * @throws io.github.gpt2djl.InsufficientMemoryException if its memory is too small
     * @throws IllegalStateException as {@link #load(String, LoadOptions)}
     */
    public static Gpt2 load(Checkpoint checkpoint, LoadOptions options) throws IOException {
        return new Gpt2(LoadedModel.load(checkpoint, options));
    }

    /** {@return the model's name, or its folder} */
    public String name() {
        return model.name();
    }

    /** {@return where it computes: the processor or a GPU} */
    public DeviceChoice device() {
        return model.device();
    }

    /** {@return how its weights are held: what {@link Precision#AUTO} came to} */
    public Precision precision() {
        return model.precision();
    }

    /** {@return the architecture: layers, heads, width, positions, vocabulary, bos and eos} */
    public ModelConfig config() {
        return model.config();
    }

    /**
     * {@return whether the checkpoint came with a tokenizer; without one, texts are an {@link IllegalStateException}}
     */
    public boolean hasTokenizer() {
        return model.tokenizer() != null;
    }

    /**
     * What in the tokenizer's files does not count, such as a vocab.txt that contradicts tokenizer.json.
     *
     * @return a sentence for each; empty for most models
     */
    public List<String> notes() {
        return model.tokenizer() == null ? List.of() : model.tokenizer().notes();
    }

    /**
     * The options that the model's own generation_config.json sets; where it has none, those in its config.json.
     *
     * @return by option, of the option's type; not checked against its range
     */
    public Map<GenerationOption<?>, Object> generationDefaults() {
        return model.defaults().options();
    }

    /**
     * The config that a generation follows: the options that have been set, and for others the model's own defaults.
     * Every method that takes a config does this by itself.
     *
     * <p>As in transformers, a default is passed over where the options that have been set leave it without effect, like
     * a temperature without sampling. A length of either kind that has been set goes before both of the model's.
     * {@code useModelDefaults(false)} takes none, and so does {@link Preset#OPENAI}.
     *
     * @param asked the options that have been set; not changed
     * @return the config
     * @throws IllegalArgumentException if the options do not go together, or the model sets an option of transformers
     *     that changes the text and is not computed here
     */
    public GenerationConfig withDefaults(GenerationConfigBuilder asked) {
        return model.withDefaults(asked);
    }

    /**
     * Continues a text.
     *
     * @param prompt up to the model's context, or longer if {@code contextPolicy} slides; empty: from bos
     * @param config how
     * @return the new tokens, without the prompt
     * @throws IllegalArgumentException if the prompt is longer than that, or {@code config} asks for several sequences:
     *     use {@link #generateAll}
     */
    public Generation generate(String prompt, GenerationConfig config) {
        return generate(Prompt.of(prompt), config);
    }

    /**
     * Continues a prompt, as {@link #generate(String, GenerationConfig)}.
     *
     * @param prompt text or ids
     * @param config how
     * @return the new tokens, without the prompt
     * @throws IllegalArgumentException as {@link #generate(String, GenerationConfig)}, or if an id is out of range
     */
    public Generation generate(Prompt prompt, GenerationConfig config) {
        return planner.one(planner.single(prompt, config)).finish().get(0);
    }

    /**
     * Continues a prompt with the help of a smaller model: it guesses, this one checks several guesses at once and
     * keeps what is its own choice. The text is that of {@link #generate(Prompt, GenerationConfig)};
     * it comes sooner where the assistant is often right and much faster.
     *
     * @param prompt text or ids
     * @param config how
     * @param assistant with the same vocabulary, like distilgpt2 for gpt2-xl; stays open
     * @return the new tokens; {@link Generation#drafted()} and {@link Generation#accepted()} tell how the guesses did
     * @throws IllegalArgumentException if the vocabularies differ, or {@code config} asks for several sequences, prompt
     *     lookup, a sliding context, beams or contrastive search
     */
    public Generation generate(Prompt prompt, GenerationConfig config, Gpt2 assistant) {
        return planner.assisted(assistant.model, planner.single(prompt, config), true)
                .finish()
                .get(0);
    }

    /**
     * Continues several prompts at once; a row does not depend on what shares the batch, but for rounding. With
     * beams or contrastive search: one prompt after the other.
     *
     * @param prompts at least one, of any lengths; all are checked before anything is computed
     * @param config how, for all
     * @return {@code numReturnSequences} for the first prompt, then for the second, and so on
     * @throws IllegalArgumentException if there is no prompt, one cannot be used, or {@code config} asks for prompt
     *     lookup with several
     */
    public List<Generation> generateAll(List<Prompt> prompts, GenerationConfig config) {
        GenerationConfig whole = model.whole(config);
        return planner.all(prompts.stream()
                .map(prompt -> new GenerationRequest(prompt, whole))
                .toList());
    }

    /**
     * Continues several prompts at once, each in its own way, as {@link #generateAll(List, GenerationConfig)}.
     *
     * @param requests at least one prompt, each with its config
     * @return the sequences of the first, then of the second, and so on; where a request fails while it runs, its
     *     exception is that of the call: {@link #generateEach(List)} gives the others' sequences
     * @throws IllegalArgumentException as {@link #generateAll(List, GenerationConfig)}
     */
    public List<Generation> generateAll(List<GenerationRequest> requests) {
        return planner.all(requests.stream().map(model::whole).toList());
    }

    /**
     * Continues any number of prompts, a batch at a time: where a sequence ends, the next prompt takes its place.
     *
     * <p>Lazy: prompts are asked for when there is a place for them, and each prompt's sequences are given out, in the
     * prompts' order, as soon as they and those before them are complete. Closing the stream, or reaching its end, frees
     * the memory; use try-with-resources. A prompt that {@link #generate(Prompt, GenerationConfig)} would reject, or
     * whose rules fail while it runs, ends the stream with that exception, after the sequences of the prompts before it;
     * {@link #generateEach(Iterator, int)} goes on.
     *
     * @param prompts each continued {@code numReturnSequences} times
     * @param config how, for all
     * @param batchSize sequences that run at once at most, at least {@code numReturnSequences}; the logits of a batch
     *     take 4 × vocabulary bytes each, keys and values 8 × layers × width bytes a token
     * @return the sequences, on the caller's thread
     * @throws IllegalArgumentException if {@code batchSize} is too small, or {@code config} asks for prompt lookup,
     *     beams or contrastive search
     */
    public Stream<Generation> generateAll(Iterator<Prompt> prompts, GenerationConfig config, int batchSize) {
        GenerationConfig whole = model.whole(config);
        BatchCompatibility.checkQueued(whole, batchSize);
        return generateAll(
                new Iterator<>() {
                    @Override
                    public boolean hasNext() {
                        return prompts.hasNext();
                    }

                    @Override
                    public GenerationRequest next() {
                        return new GenerationRequest(prompts.next(), whole);
                    }
                },
                batchSize);
    }

    /**
     * Continues any number of prompts, each in its own way, as {@link #generateAll(Iterator, GenerationConfig, int)}.
     *
     * @param requests a prompt and its config each; one that {@link #check} would reject ends the stream with that
     *     exception, and so does one of more sequences than {@code batchSize}, with prompt lookup, beams or contrastive
     *     search
     * @param batchSize sequences that run at once at most, at least 1
     * @return the sequences, on the caller's thread
     * @throws IllegalArgumentException if {@code batchSize} is too small
     */
    public Stream<Generation> generateAll(Iterator<GenerationRequest> requests, int batchSize) {
        GenerationRun run = queued(requests, batchSize);
        return stream(run.sequences(), run);
    }

    /**
     * Continues several prompts at once, each in its own way and with an outcome of its own: a request that cannot be
     * used, or whose rules, processors or memory fail, does not touch the others.
     *
     * @param requests any number; those with beams, contrastive search or prompt lookup are continued one by one
     * @return a result for each, in their order; an interrupt's are cancelled
     * @throws IllegalStateException if the model fails as a whole, for example as it is closed
     */
    public List<GenerationResult> generateEach(List<GenerationRequest> requests) {
        return planner.each(requests);
    }

    /**
     * Continues any number of prompts, as {@link #generateAll(Iterator, int)}, each with an outcome of its own: a request
     * that cannot be used, or whose rules, processors or memory fail, is a result without sequences, and the stream goes
     * on.
     *
     * @param requests as for {@link #generateAll(Iterator, int)}; an exception of the iterator ends the stream, after the
     *     results of the requests before it
     * @param batchSize sequences that run at once at most, at least 1
     * @return a result for each, in their order, on the caller's thread
     * @throws IllegalArgumentException if {@code batchSize} is too small
     */
    public Stream<GenerationResult> generateEach(Iterator<GenerationRequest> requests, int batchSize) {
        GenerationRun run = queued(requests, batchSize);
        return stream(run.results(), run);
    }

    private GenerationRun queued(Iterator<GenerationRequest> requests, int batchSize) {
        if (batchSize < 1) {
            throw InvalidOptionException.value(NamedOption.of("batchSize"), batchSize, "at least 1");
        }
        return planner.queued(requests, batchSize);
    }

    private static <T> Stream<T> stream(Iterator<T> results, GenerationRun run) {
        int traits = Spliterator.ORDERED | Spliterator.NONNULL | Spliterator.IMMUTABLE;
        return StreamSupport.stream(Spliterators.spliteratorUnknownSize(results, traits), false)
                .onClose(run::close);
    }

    /**
     * Rejects what {@link #generateAll(List)} would reject, and computes nothing.
     *
     * @param request a prompt and how to continue it
     * @throws IllegalArgumentException if the prompt does not fit, or the model cannot follow its config
     * @throws IllegalStateException if the prompt is text, and the checkpoint has no tokenizer
     */
    public void check(GenerationRequest request) {
        new RequestPreparer(model).prepare(model.whole(request));
    }

    /**
     * Continues a text token by token.
     *
     * <p>Lazy: each token is computed when it is asked for, on the caller's thread. Closing the stream, from any
     * thread, ends it within one token; an interrupted thread too. Either, or reaching the end, frees the generation's
     * memory; use try-with-resources.
     *
     * @param prompt as for {@link #generate(String, GenerationConfig)}
     * @param config how
     * @return the new tokens, whose texts one after the other are the generated text
     * @throws IllegalArgumentException as {@link #generate(String, GenerationConfig)}, and with beams, which have no
     *     token before their search has ended
     */
    public Stream<Token> stream(String prompt, GenerationConfig config) {
        return stream(Prompt.of(prompt), config);
    }

    /**
     * Continues a prompt token by token, as {@link #stream(String, GenerationConfig)}.
     *
     * @param prompt text or ids
     * @param config how
     * @return the new tokens, lazily
     * @throws IllegalArgumentException as {@link #stream(String, GenerationConfig)}
     */
    public Stream<Token> stream(Prompt prompt, GenerationConfig config) {
        return stream(planner.streamed(planner.single(prompt, config), false));
    }

    /**
     * Continues a prompt, and hands out each token as soon as it is there, on the caller's thread.
     *
     * @param prompt text or ids
     * @param config how
     * @param tokens what takes each token; its exception ends the generation and is passed on
     * @return what {@link #generate(Prompt, GenerationConfig)} returns
     * @throws IllegalArgumentException as {@link #stream(String, GenerationConfig)}
     */
    public Generation generate(Prompt prompt, GenerationConfig config, Consumer<Token> tokens) {
        return planner.streamed(planner.single(prompt, config), true).finish(tokens);
    }

    /**
     * Continues a prompt token by token for each subscriber, on the threads of {@link ForkJoinPool#commonPool()}.
     *
     * <p>A token is computed when it is asked for; without demand nothing runs and no thread waits. Cancelling takes
     * effect within one token. A prompt that cannot be used, and any failure, goes to {@code onError}. A subscriber
     * that neither asks nor cancels keeps its generation's memory.
     *
     * @param prompt text or ids
     * @param config how
     * @return the new tokens, generated anew for each subscriber
     * @throws IllegalArgumentException if {@code config} asks for several sequences
     */
    public Flow.Publisher<Token> publisher(Prompt prompt, GenerationConfig config) {
        return new TokenPublisher(
                () -> planner.streamed(planner.single(prompt, config), false), ForkJoinPool.commonPool());
    }

    /**
     * Continues a prompt token by token with the help of a smaller model, as {@link #generate(Prompt, GenerationConfig,
     * Gpt2)} and {@link #stream(Prompt, GenerationConfig)} do.
     *
     * @param prompt text or ids
     * @param config how
     * @param assistant with the same vocabulary; stays open
     * @return the new tokens, lazily
     * @throws IllegalArgumentException as these two methods
     */
    public Stream<Token> stream(Prompt prompt, GenerationConfig config, Gpt2 assistant) {
        return stream(planner.assisted(assistant.model, planner.single(prompt, config), false));
    }

    private static Stream<Token> stream(GenerationRun run) {
        int traits = Spliterator.ORDERED | Spliterator.NONNULL | Spliterator.IMMUTABLE;
        return StreamSupport.stream(
                        new Spliterators.AbstractSpliterator<Token>(Long.MAX_VALUE, traits) {
                            @Override
                            public boolean tryAdvance(Consumer<? super Token> action) {
                                Token token = run.next();
                                if (token != null) {
                                    action.accept(token);
                                }
                                return token != null;
                            }
                        },
                        false)
                .onClose(run::close);
    }

    /**
     * Log-probability of each id of a text given those before it.
     *
     * @param text 2 ids up to the model's context
     * @return the ids and their log-probabilities, of which there is one fewer
     * @throws IllegalArgumentException if there are fewer than 2 ids, or more than the context
     */
    public Score score(Prompt text) {
        return scorer.score(text, ScoreOptions.DEFAULT);
    }

    /**
     * Scores a text, as {@link #score(Prompt)}.
     *
     * @param text of 2 ids up to the model's context
     * @return the ids and their log-probabilities, of which there is one fewer
     * @throws IllegalArgumentException if there are fewer than 2 ids, or more than the context
     * @throws IllegalStateException if the checkpoint has no tokenizer
     */
    public Score score(String text) {
        return score(Prompt.of(text));
    }

    /**
     * Log-probability of each id of a text given those before it, of a text of any length.
     *
     * @param text at least 2 ids; with bos at least one
     * @param options bos and stride
     * @return the ids, after bos if it was asked for, and their log-probabilities
     * @throws IllegalArgumentException if there are fewer ids, more than the context without a stride, or the stride is
     *     not less than the context
     */
    public Score score(Prompt text, ScoreOptions options) {
        return scorer.score(text, options);
    }

    /**
     * Compares continuations of a prompt, as for questions with several answers.
     *
     * @param prompt what comes before; empty: bos
     * @param continuations at least one of at least one id each; in words they mostly begin with a space. What the
     *     tokenizer puts in front of a text, like OPT's {@code </s>}, stands in front of the prompt only
     * @return by falling mean log-probability
     * @throws IllegalArgumentException if a continuation is empty, or does not fit into the context with the prompt
     */
    public List<RankedContinuation> rank(Prompt prompt, List<Prompt> continuations) {
        return scorer.rank(prompt, continuations);
    }

    /**
     * Compares continuations of a text, as {@link #rank(Prompt, List)}.
     *
     * @param prompt what comes before; empty: bos
     * @param continuations at least one; most begin with a space
     * @return by falling mean log-probability
     * @throws IllegalArgumentException as the other
     * @throws IllegalStateException if the checkpoint has no tokenizer
     */
    public List<RankedContinuation> rank(String prompt, List<String> continuations) {
        return rank(Prompt.of(prompt), continuations.stream().map(Prompt::of).toList());
    }

    /**
     * The tokens that may come next, with their probabilities.
     *
     * @param prompt at least one id, up to the model's context; empty: bos
     * @param top how many of the likeliest, at least 1
     * @return the likeliest first; {@code top} of them, or all that the vocabulary has
     * @throws IllegalArgumentException if {@code top} is below 1, or the prompt does not fit into the context
     */
    public List<TokenProbability> nextTokens(Prompt prompt, int top) {
        if (top < 1) {
            throw InvalidOptionException.value(NamedOption.of("top"), top, "at least 1");
        }
        GenerationConfig config = GenerationConfig.builder()
                .maxNewTokens(1)
                .topLogprobs(Math.min(top, config().vocabularySize()))
                .build();
        return generate(prompt, config).tokens().get(0).top();
    }

    /**
     * Turns text into ids, as transformers' tokenizer: with the special tokens that the files put in front and behind,
     * such as OPT's {@code </s>}.
     *
     * @param text of any length; {@code <|endoftext|>} in it is the special token
     * @return its ids, which may lie beyond the model's embedding where the tokenizer has more tokens
     * @throws IllegalArgumentException if it has a lone surrogate
     * @throws IllegalStateException if the checkpoint has no tokenizer
     */
    public List<Integer> encode(String text) {
        return LoadedModel.boxed(model.requireTokenizer().encode(text, false));
    }

    /**
     * Turns text into ids, as {@link #encode(String)}, for a text that goes on from another or is counted by itself.
     *
     * @param text of any length
     * @param addSpecialTokens whether OPT's {@code </s>}, and what else the tokenizer puts around a text, is among the ids
     * @return its ids
     * @throws IllegalArgumentException if it has a lone surrogate
     * @throws IllegalStateException if the checkpoint has no tokenizer
     */
    public List<Integer> encode(String text, boolean addSpecialTokens) {
        return LoadedModel.boxed(model.requireTokenizer().encode(text, false, addSpecialTokens));
    }

    /**
     * The text of ids, special tokens included; bytes that are not UTF-8 become U+FFFD, and ids that the model has but
     * not the tokenizer spell nothing.
     *
     * @param ids any number
     * @return the text
     * @throws IllegalArgumentException if neither the model nor the tokenizer has an id
     * @throws IllegalStateException if the checkpoint has no tokenizer
     */
    public String decode(List<Integer> ids) {
        return model.requireTokenizer()
                .decode(ids.stream().mapToInt(Integer::intValue).toArray(), false);
    }

    /**
     * The text of one id.
     *
     * @param id one of the model's or the tokenizer's
     * @return its text; U+FFFD for a part of a character
     * @throws IllegalArgumentException if neither the model nor the tokenizer has the id
     * @throws IllegalStateException if the checkpoint has no tokenizer
     */
    public String decode(int id) {
        return decode(List.of(id));
    }

    /**
     * The bytes that an id spells, which can be a part of a character: {@link #decode(List)} shows U+FFFD for such a part.
     *
     * @param id one of the model's
     * @return UTF-8 or a part of it, special tokens included; a token that ends a word of the first GPT's vocabulary
     *     ends with a space. None for an id that the tokenizer does not use
     * @throws IllegalArgumentException if the id is out of range
     * @throws IllegalStateException if the checkpoint has no tokenizer
     */
    public byte[] bytes(int id) {
        return model.requireTokenizer().bytes(id);
    }

    /**
     * Starts to turn ids into text one by one, as {@link #stream} does.
     *
     * @param skipSpecialTokens whether special tokens spell nothing
     * @param before the ids that the text continues; none for a text from its start
     * @return a detokenizer that has seen no id yet
     * @throws IllegalStateException if the checkpoint has no tokenizer
     */
    public Detokenizer detokenizer(boolean skipSpecialTokens, List<Integer> before) {
        return model.requireTokenizer()
                .detokenizer(
                        skipSpecialTokens,
                        before.stream().mapToInt(Integer::intValue).toArray());
    }

    /**
     * The number of ids in a prompt.
     *
     * @param prompt text or ids
     * @return as many as {@link #encode} gives for a text
     * @throws IllegalStateException if it is text, and the checkpoint has no tokenizer
     */
    public int count(Prompt prompt) {
        return model.encode(prompt, false, true).length;
    }

    /**
     * A prompt in words.
     *
     * @param prompt text or ids
     * @return its text; empty for ids without a tokenizer
     * @throws IllegalArgumentException if an id is out of range
     */
    public String text(Prompt prompt) {
        if (prompt.text() != null) {
            return prompt.text();
        }
        return prompt.ids() == null || model.tokenizer() == null ? "" : decode(prompt.ids());
    }

    /**
     * Frees the model's memory, that of open streams too, after the native calls in flight: generations that run end
     * with an {@link IllegalStateException}.
     */
    @Override
    public void close() {
        model.close();
    }

    /** The parts, for classes of this package. */
    LoadedModel model() {
        return model;
    }
}
