package io.github.gpt2djl.training;

import org.jspecify.annotations.Nullable;

/**
 * A point of the learning curve.
 *
 * <pre>{@code
 * Evaluation before = new Evaluation(0, 1.2, null, 7.6);
 * System.out.println(Math.round(Math.exp(before.validationLoss()))); // 1998
 * }</pre>
 *
 * @param step the step after which the model was validated; 0 before the first step
 * @param seconds seconds of training so far
 * @param trainingLoss the mean loss of the steps since the previous evaluation, in nats per token, with dropout; null
 *     before the first step
 * @param validationLoss the mean loss of the validation tokens, in nats per token, without dropout
 */
public record Evaluation(int step, double seconds, @Nullable Double trainingLoss, double validationLoss) {}
