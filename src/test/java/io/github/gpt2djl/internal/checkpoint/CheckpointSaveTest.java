package io.github.gpt2djl.internal.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.gpt2djl.Gpt2;
import io.github.gpt2djl.ModelConfig;
import io.github.gpt2djl.Prompt;
import io.github.gpt2djl.checkpoint.Checkpoint;
import io.github.gpt2djl.checkpoint.SaveProgress;
import io.github.gpt2djl.checkpoint.TensorInfo;
import io.github.gpt2djl.checkpoint.TensorInfo.DType;
import io.github.gpt2djl.checkpoint.TokenizerFiles;
import io.github.gpt2djl.testing.MemoryTensors;
import io.github.gpt2djl.testing.ReferenceModels;
import io.github.gpt2djl.testing.TensorBytes;
import io.github.gpt2djl.testing.TestCheckpoint;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What is written is a model that computes the same. */
class CheckpointSaveTest {
    private static final int[] IDS = {1, 5, 3, 50, 60, 2, 2, 9};

    @TempDir
    Path folder;

    @ParameterizedTest
    @MethodSource(ReferenceModels.NAMES)
    void theSameLogProbabilitiesAsTheSource(String name) throws IOException {
        Path source = Path.of("src/test/resources/reference", name);
        Path copy = save(source, DType.F32);
        assertThat(logProbabilities(copy)).isEqualTo(logProbabilities(source));
        try (Checkpoint one = Checkpoint.open(source);
                Checkpoint other = Checkpoint.open(copy)) {
            assertThat(other.config()).isEqualTo(one.config());
            assertThat(other.tokenizer() == null).isEqualTo(one.tokenizer() == null);
        }
    }

    /** What is in training bears its folder's name, or any. */
    @Test
    void aNameThatIsNoFileIsInNoFolder() throws IOException {
        Path source = TestCheckpoint.tiny().write(folder);
        List<Double> before = logProbabilities(source);
        MemoryTensors tensors = new MemoryTensors(Checkpoint.open(source).tensors()) {
            @Override
            public String name() {
                return folder.resolve("in training").toString();
            }
        };
        new Checkpoint("x", TestCheckpoint.tiny().config(), tensors, null).save(folder, DType.F32);
        assertThat(logProbabilities(folder)).isEqualTo(before);
    }

    @Test
    void openAisFormBecomesThePublishedOne() throws IOException {
        TestCheckpoint model = TestCheckpoint.tiny();
        Path source = model.writeOpenAi(folder.resolve("from"));
        Files.writeString(source.resolve("encoder.json"), "{\"a\": 0}");
        Files.writeString(source.resolve("vocab.bpe"), "#version: 0.2\n");
        Path copy = save(source, DType.F32);
        assertThat(files(copy)).containsExactly("config.json", "merges.txt", "model.safetensors", "vocab.json");
        Path published = model.write(folder.resolve("published"));
        try (Checkpoint one = Checkpoint.open(copy);
                Checkpoint other = Checkpoint.open(published)) {
            assertThat(one.tensors().names())
                    .containsExactlyInAnyOrderElementsOf(other.tensors().names());
            for (String name : other.tensors().names()) {
                TensorInfo tensor = one.tensors().find(name);
                assertThat(tensor.shape()).isEqualTo(other.tensors().find(name).shape());
                assertThat(TensorBytes.of(one.tensors(), tensor))
                        .isEqualTo(
                                TensorBytes.of(other.tensors(), other.tensors().find(name)));
            }
        }
    }

    @Test
    void masksAreLeftOutAndAnOwnHeadStays() throws IOException {
        TestCheckpoint model = new TestCheckpoint(2, 2, 16, 40, 61, false, 3);
        model.write(folder.resolve("from"), DType.F32, TestCheckpoint.Form.PREFIXED_WITH_MASKS);
        try (Checkpoint copy = Checkpoint.open(save(folder.resolve("from"), DType.F16))) {
            assertThat(copy.config().tiedHead()).isFalse();
            assertThat(copy.tensors().names())
                    .hasSize(2 + 2 * 12 + 2 + 1)
                    .contains("lm_head.weight", "transformer.h.1.attn.c_attn.bias")
                    .noneMatch(tensor -> tensor.endsWith(".attn.bias"));
        }
    }

    /** A file that names the table a second time is tied, and one with another head is not, whatever it says. */
    @Test
    void theHeadDecides() throws IOException {
        MemoryTensors tensors = new MemoryTensors();
        byte[] table = new byte[16 * 61 * 4];
        tensors.put("wte.weight", DType.F32, table, 61, 16).put("lm_head.weight", DType.F32, table, 61, 16);
        ModelConfig config = TestCheckpoint.tiny().config();
        new Checkpoint("a", config.withTiedHead(false), tensors, null).save(folder.resolve("a"), DType.F32);
        try (Checkpoint copy = Checkpoint.open(folder.resolve("a"))) {
            assertThat(copy.tensors().names()).containsExactly("wte.weight");
            assertThat(copy.config().tiedHead()).isTrue();
        }
        tensors.put("lm_head.weight", DType.F32, table.clone(), 61, 16);
        new Checkpoint("b", config, tensors, null).save(folder.resolve("b"), DType.F32);
        try (Checkpoint copy = Checkpoint.open(folder.resolve("b"))) {
            assertThat(copy.tensors().names()).containsExactly("wte.weight", "lm_head.weight");
            assertThat(copy.config().tiedHead()).isFalse();
        }
    }

