package io.github.gpt2djl.training;

import java.util.Comparator;
import java.util.List;
import java.util.Map;

/**
 * How far a training is, and how it went.
 *
 * <pre>{@code
 * List<Evaluation> curve = List.of(new Evaluation(0, 1, null, 7.6), new Evaluation(100, 60, 5.9, 5.3));
 * TrainingRecord record = new TrainingRecord(Map.of(), 100, 60, 0, true, curve);
 * System.out.println(record.best().step()); // 100
 * }</pre>
 *
 * @param conditions all that it depends on, by name: it goes on only under the same
 * @param step the last one
 * @param seconds of training so far
 * @param lossSum of the steps since the last evaluation
 * @param finished whether it has come to its end
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

    /** Evaluations since the best one. */
    int sinceBest() {
        return curve.size() - 1 - curve.indexOf(best());
    }
}
