package io.github.gpt2djl.internal.decoder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.gpt2djl.DeviceChoice;
import io.github.gpt2djl.Precision;
import io.github.gpt2djl.checkpoint.Checkpoint;
import io.github.gpt2djl.internal.machine.Machine;
import io.github.gpt2djl.testing.ReferenceModels;
import io.github.gpt2djl.testing.ShippedVocabulary;
import io.github.gpt2djl.testing.TestCheckpoint;
import io.github.gpt2djl.testing.TestJvm;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The products of oneDNN: 32-bit ones, which FP32 has on CPUs without AVX-512, and BF16's. */
class OnednnTest {
    /** Those of {@link Precision#BF16}. */
    private static final Kernels BF16 = new Kernels(Kernel.ONEDNN_BF16, Kernel.FBGEMM_FP16);

    static void assumeAvailable(Precision precision) {
        assumeTrue(
                precision.isAvailable(),
                () -> precision + " needs " + (Machine.HERE.hasFbgemm() ? "AVX512-BF16" : "FBGEMM, on x86")
                        + ", which this processor lacks: " + Machine.HERE.os() + " on " + Machine.HERE.arch());
    }

    /** oneDNN multiplies bfloat16 on every processor with AVX-512; {@link Precision} asks for one that does so fast. */
    private static void assumeBfloat16() {
        assumeTrue(
                Machine.HERE.hasFbgemm() && Machine.HERE.has("avx512bw"),
                "oneDNN's bfloat16 needs x86 with AVX-512, which this processor lacks");
    }

    @ParameterizedTest
    @MethodSource(ReferenceModels.NAMES)
    void scoresAreThoseOfTransformers(String name) throws IOException {
        compare(name, Kernels.all(Kernel.ONEDNN), 1e-4);
    }

    /** This kernel is for processors without AVX-512: libraries that may use no more than AVX2 choose as they do there. */
    @Test
    @Timeout(300)
    void scoresOnAvx2AreThoseOfTransformers() throws Exception {
        assumeTrue(Machine.HERE.hasFbgemm() && Machine.HERE.has("avx2"), "AVX2 is x86's, and this processor lacks it");
        ProcessBuilder builder = TestJvm.command(Scores.class.getName()).redirectErrorStream(true);
        builder.environment().put("ONEDNN_MAX_CPU_ISA", "AVX2");
        builder.environment().put("ATEN_CPU_CAPABILITY", "avx2");
        // Each product is told, with the instructions that it uses.
        builder.environment().put("ONEDNN_VERBOSE", "1");
        Process process = builder.start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(said).isZero();
        assertThat(said).contains("avx2").doesNotContain("avx512_core");
    }

    /** Compares a model of each architecture, in a process of its own. */
    static final class Scores {
        private Scores() {}

        public static void main(String[] args) throws IOException {
            for (String name : List.of("prefixed-f32", "gpt1-f32", "opt-projected-f16", "gpt-neo-f32")) {
                compare(name, Kernels.all(Kernel.ONEDNN), 1e-4);
            }
        }
    }

    /** 8 significant bits: each product is off by up to 1/256, and a score by their random walk. */
    @ParameterizedTest
    @MethodSource(ReferenceModels.NAMES)
    void bfloat16ScoresAreNearlyThoseOfTransformers(String name) throws IOException {
        assumeBfloat16();
        compare(name, BF16, .05);
    }

    /** What {@link Precision#MIXED} is on a processor with AMX, by the same kernels on any with VNNI. */
    @ParameterizedTest
    @MethodSource(ReferenceModels.NAMES)
    void amxsMixtureIsNearlyTransformers(String name) throws IOException {
        assumeBfloat16();
        assumeTrue(
                Machine.HERE.has("avx512_vnni"), "8-bit products in AMX's way need VNNI, which this processor lacks");
        compare(name, new Kernels(Kernel.ONEDNN_BF16, Kernel.ONEDNN_INT8), .1);
    }

