package io.github.gpt2djl.internal.decoder;

/**
 * The scores of a text that continues another one.
 *
 * <pre>{@code
 * try (RunningBatch batch = decoder.prefill(List.of(new int[] {20, 30, 40}), 1, 8)) {
 *     ContinuationScores scores = batch.score(List.of(new int[] {50, 60})).get(0);
 *     System.out.println(scores.logProbabilities().length); // 2
 * }
 * }</pre>
 *
 * @param logProbabilities of the text's ids
 * @param ranks of the text's ids among all ids: 1 for the likeliest
 */
public record ContinuationScores(float[] logProbabilities, int[] ranks) {}
