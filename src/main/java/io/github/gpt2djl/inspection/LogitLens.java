package io.github.gpt2djl.inspection;

import io.github.gpt2djl.sampling.TokenProbability;
import java.util.List;

/**
 * What the model would say after each layer, if the layers after it were left out: the residual stream goes through the
 * last norm and the head at once.
 *
 * <pre>{@code
 * LogitLens lens = gpt2.inspector().lens("To be, or not to", 1);
 * int last = lens.ids().size() - 1;
 * for (LogitLens.Layer layer : lens.layers()) {
 *     System.out.println(layer.place() + ": " + gpt2.decode(layer.top().get(last).get(0).id()));
 * }
 * }</pre>
 *
 * @param ids the text
 * @param layers the embeddings, then each layer; the last one is the model's own prediction
 * @see <a href="https://www.lesswrong.com/posts/AcKRB8wDpdaN6v6ru/interpreting-gpt-the-logit-lens">nostalgebraist
 *     2020</a>
 */
public record LogitLens(List<Integer> ids, List<Layer> layers) {
    /**
     * The predictions at one place of the residual stream.
     *
     * @param place such as {@code blocks.3.hook_resid_post}
     * @param top for each position, the likeliest next tokens, the likeliest first
     */
    public record Layer(String place, List<List<TokenProbability>> top) {
        /**
         * Copies the lists.
         *
         * @param place its name
         * @param top copied
         */
        public Layer {
            top = top.stream().map(List::copyOf).toList();
        }
    }

    /**
     * Copies the lists.
     *
     * @param ids copied
     * @param layers copied
     */
    public LogitLens {
        ids = List.copyOf(ids);
        layers = List.copyOf(layers);
    }
}
