package io.github.gpt2djl.decoder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.gpt2djl.checkpoint.ModelConfig;
import io.github.gpt2djl.hub.Catalog;
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
        assertThat(Precision.FP16.kernel()).isEqualTo(Precision.Kernel.FBGEMM_FP16);
        assertThat(Precision.INT8.kernel()).isEqualTo(Precision.Kernel.FBGEMM_INT8);
        assertThat(Precision.AUTO.kernel()).isEqualTo(Precision.FP32.kernel());
    }

    @Test
    void othersHaveFullPrecisionOnly() {
        for (String[] machine :
                new String[][] {{"Linux", "aarch64"}, {"Mac OS X", "aarch64"}, {"Mac OS X", "x86_64"}}) {
            play(machine[0], machine[1]);
            assertThat(Precision.FP32.kernel()).isEqualTo(Precision.Kernel.PLAIN);
            assertThatThrownBy(Precision.INT8::kernel)
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("precision INT8 needs an x86 CPU with FBGEMM, found " + machine[0] + " on " + machine[1]
                            + "; available here: FP32");
            assertThatThrownBy(Precision.FP16::kernel).isInstanceOf(IllegalArgumentException.class);
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
        assertThat(Precision.FP16.weightBytes(gpt2)).isEqualTo(2 * (12 * layer + 1024 * 50272 + (50257 + 1024) * 768));
    }

    private static void play(String os, String arch) {
        System.setProperty("os.name", os);
        System.setProperty("os.arch", arch);
    }
}