    @Test
    void theShippedModelWithItsTokenizer() throws IOException {
        try (Checkpoint shipped = Checkpoint.shipped("shakespeare")) {
            shipped.save(folder.resolve("a/b"), DType.F16);
        }
        Path published = Path.of("models/shakespeare");
        assertThat(folder.resolve("a/b/tokenizer.json")).hasSameBinaryContentAs(published.resolve("tokenizer.json"));
        try (Checkpoint copy = Checkpoint.open(folder.resolve("a/b"));
                Checkpoint source = Checkpoint.open(published)) {
            assertThat(copy.config()).isEqualTo(source.config());
            for (String name : source.tensors().names()) {
                assertThat(TensorBytes.of(copy.tensors(), copy.tensors().find(name)))
                        .isEqualTo(TensorBytes.of(
                                source.tensors(), source.tensors().find(name)));
            }
        }
    }

    @Test
    void theTokenizersOtherForm() throws IOException {
        TestCheckpoint.tiny().write(folder.resolve("from"));
        Path to = folder.resolve("to");
        try (Checkpoint model = Checkpoint.open(folder.resolve("from"))) {
            TokenizerFiles files = new TokenizerFiles("vocab.json", "{\"a\": 0}", "#version: 0.2\nÄ b\n");
            Checkpoint whole = new Checkpoint(model.name(), model.config(), model.tensors(), files);
            whole.save(to, DType.F32);
            assertThat(files(to)).containsExactly("config.json", "merges.txt", "model.safetensors", "vocab.json");
            assertThat(to.resolve("merges.txt")).hasContent("#version: 0.2\nÄ b\n");
            Files.writeString(to.resolve("tokenizer.json"), "{}");
            assertThatThrownBy(() -> whole.save(to, DType.F32))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage(to + " holds the file tokenizer.json, which belongs to another tokenizer and would be"
                            + " read with this model; delete it, or take another folder");
        }
    }

    @Test
    void theFilesBesideTheTokenizerAndNoOthers() throws IOException {
        Path from = TestCheckpoint.tiny().write(folder.resolve("from"));
        Files.writeString(from.resolve("tokenizer.json"), "{}");
        Files.writeString(from.resolve("added_tokens.json"), "{\"é\": 61}");
        Files.writeString(from.resolve("chat_template.jinja"), "{{ x }}\n");
        Path to = folder.resolve("to");
        try (Checkpoint model = Checkpoint.open(from)) {
            model.save(to, DType.F32);
            // Its own files are replaced.
            model.save(to, DType.F32);
            assertThat(files(to))
                    .contains("added_tokens.json", "chat_template.jinja", "tokenizer.json")
                    .doesNotContain("tokenizer_config.json", "special_tokens_map.json");
            assertThat(to.resolve("added_tokens.json")).hasContent("{\"é\": 61}");
            for (String other : new String[] {"tokenizer_config.json", "special_tokens_map.json"}) {
                Files.writeString(to.resolve(other), "{}");
                assertThatThrownBy(() -> model.save(to, DType.F32))
                        .isInstanceOf(IllegalArgumentException.class)
                        .hasMessageContaining("holds the file " + other);
                Files.delete(to.resolve(other));
            }
            Checkpoint bare = new Checkpoint(model.name(), model.config(), model.tensors(), null);
            for (String other : new String[] {"tokenizer.json", "vocab.json", "added_tokens.json"}) {
                Path all = Files.createDirectory(folder.resolve(other + "-folder"));
                Files.writeString(all.resolve(other), "{}");
                assertThatThrownBy(() -> bare.save(all, DType.F32)).hasMessageContaining("holds the file " + other);
            }
        }
    }

    @Test
    void notIntoItsOwnFolder() throws IOException {
        Path from = TestCheckpoint.tiny().write(folder.resolve("from"));
        Path other = Files.createDirectory(folder.resolve("other"));
        Path way = other.resolve("../from");
        byte[] before = Files.readAllBytes(from.resolve("model.safetensors"));
        try (Checkpoint model = Checkpoint.open(from)) {
            assertThatThrownBy(() -> model.save(way, DType.F16))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("found " + way + ", which the model is read from; expected another folder");
            assertThatThrownBy(() -> model.save(other, DType.F16, 0, 1, SaveProgress.NONE))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("dropout is 1.0, expected 0 to below 1");
        }
        assertThat(from.resolve("model.safetensors")).hasBinaryContent(before);
        assertThat(other).isEmptyDirectory();
    }

    private Path save(Path source, DType dtype) throws IOException {
        Path to = folder.resolve("to");
        try (Checkpoint checkpoint = Checkpoint.open(source)) {
            checkpoint.save(to, dtype);
        }
        return to;
    }

    private static List<Double> logProbabilities(Path model) throws IOException {
        try (Gpt2 gpt2 = Gpt2.load(model)) {
            return gpt2.score(Prompt.ofIds(IDS)).logProbabilities();
        }
    }

    private static List<String> files(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }
}
