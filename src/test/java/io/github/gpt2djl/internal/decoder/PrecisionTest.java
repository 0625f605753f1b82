package io.github.gpt2djl.internal.decoder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.gpt2djl.DeviceChoice;
import io.github.gpt2djl.ModelConfig;
import io.github.gpt2djl.Precision;
import io.github.gpt2djl.internal.hub.Catalog;
import io.github.gpt2djl.internal.machine.CpuFeatures;
import io.github.gpt2djl.internal.machine.Machine;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Which kernel serves which precision, on machines of all kinds: none of these is asked for what it really has. */
class PrecisionTest {
    private static final Machine AVX2 = x86("avx2");
    private static final Machine AVX512 = x86("avx2", "avx512f", "avx512_vnni");
    private static final Machine COOPER_LAKE = x86("avx2", "avx512f", "avx512_vnni", "avx512_bf16");
    private static final Machine SAPPHIRE_RAPIDS =
            x86("avx2", "avx512f", "avx512_vnni", "avx512_bf16", "amx_bf16", "amx_int8");

    private static Machine x86(String... flags) {
        return new Machine("Linux", "amd64", List.of(flags)::contains);
    }

    @ParameterizedTest
    @CsvSource({"Linux, amd64", "Linux, x86_64", "Windows 11, amd64"})
    void x86HasFbgemm(String os, String arch) {
        Machine machine = new Machine(os, arch, flag -> false);
        assertThat(kernels(Precision.FP16, machine)).isEqualTo(Kernels.all(Kernel.FBGEMM_FP16));
        assertThat(kernels(Precision.INT8, machine)).isEqualTo(Kernels.all(Kernel.FBGEMM_INT8));
        assertThat(kernels(Precision.AUTO, machine)).isEqualTo(kernels(Precision.FP32, machine));
    }

    /** With AMX the layers have a copy for several tokens. */
    @Test
    void eightBitsAreMultipliedByAmx() {
        Kernels copied = new Kernels(Kernel.AMX_INT8, Kernel.FBGEMM_INT8);
        assertThat(kernels(Precision.INT8, SAPPHIRE_RAPIDS)).isEqualTo(copied);
        for (Machine machine : List.of(AVX2, AVX512, COOPER_LAKE)) {
            assertThat(kernels(Precision.INT8, machine)).isEqualTo(Kernels.all(Kernel.FBGEMM_INT8));
        }
    }

    /** The layers in 4 bits, the head in 8. */
    @Test
    void fourBitsNeedAvx2() {
        for (Machine machine : List.of(AVX2, AVX512, COOPER_LAKE, SAPPHIRE_RAPIDS)) {
            assertThat(Kernels.isAvailable(Precision.INT4, machine)).isTrue();
            Kernel layers = machine.equals(SAPPHIRE_RAPIDS) ? Kernel.AMX_INT4 : Kernel.INT4;
            assertThat(kernels(Precision.INT4, machine)).isEqualTo(new Kernels(layers, Kernel.FBGEMM_INT8));
            assertThat(kernels(Precision.AUTO, machine).layers().hasGroups()).isFalse();
        }
        for (Machine machine : List.of(x86(), new Machine("Windows 11", "amd64", flag -> false))) {
            assertThat(Kernels.isAvailable(Precision.INT4, machine)).isFalse();
            assertThatThrownBy(() -> kernels(Precision.INT4, machine))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage(
                            "precision INT4 needs Linux on a CPU with AVX2; here expected FP32, FP16, MIXED or INT8");
        }
    }

    /** Of a billion weights and more, those in 8 bits would take what 4 bits save. */
    @Test
    void largeModelsHaveNoCopy() {
        for (Machine machine : List.of(AVX512, SAPPHIRE_RAPIDS)) {
            Kernels four = kernels(Precision.INT4, machine);
            for (String small : List.of("gpt2", "gpt2-large")) {
                assertThat(four.of(config(small))).isEqualTo(four);
            }
            assertThat(four.of(config("gpt2-xl"))).isEqualTo(new Kernels(Kernel.INT4_ALONE, Kernel.FBGEMM_INT8));
        }
        for (Machine machine : List.of(AVX512, SAPPHIRE_RAPIDS)) {
            assertThat(kernels(Precision.INT8, machine).of(config("gpt2-xl")))
                    .isEqualTo(Kernels.all(Kernel.FBGEMM_INT8));
            assertThat(kernels(Precision.INT8, machine).of(config("gpt2-large")))
                    .isEqualTo(kernels(Precision.INT8, machine));
        }
    }

    private static ModelConfig config(String name) {
        return Catalog.find(name).orElseThrow().config();
    }

    @Test
    void fullPrecisionIsOnednnsWhereThereIsNoAvx512() {
        assertThat(kernels(Precision.FP32, AVX2)).isEqualTo(Kernels.all(Kernel.ONEDNN));
        assertThat(kernels(Precision.FP32, AVX512)).isEqualTo(Kernels.all(Kernel.PLAIN));
    }

    @Test
    void layersAreBfloat16WhereTheProcessorMultipliesIt() {
        for (Machine machine : List.of(COOPER_LAKE, SAPPHIRE_RAPIDS)) {
            assertThat(Kernels.isAvailable(Precision.BF16, machine)).isTrue();
            assertThat(kernels(Precision.BF16, machine)).isEqualTo(new Kernels(Kernel.ONEDNN_BF16, Kernel.FBGEMM_FP16));
        }
        for (Machine machine : List.of(AVX2, AVX512)) {
            assertThat(Kernels.isAvailable(Precision.BF16, machine)).isFalse();
            assertThatThrownBy(() -> kernels(Precision.BF16, machine))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("precision BF16 needs a GPU, or Linux on a CPU with AVX512-BF16; here expected FP32,"
                            + " FP16, MIXED or INT8");
        }
    }

