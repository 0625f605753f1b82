package io.github.gpt2djl.internal.cli;

import io.github.gpt2djl.Precision;
import io.github.gpt2djl.Score;
import java.io.IOException;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** One text's scores in several precisions: what each changes against the first. */
final class PrecisionComparison {
    private final List<Precision> precisions;
    private final List<Score> scores = new ArrayList<>();

    /**
     * Takes what the option has.
     *
     * @param precisions the reference, then at least one other
     * @param single what {@code --precision} has
     * @throws IllegalArgumentException if there is nothing to compare
     */
    PrecisionComparison(List<Precision> precisions, Precision single) {
        if (precisions.size() < 2 || new HashSet<>(precisions).size() < precisions.size()) {
            throw new IllegalArgumentException("found --compare "
                    + String.join(
                            ",",
                            precisions.stream().map(PrecisionComparison::name).toList())
                    + ", expected at least two precisions, each once, as fp32,int8; the first is the reference");
        }
        if (single != Precision.AUTO) {
            throw new IllegalArgumentException("found both --compare and --precision " + name(single)
                    + ", expected one of them; put " + name(single) + " into the list of --compare");
        }
        this.precisions = List.copyOf(precisions);
    }

    /** How a precision scores the text. */
    @FunctionalInterface
    interface Scorer {
        Score score(Precision precision) throws IOException;
    }

    /** Scores the text in each precision, one after the other: only one model is in memory. */
    PrecisionComparison run(Scorer scorer) throws IOException {
        for (Precision precision : precisions) {
            scores.add(scorer.score(precision));
        }
        return this;
    }

    /** The largest and the mean difference of a token's log-probability from the reference's. */
    private record Differences(double largest, double mean) {
        static Differences between(Score one, Score reference) {
            double largest = 0;
            double sum = 0;
            List<Double> expected = reference.logProbabilities();
            for (int i = 0; i < expected.size(); i++) {
                double difference = Math.abs(one.logProbabilities().get(i) - expected.get(i));
                largest = Math.max(largest, difference);
                sum += difference;
            }
            return new Differences(largest, sum / expected.size());
        }
    }

    void print(PrintStream out) {
        out.printf(
                Locale.ROOT,
                "%d tokens; differences of a token's log-probability from %s%n",
                scores.get(0).logProbabilities().size(),
                name(precisions.get(0)));
        out.printf(Locale.ROOT, "%-9s %12s %9s %9s %9s%n", "precision", "perplexity", "change", "largest", "mean");
        for (int i = 0; i < scores.size(); i++) {
            Differences differences = Differences.between(scores.get(i), scores.get(0));
            out.printf(
                    Locale.ROOT,
                    "%-9s %12.4f %+8.3f%% %9.4f %9.5f%n",
                    name(precisions.get(i)),
                    scores.get(i).perplexity(),
                    100 * (scores.get(i).perplexity() / scores.get(0).perplexity() - 1),
                    differences.largest(),
                    differences.mean());
        }
    }

    Map<String, Object> fields() {
        List<Map<String, Object>> all = new ArrayList<>();
        for (int i = 0; i < scores.size(); i++) {
            Differences differences = Differences.between(scores.get(i), scores.get(0));
            Map<String, Object> one = new LinkedHashMap<>();
            one.put("precision", name(precisions.get(i)));
            one.put("perplexity", scores.get(i).perplexity());
            one.put("largest_difference", differences.largest());
            one.put("mean_difference", differences.mean());
            all.add(one);
        }
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("ids", scores.get(0).ids());
        fields.put("reference", name(precisions.get(0)));
        fields.put("precisions", all);
        return fields;
    }

    private static String name(Precision precision) {
        return precision.name().toLowerCase(Locale.ROOT);
    }
}
