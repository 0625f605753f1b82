package io.github.gpt2djl.inspection;

import io.github.gpt2djl.ModelConfig;
import java.util.ArrayList;
import java.util.List;

/**
 * A place inside the model, by its name in TransformerLens. T tokens, E width, H heads, D = E / H, V vocabulary.
 *
 * <pre>{@code
 * System.out.println(Hook.PATTERN.at(3)); // blocks.3.attn.hook_pattern
 * System.out.println(Hook.EMBED.at(0)); // hook_embed
 * }</pre>
 */
public enum Hook {
    /** The tokens' vectors: [T, E]. */
    EMBED("hook_embed", Axis.WIDTH),
    /** The positions' vectors: [T, E]. */
    POS_EMBED("hook_pos_embed", Axis.WIDTH),
    /** The residual stream before the layer: [T, E]. */
    RESID_PRE("blocks.%d.hook_resid_pre", Axis.WIDTH),
    /** The standard deviation by which the norm before attention divides: [T, 1]. */
    LN1_SCALE("blocks.%d.ln1.hook_scale", Axis.ONE),
    /** The normed vector before the norm's weight and bias: [T, E]. After attention in post-norm models. */
    LN1_NORMALIZED("blocks.%d.ln1.hook_normalized", Axis.WIDTH),
    /** The queries: [T, H, D]. */
    Q("blocks.%d.attn.hook_q", Axis.HEAD, Axis.HEAD_WIDTH),
    /** The keys: [T, H, D]. */
    K("blocks.%d.attn.hook_k", Axis.HEAD, Axis.HEAD_WIDTH),
    /** The values: [T, H, D]. */
    V("blocks.%d.attn.hook_v", Axis.HEAD, Axis.HEAD_WIDTH),
    /** The scaled products of queries and keys, -Infinity where a query does not see a key: [H, T, T]. */
    ATTN_SCORES("blocks.%d.attn.hook_attn_scores", Axis.HEAD, Axis.KEY),
    /** The attention of each query to each key, which sums to 1: [H, T, T]. */
    PATTERN("blocks.%d.attn.hook_pattern", Axis.HEAD, Axis.KEY),
    /** The values weighted by the pattern: [T, H, D]. */
    Z("blocks.%d.attn.hook_z", Axis.HEAD, Axis.HEAD_WIDTH),
    /** What each head adds to the residual stream, without the bias: [T, H, E]. Not part of {@link TraceOptions#ALL}. */
    RESULT("blocks.%d.attn.hook_result", Axis.HEAD, Axis.WIDTH),
    /** What attention adds to the residual stream: [T, E]. */
    ATTN_OUT("blocks.%d.hook_attn_out", Axis.WIDTH),
    /** The residual stream between attention and MLP: [T, E]. Not normed yet in post-norm models. */
    RESID_MID("blocks.%d.hook_resid_mid", Axis.WIDTH),
    /** The standard deviation by which the norm before the MLP divides: [T, 1]. */
    LN2_SCALE("blocks.%d.ln2.hook_scale", Axis.ONE),
    /** The normed vector before the norm's weight and bias: [T, E]. After the MLP in post-norm models. */
    LN2_NORMALIZED("blocks.%d.ln2.hook_normalized", Axis.WIDTH),
    /** The neurons of the MLP before the activation function: [T, inner width]. */
    MLP_PRE("blocks.%d.mlp.hook_pre", Axis.INNER_WIDTH),
    /** The neurons of the MLP after the activation function: [T, inner width]. */
    MLP_POST("blocks.%d.mlp.hook_post", Axis.INNER_WIDTH),
    /** What the MLP adds to the residual stream: [T, E]. */
    MLP_OUT("blocks.%d.hook_mlp_out", Axis.WIDTH),
    /** The residual stream after the layer: [T, E]. Not normed yet in post-norm models. */
    RESID_POST("blocks.%d.hook_resid_post", Axis.WIDTH),
    /** The residual stream after the layer's second norm, which only post-norm models have: [T, E]. */
    NORMALIZED_RESID_POST("blocks.%d.hook_normalized_resid_post", Axis.WIDTH),
    /** The standard deviation by which the last norm divides: [T, 1]. */
    LN_FINAL_SCALE("ln_final.hook_scale", Axis.ONE),
    /** The normed vector before the last norm's weight and bias: [T, E]. */
    LN_FINAL_NORMALIZED("ln_final.hook_normalized", Axis.WIDTH),
    /** The logits: [T, V]. */
    LOGITS("logits", Axis.VOCABULARY);

