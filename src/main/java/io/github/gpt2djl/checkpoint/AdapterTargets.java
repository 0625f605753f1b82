package io.github.gpt2djl.checkpoint;

import io.github.gpt2djl.internal.checkpoint.NamePattern;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The layers that an adapter changes, selected by PEFT's rules; the keys named here are PEFT's.
 *
 * <pre>{@code
 * AdapterTargets attention = AdapterTargets.of("c_attn");
 * System.out.println(attention.matches("transformer.h.0.attn.c_attn", true)); // true
 * System.out.println(attention.matches("transformer.h.0.mlp.c_fc", true)); // false
 * }</pre>
 *
 * @param expression a regular expression for whole names, or {@code all-linear}; null if {@code names} are given
 *     ({@code target_modules})
 * @param names ends of names, in whole words ({@code target_modules})
 * @param excluded ends of the names of layers that are not changed, or a single regular expression if {@code
 *     excludesByExpression} ({@code exclude_modules})
 * @param excludesByExpression whether {@code excluded} is a regular expression
 * @param layers numbers of the blocks, empty for all; applies only to {@code names} ({@code layers_to_transform})
 * @param layersPatterns expressions for the part of a name before the block's number, empty for any part ({@code
 *     layers_pattern})
 */
public record AdapterTargets(
        @Nullable String expression,
        List<String> names,
        List<String> excluded,
        boolean excludesByExpression,
        List<Integer> layers,
        List<String> layersPatterns) {

    private static final Pattern BLOCK = Pattern.compile(".*?\\.[^.]*\\.(\\d+)\\..*");

    /**
     * Copies the lists, and checks them.
     *
     * @param expression a regular expression, {@code all-linear} or null
     * @param names ends of names
     * @param excluded ends of names, or a regular expression
     * @param excludesByExpression whether {@code excluded} is a regular expression
     * @param layers numbers of the blocks
     * @param layersPatterns expressions for the part of a name before the block's number
     * @throws IllegalArgumentException if there is neither an expression nor a name, or a layer is negative
     */
    public AdapterTargets {
        names = List.copyOf(names);
        excluded = List.copyOf(excluded);
        layers = List.copyOf(layers);
        layersPatterns = List.copyOf(layersPatterns);
        if (expression == null && names.isEmpty()) {
            throw new IllegalArgumentException("target_modules is [], expected at least one name");
        }
        for (int layer : layers) {
            if (layer < 0) {
                throw new IllegalArgumentException("layers_to_transform is " + layer + ", expected at least 0");
            }
        }
    }

    /**
     * Selects layers in all blocks by the ends of their names.
     *
     * @param names ends of names, at least one
     * @return the layers, none of them excluded
     */
    public static AdapterTargets of(String... names) {
        return new AdapterTargets(null, List.of(names), List.of(), false, List.of(), List.of());
    }

    /**
     * Tells whether a layer is changed.
     *
     * @param module the layer's name, such as {@code transformer.h.0.attn.c_attn}
     * @param isInner whether {@code all-linear} includes the layer: a linear layer other than the head
     * @return whether PEFT changes the layer
     * @throws IllegalArgumentException if Java cannot compile an expression
     */
    public boolean matches(String module, boolean isInner) {
        if (isExcluded(module)) {
            return false;
        }
        if (expression != null) {
            return expression.toLowerCase(Locale.ROOT).equals("all-linear")
                    ? isInner
                    : NamePattern.matches(expression, module);
        }
        return names.contains(module)
                || (names.stream().anyMatch(name -> module.endsWith("." + name)) && (layers.isEmpty() || isIn(module)));
    }

    private boolean isExcluded(String module) {
        return excluded.stream()
                .anyMatch(name -> excludesByExpression
                        ? NamePattern.matches(name, module)
                        : module.equals(name) || module.endsWith("." + name));
    }

    /** Tells whether a layer is in a selected block, by the block's number, which is the first number in the name. */
    private boolean isIn(String module) {
        if (layersPatterns.isEmpty()) {
            Matcher block = BLOCK.matcher(module);
            return block.matches()
                    && layers.stream().anyMatch(layer -> block.group(1).equals(layer.toString()));
        }
        return layers.stream()
                .anyMatch(layer -> layersPatterns.stream()
                        .anyMatch(before ->
                                NamePattern.matches("(?:|.*?\\.)" + before + "\\." + layer + "\\..*", module)));
    }

    /** {@return target_modules as in the file} */
    @Override
    public String toString() {
        return expression == null ? names.toString() : expression;
    }
}
