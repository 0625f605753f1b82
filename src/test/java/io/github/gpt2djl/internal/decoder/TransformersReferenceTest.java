package io.github.gpt2djl.internal.decoder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.google.gson.Gson;
import io.github.gpt2djl.DeviceChoice;
import io.github.gpt2djl.Precision;
import io.github.gpt2djl.checkpoint.Checkpoint;
import io.github.gpt2djl.testing.ReferenceModels;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The decoder against Hugging Face transformers: src/test/python/make_references.py made the expectations. */
class TransformersReferenceTest {
    private static final double FP32 = 1e-4;

    private record Expected(List<Row> prompts, int[] score_ids, double[] score) {}

    private record Row(int[] ids, int[] greedy, double[] log_probs) {}

    @ParameterizedTest
    @MethodSource(ReferenceModels.NAMES)
    void smallModelsGiveTransformersIdsAndProbabilities(String name) throws IOException {
        compare(Path.of("src/test/resources/reference", name));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"prefixed-f32", "gpt1-f32", "opt-f16", "opt-projected-f16", "opt-no-bias-f16", "gpt-neo-f32"})
    void promptsThatJoinAStepContinueAsInTransformers(String name) throws IOException {
        Path folder = Path.of("src/test/resources/reference", name);
        List<Row> expected = read(folder).prompts();
        assertThat(expected).hasSizeGreaterThan(1);
        try (Decoder decoder = load(folder, Precision.FP32, DeviceChoice.CPU);
                RunningBatch batch = decoder.batch(expected.size())) {
            batch.join(List.of(expected.get(0).ids()), 1, expected.get(0).ids().length + 64);
            for (int step = 0; step < 64; step++) {
                int[] next = new int[batch.rows()];
                for (int row = 0; row < next.length; row++) {
                    next[row] = argmax(batch.logits(row));
                    assertThat(next[row])
                            .as("row %d, step %d", row, step)
                            .isEqualTo(expected.get(row).greedy()[step - row]);
                }
                if (next.length < expected.size()) {
                    int[] prompt = expected.get(next.length).ids();
                    batch.stepAndJoin(next, List.of(prompt), 1, prompt.length + 64);
                } else if (step < 63) {
                    batch.step(next);
                }
            }
        }
    }

    /** 124M's real shape: make_references.py --large FOLDER, then mvn verify -Preference -Dreference=FOLDER. */
    @Test
    @Tag("reference")
    void gpt2sShapeGivesTransformersIdsAndProbabilities() throws IOException {
        compare(Path.of(System.getProperty("reference", "target/reference"), "gpt2-shape"));
    }

    /** The tolerances are the promise for each precision; random weights are the hardest case for INT8. */
    @ParameterizedTest
    @CsvSource({"FP32, 1e-4", "FP16, 2e-2", "BF16, 0.1", "MIXED, 0.2", "INT8, 0.5", "INT4, 1.5"})
    @Tag("reference")
    void gpt2sShapeIsWithinEachPrecisionsTolerance(Precision precision, double tolerance) throws IOException {
        OnednnTest.assumeAvailable(precision);
        Path folder = Path.of(System.getProperty("reference", "target/reference"), "gpt2-shape");
        Expected expected = read(folder);
        try (Decoder decoder = load(folder, precision, DeviceChoice.CPU)) {
            System.out.printf(
                    "%s: largest difference to transformers %.6f%n", precision, difference(decoder, expected));
            assertScore(decoder, expected, tolerance);
        }
    }

    private static void compare(Path folder) throws IOException {
        compare(folder, DeviceChoice.CPU, FP32);
    }

    /** In FP32: log-probabilities within the tolerance, and the same greedy ids. */
    static void compare(Path folder, DeviceChoice device, double tolerance) throws IOException {
        Expected expected = read(folder);
        try (Decoder decoder = load(folder, Precision.FP32, device)) {
            assertScore(decoder, expected, tolerance);
            for (Row row : expected.prompts()) {
                assertLogProbabilities(decoder, row, tolerance);
                assertThat(greedy(decoder, List.of(row.ids()))).containsExactly(boxed(row.greedy()));
            }
            List<int[]> prompts = expected.prompts().stream().map(Row::ids).toList();
            List<Integer> all = new ArrayList<>();
            expected.prompts().forEach(row -> all.addAll(List.of(boxed(row.greedy()))));
            assertThat(greedy(decoder, prompts)).as("the padded batch").containsExactlyElementsOf(all);
        }
    }

    static void compareScores(Path folder, Precision precision, DeviceChoice device, double tolerance)
            throws IOException {
        try (Decoder decoder = load(folder, precision, device)) {
            compareScores(decoder, folder, tolerance);
        }
    }

    static void compareScores(Decoder decoder, Path folder, double tolerance) throws IOException {
        assertScore(decoder, read(folder), tolerance);
    }

    private static void assertScore(Decoder decoder, Expected expected, double tolerance) {
        float[] found = decoder.logProbabilities(expected.score_ids());
        assertThat(found).hasSameSizeAs(expected.score());
        for (int i = 0; i < found.length; i++) {
            assertThat((double) found[i]).as("id %d", i).isCloseTo(expected.score()[i], within(tolerance));
        }
    }

    private static double difference(Decoder decoder, Expected expected) {
        float[] found = decoder.logProbabilities(expected.score_ids());
        double largest = 0;
        for (int i = 0; i < found.length; i++) {
            largest = Math.max(largest, Math.abs(found[i] - expected.score()[i]));
        }
        return largest;
    }

    /** All positions, or the last where the reference keeps only that. */
    private static void assertLogProbabilities(Decoder decoder, Row row, double tolerance) {
        int vocabulary = decoder.config().vocabularySize();
        float[] logits = decoder.logits(row.ids());
        int positions = row.log_probs().length / vocabulary;
        int skipped = row.ids().length - positions;
        assertThat(positions).isIn(1, row.ids().length);
        for (int t = 0; t < positions; t++) {
            FloatBuffer position = FloatBuffer.wrap(logits, (skipped + t) * vocabulary, vocabulary)
                    .slice();
            double sum = 0;
            for (int id = 0; id < vocabulary; id++) {
                sum += Math.exp(position.get(id));
            }
            for (int id = 0; id < vocabulary; id++) {
                assertThat(position.get(id) - Math.log(sum))
                        .isCloseTo(row.log_probs()[t * vocabulary + id], within(tolerance));
            }
        }
    }

    /** 64 greedy ids of each row, one row after the other. */
    private static List<Integer> greedy(Decoder decoder, List<int[]> prompts) {
        List<List<Integer>> rows = new ArrayList<>();
        prompts.forEach(p -> rows.add(new ArrayList<>()));
        try (RunningBatch batch = decoder.prefill(prompts, 1, 64)) {
            for (int step = 0; ; step++) {
                int[] next = new int[prompts.size()];
                for (int row = 0; row < next.length; row++) {
                    next[row] = argmax(batch.logits(row));
                    rows.get(row).add(next[row]);
                }
                if (step == 63) {
                    break;
                }
                batch.step(next);
            }
        }
        return rows.stream().flatMap(List::stream).toList();
    }

    private static int argmax(FloatBuffer logits) {
        int best = 0;
        for (int id = 1; id < logits.limit(); id++) {
            best = logits.get(id) > logits.get(best) ? id : best;
        }
        return best;
    }

    private static Integer[] boxed(int[] ids) {
        return java.util.Arrays.stream(ids).boxed().toArray(Integer[]::new);
    }

    private static Expected read(Path folder) throws IOException {
        return new Gson().fromJson(Files.readString(folder.resolve("expected.json")), Expected.class);
    }

    private static Decoder load(Path folder, Precision precision, DeviceChoice device) throws IOException {
        try (Checkpoint checkpoint = Checkpoint.open(folder)) {
            return Decoder.load(checkpoint, precision, device, 0);
        }
    }
}
