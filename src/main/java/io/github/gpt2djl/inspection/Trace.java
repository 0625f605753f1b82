package io.github.gpt2djl.inspection;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A text's way through the model: the numbers at the places that were asked for.
 *
 * <pre>{@code
 * Trace trace = gpt2.inspector().trace("ROMEO:\nI", TraceOptions.of("*.hook_resid_post"));
 * System.out.println(trace.tensors().keySet().iterator().next()); // blocks.0.hook_resid_post
 * System.out.println(trace.norms(Hook.RESID_POST, 0).length == trace.ids().size()); // true
 * }</pre>
 *
 * @param ids the text
 * @param tensors by their names, in the order of computation
 */
public record Trace(List<Integer> ids, Map<String, TracedTensor> tensors) {
    /**
     * Copies the ids and the map, not the numbers.
     *
     * @param ids copied
     * @param tensors copied; the order is kept
     */
    public Trace {
        ids = List.copyOf(ids);
        tensors = Collections.unmodifiableMap(new LinkedHashMap<>(tensors));
    }

    /**
     * Returns the numbers at a place.
     *
     * @param name such as {@code blocks.3.attn.hook_pattern}
     * @return the numbers
     * @throws IllegalArgumentException if this trace does not have them
     */
    public TracedTensor tensor(String name) {
        TracedTensor tensor = tensors.get(name);
        if (tensor == null) {
            throw new IllegalArgumentException("this trace has no " + name + ", expected one of the " + tensors.size()
                    + " places that were asked for: " + some());
        }
        return tensor;
    }

    /**
     * Returns the numbers at a place.
     *
     * @param hook the place
     * @param layer from 0; without effect for a place outside the layers
     * @return the numbers
     * @throws IllegalArgumentException if this trace does not have them
     */
    public TracedTensor tensor(Hook hook, int layer) {
        return tensor(hook.at(layer));
    }

    /**
     * Returns the length of each token's vector. In trained models, the first token's vector in the residual stream is
     * often many times as long as the others: a massive activation.
     *
     * @param hook a place whose shape is [T, E]
     * @param layer from 0; without effect for a place outside the layers
     * @return the Euclidean norms, [T]
     * @throws IllegalArgumentException if this trace does not have the place, or each head has its own numbers there
     * @see <a href="https://arxiv.org/abs/2402.17762">Sun et al. 2024</a>
     */
    public double[] norms(Hook hook, int layer) {
        TracedTensor tensor = tensor(hook, layer);
        if (tensor.shape().length != 2) {
            throw new IllegalArgumentException(
                    "found " + tensor.name() + ", expected a place with one vector for each token");
        }
        double[] norms = new double[tensor.shape()[0]];
        for (int token = 0; token < norms.length; token++) {
            double sum = 0;
            for (float value : tensor.row(token)) {
                sum += (double) value * value;
            }
            norms[token] = Math.sqrt(sum);
        }
        return norms;
    }

    private String some() {
        List<String> names = tensors.keySet().stream().limit(3).toList();
        return String.join(", ", names) + (tensors.size() > names.size() ? ", …" : "");
    }
}
