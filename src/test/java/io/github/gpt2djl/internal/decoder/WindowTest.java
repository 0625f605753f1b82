package io.github.gpt2djl.internal.decoder;

import static io.github.gpt2djl.testing.ShippedVocabulary.SIZE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.gpt2djl.DeviceChoice;
import io.github.gpt2djl.ModelConfig;
import io.github.gpt2djl.Precision;
import io.github.gpt2djl.checkpoint.Checkpoint;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Layers that look back on a window, in all ways to compute a token. {@link ArchitectureReferenceTest} compares them with
 * transformers, in models that are too narrow for some of these ways.
 */
class WindowTest {
    private static final int WINDOW = 20;

    /** The shipped model, of which every other layer is local. */
    private static Decoder load(Precision precision) throws IOException {
        OnednnTest.assumeAvailable(precision);
        try (Checkpoint shipped = Checkpoint.shipped("shakespeare")) {
            ModelConfig c = shipped.config();
            ModelConfig local = new ModelConfig(
                    c.architecture(),
                    c.layers(),
                    c.heads(),
                    c.width(),
                    c.innerWidth(),
                    c.embeddingWidth(),
                    c.positions(),
                    c.vocabularySize(),
                    c.epsilon(),
                    c.postNorm(),
                    c.finalNorm(),
                    c.activation(),
                    c.scaleAttnWeights(),
                    c.scaleAttnByInverseLayerIdx(),
                    List.of(1, 3, 5),
                    WINDOW,
                    c.enableBias(),
                    c.layerNormElementwiseAffine(),
                    c.bosId(),
                    c.eosIds(),
                    c.tiedHead());
            return Decoder.load(
                    new Checkpoint("local", local, shipped.tensors(), null), precision, DeviceChoice.CPU, 2);
        }
    }

    /**
     * Rows of any lengths, with a mask or, where they differ by more than 85 tokens, an attention each; the last token's
     * logits are those of one call for the whole row.
     */
    @ParameterizedTest
    @CsvSource({"FP32, 1e-3", "FP16, 1e-3", "BF16, 0.3", "MIXED, 0.3"})
    void rowsEqualEachRowAlone(Precision precision, double tolerance) throws IOException {
        Random random = new Random(8);
        try (Decoder decoder = load(precision);
                RunningBatch batch = decoder.batch(7)) {
            List<List<Integer>> rows = new ArrayList<>();
            for (int step = 0; step < 25; step++) {
                int[] next = random.ints(rows.size(), 0, SIZE).toArray();
                for (int row = 0; row < next.length; row++) {
                    rows.get(row).add(next[row]);
                }
                List<int[]> prompts = step % 4 > 0
                        ? List.of()
                        : List.of(random.ints(step == 4 ? 200 : 1 + random.nextInt(50), 0, SIZE)
                                .toArray());
                prompts.forEach(prompt ->
                        rows.add(new ArrayList<>(Arrays.stream(prompt).boxed().toList())));
                if (prompts.isEmpty()) {
                    batch.step(next);
                } else if (next.length == 0) {
                    batch.join(prompts, 1, 256);
                } else {
                    batch.stepAndJoin(next, prompts, 1, 256);
                }
                for (int row = 0; row < rows.size(); row++) {
                    int[] ids = rows.get(row).stream().mapToInt(id -> id).toArray();
                    float[] expected = decoder.logits(ids);
                    for (int id = 0; id < SIZE; id += 17) {
                        assertThat((double) batch.logit(row, id))
                                .as("step %d, row %d of %d tokens", step, row, ids.length)
                                .isCloseTo(expected[(ids.length - 1) * SIZE + id], within(tolerance));
                    }
                }
            }
            assertThat(rows).hasSize(7);
        }
    }

    /** To the last bit with activations of few bits. */
    @ParameterizedTest
    @CsvSource({"FP32, 1e-4", "FP16, 1e-4", "BF16, 0", "INT8, 0", "INT4, 0"})
    void tokensThatAreVerifiedTogetherEqualEachAlone(Precision precision, double tolerance) throws IOException {
        int[] ids = new Random(4).ints(90, 0, SIZE).toArray();
        List<int[]> start = List.of(Arrays.copyOf(ids, 3));
        try (Decoder decoder = load(precision);
                RunningBatch alone = decoder.prefill(start, 1, 87);
                RunningBatch together = decoder.prefill(start, 1, 87)) {
            int done = 3;
            for (int count = 1; done + count <= ids.length; count = count % 9 + 1) {
                VerifiedLogits verified = together.verify(Arrays.copyOfRange(ids, done, done + count));
                for (int i = 0; i < count; i++) {
                    alone.step(new int[] {ids[done + i]});
                    for (int id = 0; id < SIZE; id++) {
                        assertThat((double) verified.logits(i).get(id))
                                .isCloseTo(alone.logits(0).get(id), within(tolerance));
                    }
                }
                done += count;
            }
        }
    }

    /** Several steps in one call, with rows that are alike and rows that are not. */
    @ParameterizedTest
    @CsvSource({"30, 30", "30, 4", "150, 2"})
    void stepsAheadChooseTheLikeliest(int one, int other) throws IOException {
        Random random = new Random(one + other);
        List<int[]> prompts = List.of(
                random.ints(one, 0, SIZE).toArray(), random.ints(other, 0, SIZE).toArray());
        try (Decoder decoder = load(Precision.FP32);
                RunningBatch single = decoder.prefill(prompts, 1, 40);
                RunningBatch ahead = decoder.prefill(prompts, 1, 40)) {
            int[] next = {5, 6};
            SampledBlock chosen = ahead.steps(
                    next, Collections.nCopies(2, new DeviceSampling(0, 0, 1)), new double[30][2], List.of());
            for (int step = 0; step < 30; step++) {
                single.step(next);
                for (int row = 0; row < 2; row++) {
                    int best = 0;
                    for (int id = 1; id < SIZE; id++) {
                        best = single.logit(row, id) > single.logit(row, best) ? id : best;
                    }
                    next[row] = best;
                    assertThat(chosen.id(step, row)).isEqualTo(best);
                }
            }
        }
    }
}