    private enum Axis {
        ONE,
        HEAD,
        HEAD_WIDTH,
        KEY,
        WIDTH,
        INNER_WIDTH,
        VOCABULARY
    }

    private final String pattern;

    @SuppressWarnings("ImmutableEnumChecker") // An unmodifiable list.
    private final List<Axis> axes;

    Hook(String pattern, Axis... axes) {
        this.pattern = pattern;
        this.axes = List.of(axes);
    }

    /**
     * Returns the name of this place in a layer.
     *
     * @param layer from 0; without effect for a place outside the layers
     * @return the name, such as {@code blocks.3.attn.hook_pattern}
     */
    public String at(int layer) {
        return pattern.replace("%d", Integer.toString(layer));
    }

    /** {@return whether each layer has this place} */
    public boolean isInLayers() {
        return pattern.contains("%d");
    }

    /** {@return whether each head has numbers of its own here} */
    public boolean hasHeads() {
        return axes.contains(Axis.HEAD);
    }

    /** {@return whether the heads come before the positions, as in [H, T, T]} */
    public boolean isByHead() {
        return axes.contains(Axis.KEY);
    }

    /**
     * Returns the shape of the numbers at this place.
     *
     * @param config the model
     * @param tokens number of tokens, T
     * @return as stated at each place
     */
    public int[] shape(ModelConfig config, int tokens) {
        int[] shape = new int[axes.size() + 1];
        int next = 0;
        if (isByHead()) {
            shape[next++] = config.heads();
        }
        shape[next++] = tokens;
        for (Axis axis : isByHead() ? axes.subList(1, axes.size()) : axes) {
            shape[next++] = size(axis, config, tokens);
        }
        return shape;
    }

    private static int size(Axis axis, ModelConfig config, int tokens) {
        return switch (axis) {
            case ONE -> 1;
            case HEAD -> config.heads();
            case HEAD_WIDTH -> config.width() / config.heads();
            case KEY -> tokens;
            case WIDTH -> config.width();
            case INNER_WIDTH -> config.innerWidth();
            case VOCABULARY -> config.vocabularySize();
        };
    }

    /**
     * Lists the places of a model.
     *
     * @param config the model
     * @return the names, in the order of computation
     */
    public static List<String> names(ModelConfig config) {
        List<Hook> layer = new ArrayList<>(List.of(
                Q, K, V, ATTN_SCORES, PATTERN, Z, RESULT, ATTN_OUT, RESID_MID, MLP_PRE, MLP_POST, MLP_OUT, RESID_POST));
        layer.addAll(config.postNorm() ? layer.indexOf(RESID_MID) + 1 : 0, List.of(LN1_SCALE, LN1_NORMALIZED));
        layer.addAll(
                config.postNorm() ? layer.size() : layer.indexOf(RESID_MID) + 1, List.of(LN2_SCALE, LN2_NORMALIZED));
        if (config.postNorm()) {
            layer.add(NORMALIZED_RESID_POST);
        }
        layer.add(0, RESID_PRE);
        List<String> names = new ArrayList<>(List.of(EMBED.pattern, POS_EMBED.pattern));
        for (int each = 0; each < config.layers(); each++) {
            for (Hook hook : layer) {
                names.add(hook.at(each));
            }
        }
        if (config.finalNorm()) {
            names.addAll(List.of(LN_FINAL_SCALE.pattern, LN_FINAL_NORMALIZED.pattern));
        }
        names.add(LOGITS.pattern);
        return names;
    }

    /**
     * Returns the place that a name denotes.
     *
     * @param name such as {@code blocks.3.attn.hook_pattern}
     * @return the place
     * @throws IllegalArgumentException if no place has this name
     */
    public static Hook of(String name) {
        String pattern = name.replaceFirst("^blocks\\.\\d+\\.", "blocks.%d.");
        for (Hook hook : values()) {
            if (hook.pattern.equals(pattern)) {
                return hook;
            }
        }
        throw new IllegalArgumentException(
                "found \"" + name + "\", expected a place such as blocks.0.attn.hook_pattern or hook_embed");
    }
}
