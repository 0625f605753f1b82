package io.github.gpt2djl;

import io.github.gpt2djl.inspection.Attribution;
import io.github.gpt2djl.inspection.Intervention;
import io.github.gpt2djl.inspection.LogitLens;
import io.github.gpt2djl.inspection.Trace;
import io.github.gpt2djl.inspection.TraceOptions;
import io.github.gpt2djl.internal.generation.GenerationPlanner;
import io.github.gpt2djl.internal.generation.LoadedModel;
import io.github.gpt2djl.internal.inspection.StreamReader;
import io.github.gpt2djl.internal.inspection.Tracer;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * Looks inside a model: reads the vectors between its layers, changes them, and tells which part of the model has added
 * what to a logit.
 *
 * <pre>{@code
 * Inspector inspector = gpt2.inspector();
 * Trace trace = inspector.trace("ROMEO:\nI", TraceOptions.of("*.hook_pattern"));
 * System.out.println(trace.tensors().size() == gpt2.config().layers()); // true
 * Intervention withoutHead = Intervention.zero(Hook.Z.at(0)).ofHead(1);
 * var config = GenerationConfig.builder().maxNewTokens(8).build();
 * System.out.println(inspector.generate(Prompt.of("ROMEO:\nI"), config, List.of(withoutHead)).text());
 * }</pre>
 *
 * <p>Computes the model in 32 bits by a plain text of its own, inspection.py, without a cache. The results are those of
 * {@code generate}, apart from rounding. Safe for use by several threads at once.
 */
public final class Inspector {
    private static final Set<Precision> EXACT = EnumSet.of(Precision.FP32, Precision.FP16, Precision.BF16);

    private final LoadedModel model;
    private final Tracer tracer;
    private final StreamReader reader;

    Inspector(LoadedModel model) {
        if (!EXACT.contains(model.precision())) {
            throw InvalidOptionException.value(
                            NamedOption.of("precision"),
                            model.precision(),
                            "FP32, FP16 or BF16 to look inside the model")
                    .withAdvice("weights in fewer bits are rescaled, so that the vectors between them differ");
        }
        this.model = model;
        tracer = new Tracer(model);
        reader = new StreamReader(model);
    }

    /**
     * Traces a text.
     *
     * @param text 1 to {@link ModelConfig#positions()} tokens
     * @param options the places to trace, and changes
     * @return the numbers at these places
     * @throws InvalidOptionException if the model has no such place, or a change does not fit the text
     * @throws InsufficientMemoryException if Java's heap is too small for the numbers
     */
    public Trace trace(String text, TraceOptions options) {
        return trace(Prompt.of(text), options);
    }

    /**
     * Traces a text, as {@link #trace(String, TraceOptions)}.
     *
     * @param prompt text or ids; an empty one starts from bos
     * @param options the places to trace, and changes
     * @return the numbers at these places
     */
    public Trace trace(Prompt prompt, TraceOptions options) {
        return trace(prompt, options, List.of(options.interventions())).get(0);
    }

    /**
     * Traces a text once for each list of changes, in one call.
     *
     * @param prompt as for {@link #trace(Prompt, TraceOptions)}
     * @param options the places to trace; its own changes are left out
     * @param runs at least one list of changes
     * @return a trace for each list
     */
    public List<Trace> trace(Prompt prompt, TraceOptions options, List<List<Intervention>> runs) {
        if (runs.isEmpty()) {
            throw new IllegalArgumentException("found no list of changes, expected at least one");
        }
        return tracer.trace(ids(prompt), tracer.places(options.hooks()), runs);
    }

    /**
     * Returns what the model would say after each layer.
     *
     * @param text as for {@link #trace(String, TraceOptions)}
     * @param top number of likeliest tokens to report, at least 1
     * @return the likeliest next tokens by layer and position
     */
    public LogitLens lens(String text, int top) {
        return lens(Prompt.of(text), top, List.of());
    }

    /**
     * Returns what the model would say after each layer, while some places are changed.
     *
     * @param prompt as for {@link #trace(Prompt, TraceOptions)}
     * @param top number of likeliest tokens to report, at least 1
     * @param interventions the changes
     * @return the likeliest next tokens by layer and position
     */
    public LogitLens lens(Prompt prompt, int top, List<Intervention> interventions) {
        if (top < 1) {
            throw InvalidOptionException.value(NamedOption.of("top"), top, "at least 1");
        }
        Trace trace = tracer.trace(ids(prompt), reader.lensPlaces(), List.of(interventions))
                .get(0);
        return reader.lens(trace, top);
    }

    /**
     * Returns what each part of the model adds to the logit of a token after the text.
     *
     * @param prompt as for {@link #trace(Prompt, TraceOptions)}
     * @param token an id in range
     * @return the parts, whose sum is the logit
     */
    public Attribution attribute(Prompt prompt, int token) {
        int[] ids = ids(prompt);
        return attribute(ids, ids.length - 1, token);
    }

    /**
     * Returns what each part of the model adds to the difference between the logits of two tokens.
     *
     * @param prompt as for {@link #trace(Prompt, TraceOptions)}
     * @param position the token to predict from, from 0
     * @param token an id in range
     * @param instead the id of the token whose logit is subtracted
     * @return the parts, whose sum is the difference
     */
    public Attribution attribute(Prompt prompt, int position, int token, int instead) {
        return attribute(ids(prompt), position, token, instead);
    }

    private Attribution attribute(int[] ids, int position, int... tokens) {
        if (position < 0 || position >= ids.length) {
            throw InvalidOptionException.value(
                    NamedOption.of("position"), position, "0 to ", ids.length - 1, ", the positions of the text");
        }
        return reader.attribute(ids, new int[] {position}, new int[][] {tokens}).get(0);
    }

    /**
     * Returns, for each token of a text, what each part of the model adds to the logit of the token after it.
     *
     * @param prompt as for {@link #trace(Prompt, TraceOptions)}
     * @param last the id of the token after the last one
     * @return an attribution for each position
     */
    public List<Attribution> attributeAll(Prompt prompt, int last) {
        int[] ids = ids(prompt);
        int[][] next = new int[ids.length][];
        for (int i = 0; i < ids.length; i++) {
            next[i] = new int[] {i + 1 < ids.length ? ids[i + 1] : last};
        }
        return reader.attribute(ids, IntStream.range(0, ids.length).toArray(), next);
    }

    /**
     * Continues a prompt while some places are changed. The whole text is computed for each token.
     *
     * @param prompt text or ids; an empty one starts from bos
     * @param config the options of the generation
     * @param interventions the changes; positions count from the beginning of the text, and all positions include the new
     *     tokens
     * @return the new tokens
     * @throws IllegalArgumentException if {@code config} asks for several sequences, prompt lookup, a sliding context,
     *     beams or contrastive search
     */
    public Generation generate(Prompt prompt, GenerationConfig config, List<Intervention> interventions) {
        GenerationPlanner planner = new GenerationPlanner(model, model.prefixes());
        return planner.recomputed(planner.single(prompt, config), ids -> tracer.logits(ids, interventions))
                .finish()
                .get(0);
    }

    private int[] ids(Prompt prompt) {
        int[] ids = model.fittingIds(prompt, LoadedModel.PROMPT);
        return ids.length == 0 ? new int[] {model.bos()} : ids;
    }
}
