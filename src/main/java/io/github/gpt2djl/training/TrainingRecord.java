package io.github.gpt2djl.training;

import java.util.Comparator;
import java.util.List;
import java.util.Map;

/**
 * The progress of a training, and its learning curve.
 *
 * <pre>{@code
 * List<Evaluation> curve = List.of(new Evaluation(0, 1, null, 7.6), new Evaluation(100, 60, 5.9, 5.3));
 * TrainingRecord record = new TrainingRecord(Map.of(), 100, 60, 0, true, curve);
 * System.out.println(record.best().step()); // 100
 * }</pre>
 *
 * @param conditions the values that the training depends on, by name; only a training with the same values can be
 *     resumed
 * @param step number of the last step
 * @param seconds seconds of training so far
 * @param lossSum the sum of the losses since the last evaluation
 * @param finished whether the training has finished
 * @param curve all evaluations
 */
public record TrainingRecord(
        Map<String, String> conditions,
        int step,
        double seconds,
        double lossSum,
        boolean finished,
        List<Evaluation> curve) {

    /** {@return the evaluation with the lowest validation loss, after which the model was saved} */
    public Evaluation best() {
        return curve.stream()
                .min(Comparator.comparingDouble(Evaluation::validationLoss))
                .orElseThrow();
    }

    /** Returns the number of evaluations since the best one. */
    int sinceBest() {
        return curve.size() - 1 - curve.indexOf(best());
    }
}
