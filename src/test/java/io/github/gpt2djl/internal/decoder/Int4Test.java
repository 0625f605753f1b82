package io.github.gpt2djl.internal.decoder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.gpt2djl.ContextPolicy;
import io.github.gpt2djl.DeviceChoice;
import io.github.gpt2djl.Generation;
import io.github.gpt2djl.GenerationConfig;
import io.github.gpt2djl.GenerationConfigBuilder;
import io.github.gpt2djl.Gpt2;
import io.github.gpt2djl.InsufficientMemoryException;
import io.github.gpt2djl.LoadOptions;
import io.github.gpt2djl.Precision;
import io.github.gpt2djl.Prompt;
import io.github.gpt2djl.checkpoint.Checkpoint;
import io.github.gpt2djl.sampling.TokenProbability;
import io.github.gpt2djl.testing.NaiveGpt2;
import io.github.gpt2djl.testing.ShippedVocabulary;
import io.github.gpt2djl.testing.TestCheckpoint;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Weights in 4 bits: what they change, and in which ways a token can be computed. */
class Int4Test {
    private static final int GROUP = 32;

    @TempDir
    Path folder;

    @BeforeEach
    void available() {
        assumeTrue(Precision.INT4.isAvailable(), "INT4 needs Linux on x86 with AVX2, which this machine lacks");
    }

    private static Decoder load(Path model, Kernel kernel, Kernel head) throws IOException {
        try (Checkpoint checkpoint = Checkpoint.open(model)) {
            Kernels kernels = new Kernels(kernel, head);
            return Decoder.load(checkpoint, () -> new ExecutionTarget(DeviceChoice.CPU, kernels), 0);
        }
    }

    /** A model whose weights are 4-bit numbers times a scale plus a middle already, in each group of 32 inputs. */
    private static TestCheckpoint onTheGrid(int heads, int width, long seed) {
        TestCheckpoint model = new TestCheckpoint(2, heads, width, 60, 83, true, seed);
        Random random = new Random(seed);
        for (int layer = 0; layer < 2; layer++) {
            String h = "h." + layer + ".";
            for (String norm : List.of("ln_1", "ln_2")) {
                Arrays.fill(model.values(h + norm + ".weight"), 1);
                Arrays.fill(model.values(h + norm + ".bias"), 0);
            }
            put(random, model.values(h + "attn.c_attn.weight"), width, 3 * width);
            put(random, model.values(h + "attn.c_proj.weight"), width, width);
            put(random, model.values(h + "mlp.c_fc.weight"), width, 4 * width);
            put(random, model.values(h + "mlp.c_proj.weight"), 4 * width, width);
        }
        return model;
    }

    /** weight [in, out]. Each group has the lowest and the highest number; scale and middle have 8 significant bits. */
    private static void put(Random random, float[] weight, int in, int out) {
        for (int output = 0; output < out; output++) {
            for (int first = 0; first < in; first += GROUP) {
                float scale = (128 + random.nextInt(128)) / 16384f;
                float middle = (random.nextInt(255) - 127) / 16384f;
                for (int i = 0; i < GROUP; i++) {
                    int number = i == 5 ? -8 : i == 21 ? 7 : random.nextInt(16) - 8;
                    weight[(first + i) * out + output] = number * scale + middle;
                }
            }
        }
    }

    /**
     * Rounding such a model changes nothing, so that the logits are those of plain doubles but for what BF16 rounds in
     * activations, 8 significant bits; the 8-bit copy takes prompts.
     */
    @ParameterizedTest
    @CsvSource({
        "INT4, 2, 32, 1",
        "INT4, 4, 96, 2",
        "INT4, 2, 160, 3",
        "INT4_ALONE, 2, 32, 4",
        "INT4_ALONE, 4, 96, 5",
        "AMX_INT4, 4, 96, 6"
    })
    void aModelOnTheGridIsNotRounded(Kernel kernel, int heads, int width, long seed) throws IOException {
        TestCheckpoint model = onTheGrid(heads, width, seed);
        int[] ids = new Random(seed).ints(24, 0, 83).toArray();
        double[][] expected = new NaiveGpt2(model).logits(ids);
        try (Decoder decoder = load(model.write(folder), kernel, Kernel.FBGEMM_FP16)) {
            FloatBuffer all = FloatBuffer.wrap(decoder.logits(ids));
            for (int t = 0; t < ids.length; t++) {
                assertThat(error(all.slice(83 * t, 83), expected[t])).isLessThan(.015);
            }
            for (int rows : new int[] {1, 3, 4}) {
                try (RunningBatch batch = decoder.prefill(List.of(Arrays.copyOf(ids, 3)), rows, 24)) {
                    for (int t = 2; t + 1 < ids.length; t++) {
                        for (int row = 0; row < rows; row++) {
                            assertThat(error(batch.logits(row), expected[t]))
                                    .as("token %d of row %d of %d", t, row, rows)
                                    .isLessThan(.015);
                        }
                        int[] next = new int[rows];
                        Arrays.fill(next, ids[t + 1]);
                        batch.step(next);
                    }
                }
            }
        }
    }

