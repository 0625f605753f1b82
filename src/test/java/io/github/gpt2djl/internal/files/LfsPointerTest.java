package io.github.gpt2djl.internal.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.gpt2djl.MalformedCheckpointException;
import io.github.gpt2djl.checkpoint.Adapter;
import io.github.gpt2djl.checkpoint.Checkpoint;
import io.github.gpt2djl.testing.TestCheckpoint;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A clone without Git LFS has pointers in place of files, each of which is told in the same words. */
class LfsPointerTest {
    private static final String POINTER = """
            version https://git-lfs.github.com/spec/v1
            oid sha256:4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393
            size 12345
            """;

    @TempDir
    Path folder;

    @BeforeEach
    void write() throws IOException {
        TestCheckpoint.tiny().write(folder);
    }

    /** The files that are there, of which the last is the pointer. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "config.json",
                "generation_config.json",
                "model.safetensors",
                "tokenizer.json",
                "vocab.json merges.txt",
                "merges.txt vocab.json",
                "tokenizer.json tokenizer_config.json",
                "tokenizer.json special_tokens_map.json",
                "tokenizer.json added_tokens.json",
                "tokenizer.json chat_template.jinja",
                "model.safetensors.index.json",
                "pytorch_model.bin",
                "pytorch_model.bin.index.json",
                "model.safetensors.index.json model-00001-of-00001.safetensors",
                "pytorch_model.bin.index.json pytorch_model-00001-of-00001.bin",
                "vocab.bpe encoder.json hparams.json",
                "hparams.json vocab.bpe encoder.json",
                "hparams.json encoder.json vocab.bpe",
                "hparams.json encoder.json vocab.bpe model.ckpt.data-00000-of-00001 model.ckpt.index",
            })
    void aPointerInPlaceOfAnyFileIsTold(String files) throws IOException {
        String[] names = files.split(" ");
        String pointer = names[names.length - 1];
        if (pointer.contains("index") || pointer.contains("model-0") || pointer.startsWith("pytorch")) {
            Files.delete(folder.resolve("model.safetensors"));
        }
        if (files.contains("hparams")) {
            Files.delete(folder.resolve("config.json"));
        }
        for (String name : names) {
            Files.writeString(folder.resolve(name), content(name));
        }
        Files.writeString(folder.resolve(pointer), POINTER);
        assertThatThrownBy(() -> Checkpoint.open(folder).close())
                .isInstanceOf(MalformedCheckpointException.class)
                .hasMessage(folder.resolve(pointer)
                        + ": is a Git LFS pointer, not the file itself of 12345 bytes; run \"git lfs install\" and"
                        + " \"git lfs pull\" in the cloned folder, or fetch the model with the command download");
    }

    private static String content(String name) {
        String shard =
                name.startsWith("pytorch") ? "pytorch_model-00001-of-00001.bin" : "model-00001-of-00001.safetensors";
        return name.endsWith(".index.json")
                ? "{\"weight_map\": {\"wte.weight\": \"" + shard + "\"}}"
                : name.equals("hparams.json")
                        ? "{\"n_vocab\": 61, \"n_ctx\": 40, \"n_embd\": 16, \"n_head\": 2, \"n_layer\": 2}"
                        : "{}";
    }

    @ParameterizedTest
    @CsvSource({
        "adapter_config.json, adapter_config.json",
        "adapter_model.safetensors, adapter_model.safetensors",
        "adapter_model.bin, adapter_model.bin"
    })
    void anAdaptersFile(String pointer, String named) throws IOException {
        Files.writeString(
                folder.resolve("adapter_config.json"),
                "{\"peft_type\": \"LORA\", \"base_model_name_or_path\": \"b\", \"r\": 2, \"lora_alpha\": 2,"
                        + " \"target_modules\": [\"c_attn\"], \"fan_in_fan_out\": true}");
        Files.writeString(folder.resolve(pointer), POINTER);
        assertThatThrownBy(() -> Adapter.open(folder).close())
                .isInstanceOf(MalformedCheckpointException.class)
                .hasMessageStartingWith(folder.resolve(named) + ": is a Git LFS pointer");
    }

    /** Other forms that the specification of Git LFS knows: its former name, an extension before the oid, no size. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "version https://hawser.github.com/spec/v1\noid sha256:00\nsize 5\n",
                "version https://git-lfs.github.com/spec/v1\next-0-foo sha256:00\noid sha256:00\nsize 5\n",
                "version https://git-lfs.github.com/spec/v1\n"
            })
    void otherForms(String pointer) throws IOException {
        Path file = Files.writeString(folder.resolve("model.safetensors"), pointer);
        assertThatThrownBy(() -> Checkpoint.open(folder).close())
                .hasMessageStartingWith(file + ": is a Git LFS pointer, not the file itself");
    }

    /** What mentions the words, or is longer than a pointer may be, is a file. */
    @Test
    void aFileIsNone() throws IOException {
        for (String text : new String[] {"", " " + POINTER, POINTER + " ".repeat(1024), "version 2\n"}) {
            assertThat(BoundedFile.text(Files.writeString(folder.resolve("merges.txt"), text), 10_000))
                    .isEqualTo(text);
        }
    }
}
