package io.github.gpt2djl.internal.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.gpt2djl.MalformedCheckpointException;
import io.github.gpt2djl.checkpoint.Adapter;
import io.github.gpt2djl.checkpoint.Adapter.Matrix;
import io.github.gpt2djl.checkpoint.AdapterConfig;
import io.github.gpt2djl.checkpoint.AdapterTargets;
import io.github.gpt2djl.checkpoint.Checkpoint;
import io.github.gpt2djl.checkpoint.TensorFile;
import io.github.gpt2djl.checkpoint.TensorInfo;
import io.github.gpt2djl.checkpoint.TensorInfo.DType;
import io.github.gpt2djl.internal.files.Floats;
import io.github.gpt2djl.testing.MemoryTensors;
import io.github.gpt2djl.testing.TensorBytes;
import io.github.gpt2djl.testing.TestCheckpoint;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AdapterTest {
    private static final TestCheckpoint TINY = TestCheckpoint.tiny();
    private static final AdapterConfig ATTENTION = new AdapterConfig("base", 3, 5, List.of("c_attn"), .1);

    @TempDir
    Path folder;

    /** The definition: W + alpha / r · (B·A) transposed. */
    @ParameterizedTest
    @CsvSource({"F32, false", "F16, false", "BF16, true"})
    void theWeightIsTheSum(DType dtype, boolean rankStabilized) throws IOException {
        AdapterConfig config = config("base", 5, rankStabilized, .1, List.of("mlp.c_proj", "c_attn"), 1);
        MemoryTensors matrices = matrices(config);
        Adapter.write(folder.resolve("adapter"), config, TINY.config(), matrices);
        double scale = rankStabilized ? 5 / Math.sqrt(3) : 5 / 3.;
        Path base = TINY.write(folder.resolve("base"), dtype, TestCheckpoint.Form.PREFIXED_WITH_MASKS);
        try (Checkpoint adapted = Adapter.open(folder.resolve("adapter")).on(Checkpoint.open(base));
                Checkpoint plain = Checkpoint.open(base)) {
            assertThat(adapted.config()).isEqualTo(plain.config());
            assertThat(adapted.tensors().names()).isEqualTo(plain.tensors().names());
            int sums = 0;
            for (String name : plain.tensors().names()) {
                TensorInfo info = adapted.tensors().find(name);
                ByteBuffer found = TensorBytes.of(adapted.tensors(), info);
                String module = name.replace("transformer.", "").replace(".weight", "");
                if (name.endsWith(".weight") && modules(config).contains(module)) {
                    assertThat(info.dtype()).isEqualTo(DType.F32);
                    assertSum(TINY.values(module + ".weight"), module, matrices, scale, found);
                    sums++;
                } else {
                    assertThat(info).isEqualTo(plain.tensors().find(name));
                    assertThat(found).isEqualTo(TensorBytes.of(plain.tensors(), info));
                }
            }
            assertThat(sums).isEqualTo(modules(config).size());
        }
    }

    private static void assertSum(float[] weight, String module, MemoryTensors matrices, double scale, ByteBuffer found)
            throws IOException {
        float[] a = values(matrices, Adapter.tensor(module, Matrix.A));
        float[] b = values(matrices, Adapter.tensor(module, Matrix.B));
        int in = a.length / 3;
        int out = b.length / 3;
        assertThat(found.remaining()).isEqualTo(4 * in * out);
        for (int i = 0; i < in; i++) {
            for (int o = 0; o < out; o++) {
                double sum = weight[i * out + o];
                for (int k = 0; k < 3; k++) {
                    sum += scale * b[o * 3 + k] * a[k * in + i];
                }
                // Two roundings for each of three products of numbers up to about 10.
                assertThat((double) found.getFloat(4 * (i * out + o))).isCloseTo(sum, within(1e-5));
            }
        }
    }

    @Test
    void whatIsWrittenIsReadBack() throws IOException {
        AdapterConfig config = config("a/b", 5.5, true, 0, List.of("c_proj", "h.1.mlp.c_fc"), 1);
        Adapter.write(folder, config, TINY.config(), matrices(config));
        assertThat(Adapter.isIn(folder)).isTrue();
        try (Adapter read = Adapter.open(folder)) {
            assertThat(read.config()).isEqualTo(config);
            assertThat(read.name()).isEqualTo(folder.toString());
            assertThat(read.tensors().names())
                    .hasSize(6)
                    .contains("base_model.model.transformer.h.1.mlp.c_fc.lora_A.weight");
        }
        Adapter.write(folder, ATTENTION, TINY.config(), matrices(ATTENTION));
        try (Adapter read = Adapter.open(folder)) {
            assertThat(read.config()).isEqualTo(ATTENTION);
        }
    }

    @Test
    void targetsAreWholeWordsAtTheEnd() {
        assertThat(modules("c_proj"))
                .containsExactly("h.0.attn.c_proj", "h.0.mlp.c_proj", "h.1.attn.c_proj", "h.1.mlp.c_proj");
        assertThat(modules("attn.c_proj", "c_fc"))
                .containsExactly("h.0.attn.c_proj", "h.0.mlp.c_fc", "h.1.attn.c_proj", "h.1.mlp.c_fc");
        assertThat(modules("transformer.h.0.mlp.c_fc")).containsExactly("h.0.mlp.c_fc");
        assertThat(modules("h.1.attn.c_attn")).containsExactly("h.1.attn.c_attn");
        assertThat(modules("wte", "transformer.wpe", "lm_head")).containsExactly("wte", "wpe", "lm_head");
        assertThat(modules("proj", "h.2.mlp.c_fc", "")).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "'r':4 | lora_A.weight F32 [3, 16], expected F64, F32, F16 or BF16 [4, 16] by the base and adapter_config.json's r 4",
                "'target_modules':['c_attn','c_fc'] | h.0.mlp.c_fc.lora_A.weight is missing, and adapter_config.json has",
                "'target_modules':['h.0.attn.c_attn'] | h.1.attn.c_attn.lora_A.weight belongs to no layer that target_modules",
                "'layers_to_transform':0 | h.1.attn.c_attn.lora_A.weight belongs to no layer that target_modules",
                "'target_modules':['c_attn','lm_head'] | lm_head.lora_A.weight is missing, and adapter_config.json has",
                "'target_modules':['proj'] | target_modules is [proj], which names no layer of the base",
                "'target_modules':'.*1.attn.c_attn' | h.0.attn.c_attn.lora_A.weight belongs to no layer that target_modules .*1.attn.c_attn",
                "'target_modules':'(.*' | found the regular expression (.*, expected one that Java understands",
                "'target_modules':'(t|r|a|n|s|f|o|r|m|.)*(t|r|a|n|s|.)*(.|a)*(.|b)*(.|c)*x' | it takes more than 1000000 steps",
                "'rank_pattern':{'c_attn':2} | lora_A.weight F32 [3, 16], expected F64, F32, F16 or BF16 [2, 16]",
                "'exclude_modules':['c_attn'] | target_modules is [c_attn], which names no layer of the base",
                "'use_dora':true | c_attn.lora_magnitude_vector is missing",
                "'trainable_token_indices':[3] | found no trainable_tokens_delta, expected [1, 16]",
                "'trainable_token_indices':[61] | trainable_token_indices has 61, expected less than 61",
            })
    void whatDoesNotFitTheTensorsIsRejected(String keys, String message) throws IOException {
        write(keys);
        assertRejected(TINY, message);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "2, 2, 24 | c_attn.lora_A.weight F32 [3, 16], expected F64, F32, F16 or BF16 [3, 24]",
                "1, 2, 16 | h.1.attn.c_attn.lora_A.weight belongs to no layer",
                "3, 2, 16 | h.2.attn.c_attn.lora_A.weight is missing",
            })
    void anotherBaseIsRejected(String shape, String message) throws IOException {
        write("");
        int[] sizes = java.util.Arrays.stream(shape.split(", "))
                .mapToInt(Integer::parseInt)
                .toArray();
        assertRejected(new TestCheckpoint(sizes[0], sizes[1], sizes[2], 40, 61, true, 1), message);
    }

    @Test
    void aMisshapenMatrixOfAnotherTypeOrAMissingOneIsRejected() throws IOException {
        String b = Adapter.tensor("h.1.attn.c_attn", Matrix.B);
        MemoryTensors turned = matrices(ATTENTION).put(b, new float[3 * 48], 3, 48);
        assertThatThrownBy(() -> Adapter.write(folder, ATTENTION, TINY.config(), turned))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(
                        "memory: tensor " + b + " F32 [3, 48], expected F64, F32, F16 or BF16 [48, 3] by the base and"
                                + " adapter_config.json's r 3");
        MemoryTensors whole = matrices(ATTENTION).put(b, DType.I8, new byte[48 * 3], 48, 3);
        assertThatThrownBy(() -> Adapter.write(folder, ATTENTION, TINY.config(), whole))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("c_attn.lora_B.weight I8 [48, 3], expected F64, F32, F16 or BF16 [48, 3]");
        assertThatThrownBy(() -> Adapter.write(folder, ATTENTION, TINY.config(), new MemoryTensors()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("h.0.attn.c_attn.lora_A.weight is missing");
        assertThat(folder).isEmptyDirectory();
    }

    @Test
    void aBaseWithoutTheWeightIsRejected() throws IOException {
        write("");
        Path base = TINY.write(folder.resolve("base"));
        Path weights = base.resolve("model.safetensors");
        byte[] bytes = Files.readAllBytes(weights);
        String text = new String(bytes, java.nio.charset.StandardCharsets.ISO_8859_1);
        Files.writeString(
                weights,
                text.replace("h.1.attn.c_attn.weight", "h.1.attn.c_last.weight"),
                java.nio.charset.StandardCharsets.ISO_8859_1);
        assertThatThrownBy(() -> Adapter.open(folder).on(Checkpoint.open(base)))
                .isInstanceOf(MalformedCheckpointException.class)
                .hasMessage(weights + ": found no tensor transformer.h.1.attn.c_attn.weight, which the adapter "
                        + folder + " changes");
    }

    /** No table of two billion layers is made. */
    @Test
    void aBaseThatTellsOfMoreLayersThanItHasIsRejected() throws IOException {
        write("");
        Path base = TINY.write(folder.resolve("base"));
        Path config = base.resolve("config.json");
        Files.writeString(config, Files.readString(config).replace("\"n_layer\": 2", "\"n_layer\": 2147483647"));
        assertThatThrownBy(() -> Adapter.open(folder).on(Checkpoint.open(base)))
                .isInstanceOf(MalformedCheckpointException.class)
                .hasMessage(base.resolve("model.safetensors")
                        + ": found 28 tensors, and config.json describes 2147483647 layers");
    }

    @Test
    void anAdapterOfAnotherArchitectureIsRejected() throws IOException {
        write("");
        Path opt = Path.of("src/test/resources/reference/opt-projected-f16");
        assertThatThrownBy(() -> Adapter.open(folder).on(Checkpoint.open(opt)))
                .isInstanceOf(MalformedCheckpointException.class)
                .hasMessage(folder + ": target_modules is [c_attn], which names no layer of the base");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "transformer.h.0.ln_1.weight, 15 | expected F64, F32, F16 or BF16 [16] by the base",
                "transformer.h.2.ln_1.weight, 16 | found no tensor transformer.h.2.ln_1.weight, which the adapter",
                "transformer.wte.weight, 976 | found tensor",
                "transformer.h.0.mlp.c_fc.lora_A.weight, 48 | belongs to no layer that target_modules [c_attn]",
            })
    void aStoredTensorThatDoesNotFitIsRejected(String nameAndSize, String message) throws IOException {
        write("");
        String[] parts = nameAndSize.split(", ");
        int size = Integer.parseInt(parts[1]);
        MemoryTensors tensors = matrices(ATTENTION).put("base_model.model." + parts[0], new float[size], size);
        Path base = TINY.write(folder.resolve("base"));
        assertThatThrownBy(() -> new Adapter("adapter", ATTENTION, tensors).on(Checkpoint.open(base)))
                .isInstanceOf(MalformedCheckpointException.class)
                .hasMessageContaining(message);
    }

    @Test
    void missingFiles() throws IOException {
        write("");
        Files.delete(folder.resolve("adapter_model.safetensors"));
        assertThatThrownBy(() -> Adapter.open(folder))
                .isInstanceOf(NoSuchFileException.class)
                .hasMessage(folder.resolve("adapter_model.safetensors")
                        + ": the file is missing, and adapter_config.json is there");
        assertThatThrownBy(() -> Checkpoint.open(folder))
                .isInstanceOf(MalformedCheckpointException.class)
                .hasMessageStartingWith(folder + ": holds an adapter (adapter_config.json), expected a whole model");
        Path base = TINY.write(folder.resolve("base"));
        try (Checkpoint model = Checkpoint.open(base)) {
            assertThatThrownBy(() -> model.save(folder, DType.F32))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage(folder + " holds an adapter (adapter_config.json), which would be taken instead of this"
                            + " model; take another folder");
        }
    }

    private void assertRejected(TestCheckpoint model, String message) throws IOException {
        Path base = model.write(folder.resolve("base"));
        assertThatThrownBy(() -> Adapter.open(folder).on(Checkpoint.open(base)))
                .isInstanceOf(MalformedCheckpointException.class)
                .hasMessageStartingWith(folder.toString())
                .hasMessageContaining(message);
    }

    /** An adapter whose configuration has these keys instead. */
    private void write(String keys) throws IOException {
        Adapter.write(folder, ATTENTION, TINY.config(), matrices(ATTENTION));
        Path file = folder.resolve("adapter_config.json");
        // Of a key that comes twice, the last counts.
        String json = Files.readString(file).strip();
        Files.writeString(file, keys.isEmpty() ? json : json.replaceFirst("}$", "," + keys.replace('\'', '"') + "}"));
    }

    private static AdapterConfig config(
            String base, double alpha, boolean rankStabilized, double dropout, List<String> targets, int layer) {
        return new AdapterConfig(
                base,
                3,
                alpha,
                rankStabilized,
                false,
                new AdapterTargets(null, targets, List.of(), false, List.of(layer), List.of()),
                Map.of(),
                Map.of(),
                List.of(),
                List.of(),
                false,
                dropout);
    }

    private static List<String> modules(String... targets) {
        return modules(new AdapterConfig("base", 1, 1, List.of(targets), 0));
    }

    private static List<String> modules(AdapterConfig config) {
        return AdaptedModule.of(TINY.config()).stream()
                .filter(module -> config.adapts(module.name(), module.isInner()))
                .map(module -> module.name().replace("transformer.", ""))
                .toList();
    }

    private static MemoryTensors matrices(AdapterConfig config) {
        Random random = new Random(5);
        MemoryTensors tensors = new MemoryTensors();
        for (String module : modules(config)) {
            int in = module.endsWith("mlp.c_proj") ? 64 : 16;
            int out = module.endsWith("c_attn") ? 48 : module.endsWith("c_fc") ? 64 : 16;
            int rank = config.rank();
            tensors.put(Adapter.tensor(module, Matrix.A), gaussian(random, rank * in), rank, in);
            tensors.put(Adapter.tensor(module, Matrix.B), gaussian(random, out * rank), out, rank);
        }
        return tensors;
    }

    private static float[] gaussian(Random random, int count) {
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return values;
    }

    private static float[] values(TensorFile tensors, String name) throws IOException {
        TensorInfo info = tensors.find(name);
        float[] values = new float[(int) (info.end() / 4)];
        Floats.read(TensorBytes.of(tensors, info), DType.F32, values);
        return values;
    }
}
