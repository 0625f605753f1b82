package io.github.gpt2djl.training;

/**
 * A step of a training.
 *
 * <pre>{@code
 * TrainingStep step = new TrainingStep(1, 7.6, 1e-5, 2.1, 6900, 0.0005, 890);
 * System.out.println(step.tokensPerSecond()); // 6900.0
 * }</pre>
 *
 * @param number the number of the step, from 1
 * @param loss the mean loss of the batches, in nats per token, with dropout
 * @param learningRate the learning rate of the update
 * @param gradientNorm the norm of the gradients before clipping
 * @param tokensPerSecond tokens per second since this process started to train, without the time of evaluations
 * @param progress the completed fraction of the training, 0 to 1, if it does not end early
 * @param secondsLeft estimated seconds left at this speed
 */
public record TrainingStep(
        int number,
        double loss,
        double learningRate,
        double gradientNorm,
        double tokensPerSecond,
        double progress,
        double secondsLeft) {}