    /** The mean error, as a part of the logits' standard deviation. */
    private static double error(FloatBuffer found, double[] expected) {
        double mean = Arrays.stream(expected).average().orElseThrow();
        double square = 0;
        double error = 0;
        for (int id = 0; id < expected.length; id++) {
            square += (expected[id] - mean) * (expected[id] - mean) / expected.length;
            error += Math.abs(found.get(id) - expected[id]) / expected.length;
        }
        return error / Math.sqrt(square);
    }

    /** Up to 3 rows are computed as each alone, to the last bit: rows of a batch, and guesses of any number. */
    @ParameterizedTest
    @EnumSource(
            value = Kernel.class,
            names = {"INT4", "AMX_INT4", "INT4_ALONE"})
    void aRowIsThatOfTheRowAlone(Kernel kernel) throws IOException {
        try (Decoder decoder = load(Path.of("models/shakespeare"), kernel, Kernel.FBGEMM_INT8)) {
            int[] ids = new Random(7).ints(120, 0, ShippedVocabulary.SIZE).toArray();
            int rows = kernel == Kernel.INT4_ALONE ? 9 : 3;
            List<int[]> prompts = new ArrayList<>();
            for (int row = 0; row < rows; row++) {
                prompts.add(new int[] {ids[row]});
            }
            List<RunningBatch> alone = new ArrayList<>();
            try (RunningBatch together = decoder.batch(rows)) {
                together.join(prompts, 1, 40);
                for (int[] prompt : prompts) {
                    alone.add(decoder.prefill(List.of(prompt), 1, 40));
                }
                for (int step = 0; step < 10; step++) {
                    int[] next = Arrays.copyOfRange(ids, rows * (step + 1), rows * (step + 2));
                    for (int row = 0; row < rows; row++) {
                        assertThat(together.logits(row))
                                .isEqualTo(alone.get(row).logits(0));
                    }
                    together.step(next);
                    for (int row = 0; row < rows; row++) {
                        alone.get(row).step(new int[] {next[row]});
                    }
                }
            } finally {
                alone.forEach(RunningBatch::close);
            }
        }
    }

    /** Against the same model of the grid in 32 bits, whose probabilities are nearly equal. */
    @ParameterizedTest
    @CsvSource({"64, 11", "96, 12", "160, 13"})
    void eachWayChoosesWhatFullPrecisionFindsLikeliest(int width, long seed) throws IOException {
        Path model = onTheGrid(2, width, seed).write(folder);
        GenerationConfigBuilder greedy =
                GenerationConfig.builder().maxNewTokens(20).suppressTokens(82);
        int[] ids = new Random(seed).ints(30, 0, 82).toArray();
        List<Prompt> prompts = List.of(
                Prompt.ofIds(Arrays.copyOf(ids, 2)),
                Prompt.ofIds(Arrays.copyOfRange(ids, 2, 12)),
                Prompt.ofIds(Arrays.copyOfRange(ids, 12, 19)),
                Prompt.ofIds(ids[19]),
                Prompt.ofIds(Arrays.copyOfRange(ids, 20, 30)));
        try (Gpt2 full = Gpt2.load(model, LoadOptions.DEFAULT.withPrecision(Precision.FP32));
                Gpt2 four = Gpt2.load(model, LoadOptions.DEFAULT.withPrecision(Precision.INT4))) {
            for (int rows : new int[] {5, 2}) {
                List<Generation> all = four.generateAll(prompts.subList(0, rows), greedy.build());
                for (int row = 0; row < rows; row++) {
                    assertLikely(full, prompts.get(row), all.get(row).ids(), 1);
                }
            }
            GenerationConfigBuilder guesses = greedy.copy().promptLookupNumTokens(7);
            GenerationConfigBuilder slide = greedy.copy().maxNewTokens(70).contextPolicy(ContextPolicy.slide(20));
            GenerationConfigBuilder contrastive = greedy.copy().penaltyAlpha(.6).topK(4);
            GenerationConfigBuilder beams = greedy.copy().numBeams(3);
            for (Prompt prompt : prompts) {
                List<Integer> plain = four.generate(prompt, greedy.build()).ids();
                assertLikely(full, prompt, plain, 1);
                assertThat(four.generate(prompt, guesses.build()).ids()).isEqualTo(plain);
                List<Integer> slid = four.generate(prompt, slide.build()).ids();
                assertThat(slid).hasSize(70);
                assertLikely(
                        full,
                        prompt,
                        slid.subList(
                                0, 60 - Objects.requireNonNull(prompt.ids()).size()),
                        1);
                assertLikely(
                        full, prompt, four.generate(prompt, contrastive.build()).ids(), 4);
                double best =
                        sum(full, prompt, full.generate(prompt, beams.build()).ids());
                assertThat(sum(
                                full,
                                prompt,
                                four.generate(prompt, beams.build()).ids()))
                        // Beams that are rounded otherwise end in another text: up to 0.502 with BF16's keys.
                        .isGreaterThan(best - .6);
            }
            double[] sums = new double[prompts.size()];
            full.rank(prompts.get(4), prompts).forEach(ranked -> sums[ranked.index()] = ranked.sum());
            four.rank(prompts.get(4), prompts)
                    .forEach(ranked -> assertThat(ranked.sum()).isCloseTo(sums[ranked.index()], within(.2)));
        }
    }

