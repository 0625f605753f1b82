package io.github.gpt2djl.internal.decoder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.gpt2djl.DeviceChoice;
import io.github.gpt2djl.MalformedCheckpointException;
import io.github.gpt2djl.Precision;
import io.github.gpt2djl.checkpoint.Checkpoint;
import io.github.gpt2djl.checkpoint.TensorInfo.DType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The forms that people's files have, against transformers: src/test/python/make_tensor_references.py. */
class TensorReferenceTest {
    private static final Path ROOT = Path.of("src/test/resources/reference/tensors");

    /** What transformers does not load, and casts without a warning, with the reason that is told here. */
    private static final Map<String, String> REJECTED = Map.of(
            "save-model-untied",
                    "tensor wte.weight is missing; lm_head.weight stands for it only where tie_word_embeddings is true",
            "no-head-untied", "tensor lm_head.weight is missing, and config.json has tie_word_embeddings false",
            "protocol-4", "the pickle has protocol 4, expected 2 or 3, as torch.load reads",
            "legacy-protocol-5", "the pickle has protocol 5, expected 2 or 3",
            "wrapped", "a dictionary of them under the key state_dict; save that one alone",
            "data-parallel", "is missing, the file has module.transformer.wte.weight; save it with the names",
            "integers", "is I64, expected F64, F32, F16 or BF16");

    @TempDir
    Path folder;

    static List<String> forms() throws IOException {
        try (Stream<Path> folders = Files.list(ROOT)) {
            return folders.map(form -> form.getFileName().toString())
                    .filter(form -> !REJECTED.containsKey(form))
                    .sorted()
                    .toList();
        }
    }

    @ParameterizedTest
    @MethodSource("forms")
    void theSameLogProbabilities(String form) throws IOException {
        Expected.read(ROOT.resolve(form)).assertSame(Checkpoint.open(ROOT.resolve(form)));
    }

    /** And what is written of it has the published names and is row-major. */
    @ParameterizedTest
    @MethodSource("forms")
    void theSameAfterSaving(String form) throws IOException {
        try (Checkpoint checkpoint = Checkpoint.open(ROOT.resolve(form))) {
            checkpoint.save(folder, DType.F32);
        }
        Expected.read(ROOT.resolve(form)).assertSame(Checkpoint.open(folder));
    }

    @Test
    void whatIsNotLoadedIsRejectedWithTheReason() {
        REJECTED.forEach((form, reason) -> assertThatThrownBy(() -> {
                    try (Checkpoint checkpoint = Checkpoint.open(ROOT.resolve(form))) {
                        Decoder.load(checkpoint, Precision.FP32, DeviceChoice.CPU, 0)
                                .close();
                    }
                })
                .as(form)
                .isInstanceOf(MalformedCheckpointException.class)
                .hasMessageContaining(reason));
    }

    /** transformers has no answer where it does not load; and integers become other floats than were meant. */
    @Test
    void nothingThatTransformersLoadsIsRejected() throws IOException {
        for (String form : REJECTED.keySet()) {
            assertThat(Expected.read(ROOT.resolve(form)).log_probs() != null)
                    .as(form)
                    .isEqualTo(form.equals("integers"));
        }
    }
}
