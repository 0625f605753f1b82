package io.github.gpt2djl.internal.decoder;

import io.github.gpt2djl.checkpoint.TensorInfo;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Finds the norm whose results each matrix takes. The weights of the norm are the checkpoint's best hint of how large
 * the inputs of the matrix are. balance.py derives factors from these weights, for kernels with 8-bit numbers.
 */
final class Gains {
    private final Map<Layout.Step, Layout.Step> norms = new HashMap<>();
    private final boolean postNorm;

    /**
     * @param steps in {@link Layout}'s order: the head, then the norms and matrices of each layer, then the last norm
     */
    Gains(List<Layout.Step> steps, boolean postNorm) {
        this.postNorm = postNorm;
        Layout.Step attention = null;
        Layout.Step mlp = null;
        Layout.Step last = null;
        boolean projected = false;
        for (Layout.Step step : steps) {
            switch (step.name()) {
                case "ln_1" -> attention = step;
                case "ln_2" -> {
                    mlp = step;
                    last = step;
                }
                case "ln_f" -> last = step;
                case "attn.c_attn" -> put(step, postNorm ? mlp : attention);
                case "mlp.c_fc" -> put(step, postNorm ? attention : mlp);
                case "project_out" -> projected = true;
                default -> {}
            }
        }
        if (!projected) {
            for (Layout.Step step : steps) {
                if (step.isHead()) {
                    put(step, last);
                }
            }
        }
    }

    private void put(Layout.Step matrix, Layout.@Nullable Step norm) {
        if (norm != null && !norm.tensors().isEmpty()) {
            norms.put(matrix, norm);
        }
    }

    /** The weights of the norm before a matrix; null if there is no such norm. */
    @Nullable
    TensorInfo before(Layout.Step matrix) {
        Layout.Step norm = norms.get(matrix);
        return norm == null ? null : norm.tensors().get(0);
    }

    /**
     * The norm that can take over the factors of a matrix's inputs, because only this matrix takes the norm's results;
     * or null. The head's inputs are compared in contrastive search, so they stay unchanged.
     */
    Layout.@Nullable Step takingOver(Layout.Step matrix) {
        return postNorm || matrix.isHead() ? null : norms.get(matrix);
    }

    /** Whether the norm takes over factors, and so is added only with its matrix. */
    boolean takesOver(Layout.Step norm) {
        return norms.entrySet().stream().anyMatch(e -> e.getValue().equals(norm) && takingOver(e.getKey()) != null);
    }
}
