package io.github.gpt2djl.internal.decoder;

import io.github.gpt2djl.checkpoint.TensorInfo;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Which norm's results each matrix takes: a norm's weights tell how loud the matrix's inputs are, as far as a checkpoint
 * tells. balance.py makes factors of them, for kernels whose numbers have 8 bits.
 */
final class Gains {
    private final Map<Layout.Step, Layout.Step> norms = new HashMap<>();
    private final boolean postNorm;

    /** @param steps in {@link Layout}'s order: the head, then of each layer norms and matrices, then the last norm */
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

    /** The weights of the norm before a matrix, null where there is none. */
    @Nullable
    TensorInfo before(Layout.Step matrix) {
        Layout.Step norm = norms.get(matrix);
        return norm == null ? null : norm.tensors().get(0);
    }

    /**
     * The norm that can take over the factors of a matrix's inputs, as nothing else takes the norm's results, or null.
     * What the head takes is compared in contrastive search, and stays as it is.
     */
    Layout.@Nullable Step takingOver(Layout.Step matrix) {
        return postNorm || matrix.isHead() ? null : norms.get(matrix);
    }

    /** Whether the norm waits for its matrix. */
    boolean takesOver(Layout.Step norm) {
        return norms.entrySet().stream().anyMatch(e -> e.getValue().equals(norm) && takingOver(e.getKey()) != null);
    }
}
