package io.github.gpt2djl.generation;

/**
 * One chosen token.
 *
 * @param row its sequence, counted in the order of the requests, copies side by side
 * @param id the token
 * @param logProbability under the model itself, before temperature and any rule
 * @param last whether it ends its row
 */
public record Sampled(int row, int id, double logProbability, boolean last) {}
