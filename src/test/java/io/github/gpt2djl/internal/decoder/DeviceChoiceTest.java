package io.github.gpt2djl.internal.decoder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.engine.EngineException;
import io.github.gpt2djl.DeviceChoice;
import io.github.gpt2djl.InsufficientMemoryException;
import io.github.gpt2djl.ModelConfig;
import io.github.gpt2djl.Precision;
import io.github.gpt2djl.checkpoint.Checkpoint;
import io.github.gpt2djl.internal.hub.Catalog;
import io.github.gpt2djl.testing.NaiveGpt2;
import io.github.gpt2djl.testing.TestCheckpoint;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Devices, as far as a machine without a GPU can tell; GpuTest is for the others. */
class DeviceChoiceTest {
    @TempDir
    Path folder;

    @ParameterizedTest
    @CsvSource({
        "auto, AUTO, 0, auto",
        "CPU, CPU, 0, cpu",
        "gpu, GPU, 0, gpu:0",
        "gpu:0, GPU, 0, gpu:0",
        "Gpu:12, GPU, 12, gpu:12"
    })
    void isReadAndWritten(String text, DeviceChoice.Kind kind, int index, String written) {
        DeviceChoice choice = DeviceChoice.parse(text);
        assertThat(choice).isEqualTo(new DeviceChoice(kind, index));
        assertThat(choice).hasToString(written);
        assertThat(DeviceChoice.parse(written)).isEqualTo(choice);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "cuda", "gpu:", "gpu:-1", "gpu:x", "gpu:99999", "cpu:1", "gpu 1"})
    void otherTextsAreRejected(String text) {
        assertThatThrownBy(() -> DeviceChoice.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("device is " + text + ", expected auto, cpu, gpu or, of several, gpu:1");
    }

    @Test
    void onlyGpusAreNumbered() {
        assertThatThrownBy(() -> new DeviceChoice(DeviceChoice.Kind.CPU, 1))
                .hasMessage("device cpu has index 1, expected 0");
        assertThatThrownBy(() -> new DeviceChoice(DeviceChoice.Kind.GPU, -1))
                .hasMessage("device gpu has index -1, expected 0 or more");
    }

    @Test
    void withoutADriverThatIsTheReason() {
        TorchEngine.start(0);
        assertThat(Gpu.whyNone(false, null)).isEqualTo("this machine has no NVIDIA driver");
        assertThat(Gpu.whyNone(true, null)).isEqualTo("this machine has no NVIDIA driver");
    }

    /** As TorchScript's interpreter wraps the message of PyTorch 2.7.1's allocator. */
    @Test
    void aGpusMemoryThatIsTooSmallIsToldAsSuch() {
        TorchEngine.start(0);
        String told = "CUDA out of memory. Tried to allocate 2.00 GiB. GPU 0 has a total capacity of 79.10 GiB of which"
                + " 1.00 GiB is free.";
        EngineException full = new EngineException("The following operation failed in the TorchScript interpreter.\n"
                + "Traceback of TorchScript (most recent call last):\n  File \"code/__torch__.py\", line 7, in forward\n"
                + "RuntimeError: " + told + "\nException raised from malloc\n");
        assertThat(Gpu.explained(full))
                .isInstanceOf(InsufficientMemoryException.class)
                .hasMessage(told + "; generate fewer sequences at once, shorter ones, or take a smaller model")
                .hasCause(full);
        EngineException other = new EngineException("RuntimeError: shapes differ");
        assertThat(Gpu.explained(other)).isSameAs(other);
    }

    @Test
    void aGpuHasKernelsOfItsOwn() {
        assertThat(Precision.AUTO.resolved(DeviceChoice.GPU)).isEqualTo(Precision.FP16);
        assertThat(Precision.AUTO.resolved(DeviceChoice.CPU)).isEqualTo(Precision.FP32);
        for (Precision precision : List.of(Precision.INT8, Precision.INT4, Precision.MIXED)) {
            assertThatThrownBy(() -> Kernels.of(precision, DeviceChoice.GPU))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("precision " + precision
                            + " needs a CPU; on a GPU expected FP16, BF16 or FP32, or take device cpu");
        }
        assertThat(Kernels.of(Precision.BF16, DeviceChoice.GPU)).isEqualTo(Kernels.all(Kernel.BFLOAT16));
        ModelConfig xl = Catalog.find("gpt2-xl").orElseThrow().config();
        // Every parameter in 16 bits; the head is the table.
        assertThat(Kernels.of(Precision.FP16, DeviceChoice.GPU).weightBytes(xl)).isEqualTo(2 * 1_557_611_200L);
        assertThat(Kernels.of(Precision.FP32, DeviceChoice.GPU).weightBytes(xl)).isEqualTo(4 * 1_557_611_200L);
    }

    /** A GPU's kernels run on a CPU too, if slowly: activations of 16 bits have 11 (or 8) significant ones. */
    @ParameterizedTest
    @CsvSource({"PLAIN, 1e-4", "HALF, 0.02", "BFLOAT16, 0.15"})
    void theDecoderComputesInAnyType(Kernel kernel, double tolerance) throws IOException {
        for (boolean tied : new boolean[] {true, false}) {
            TestCheckpoint model = new TestCheckpoint(2, 2, 16, 40, 61, tied, 1);
            int[] ids = new Random(3).ints(20, 0, 61).toArray();
            double[][] expected = new NaiveGpt2(model).logits(ids);
            ExecutionTarget target = new ExecutionTarget(DeviceChoice.CPU, Kernels.all(kernel));
            try (Checkpoint checkpoint = Checkpoint.open(model.write(folder));
                    Decoder decoder = Decoder.load(checkpoint, () -> target, 0)) {
                assertThat(difference(decoder.logits(ids), expected)).isLessThan(tolerance);
                try (RunningBatch batch =
                        decoder.prefill(List.of(Arrays.copyOf(ids, 12), Arrays.copyOf(ids, 7)), 2, 9)) {
                    float[] logits = new float[61];
                    batch.step(new int[] {ids[12], ids[12], ids[7], ids[7]});
                    batch.logits(1).get(0, logits);
                    assertThat(difference(logits, new double[][] {expected[12]}))
                            .isLessThan(tolerance);
                    batch.leave(0);
                    batch.step(new int[] {ids[8], ids[13], ids[8]});
                    batch.logits(2).get(0, logits);
                    assertThat(difference(logits, new double[][] {expected[8]})).isLessThan(tolerance);
                    assertThat(decoder.scores(ids, 3)).hasSize(8 * 19);
                }
            }
        }
    }

    private static double difference(float[] found, double[][] expected) {
        double largest = 0;
        for (int i = 0; i < found.length; i++) {
            double right = expected[i / expected[0].length][i % expected[0].length];
            largest = Math.max(largest, Math.abs(found[i] - right));
        }
        return largest;
    }
}
