package io.github.gpt2djl.training;

import io.github.gpt2djl.InvalidOptionException;
import io.github.gpt2djl.NamedOption;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The hyperparameters of a training.
 *
 * <pre>{@code
 * TrainingOptions options = TrainingOptions.builder().maxSteps(500).learningRate(3e-4).build();
 * System.out.println(options.batchSize()); // 12
 * }</pre>
 *
 * @param batchSize number of rows that are computed at once
 * @param accumulation number of batches whose gradients are added up for one step
 * @param context number of tokens in a row
 * @param learningRate the maximum learning rate, at the end of the warm-up
 * @param warmupSteps number of steps in which the learning rate grows to its maximum; then it falls along a cosine to a
 *     tenth
 * @param weightDecay AdamW's weight decay: a step subtracts this fraction of each matrix, times the learning rate
 * @param gradientClip maximum norm of the gradients
 * @param maxSteps number of the last step; 0 if only time limits the training
 * @param maxMinutes time for training, including the time before an interruption; 0 if only steps limit the training
 * @param evaluateEvery number of steps between two validations, each followed by a save
 * @param evaluationWindows maximum number of rows for each validation, spread evenly over the validation part
 * @param patience number of validations without a better loss after which training ends; 0 for no such limit
 * @param seed seed of a new model's weights, the batches and dropout
 */
public record TrainingOptions(
        int batchSize,
        int accumulation,
        int context,
        double learningRate,
        int warmupSteps,
        double weightDecay,
        double gradientClip,
        int maxSteps,
        double maxMinutes,
        int evaluateEvery,
        int evaluationWindows,
        int patience,
        long seed) {
    private static final NamedOption MAX_STEPS = NamedOption.of("maxSteps");
    private static final NamedOption MAX_MINUTES = NamedOption.of("maxMinutes");

    private static final double BETA1 = 0.9;

    private static final double BETA2 = 0.99;

    /**
     * Checks the values.
     *
     * @param batchSize at least 1
     * @param accumulation at least 1
     * @param context 1 to the model's context
     * @param learningRate more than 0
     * @param warmupSteps at least 0
     * @param weightDecay at least 0
     * @param gradientClip more than 0
     * @param maxSteps at least 1, or 0 if only time limits the training
     * @param maxMinutes more than 0, or 0 if only steps limit the training
     * @param evaluateEvery at least 1
     * @param evaluationWindows at least 1
     * @param patience at least 1, or 0 for no such limit
     * @param seed any number
     * @throws InvalidOptionException if a value is out of range, or nothing limits the training
     */
    public TrainingOptions {
        atLeast("batchSize", batchSize, 1);
        atLeast("accumulation", accumulation, 1);
        atLeast("context", context, 1);
        positive("learningRate", learningRate);
        atLeast("warmupSteps", warmupSteps, 0);
        positive("gradientClip", gradientClip);
        atLeast("maxSteps", maxSteps, 0);
        atLeast("evaluateEvery", evaluateEvery, 1);
        atLeast("evaluationWindows", evaluationWindows, 1);
        atLeast("patience", patience, 0);
        if (!(weightDecay >= 0 && Double.isFinite(weightDecay))) {
            throw InvalidOptionException.value(NamedOption.of("weightDecay"), weightDecay, "0 or more");
        }
        if (!(maxMinutes >= 0 && Double.isFinite(maxMinutes))) {
            throw InvalidOptionException.value(MAX_MINUTES, maxMinutes, "0 or more");
        }
        if (maxSteps == 0 && maxMinutes == 0) {
            throw InvalidOptionException.of(MAX_STEPS, maxSteps, "found neither ", MAX_STEPS, " nor ", MAX_MINUTES)
                    .expecting("one of them: when is the training to end?");
        }
    }

    /**
     * Returns a builder with the defaults.
     *
     * @return the builder
     */
    public static TrainingOptionsBuilder builder() {
        return new TrainingOptionsBuilder();
    }

    /** Returns the values that determine the course of the training, by name, without those that only end it. */
    Map<String, String> conditions() {
        Map<String, String> conditions = new LinkedHashMap<>();
        conditions.put("batchSize", String.valueOf(batchSize));
        conditions.put("accumulation", String.valueOf(accumulation));
        conditions.put("context", String.valueOf(context));
        conditions.put("learningRate", String.valueOf(learningRate));
        conditions.put("warmupSteps", String.valueOf(warmupSteps));
        conditions.put("weightDecay", String.valueOf(weightDecay));
        conditions.put("gradientClip", String.valueOf(gradientClip));
        conditions.put("evaluateEvery", String.valueOf(evaluateEvery));
        conditions.put("evaluationWindows", String.valueOf(evaluationWindows));
        conditions.put("seed", String.valueOf(seed));
        return conditions;
    }

    /** Returns nanoGPT's optimizer for batches of some thousand tokens. */
    AdamW optimizer() {
        return new AdamW(learningRate, weightDecay, gradientClip, BETA1, BETA2);
    }

    private static void atLeast(String name, int value, int min) {
        if (value < min) {
            throw InvalidOptionException.value(NamedOption.of(name), value, "at least ", min);
        }
    }

    private static void positive(String name, double value) {
        if (!(value > 0 && Double.isFinite(value))) {
            throw InvalidOptionException.value(NamedOption.of(name), value, "more than 0");
        }
    }
}
