package io.github.gpt2djl.internal.decoder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.gpt2djl.DeviceChoice;
import io.github.gpt2djl.ModelConfig;
import io.github.gpt2djl.Precision;
import io.github.gpt2djl.internal.hub.Catalog;
import io.github.gpt2djl.internal.machine.CpuFeatures;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Which kernel serves which precision where; other machines are played by the system properties. */
class PrecisionTest {
    private final String arch = System.getProperty("os.arch");
    private final String os = System.getProperty("os.name");

    @AfterEach
    void restore() {
        System.setProperty("os.arch", arch);
        System.setProperty("os.name", os);
    }

    @Test
    void x86HasAll() {
        play("Linux", "amd64");
        assertThat(Kernels.of(Precision.FP16, DeviceChoice.CPU)).isEqualTo(Kernels.all(Kernel.FBGEMM_FP16));
        assertThat(Kernels.of(Precision.INT8, DeviceChoice.CPU)).isEqualTo(Kernels.all(Kernel.FBGEMM_INT8));
        assertThat(Kernels.of(Precision.AUTO, DeviceChoice.CPU))
                .isEqualTo(Kernels.of(Precision.FP32, DeviceChoice.CPU));
    }

    /** The processor is the one that runs the test. */
    @Test
    void sixteenBitLayersAreBfloat16WhereTheProcessorMultipliesIt() {
        play("Linux", "amd64");
        assertThat(Precision.BF16.isAvailable()).isEqualTo(CpuFeatures.has("avx512_bf16"));
        if (Precision.BF16.isAvailable()) {
            assertThat(Kernels.of(Precision.BF16, DeviceChoice.CPU))
                    .isEqualTo(new Kernels(Kernel.ONEDNN_BF16, Kernel.FBGEMM_FP16));
        } else {
            assertThatThrownBy(() -> Kernels.of(Precision.BF16, DeviceChoice.CPU))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("precision BF16 needs a GPU, or Linux on a CPU with AVX512-BF16; here expected FP32,"
                            + " FP16, MIXED or INT8");
        }
        assertThat(Kernels.of(Precision.MIXED, DeviceChoice.CPU))
                .isEqualTo(
                        CpuFeatures.has("amx_bf16")
                                ? new Kernels(Kernel.ONEDNN_BF16, Kernel.ONEDNN_INT8)
                                : new Kernels(Kernel.FBGEMM_FP16, Kernel.FBGEMM_INT8));
    }

    @Test
    void othersHaveFullPrecisionOnly() {
        for (String[] machine :
                new String[][] {{"Linux", "aarch64"}, {"Mac OS X", "aarch64"}, {"Mac OS X", "x86_64"}}) {
            play(machine[0], machine[1]);
            assertThat(Kernels.of(Precision.FP32, DeviceChoice.CPU)).isEqualTo(Kernels.all(Kernel.PLAIN));
            assertThatThrownBy(() -> Kernels.of(Precision.INT8, DeviceChoice.CPU))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("precision INT8 needs an x86 CPU with FBGEMM, found " + machine[0] + " on " + machine[1]
                            + "; available here: FP32");
            assertThatThrownBy(() -> Kernels.of(Precision.FP16, DeviceChoice.CPU))
                    .isInstanceOf(IllegalArgumentException.class);
            assertThat(Precision.BF16.isAvailable()).isFalse();
            assertThatThrownBy(() -> Kernels.of(Precision.BF16, DeviceChoice.CPU))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("precision BF16 needs an x86 CPU with FBGEMM, found " + machine[0] + " on " + machine[1]
                            + "; available here: FP32");
        }
    }

    @Test
    void weightsInMemory() {
        play("Linux", "aarch64");
        ModelConfig gpt2 = Catalog.find("gpt2").orElseThrow().config();
        // The size of the original release's data file, which holds nothing but 32-bit weights.
        assertThat(Precision.FP32.weightBytes(gpt2)).isEqualTo(497_759_232);
        play("Linux", "amd64");
        // Inputs in blocks of 512, outputs of 16; the tables beside them.
        long layer = 1024L * 2304 + 1024 * 768 + 1024 * 3072 + 3072 * 768;
        long tables = 2L * (50257 + 1024) * 768;
        long vectors = 4L * (12 * (2304 + 768 + 3072 + 768 + 4 * 768) + 2 * 768);
        assertThat(Precision.FP16.weightBytes(gpt2)).isEqualTo(2 * (12 * layer + 1024 * 50272) + tables + vectors);
        long weights = 12L * 12 * 768 * 768;
        assertThat(Precision.INT8.weightBytes(gpt2)).isEqualTo(weights + 50257 * 768 + tables + vectors);
        assertThat(Kernels.of(Precision.MIXED, DeviceChoice.CPU).bytesPerStep(gpt2))
                .isEqualTo(2 * weights + 50257 * 768);
        Kernels bf16 = new Kernels(Kernel.ONEDNN_BF16, Kernel.FBGEMM_FP16);
        assertThat(bf16.weightBytes(gpt2)).isEqualTo(2 * (weights + 1024 * 50272) + tables + vectors);
    }

    private static void play(String os, String arch) {
        System.setProperty("os.name", os);
        System.setProperty("os.arch", arch);
    }
}
