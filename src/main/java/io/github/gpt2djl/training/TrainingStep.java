package io.github.gpt2djl.training;

/**
 * A step of a training.
 *
 * <pre>{@code
 * TrainingStep step = new TrainingStep(1, 7.6, 1e-5, 2.1, 6900, 0.0005, 890);
 * System.out.println(step.tokensPerSecond()); // 6900.0
 * }</pre>
 *
 * @param number from 1
 * @param loss of its batches, in nats a token, with dropout
 * @param learningRate with which the weights were changed
 * @param gradientNorm before clipping
 * @param tokensPerSecond that were learned from since this process began to train, without the time of evaluations
 * @param progress how much of the training is done, 0 to 1, unless it ends early
 * @param secondsLeft that it will take at this speed
 */
public record TrainingStep(
        int number,
        double loss,
        double learningRate,
        double gradientNorm,
        double tokensPerSecond,
        double progress,
        double secondsLeft) {}
