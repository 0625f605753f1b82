package io.github.gpt2djl.checkpoint;

import io.github.gpt2djl.internal.checkpoint.NamePattern;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Which layers an adapter changes, as PEFT finds them; the keys named here are PEFT's.
 *
 * <pre>{@code
 * AdapterTargets attention = AdapterTargets.of("c_attn");
 * System.out.println(attention.matches("transformer.h.0.attn.c_attn", true)); // true
 * System.out.println(attention.matches("transformer.h.0.mlp.c_fc", true)); // false
 * }</pre>
 *
 * @param expression a regular expression for whole names, or {@code all-linear}; null where there are names
 *     ({@code target_modules})
 * @param names the ends of names, whole words ({@code target_modules})
 * @param excluded such ends of what is not changed; or a regular expression alone where {@code excludesByExpression}
 *     ({@code exclude_modules})
 * @param excludesByExpression whether {@code excluded} is an expression
 * @param layers the blocks' numbers, empty for all; only for names ({@code layers_to_transform})
 * @param layersPatterns what stands before a block's number, empty for anything ({@code layers_pattern})
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
     * @param expression as above
     * @param names as above
     * @param excluded as above
     * @param excludesByExpression as above
     * @param layers as above
     * @param layersPatterns as above
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
     * Layers in all blocks.
     *
     * @param names the ends of their names
     * @return nothing is excluded
     */
    public static AdapterTargets of(String... names) {
        return new AdapterTargets(null, List.of(names), List.of(), false, List.of(), List.of());
    }

    /**
     * Whether a layer is changed.
     *
     * @param module its name, like {@code transformer.h.0.attn.c_attn}
     * @param isInner whether it is a linear layer and not the head, as {@code all-linear} means
     * @return whether PEFT changes it
     * @throws IllegalArgumentException if an expression is none that Java understands
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

    /** By the block's number, the first in the name. */
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

    /** {@return target_modules as it stands in the file} */
    @Override
    public String toString() {
        return expression == null ? names.toString() : expression;
    }
}
