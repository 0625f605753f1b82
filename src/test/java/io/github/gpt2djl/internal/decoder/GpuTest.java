package io.github.gpt2djl.internal.decoder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.gpt2djl.DeviceChoice;
import io.github.gpt2djl.InsufficientMemoryException;
import io.github.gpt2djl.Precision;
import io.github.gpt2djl.checkpoint.Checkpoint;
import io.github.gpt2djl.testing.ReferenceModels;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The decoder on a GPU. In a build with PyTorch for the CPU, as CI's is, all is skipped, and the report says why; with
 * -Pcuda a machine without a GPU fails.
 */
class GpuTest {
    private static final Path REFERENCE = Path.of("src/test/resources/reference");

    @TempDir
    Path folder;

    @BeforeAll
    static void needsAGpu() {
        TorchEngine.start(0);
        String reason = Gpu.whyNot(0);
        if (Boolean.getBoolean("gpu.required")) {
            assertThat(reason).as("why there is no GPU").isNull();
        }
        String skipped = "GpuTest needs a GPU and CUDA's PyTorch (mvn test -Pcuda): " + reason;
        if (reason != null) {
            System.out.println(skipped);
        }
        assumeTrue(reason == null, skipped);
    }

    /** Sums in another order, of numbers of the size of 10. */
    @ParameterizedTest
    @MethodSource(ReferenceModels.NAMES)
    void isAsExactAsTheCpu(String name) throws IOException {
        TransformersReferenceTest.compare(REFERENCE.resolve(name), DeviceChoice.GPU, 1e-3);
    }

    @ParameterizedTest
    @CsvSource({
        "prefixed-f32, FP16",
        "prefixed-f32, BF16",
        "opt-projected-f16, FP16",
        "opt-projected-f16, BF16",
        "gpt-neo-f32, FP16",
        "gpt-neo-f32, BF16"
    })
    void sixteenBitsAreNearly(String name, Precision precision) throws IOException {
        TransformersReferenceTest.compareScores(REFERENCE.resolve(name), precision, DeviceChoice.GPU, 5e-2);
    }

    @ParameterizedTest
    @CsvSource({"1, 1", "32, 1", "7, 5", "32, 24"})
    void choosesWhatTheSamplersChoose(int ahead, int places) throws IOException {
        try (Decoder decoder = decoder()) {
            StepsAheadTest.assertSame(decoder, StepsAheadTest.requests(ahead), ahead, places);
        }
    }

    @Test
    void theModelOutlivesATooLargeBatch() throws IOException {
        int[] ids = new Random(1).ints(20, 0, 307).toArray();
        try (Decoder decoder = decoder();
                Decoder second = decoder()) {
            float[] before = decoder.logits(ids);
            try (RunningBatch batch = decoder.batch(100_000)) {
                assertThatThrownBy(() -> batch.join(List.of(ids), 1, 1_000_000))
                        .isInstanceOf(InsufficientMemoryException.class)
                        .hasMessageMatching(
                                "the KV cache of 100000 sequences of 1000000 tokens needs \\d.* GB of memory,"
                                        + " and \\d.* GB are free; .*");
            }
            assertThat(decoder.logits(ids)).containsExactly(before);
            assertThat(second.logits(ids)).containsExactly(before);
        }
    }

    @Test
    void aThousandGenerationsLeaveNothing() throws IOException {
        try (Decoder decoder = decoder()) {
            long before = 0;
            for (int i = 0; i < 1000; i++) {
                try (RunningBatch batch = decoder.prefill(List.of(new int[] {1, 2, 3}), 4, 20)) {
                    batch.steps(
                            new int[4],
                            List.of(
                                    DeviceSampling.GREEDY,
                                    DeviceSampling.GREEDY,
                                    DeviceSampling.GREEDY,
                                    DeviceSampling.GREEDY),
                            new double[16][4],
                            List.of());
                }
                before = i == 50 ? Gpu.freeBytes(0) : before;
            }
            // Others may use the card, too.
            assertThat(Gpu.freeBytes(0)).isGreaterThan(before - (64 << 20));
        }
    }

    private Decoder decoder() throws IOException {
        try (Checkpoint checkpoint = Checkpoint.open(StepsAheadTest.model().write(folder))) {
            return Decoder.load(checkpoint, Precision.FP32, DeviceChoice.GPU, 0);
        }
    }
}
