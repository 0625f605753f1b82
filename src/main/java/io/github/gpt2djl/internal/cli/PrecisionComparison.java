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

/** The scores of one text in several precisions, and how far each is from the first. */
final class PrecisionComparison {
    private final List<Precision> precisions;

    /**
     * Takes the values of the options.
     *
     * @param precisions the reference, then at least one other precision
     * @param single the value of {@code --precision}
     * @throws IllegalArgumentException if there is nothing to compare
     */
    PrecisionComparison(List<Precision> precisions, Precision single) {
        if (precisions.size() < 2 || new HashSet<>(precisions).size() < precisions.size()) {
            throw new IllegalArgumentException("found --compare "
                    + String.join(",", precisions.stream().map(Output::name).toList())
                    + ", expected at least two precisions, each once, as fp32,int8; the first is the reference");
        }
        if (single != Precision.AUTO) {
            throw new IllegalArgumentException("found both --compare and --precision " + Output.name(single)
                    + ", expected one of them; put " + Output.name(single) + " into the list of --compare");
        }
        this.precisions = List.copyOf(precisions);
    }

    /** Scores the text in a precision. */
    @FunctionalInterface
    interface Scorer {
        Score score(Precision precision) throws IOException;
    }

    /**
     * One precision's result.
     *
     * @param change of the perplexity, as a part of the reference's
     * @param largest difference of a token's log-probability from the reference's
     * @param mean of these differences
     */
    private record Row(String precision, double perplexity, double change, double largest, double mean) {
        static Row of(Precision precision, Score score, Score reference) {
            List<Double> expected = reference.logProbabilities();
            double largest = 0;
            double sum = 0;
            for (int i = 0; i < expected.size(); i++) {
                double difference = Math.abs(score.logProbabilities().get(i) - expected.get(i));
                largest = Math.max(largest, difference);
                sum += difference;
            }
            double change = score.perplexity() / reference.perplexity() - 1;
            return new Row(Output.name(precision), score.perplexity(), change, largest, sum / expected.size());
        }
    }

    /** The rows of all precisions, with the ids of the text. */
    record Result(List<Integer> ids, int tokens, List<Row> rows) {
        void print(PrintStream out) {
            out.printf(
                    Locale.ROOT,
                    "%d tokens; differences of a token's log-probability from %s%n",
                    tokens,
                    rows.get(0).precision());
            out.printf(Locale.ROOT, "%-9s %12s %9s %9s %9s%n", "precision", "perplexity", "change", "largest", "mean");
            for (Row row : rows) {
                out.printf(
                        Locale.ROOT,
                        "%-9s %12.4f %+8.3f%% %9.4f %9.5f%n",
                        row.precision(),
                        row.perplexity(),
                        100 * row.change(),
                        row.largest(),
                        row.mean());
            }
        }

        Map<String, Object> fields() {
            List<Map<String, Object>> all = new ArrayList<>();
            for (Row row : rows) {
                Map<String, Object> one = new LinkedHashMap<>();
                one.put("precision", row.precision());
                one.put("perplexity", row.perplexity());
                one.put("largest_difference", row.largest());
                one.put("mean_difference", row.mean());
                all.add(one);
            }
            Map<String, Object> fields = new LinkedHashMap<>();
            fields.put("ids", ids);
            fields.put("reference", rows.get(0).precision());
            fields.put("precisions", all);
            return fields;
        }
    }

    /** Scores the text in one precision after the other, so that only one model is in memory. */
    Result run(Scorer scorer) throws IOException {
        Score reference = scorer.score(precisions.get(0));
        List<Row> rows = new ArrayList<>(List.of(Row.of(precisions.get(0), reference, reference)));
        for (Precision precision : precisions.subList(1, precisions.size())) {
            rows.add(Row.of(precision, scorer.score(precision), reference));
        }
        return new Result(reference.ids(), reference.logProbabilities().size(), rows);
    }
}
