package io.github.gpt2djl.internal.decoder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.gpt2djl.DeviceChoice;
import io.github.gpt2djl.Precision;
import io.github.gpt2djl.checkpoint.Checkpoint;
import io.github.gpt2djl.checkpoint.TensorInfo.DType;
import io.github.gpt2djl.internal.machine.CpuFeatures;
import io.github.gpt2djl.testing.NaiveGpt2;
import io.github.gpt2djl.testing.ShippedVocabulary;
import io.github.gpt2djl.testing.TestCheckpoint;
import io.github.gpt2djl.testing.TestCheckpoint.Form;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The decoder against {@link NaiveGpt2}, in every form of a checkpoint and every way of calling it. */
class DecoderTest {
    /** 32-bit sums against 64-bit ones; logits here are of the size of 10. */
    private static final double TOLERANCE = 1e-4;

    @TempDir
    Path folder;

    @ParameterizedTest
    @CsvSource({
        "F32, PLAIN",
        "F32, PREFIXED_WITH_MASKS",
        "F32, SHUFFLED_UNALIGNED",
        "F16, PLAIN",
        "F16, SHUFFLED_UNALIGNED",
        "BF16, PREFIXED_WITH_MASKS",
        "BF16, SHUFFLED_UNALIGNED"
    })
    void agreesWithTheOracle(DType dtype, Form form) throws IOException {
        TestCheckpoint model = TestCheckpoint.tiny();
        int[] ids = ids(20, 61);
        double[][] expected = new NaiveGpt2(model).logits(ids);
        try (Decoder decoder = load(model, dtype, form, Precision.FP32)) {
            assertClose(decoder.logits(ids), expected, TOLERANCE);
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = Precision.class,
            names = {"FP32", "FP16", "BF16", "INT8", "MIXED"})
    void usesAnExplicitHead(Precision precision) throws IOException {
        TestCheckpoint model = new TestCheckpoint(2, 2, 16, 40, 61, false, 2);
        int[] ids = ids(9, 61);
        OnednnTest.assumeAvailable(precision);
        // The weights are exact in 16 bits, but not in BF16's 8 significant ones, as which activations are rounded too;
        // 8 bits are a rounding of up to 1/254 of each row's largest weight.
        double tolerance = switch (precision) {
            case INT8, MIXED -> 1.5;
            case BF16 -> .15;
            default -> TOLERANCE;
        };
        try (Decoder decoder = load(model, DType.F32, Form.PLAIN, precision)) {
            assertClose(decoder.logits(ids), new NaiveGpt2(model).logits(ids), tolerance);
        }
    }

    @Test
    void readsTheOriginalRelease() throws IOException {
        TestCheckpoint model = TestCheckpoint.tiny();
        model.writeOpenAi(folder);
        Files.writeString(folder.resolve("encoder.json"), "{}");
        Files.writeString(folder.resolve("vocab.bpe"), "");
        int[] ids = ids(20, 61);
        try (Checkpoint checkpoint = Checkpoint.open(folder);
                Decoder decoder = Decoder.load(checkpoint, Precision.FP32, DeviceChoice.CPU, 0)) {
            assertClose(decoder.logits(ids), new NaiveGpt2(model).logits(ids), TOLERANCE);
        }
    }

    @Test
    void everyKernelOfFullPrecisionAgrees() throws IOException {
        TestCheckpoint model = TestCheckpoint.tiny();
        int[] ids = ids(7, 61);
        double[][] expected = new NaiveGpt2(model).logits(ids);
        for (Kernel kernel : List.of(Kernel.PLAIN, Kernel.ONEDNN)) {
            try (Checkpoint checkpoint = Checkpoint.open(model.write(folder));
                    Decoder decoder = Decoder.load(
                            checkpoint, () -> new ExecutionTarget(DeviceChoice.CPU, Kernels.all(kernel)), 0)) {
                assertClose(decoder.logits(ids), expected, TOLERANCE);
            }
        }
    }

    @Test
    void decodingStepByStepEqualsTheWholeSequence() throws IOException {
        TestCheckpoint model = TestCheckpoint.tiny();
        int[] ids = ids(40, 61);
        double[][] expected = new NaiveGpt2(model).logits(ids);
        try (Decoder decoder = load(model, DType.F32, Form.PLAIN, Precision.FP32);
                RunningBatch batch = decoder.prefill(List.of(Arrays.copyOf(ids, 3)), 1, 38)) {
            for (int t = 2; ; t++) {
                assertClose(batch.logits(0), expected[t], TOLERANCE);
                assertThat((double) batch.logSumExp(0)).isCloseTo(logSumExp(expected[t]), within(TOLERANCE));
                if (t == 39) {
                    break;
                }
                batch.step(new int[] {ids[t + 1]});
            }
            assertThatThrownBy(() -> batch.step(new int[] {0}))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("full at 40");
        }
    }

    /** To the last bit with activations of few bits, which would make much of the smallest difference. */
    @ParameterizedTest
    @CsvSource({"FP32, 1e-4", "FP16, 1e-4", "BF16, 0", "MIXED, 0.02", "INT8, 0", "INT4, 0"})
    void tokensThatAreVerifiedTogetherEqualEachAlone(Precision precision, double tolerance) throws IOException {
        OnednnTest.assumeAvailable(precision);
        // With AMX, the head of MIXED gives each token a scale of its own.
        double most = precision == Precision.MIXED && CpuFeatures.has("amx_bf16") ? 0 : tolerance;
        try (Decoder decoder =
                load(new TestCheckpoint(3, 4, 64, 120, 613, true, 5), DType.F32, Form.PLAIN, precision)) {
            int[] ids = ids(110, 613);
            List<int[]> start = List.of(Arrays.copyOf(ids, 7));
            try (RunningBatch alone = decoder.prefill(start, 1, 104);
                    RunningBatch together = decoder.prefill(start, 1, 104)) {
                int done = 7;
                for (int count = 1; done + count <= ids.length; count = count % 9 + 1) {
                    VerifiedLogits verified = together.verify(Arrays.copyOfRange(ids, done, done + count));
                    for (int i = 0; i < count; i++) {
                        alone.step(new int[] {ids[done + i]});
                        for (int id = 0; id < 613; id++) {
                            assertThat((double) verified.logits(i).get(id))
                                    .isCloseTo(alone.logits(0).get(id), within(most));
                        }
                    }
                    done += count;
                }
            }
        }
    }

    /** Rows of the same and of very different lengths, one and several prompts, copies; then further steps. */
    @ParameterizedTest
    @CsvSource({"FP32, 1e-4", "FP16, 1e-3", "BF16, 0.05", "MIXED, 0.05"})
    void aStepInWhichPromptsJoinEqualsBothApart(Precision precision, double tolerance) throws IOException {
        OnednnTest.assumeAvailable(precision);
        try (Decoder decoder = load(new TestCheckpoint(2, 2, 64, 300, 61, true, 6), DType.F32, Form.PLAIN, precision);
                RunningBatch apart = decoder.batch(9);
                RunningBatch together = decoder.batch(9)) {
            List<RunningBatch> both = List.of(apart, together);
            both.forEach(batch -> batch.join(List.of(ids(5, 61), ids(5, 61)), 1, 20));
            List<List<int[]>> prompts =
                    List.of(List.of(ids(7, 61)), List.of(ids(250, 61), ids(17, 61)), List.of(ids(1, 61)));
            for (int round = 0; round < 3; round++) {
                int copies = round == 0 ? 3 : 1;
                int[] fed = ids(apart.rows(), 61);
                apart.step(fed);
                apart.join(prompts.get(round), copies, 260);
                together.stepAndJoin(fed, prompts.get(round), copies, 260);
                assertAlike(together, apart, tolerance);
                both.forEach(batch -> batch.step(ids(batch.rows(), 61)));
                assertAlike(together, apart, tolerance);
            }
            assertThat(together.rows()).isEqualTo(8);
            assertThatThrownBy(() -> together.stepAndJoin(ids(8, 61), List.of(ids(2, 61)), 2, 5))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessage("2 rows cannot join 8 in a cache with 9 places");
        }
    }

    private static void assertAlike(RunningBatch found, RunningBatch expected, double tolerance) {
        assertThat(found.rows()).isEqualTo(expected.rows());
        for (int row = 0; row < found.rows(); row++) {
            assertThat((double) found.logSumExp(row)).isCloseTo(expected.logSumExp(row), within(tolerance));
            for (int id = 0; id < 61; id++) {
                assertThat((double) found.logits(row).get(id))
                        .isCloseTo(expected.logits(row).get(id), within(tolerance));
            }
        }
    }

    @Test
    void rowsOfDifferentLengthsEqualEachRowAlone() throws IOException {
        TestCheckpoint model = TestCheckpoint.tiny();
        List<int[]> prompts = List.of(ids(9, 61), new int[] {60}, new int[] {60, 0, 60, 5});
        NaiveGpt2 oracle = new NaiveGpt2(model);
        try (Decoder decoder = load(model, DType.F32, Form.PLAIN, Precision.FP32);
                RunningBatch batch = decoder.prefill(prompts, 2, 4)) {
            int[][] rows = new int[6][];
            for (int row = 0; row < 6; row++) {
                rows[row] = prompts.get(row / 2);
            }
            for (int step = 0; step < 4; step++) {
                int[] next = new int[6];
                for (int row = 0; row < 6; row++) {
                    double[][] expected = oracle.logits(rows[row]);
                    assertClose(batch.logits(row), expected[expected.length - 1], TOLERANCE);
                    next[row] = (7 * row + 3 * step) % 61;
                    rows[row] = Arrays.copyOf(rows[row], rows[row].length + 1);
                    rows[row][rows[row].length - 1] = next[row];
                }
                if (step < 3) {
                    batch.step(next);
                }
            }
        }
    }

    /** So different that their keys and values are not read by one call. */
    @Test
    void rowsOfVeryDifferentLengthsEqualEachRowAlone() throws IOException {
        try (Checkpoint shipped = Checkpoint.open(Path.of("models/shakespeare"));
                Decoder decoder = Decoder.load(shipped, Precision.FP32, DeviceChoice.CPU, 2);
                RunningBatch batch = decoder.batch(4)) {
            List<int[]> texts = new ArrayList<>(List.of(
                    ids(2, ShippedVocabulary.SIZE), ids(253, ShippedVocabulary.SIZE), ids(30, ShippedVocabulary.SIZE)));
            batch.join(texts, 1, 256);
            for (int step = 0; step < 3; step++) {
                for (int row = 0; row < 3; row++) {
                    int[] text = texts.get(row);
                    float[] all = decoder.logits(text);
                    FloatBuffer found = batch.logits(row);
                    for (int id = 0; id < ShippedVocabulary.SIZE; id++) {
                        assertThat(found.get(id))
                                .isCloseTo(all[(text.length - 1) * ShippedVocabulary.SIZE + id], within(1e-3f));
                    }
                    texts.set(row, Arrays.copyOf(text, text.length + 1));
                    texts.get(row)[text.length] = 7 * row + step;
                }
                batch.step(
                        texts.stream().mapToInt(text -> text[text.length - 1]).toArray());
            }
        }
    }

    /** Rows join and leave in every order; those that stay must not notice. */
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3})
    void rowsStayTheSameWhileOthersJoinAndLeave(int copies) throws IOException {
        TestCheckpoint model = TestCheckpoint.tiny();
        NaiveGpt2 oracle = new NaiveGpt2(model);
        Random random = new Random(copies);
        try (Decoder decoder = load(model, DType.F32, Form.PLAIN, Precision.FP32);
                RunningBatch batch = decoder.batch(7)) {
            List<int[]> texts = new ArrayList<>();
            for (int step = 0; step < 60; step++) {
                List<int[]> prompts = new ArrayList<>();
                while (texts.size() + copies * (prompts.size() + 1) <= 7 && random.nextInt(3) > 0) {
                    prompts.add(ids(1 + random.nextInt(step < 30 ? 6 : 12), 61));
                }
                if (!prompts.isEmpty()) {
                    batch.join(prompts, copies, step < 30 ? 12 : 20);
                    prompts.forEach(p -> texts.addAll(Collections.nCopies(copies, p)));
                }
                assertThat(batch.rows()).isEqualTo(texts.size());
                for (int place = 0; place < texts.size(); place++) {
                    double[][] expected = oracle.logits(texts.get(place));
                    assertClose(batch.logits(place), expected[expected.length - 1], TOLERANCE);
                }
                for (int place = texts.size() - 1; place >= 0; place--) {
                    int most = step < 30 ? 11 : 19;
                    if (random.nextInt(5) == 0 || texts.get(place).length >= most) {
                        batch.leave(place);
                        int[] last = texts.remove(texts.size() - 1);
                        if (place < texts.size()) {
                            texts.set(place, last);
                        }
                    }
                }
                int[] next = ids(texts.size(), 61);
                for (int place = 0; place < texts.size(); place++) {
                    int[] longer = Arrays.copyOf(texts.get(place), texts.get(place).length + 1);
                    longer[longer.length - 1] = next[place];
                    texts.set(place, longer);
                }
                if (!texts.isEmpty()) {
                    batch.step(next);
                }
            }
        }
    }

    /** Rows become copies of others, in place, more or fewer than before: each continues as after a prefill of its own. */
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4})
    void reorderedRowsEqualFreshOnes(int seed) throws IOException {
        Random random = new Random(seed);
        int[] prompt = ids(6, 61);
        try (Decoder decoder = load(TestCheckpoint.tiny(), DType.F32, Form.PLAIN, Precision.FP32);
                RunningBatch batch = decoder.batch(5)) {
            batch.join(List.of(prompt), 1, 30);
            List<int[]> texts = new ArrayList<>(List.of(prompt));
            int same = 0;
            for (int step = 0; step < 24; step++) {
                int old = texts.size();
                int[] sources = random.ints(1 + random.nextInt(5), 0, old).toArray();
                // Positions that all rows have alike need no copy, but where rows are new.
                batch.reorder(sources, sources.length > old || random.nextBoolean() ? 0 : same);
                List<int[]> before = texts;
                texts = new ArrayList<>();
                for (int source : sources) {
                    texts.add(before.get(source));
                }
                if (old == 1) {
                    same = before.get(0).length;
                }
                int[] next = random.ints(sources.length, 0, 61).toArray();
                batch.step(next);
                for (int place = 0; place < sources.length; place++) {
                    int[] text = Arrays.copyOf(texts.get(place), texts.get(place).length + 1);
                    text[text.length - 1] = next[place];
                    texts.set(place, text);
                    try (RunningBatch fresh = decoder.prefill(List.of(text), 1, 1)) {
                        for (int id = 0; id < 61; id++) {
                            assertThat((double) batch.logits(place).get(id))
                                    .isCloseTo(fresh.logits(0).get(id), within(TOLERANCE));
                        }
                    }
                }
            }
            assertThatThrownBy(() -> batch.reorder(new int[6], 0))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessage("6 rows were asked for in a cache with 5 places");
        }
    }

    @Test
    void rowsOfDifferentLengthsCanBeReordered() throws IOException {
        List<int[]> prompts = List.of(ids(9, 61), new int[] {60}, new int[] {60, 0, 60, 5});
        int[] sources = {2, 2, 0, 1};
        try (Decoder decoder = load(TestCheckpoint.tiny(), DType.F32, Form.PLAIN, Precision.FP32);
                RunningBatch batch = decoder.batch(4)) {
            batch.join(prompts, 1, 12);
            batch.reorder(sources, 0);
            batch.step(new int[] {3, 4, 5, 6});
            for (int place = 0; place < 4; place++) {
                int[] prompt = prompts.get(sources[place]);
                int[] text = Arrays.copyOf(prompt, prompt.length + 1);
                text[prompt.length] = 3 + place;
                double[][] expected = new NaiveGpt2(TestCheckpoint.tiny()).logits(text);
                assertClose(batch.logits(place), expected[prompt.length], TOLERANCE);
            }
        }
    }

    /** A row of more than 4 MB: the layers are copied one by one. */
    @Test
    void longRowsChangePlacesInACircle() throws IOException {
        TestCheckpoint model = new TestCheckpoint(2, 2, 128, 2200, 61, true, 5);
        List<int[]> prompts = List.of(ids(2100, 61), ids(2101, 60), ids(2102, 59));
        int[] sources = {1, 2, 0};
        try (Decoder decoder = load(model, DType.F32, Form.PLAIN, Precision.FP32);
                RunningBatch batch = decoder.batch(3)) {
            batch.join(prompts, 1, 2110);
            batch.reorder(sources, 0);
            batch.step(new int[] {3, 4, 5});
            for (int place = 0; place < 3; place++) {
                int[] prompt = prompts.get(sources[place]);
                int[] text = Arrays.copyOf(prompt, prompt.length + 1);
                text[prompt.length] = 3 + place;
                try (RunningBatch fresh = decoder.prefill(List.of(text), 1, 1)) {
                    for (int id = 0; id < 61; id++) {
                        assertThat((double) batch.logits(place).get(id))
                                .isCloseTo(fresh.logits(0).get(id), within(TOLERANCE));
                    }
                }
            }
        }
    }

    @Test
    void aCacheHasSoManyPlaces() throws IOException {
        try (Decoder decoder = load(TestCheckpoint.tiny(), DType.F32, Form.PLAIN, Precision.FP32);
                RunningBatch batch = decoder.batch(2)) {
            batch.join(List.of(new int[] {1}), 1, 4);
            assertThatThrownBy(() -> batch.join(List.of(new int[] {2}), 2, 4))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessage("2 rows cannot join 1 in a cache with 2 places");
        }
    }

    @Test
    void scoresAreThoseOfTheLogits() throws IOException {
        // More than one chunk of 64 positions.
        TestCheckpoint model = new TestCheckpoint(1, 1, 8, 150, 29, true, 3);
        int[] ids = ids(150, 29);
        double[][] logits = new NaiveGpt2(model).logits(ids);
        try (Decoder decoder = load(model, DType.F32, Form.PLAIN, Precision.FP32)) {
            float[] found = decoder.scores(ids, 3);
            assertThat(found).hasSize(8 * 149);
            for (int t = 0; t < 149; t++) {
                double own = logits[t][ids[t + 1]];
                assertThat((double) found[t]).isCloseTo(own - logSumExp(logits[t]), within(TOLERANCE));
                assertThat(found[149 + t])
                        .as("rank of id %d", t + 1)
                        .isEqualTo(1
                                + Arrays.stream(logits[t]).filter(l -> l > own).count());
            }
            for (int t = 0; t < 149; t++) {
                double norm = logSumExp(logits[t]);
                double[] falling =
                        Arrays.stream(logits[t]).map(l -> -l).sorted().toArray();
                for (int k = 0; k < 3; k++) {
                    double logProbability = found[(2 + k) * 149 + t];
                    assertThat(logProbability).isCloseTo(-falling[k] - norm, within(TOLERANCE));
                    double ofId = logits[t][(int) found[(5 + k) * 149 + t]];
                    assertThat(logProbability).isCloseTo(ofId - norm, within(TOLERANCE));
                }
            }
            assertThatThrownBy(() -> decoder.scores(ids, 30))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("topLogprobs is 30, expected 0 to 29, the size of the vocabulary");
            assertThat(decoder.logProbabilities(ids)).containsExactly(Arrays.copyOf(found, 149));
        }
    }

    @Test
    void rejectsIdsThatTheModelDoesNotHave() throws IOException {
        try (Decoder decoder = load(TestCheckpoint.tiny(), DType.F32, Form.PLAIN, Precision.FP32)) {
            assertThatThrownBy(() -> decoder.logits(new int[] {3, 61}))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("id 61 at index 1 is out of range, expected 0 to 60");
            assertThatThrownBy(() -> decoder.prefill(List.of(new int[] {-1}), 1, 1))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("id -1 at index 0");
            assertThatThrownBy(() -> decoder.logits(new int[41]))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("found 41 ids, expected 1 to 40");
            assertThatThrownBy(() -> decoder.logits(new int[0])).isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void saysThatItIsClosed() throws IOException {
        Decoder decoder = load(TestCheckpoint.tiny(), DType.F32, Form.PLAIN, Precision.FP32);
        RunningBatch batch = decoder.prefill(List.of(new int[] {1}), 1, 3);
        decoder.close();
        decoder.close();
        assertThatThrownBy(() -> decoder.logits(new int[] {1}))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("closed");
        assertThatThrownBy(() -> batch.step(new int[] {1}))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("closed");
        batch.close();
        batch.close();
        assertThatThrownBy(() -> batch.logits(0)).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void leavesNoArrayBehind() throws IOException {
        try (Decoder decoder = load(TestCheckpoint.tiny(), DType.F32, Form.PLAIN, Precision.FP32)) {
            int before = LiveArrays.count(decoder);
            for (int i = 0; i < 3; i++) {
                try (RunningBatch batch = decoder.prefill(List.of(new int[] {1}, new int[] {2, 3}), 2, 5)) {
                    batch.step(new int[] {1, 2, 3, 4});
                    assertThat(LiveArrays.count(decoder)).isGreaterThan(before);
                }
                decoder.logits(new int[] {1, 2});
                decoder.logProbabilities(new int[] {1, 2});
                assertThatThrownBy(() -> decoder.prefill(List.of(new int[] {99}), 1, 1))
                        .isInstanceOf(IllegalArgumentException.class);
                assertThat(LiveArrays.count(decoder)).isEqualTo(before);
            }
        }
    }

    private Decoder load(TestCheckpoint model, DType dtype, Form form, Precision precision) throws IOException {
        try (Checkpoint checkpoint = Checkpoint.open(model.write(folder, dtype, form))) {
            return Decoder.load(checkpoint, precision, DeviceChoice.CPU, 0);
        }
    }

    private static int[] ids(int n, int vocabulary) {
        return new Random(n).ints(n, 0, vocabulary).toArray();
    }

    private static double logSumExp(double[] logits) {
        double sum = 0;
        for (double logit : logits) {
            sum += Math.exp(logit);
        }
        return Math.log(sum);
    }

    private static void assertClose(float[] found, double[][] expected, double tolerance) {
        assertThat(found).hasSize(expected.length * expected[0].length);
        for (int t = 0; t < expected.length; t++) {
            assertClose(
                    FloatBuffer.wrap(found, t * expected[t].length, expected[t].length)
                            .slice(),
                    expected[t],
                    tolerance);
        }
    }

    private static void assertClose(FloatBuffer found, double[] expected, double tolerance) {
        for (int id = 0; id < expected.length; id++) {
            assertThat((double) found.get(id)).as("logit of %d", id).isCloseTo(expected[id], within(tolerance));
        }
    }
}
