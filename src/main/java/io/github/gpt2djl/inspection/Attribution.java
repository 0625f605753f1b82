package io.github.gpt2djl.inspection;

import java.util.Comparator;
import java.util.List;

/**
 * What each part of the model adds to a token's logit, or to the difference of two logits: direct logit attribution. The
 * scales of the norms are taken as they were in this run; then the logit is a sum over all that was added to the residual
 * stream.
 *
 * <pre>{@code
 * int be = gpt2.encode(" be").get(0);
 * Attribution attribution = gpt2.inspector().attribute(Prompt.of("To be, or not to"), be);
 * System.out.println(attribution.largest(3));
 * }</pre>
 *
 * @param position of the token that is predicted from, from 0
 * @param logit the logit, or the difference: the sum of the values
 * @param contributions the parts in the order of computation
 * @see <a href="https://transformer-circuits.pub/2021/framework/index.html">Elhage et al. 2021</a>
 */
public record Attribution(int position, double logit, List<Contribution> contributions) {
    /**
     * Copies the list.
     *
     * @param position from 0
     * @param logit the sum
     * @param contributions copied
     */
    public Attribution {
        contributions = List.copyOf(contributions);
    }

    /** The kinds of parts. */
    public enum Part {
        /** The token's vector. */
        EMBEDDING,
        /** The position's vector. */
        POSITION,
        /** A head. */
        HEAD,
        /** The MLP of a layer, with its bias. */
        MLP,
        /** The bias of a layer's attention. */
        ATTENTION_BIAS,
        /** The bias of a layer's first norm, in models whose norms follow the sums. */
        LN1_BIAS,
        /** The bias of a layer's second norm, in models whose norms follow the sums. */
        LN2_BIAS,
        /** The bias of the last norm. */
        LN_FINAL_BIAS
    }

    /**
     * What one part adds.
     *
     * @param part the kind
     * @param layer from 0; -1 outside the layers
     * @param head from 0; -1 for other parts than heads
     * @param value in units of the logit, the natural logarithm of a ratio of probabilities
     */
    public record Contribution(Part part, int layer, int head, double value) {
        /** {@return a short name, such as {@code head 5.4}, layer and head from 0} */
        public String name() {
            return switch (part) {
                case EMBEDDING -> "token";
                case POSITION -> "position";
                case HEAD -> "head " + layer + "." + head;
                case MLP -> "MLP " + layer;
                case ATTENTION_BIAS -> "bias " + layer;
                case LN1_BIAS -> "ln1 " + layer;
                case LN2_BIAS -> "ln2 " + layer;
                case LN_FINAL_BIAS -> "ln_final";
            };
        }
    }

    /**
     * Returns the parts that add or take most.
     *
     * @param n at least 0
     * @return at most n parts, in descending order of their absolute values
     */
    public List<Contribution> largest(int n) {
        return contributions.stream()
                .sorted(Comparator.comparingDouble(each -> -Math.abs(each.value())))
                .limit(n)
                .toList();
    }
}
