package io.github.gpt2djl.training;

import io.github.gpt2djl.InvalidOptionException;
import io.github.gpt2djl.NamedOption;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * How long and how fast a model learns.
 *
 * <pre>{@code
 * TrainingOptions options = TrainingOptions.builder().maxSteps(500).learningRate(3e-4).build();
 * System.out.println(options.batchSize()); // 12
 * }</pre>
 *
 * @param batchSize rows that are computed at once
 * @param accumulation batches whose gradients make a step together
 * @param context tokens of a row
 * @param learningRate the largest one, at the end of the warm-up
 * @param warmupSteps in which the learning rate grows to it; from there it falls to a tenth along a cosine
 * @param weightDecay share of each matrix, times the learning rate, that a step takes off
 * @param gradientClip largest norm of the gradients
 * @param maxSteps the last step; 0: only time limits the training
 * @param maxMinutes time for training, in all its parts if it is interrupted; 0: only steps limit it
 * @param evaluateEvery steps from one validation to the next, after each of which all is saved
 * @param evaluationWindows rows of the validation's text that are looked at each time, spread over it evenly
 * @param patience validations without a better loss after which training ends; 0: never
 * @param seed of a new model's weights, the batches and dropout
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
     * @param maxSteps at least 1, or 0: only time limits the training
     * @param maxMinutes more than 0, or 0: only steps limit it
     * @param evaluateEvery at least 1
     * @param evaluationWindows at least 1
     * @param patience at least 1, or 0: never
     * @param seed any
     * @throws InvalidOptionException if one is out of range, or nothing limits the training
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
     * Starts with the defaults.
     *
     * @return a builder
     */
    public static TrainingOptionsBuilder builder() {
        return new TrainingOptionsBuilder();
    }

    /** What decides how the training goes, by name; not when it ends. */
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

    /** As nanoGPT has it for batches of some thousand tokens. */
    AdamW optimizer() {
        return new AdamW(learningRate, weightDecay, gradientClip, BETA1, BETA2);
    }

    private static void atLeast(String name, int value, int least) {
        if (value < least) {
            throw InvalidOptionException.value(NamedOption.of(name), value, "at least ", least);
        }
    }

    private static void positive(String name, double value) {
        if (!(value > 0 && Double.isFinite(value))) {
            throw InvalidOptionException.value(NamedOption.of(name), value, "more than 0");
        }
    }
}
