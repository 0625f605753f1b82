package io.github.gpt2djl;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * What precisions below FP32 change on a real text: the end of -Dtext=FILE that the shipped model has not learned from, in
 * windows of the whole context.
 *
 * <p>mvn verify -Preference -Dtext=FILE -Dtest=PrecisionReportTest
 */
@Tag("reference")
class PrecisionReportTest {

    @Test
    void perplexity() throws IOException {
        String text = Files.readString(Path.of(System.getProperty("text", "target/reference/shakespeare.txt")));
        String last = text.substring(text.length() - (int) (text.length() * 0.0895));
        List<Double> exact = logProbabilities(Precision.FP32, last);
        for (Precision precision :
                List.of(Precision.FP16, Precision.BF16, Precision.MIXED, Precision.INT8, Precision.INT4)) {
            if (!precision.isAvailable()) {
                System.out.println(precision + ": not on this processor");
                continue;
            }
            List<Double> other = logProbabilities(precision, last);
            double largest = 0;
            double sum = 0;
            for (int i = 0; i < exact.size(); i++) {
                double difference = Math.abs(other.get(i) - exact.get(i));
                largest = Math.max(largest, difference);
                sum += difference;
            }
            double before = perplexity(exact);
            double after = perplexity(other);
            System.out.printf(
                    "%s: %d tokens, |log-probability difference| mean %.5f, largest %.5f; perplexity %.4f -> %.4f"
                            + " (%+.3f %%)%n",
                    precision, exact.size(), sum / exact.size(), largest, before, after, 100 * (after / before - 1));
            // The weights are stored as FP16's; 8 significant bits of BF16 may cost a thousandth, 8 bits a hundredth.
            assertThat(Math.abs(after / before - 1))
                    .isLessThan(precision == Precision.FP16 ? 1e-4 : precision == Precision.BF16 ? 1e-3 : 1e-2);
        }
    }

    private static List<Double> logProbabilities(Precision precision, String text) throws IOException {
        try (Gpt2 gpt2 = Gpt2.load("shakespeare", LoadOptions.DEFAULT.withPrecision(precision))) {
            int[] ids = gpt2.encode(text).stream().mapToInt(Integer::intValue).toArray();
            int window = gpt2.config().positions();
            List<Double> all = new ArrayList<>();
            for (int start = 0; start + 2 <= ids.length; start += window) {
                int[] part = java.util.Arrays.copyOfRange(ids, start, Math.min(ids.length, start + window));
                all.addAll(gpt2.score(Prompt.ofIds(part)).logProbabilities());
            }
            return all;
        }
    }

    private static double perplexity(List<Double> logProbabilities) {
        return Math.exp(-logProbabilities.stream()
                .mapToDouble(Double::doubleValue)
                .average()
                .orElseThrow());
    }
}
