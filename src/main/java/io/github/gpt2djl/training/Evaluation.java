package io.github.gpt2djl.training;

import org.jspecify.annotations.Nullable;

/**
 * A point of a training's curve.
 *
 * <pre>{@code
 * Evaluation before = new Evaluation(0, 1.2, null, 7.6);
 * System.out.println(Math.round(Math.exp(before.validationLoss()))); // 1998
 * }</pre>
 *
 * @param step after which the model was tested; 0: before the first
 * @param seconds of training until then
 * @param trainingLoss mean loss of the steps since the evaluation before, in nats a token, with dropout; null before the
 *     first step
 * @param validationLoss mean loss of the validation's tokens, in nats, without dropout
 */
public record Evaluation(int step, double seconds, @Nullable Double trainingLoss, double validationLoss) {}