    private static void compare(String name, Kernels kernels, double tolerance) throws IOException {
        compare(Path.of("src/test/resources/reference", name), kernels, tolerance);
    }

    private static void compare(Path folder, Kernels kernels, double tolerance) throws IOException {
        try (Checkpoint checkpoint = Checkpoint.open(folder);
                Decoder decoder = Decoder.load(checkpoint, () -> new ExecutionTarget(DeviceChoice.CPU, kernels), 0)) {
            TransformersReferenceTest.compareScores(decoder, folder, tolerance);
        }
    }

    /** Rows of any lengths, with a mask or an attention each; rounding depends a little on what shares the batch. */
    @Test
    void rowsEqualEachRowAlone() throws IOException {
        assumeBfloat16();
        Random random = new Random(8);
        try (Checkpoint shipped = Checkpoint.open(Path.of("models/shakespeare"));
                Decoder decoder = Decoder.load(shipped, () -> new ExecutionTarget(DeviceChoice.CPU, BF16), 2);
                RunningBatch together = decoder.batch(7)) {
            List<RunningBatch> alone = new ArrayList<>();
            for (int step = 0; step < 40; step++) {
                if (alone.size() < 7 && random.nextInt(3) == 0) {
                    List<int[]> prompts = new ArrayList<>();
                    for (int n = 1 + random.nextInt(Math.min(3, 7 - alone.size())); n > 0; n--) {
                        prompts.add(random.ints(1 + random.nextInt(200), 0, ShippedVocabulary.SIZE)
                                .toArray());
                    }
                    together.join(prompts, 1, 256);
                    for (int[] prompt : prompts) {
                        alone.add(decoder.prefill(List.of(prompt), 1, 256 - prompt.length));
                    }
                }
                for (int row = 0; row < alone.size(); row++) {
                    assertThat(difference(together.logits(row), alone.get(row).logits(0)))
                            .isLessThan(.1);
                    assertThat((double) together.logSumExp(row))
                            .isCloseTo(alone.get(row).logSumExp(0), within(.05));
                }
                int[] next =
                        random.ints(alone.size(), 0, ShippedVocabulary.SIZE).toArray();
                if (next.length > 0) {
                    together.step(next);
                }
                for (int row = 0; row < next.length; row++) {
                    alone.get(row).step(new int[] {next[row]});
                }
            }
            assertThat(alone).hasSize(7);
            alone.forEach(RunningBatch::close);
        }
    }

    /** From 17 tokens on the layers' products are of a multiple of 16 rows. */
    @Test
    void promptsOfAllLengthsAreContinued(@TempDir Path folder) throws IOException {
        assumeBfloat16();
        TestCheckpoint.tiny().write(folder);
        int[] text = new Random(3).ints(40, 0, 61).toArray();
        try (Checkpoint checkpoint = Checkpoint.open(folder);
                Decoder decoder = Decoder.load(checkpoint, () -> new ExecutionTarget(DeviceChoice.CPU, BF16), 2)) {
            FloatBuffer expected = FloatBuffer.wrap(decoder.logits(text));
            for (int n = 1; n <= text.length; n++) {
                try (RunningBatch batch = decoder.prefill(List.of(Arrays.copyOf(text, n)), 2, 2 + text.length - n)) {
                    for (int t = n; t <= text.length; t++) {
                        for (int copy = 0; copy < 2; copy++) {
                            assertThat(difference(batch.logits(copy), expected.slice((t - 1) * 61, 61)))
                                    .describedAs("%d tokens, %d of a prompt", t, n)
                                    .isLessThan(.05);
                        }
                        if (t < text.length) {
                            batch.step(new int[] {text[t], text[t]});
                        }
                    }
                }
            }
        }
    }

    private static double difference(FloatBuffer found, FloatBuffer expected) {
        double largest = 0;
        for (int id = 0; id < expected.limit(); id++) {
            largest = Math.max(largest, Math.abs(found.get(id) - expected.get(id)));
        }
        return largest;
    }
}