    /** Each id is nearly as likely as the k-th likeliest. */
    private static void assertLikely(Gpt2 full, Prompt prompt, List<Integer> ids, int k) {
        List<Integer> before = new ArrayList<>(Objects.requireNonNull(prompt.ids()));
        for (int id : ids) {
            List<TokenProbability> likeliest = full.nextTokens(Prompt.ofIds(before), 83);
            double own = likeliest.stream()
                    .filter(each -> each.id() == id)
                    .findFirst()
                    .orElseThrow()
                    .probability();
            // One more than k, as id 82 is suppressed.
            int last = likeliest.stream().limit(k).anyMatch(each -> each.id() == 82) ? k : k - 1;
            assertThat(own).isGreaterThan(.8 * likeliest.get(last).probability());
            before.add(id);
        }
    }

    private static double sum(Gpt2 full, Prompt prompt, List<Integer> ids) {
        return full.rank(prompt, List.of(Prompt.ofIds(ids))).get(0).sum();
    }

    @ParameterizedTest
    @CsvSource({
        "24, n_embd 24 and n_inner 96",
        "48, n_embd 48 and n_inner 192",
        "80, n_embd 80 and n_inner 320",
    })
    void widthsThatGroupsDoNotDivideAreRefused(int width, String found) throws IOException {
        new TestCheckpoint(1, 2, width, 20, 61, true, 1).write(folder);
        try (Checkpoint checkpoint = Checkpoint.open(folder)) {
            assertThatThrownBy(() -> Decoder.load(checkpoint, Precision.INT4, DeviceChoice.CPU, 0))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("precision INT4 needs widths that are multiples of 32, found " + found + "; take INT8");
            assertThatThrownBy(() -> Precision.INT4.weightBytes(checkpoint.config()))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageStartingWith("precision INT4 needs widths");
            ExecutionTarget plain = new ExecutionTarget(DeviceChoice.CPU, Kernels.all(Kernel.PLAIN));
            long eight = Kernels.of(Precision.INT8, DeviceChoice.CPU).loadingBytes(checkpoint.config(), 1);
            assertThatThrownBy(() -> WeightMemory.check(checkpoint, plain, 1, eight))
                    .isInstanceOf(InsufficientMemoryException.class)
                    .hasMessageContaining("INT8 (")
                    .hasMessageNotContaining("INT4");
        }
    }

    @Test
    void tablesOfAnotherWidthAreRefused() throws IOException {
        try (Checkpoint checkpoint = Checkpoint.open(Path.of("src/test/resources/reference/opt-projected-f16"))) {
            assertThatThrownBy(() -> Decoder.load(checkpoint, Precision.INT4, DeviceChoice.CPU, 0))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("precision INT4 needs widths that are multiples of 32, found n_embd 48 and n_inner 192,"
                            + " tables of width 24; take INT8");
        }
    }
}