    @Test
    void mixedIsBfloat16WhereThereIsAmx() {
        assertThat(kernels(Precision.MIXED, SAPPHIRE_RAPIDS))
                .isEqualTo(new Kernels(Kernel.ONEDNN_BF16, Kernel.ONEDNN_INT8));
        for (Machine machine : List.of(AVX2, AVX512, COOPER_LAKE)) {
            assertThat(kernels(Precision.MIXED, machine))
                    .isEqualTo(new Kernels(Kernel.FBGEMM_FP16, Kernel.FBGEMM_INT8));
        }
    }

    @ParameterizedTest
    @CsvSource({"Linux, aarch64", "Mac OS X, aarch64", "Mac OS X, x86_64"})
    void othersHaveFullPrecisionOnly(String os, String arch) {
        Machine machine = new Machine(os, arch, flag -> true);
        assertThat(kernels(Precision.FP32, machine)).isEqualTo(Kernels.all(Kernel.PLAIN));
        for (Precision precision :
                List.of(Precision.FP16, Precision.BF16, Precision.INT8, Precision.INT4, Precision.MIXED)) {
            assertThat(Kernels.isAvailable(precision, machine)).isFalse();
            assertThatThrownBy(() -> kernels(precision, machine))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("precision " + precision + " needs an x86 CPU with FBGEMM, found " + os + " on " + arch
                            + "; available here: FP32");
        }
    }

    /** What the public methods ask is the machine that runs the test. */
    @ParameterizedTest
    @EnumSource(Precision.class)
    void thisMachineIsHere(Precision precision) {
        Machine here = new Machine(System.getProperty("os.name"), System.getProperty("os.arch"), CpuFeatures::has);
        assertThat(precision.isAvailable()).isEqualTo(Kernels.isAvailable(precision, here));
        if (Kernels.isAvailable(precision, here)) {
            assertThat(Kernels.of(precision, DeviceChoice.CPU)).isEqualTo(kernels(precision, here));
        } else {
            assertThatThrownBy(() -> Kernels.of(precision, DeviceChoice.CPU))
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void weightsInMemory() {
        ModelConfig gpt2 = Catalog.find("gpt2").orElseThrow().config();
        // The size of the original release's data file, which holds nothing but 32-bit weights.
        assertThat(kernels(Precision.FP32, AVX512).weightBytes(gpt2)).isEqualTo(497_759_232);
        // Inputs in blocks of 512, outputs of 16; the tables beside them.
        long layer = 1024L * 2304 + 1024 * 768 + 1024 * 3072 + 3072 * 768;
        long tables = 2L * (50257 + 1024) * 768;
        long vectors = 4L * (12 * (2304 + 768 + 3072 + 768 + 4 * 768) + 2 * 768);
        assertThat(kernels(Precision.FP16, AVX512).weightBytes(gpt2))
                .isEqualTo(2 * (12 * layer + 1024 * 50272) + tables + vectors);
        long weights = 12L * 12 * 768 * 768;
        assertThat(kernels(Precision.INT8, AVX512).weightBytes(gpt2))
                .isEqualTo(weights + 50257 * 768 + tables + vectors);
        Kernels copied = kernels(Precision.INT8, SAPPHIRE_RAPIDS);
        assertThat(copied.weightBytes(gpt2)).isEqualTo(2 * weights + 50257 * 768 + tables + vectors);
        assertThat(copied.bytesPerStep(gpt2)).isEqualTo(weights + 50257 * 768);
        // 4 bits, and for each 32 weights a scale and a middle in 16 bits.
        Kernels four = kernels(Precision.INT4, AVX512).of(gpt2);
        assertThat(four.bytesPerStep(gpt2)).isEqualTo(weights * 5 / 8 + 50257 * 768);
        assertThat(four.weightBytes(gpt2)).isEqualTo(weights * 13 / 8 + 50257 * 768 + tables + vectors);
        ModelConfig xl = config("gpt2-xl");
        long eight = kernels(Precision.INT8, AVX512).weightBytes(xl);
        assertThat(kernels(Precision.INT4, AVX512).of(xl).weightBytes(xl))
                .isEqualTo(eight - 48L * 12 * 1600 * 1600 * 3 / 8);
        assertThat(kernels(Precision.MIXED, AVX512).bytesPerStep(gpt2)).isEqualTo(2 * weights + 50257 * 768);
        assertThat(kernels(Precision.BF16, COOPER_LAKE).weightBytes(gpt2))
                .isEqualTo(2 * (weights + 1024 * 50272) + tables + vectors);
    }

    @Test
    void publicSizesAreThoseOfThisMachinesKernels() {
        ModelConfig gpt2 = Catalog.find("gpt2").orElseThrow().config();
        Kernels here = kernels(Precision.FP32, Machine.HERE);
        assertThat(Precision.FP32.weightBytes(gpt2)).isEqualTo(here.weightBytes(gpt2));
        assertThat(Kernels.of(Precision.FP32, DeviceChoice.CPU).bytesPerStep(gpt2))
                .isEqualTo(here.bytesPerStep(gpt2));
    }

    private static Kernels kernels(Precision precision, Machine machine) {
        return Kernels.of(precision, DeviceChoice.CPU, machine);
    }
}
