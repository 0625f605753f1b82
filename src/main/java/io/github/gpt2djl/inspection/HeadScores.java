package io.github.gpt2djl.inspection;

import java.util.List;

/**
 * How much each head attends to three kinds of earlier tokens, on average over the positions that have such a token: 0
 * for not at all, 1 for all of its attention.
 *
 * <pre>{@code
 * Trace trace = gpt2.inspector().trace("to be or not to be", TraceOptions.of("*.hook_pattern"));
 * HeadScores scores = HeadScores.of(trace);
 * System.out.println(scores.previousToken().length == gpt2.config().layers()); // true
 * }</pre>
 *
 * @param previousToken by layer and head: the attention to the token before; NaN for a text of one token
 * @param duplicateToken by layer and head: the attention to earlier occurrences of the same token; NaN if no token occurs
 *     twice
 * @param induction by layer and head: the attention to the tokens that followed earlier occurrences of the same token;
 *     NaN if there are none
 * @see <a href="https://transformer-circuits.pub/2022/in-context-learning-and-induction-heads/index.html">Olsson et al.
 *     2022</a>
 */
public record HeadScores(double[][] previousToken, double[][] duplicateToken, double[][] induction) {
    /** A kind of tokens that a head may attend to. */
    private interface Target {
        boolean isMet(List<Integer> ids, int query, int key);
    }

    /**
     * Computes the scores of all heads.
     *
     * @param trace with the patterns of all layers, {@code *.hook_pattern}
     * @return the scores
     * @throws IllegalArgumentException if the trace has no patterns
     */
    public static HeadScores of(Trace trace) {
        trace.tensor(Hook.PATTERN, 0);
        int layers = (int) trace.tensors().keySet().stream()
                .filter(name -> Hook.of(name) == Hook.PATTERN)
                .count();
        return new HeadScores(
                scores(trace, layers, (ids, query, key) -> key == query - 1),
                scores(trace, layers, (ids, query, key) -> ids.get(key).equals(ids.get(query))),
                scores(
                        trace,
                        layers,
                        (ids, query, key) -> key > 0 && ids.get(key - 1).equals(ids.get(query))));
    }

    private static double[][] scores(Trace trace, int layers, Target target) {
        double[][] scores = new double[layers][];
        for (int layer = 0; layer < layers; layer++) {
            TracedTensor pattern = trace.tensor(Hook.PATTERN, layer);
            scores[layer] = new double[pattern.shape()[0]];
            for (int head = 0; head < scores[layer].length; head++) {
                scores[layer][head] = score(pattern, head, trace.ids(), target);
            }
        }
        return scores;
    }

    private static double score(TracedTensor pattern, int head, List<Integer> ids, Target target) {
        double sum = 0;
        int queries = 0;
        for (int query = 1; query < ids.size(); query++) {
            boolean found = false;
            for (int key = 0; key < query; key++) {
                if (target.isMet(ids, query, key)) {
                    sum += pattern.get(head, query, key);
                    found = true;
                }
            }
            queries += found ? 1 : 0;
        }
        return queries == 0 ? Double.NaN : sum / queries;
    }
}
