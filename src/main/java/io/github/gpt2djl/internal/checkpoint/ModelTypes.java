package io.github.gpt2djl.internal.checkpoint;

import io.github.gpt2djl.MalformedCheckpointException;
import io.github.gpt2djl.ModelConfig.Architecture;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** The values of {@code model_type} that are read, and the reasons why others are not. */
final class ModelTypes {
    private static final List<String> SUPPORTED =
            Stream.of(Architecture.values()).map(Architecture::modelType).toList();

    private static final String ROTARY = "rotary position embeddings";

    /** The features of well-known models that this decoder does not compute. */
    private static final Map<String, String> OTHERS = Map.ofEntries(
            Map.entry("gpt_neox", ROTARY),
            Map.entry("gptj", ROTARY),
            Map.entry("codegen", ROTARY),
            Map.entry("falcon", ROTARY),
            Map.entry("phi", ROTARY),
            Map.entry("stablelm", ROTARY),
            Map.entry("llama", ROTARY + " and RMS norms"),
            Map.entry("mistral", ROTARY + " and RMS norms"),
            Map.entry("qwen2", ROTARY + " and RMS norms"),
            Map.entry("gemma", ROTARY + " and RMS norms"),
            Map.entry("bloom", "attention biased by distance (ALiBi)"),
            Map.entry("mpt", "attention biased by distance (ALiBi)"),
            Map.entry("gpt_bigcode", "keys and values that all heads share"));

    private ModelTypes() {}

    /** Reads the model type. An absent one means GPT-2: OpenAI's own files have none. */
    static String read(ConfigKeys keys) throws MalformedCheckpointException {
        String found = keys.text("model_type", "gpt2");
        if (SUPPORTED.contains(found)) {
            return found;
        }
        String others = OTHERS.get(found);
        throw keys.object()
                .error("model_type is " + found + ", expected one of " + String.join(", ", SUPPORTED)
                        + ": this decoder"
                        + " computes only models with a learned vector for each position and norms of mean and variance"
                        + (others == null ? "" : ", and " + found + " has " + others));
    }
}
