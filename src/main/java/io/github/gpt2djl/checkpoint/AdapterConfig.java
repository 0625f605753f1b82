package io.github.gpt2djl.checkpoint;

import java.util.List;
import java.util.stream.IntStream;

/**
 * What an {@code adapter_config.json} of PEFT's tells of a LoRA adapter (Hu et al. 2021); the keys named here are its.
 *
 * <pre>{@code
 * AdapterConfig config = new AdapterConfig("gpt2", 8, 16, List.of("c_attn"), 0.05);
 * System.out.println(config.scale()); // 2.0
 * }</pre>
 *
 * @param base the model that is adapted ({@code base_model_name_or_path}): a name or a folder
 * @param rank rows of A and columns of B ({@code r})
 * @param alpha what the product of A and B is multiplied by, after division by the rank ({@code lora_alpha})
 * @param rankStabilized whether by the rank's square root instead ({@code use_rslora}: Kalajdzievski 2023)
 * @param targetModules the adapted layers by the ends of their names, like {@code c_attn} or {@code mlp.c_proj}
 *     ({@code target_modules})
 * @param layers the adapted blocks' numbers, empty for all ({@code layers_to_transform})
 * @param dropout of the adapter's input in training ({@code lora_dropout})
 */
public record AdapterConfig(
        String base,
        int rank,
        double alpha,
        boolean rankStabilized,
        List<String> targetModules,
        List<Integer> layers,
        double dropout) {

    /** The layers of a block that can be adapted: those that GPT and GPT-2 store as [in, out]. */
    public static final List<String> MODULES = List.of("attn.c_attn", "attn.c_proj", "mlp.c_fc", "mlp.c_proj");

    /**
     * Checks the ranges.
     *
     * @param base not blank
     * @param rank at least 1
     * @param alpha finite
     * @param rankStabilized whether to divide by the rank's square root
     * @param targetModules at least one
     * @param layers each at least 0
     * @param dropout 0 to below 1
     * @throws IllegalArgumentException if one is not as described; the message names PEFT's key
     */
    public AdapterConfig {
        require(!base.isBlank() && base.indexOf('\0') < 0, "base_model_name_or_path", base, "a model's name or folder");
        require(rank >= 1, "r", rank, "at least 1");
        require(Double.isFinite(alpha), "lora_alpha", alpha, "a finite number");
        require(dropout >= 0 && dropout < 1, "lora_dropout", dropout, "0 to below 1");
        targetModules = List.copyOf(targetModules);
        layers = List.copyOf(layers);
        require(!targetModules.isEmpty(), "target_modules", targetModules, "at least one name");
        for (int layer : layers) {
            require(layer >= 0, "layers_to_transform", layer, "at least 0");
        }
    }

    /**
     * All blocks, scaled by alpha / rank.
     *
     * @param base as {@code base_model_name_or_path}
     * @param rank at least 1
     * @param alpha finite
     * @param targetModules at least one
     * @param dropout 0 to below 1
     */
    public AdapterConfig(String base, int rank, double alpha, List<String> targetModules, double dropout) {
        this(base, rank, alpha, false, targetModules, List.of(), dropout);
    }

    /** {@return what the product of A and B is multiplied by} */
    public double scale() {
        return alpha / (rankStabilized ? Math.sqrt(rank) : rank);
    }

    /**
     * The layers that are adapted.
     *
     * @param blocks how many the base has
     * @return their names, like {@code h.0.attn.c_attn}, in the model's order
     * @throws IllegalArgumentException if a target is no layer of such a model
     */
    public List<String> modules(int blocks) {
        for (int layer : layers) {
            require(layer < blocks, "layers_to_transform", layer, "less than the base's " + blocks + " blocks");
        }
        List<String> possible = IntStream.range(0, blocks)
                .filter(block -> layers.isEmpty() || layers.contains(block))
                .boxed()
                .flatMap(block -> MODULES.stream().map(module -> "h." + block + "." + module))
                .toList();
        for (String target : targetModules) {
            require(
                    possible.stream().anyMatch(module -> isCalled(module, target)),
                    "target_modules",
                    target,
                    "names like " + String.join(", ", MODULES) + " in " + blocks + " blocks");
        }
        return possible.stream()
                .filter(module -> targetModules.stream().anyMatch(target -> isCalled(module, target)))
                .toList();
    }

    /** As PEFT matches: whole words at the end. */
    private static boolean isCalled(String module, String target) {
        return ("transformer." + module).equals(target) || ("." + module).endsWith("." + target);
    }

    private static void require(boolean right, String key, Object found, String expected) {
        if (!right) {
            throw new IllegalArgumentException(key + " is " + found + ", expected " + expected);
        }
    }
}
