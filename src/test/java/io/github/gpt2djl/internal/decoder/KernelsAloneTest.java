package io.github.gpt2djl.internal.decoder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.jni.IValue;
import com.google.gson.Gson;
import com.google.gson.reflect.TypeToken;
import io.github.gpt2djl.DeviceChoice;
import io.github.gpt2djl.Precision;
import io.github.gpt2djl.checkpoint.Checkpoint;
import io.github.gpt2djl.checkpoint.TensorInfo;
import io.github.gpt2djl.testing.MemoryTensors;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the benchmark times as the kernels alone: src/test/python/make_product_references.py made the expectations. */
class KernelsAloneTest {
    private static final Path REFERENCE = Path.of("src/test/resources/reference");
    private static final int ROWS = 2;

    /**
     * Each layer's attention and MLP and the head are what transformers' modules compute from the same vectors: none is
     * left out, and none is computed of another shape. The tolerance is a share of the largest number of each product:
     * FP32 rounds sums; FP16 keeps 11 bits of a weight, BF16 8 of both factors, INT8 7; two matrices lie one behind the
     * other.
     */
    @ParameterizedTest
    @CsvSource({"FP32, 1e-5", "FP16, 2e-3", "BF16, 2e-2", "MIXED, 3e-2", "INT8, 4e-2"})
    void eachProductIsThatOfTransformers(Precision precision, double tolerance) throws IOException {
        OnednnTest.assumeAvailable(precision);
        Map<String, List<double[]>> all =
                new Gson().fromJson(Files.readString(REFERENCE.resolve("products.json")), new TypeToken<>() {});
        assertThat(all).containsOnlyKeys("bare-bf16", "gpt1-f32", "opt-projected-f16", "gpt-neo-f32");
        for (String name : all.keySet()) {
            try (Decoder decoder = plainNorms(name, precision)) {
                List<float[]> found = products(decoder);
                List<double[]> expected = all.get(name);
                assertThat(found).hasSameSizeAs(expected);
                for (int i = 0; i < found.size(); i++) {
                    String what = name
                            + (i == found.size() - 1 ? "'s head" : (i % 2 == 0 ? ", attention " : ", MLP ") + i / 2);
                    assertRows(found.get(i), expected.get(i), tolerance, what);
                }
            }
        }
    }

    private static void assertRows(float[] found, double[] expected, double tolerance, String what) {
        double largest = 0;
        for (double number : expected) {
            largest = Math.max(largest, Math.abs(number));
        }
        // Some kernels fill up with rows that nobody reads.
        assertThat(found).as(what).hasSizeGreaterThanOrEqualTo(ROWS * expected.length);
        for (int i = 0; i < ROWS * expected.length; i++) {
            assertThat((double) found[i])
                    .as("%s, number %d", what, i)
                    .isCloseTo(expected[i % expected.length], within(tolerance * largest));
        }
    }

    /** One step of {@link Decoder#kernelMillis}, with what it computed: attention and MLP of each layer, then the head. */
    private static List<float[]> products(Decoder decoder) {
        TorchModule module = decoder.module();
        try (NDManager scope = decoder.manager().newSubManager();
                IValue cache =
                        module.result(TorchMethod.ALLOCATE_CACHE, (long) ROWS, (long) decoder.positions(), true);
                IValue result = module.result(TorchMethod.ATTENTIONS_AND_MLPS, cache, (long) decoder.positions());
                NDList computed = result.toNDList((PtNDManager) scope)) {
            List<float[]> products = computed.stream()
                    .map(array -> array.toType(DataType.FLOAT32, false).toFloatArray())
                    .toList();
            // The last one is a copy of the head's first number.
            float[] head = products.get(products.size() - 2);
            assertThat(products.get(products.size() - 1)).containsExactly(head[0]);
            return products.subList(0, products.size() - 1);
        }
    }

    @Test
    void numbersThatAreOutOfRangeAreNamed() throws IOException {
        try (Decoder decoder = load("bare-bf16", Precision.FP32)) {
            assertThat(decoder.positions()).isEqualTo(128);
            for (int[] wrong : new int[][] {{0, 1, 1}, {2, 0, 3}, {2, 129, 3}, {2, 128, 0}}) {
                assertThatThrownBy(() -> decoder.kernelMillis(wrong[0], wrong[1], wrong[2]))
                        .isInstanceOf(IllegalArgumentException.class)
                        .hasMessage("found rows " + wrong[0] + ", tokens " + wrong[1] + " and steps " + wrong[2]
                                + ", expected at least 1 each and at most 128 tokens");
            }
        }
    }

    /** With norms that change nothing: what INT8 moves from a norm into the next matrix is in no product alone. */
    private static Decoder plainNorms(String name, Precision precision) throws IOException {
        try (Checkpoint stored = Checkpoint.open(REFERENCE.resolve(name))) {
            MemoryTensors tensors = new MemoryTensors(stored.tensors());
            int norms = 0;
            for (String tensor : tensors.names()) {
                if (tensor.contains("ln_") || tensor.contains("layer_norm")) {
                    TensorInfo info = Objects.requireNonNull(tensors.find(tensor));
                    int size = info.shape().get(0).intValue();
                    float[] same = new float[size];
                    Arrays.fill(same, tensor.endsWith(".weight") ? 1 : 0);
                    tensors.put(tensor, same, size);
                    norms++;
                }
            }
            assertThat(norms)
                    .isEqualTo(
                            2 * (2 * stored.config().layers() + (stored.config().finalNorm() ? 1 : 0)));
            Checkpoint plain = new Checkpoint(name, stored.config(), tensors, null);
            return Decoder.load(plain, precision, DeviceChoice.CPU, 0);
        }
    }

    private static Decoder load(String name, Precision precision) throws IOException {
        try (Checkpoint checkpoint = Checkpoint.open(REFERENCE.resolve(name))) {
            return Decoder.load(checkpoint, precision, DeviceChoice.CPU, 0);
        }
    }
}
