package io.github.gpt2djl.internal.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.google.gson.Gson;
import com.google.gson.reflect.TypeToken;
import io.github.gpt2djl.DownloadProgress;
import io.github.gpt2djl.Generation;
import io.github.gpt2djl.GenerationConfig;
import io.github.gpt2djl.Gpt2;
import io.github.gpt2djl.Prompt;
import io.github.gpt2djl.Token;
import io.github.gpt2djl.checkpoint.Checkpoint;
import io.github.gpt2djl.checkpoint.TensorInfo.DType;
import io.github.gpt2djl.testing.TestHub;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A fine-tuned GPT-2 with every file that transformers saves for one, and its way through this library: ids and texts
 * are transformers' at each stage (src/test/python/make_finetuned_references.py, which also checks a copy in Python).
 */
class FinetunedFolderTest {
    private static final Path FOLDER = Path.of("src/test/resources/reference/finetuned");
    private static final String EXPECTED = "expected.json";
    private static final GenerationConfig MODELS_OWN =
            GenerationConfig.builder().build();

    @TempDir
    Path temporary;

    /** What transformers makes of a text; {@code stop} is null where no stop string was tried. */
    private record Row(
            String text,
            List<Integer> ids,
            String decoded,
            List<Integer> generated,
            String generated_visible,
            String streamed,
            List<Double> log_probs,
            String stop,
            List<Integer> stopped) {}

    @Test
    void asItWasSaved() throws IOException {
        check(FOLDER);
    }

    @Test
    void afterConversion() throws IOException {
        Path copy = temporary.resolve("copy");
        try (Checkpoint source = Checkpoint.open(FOLDER)) {
            // The weights are F16.
            source.save(copy, DType.F16);
        }
        check(copy);
        for (String file : files(FOLDER)) {
            assertThat(copy.resolve(file)).exists();
            if (!file.equals("config.json") && !file.equals("model.safetensors")) {
                assertThat(copy.resolve(file)).hasSameBinaryContentAs(FOLDER.resolve(file));
            }
        }
        // Every key of config.json but for the place that transformers remembers.
        Gson gson = new Gson();
        TypeToken<Map<String, Object>> object = new TypeToken<>() {};
        assertThat(gson.fromJson(Files.readString(copy.resolve("config.json")), object))
                .containsAllEntriesOf(gson.fromJson(Files.readString(FOLDER.resolve("config.json")), object));
    }

    @Test
    void afterADownload() throws IOException {
        try (TestHub server = new TestHub()) {
            for (String file : files(FOLDER)) {
                server.with("someone/chat", file, Files.readAllBytes(FOLDER.resolve(file)));
            }
            HubSettings settings = new HubSettings(server.endpoint(), temporary.resolve("hub"), null, false);
            Path snapshot = new Hub(settings, DownloadProgress.NONE, Retry.DEFAULT).download("someone/chat", null);
            for (String file : files(FOLDER)) {
                assertThat(snapshot.resolve(file)).hasSameBinaryContentAs(FOLDER.resolve(file));
            }
            check(snapshot);
        }
    }

    private static List<String> files(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString())
                    .filter(file -> !file.equals(EXPECTED))
                    .toList();
        }
    }

    private static void check(Path folder) throws IOException {
        List<Row> rows = new Gson().fromJson(Files.readString(FOLDER.resolve(EXPECTED)), new TypeToken<>() {});
        assertThat(rows).hasSize(4);
        try (Gpt2 gpt2 = Gpt2.load(folder)) {
            for (Row row : rows) {
                check(gpt2, row);
            }
        }
    }

    private static void check(Gpt2 gpt2, Row row) {
        assertThat(gpt2.encode(row.text)).isEqualTo(row.ids);
        assertThat(gpt2.decode(row.ids)).isEqualTo(row.decoded);
        Generation generation = gpt2.generate(row.text, MODELS_OWN);
        assertThat(generation.ids()).isEqualTo(row.generated);
        assertThat(generation.text()).isEqualTo(row.generated_visible);
        try (Stream<Token> tokens = gpt2.stream(row.text, MODELS_OWN)) {
            assertThat(tokens.map(Token::text).collect(Collectors.joining())).isEqualTo(row.streamed);
        }
        List<Double> logProbabilities = gpt2.score(Prompt.of(row.text)).logProbabilities();
        assertThat(logProbabilities).hasSameSizeAs(row.log_probs);
        for (int i = 0; i < logProbabilities.size(); i++) {
            // FP32 is within 1e-4 of transformers.
            assertThat(logProbabilities.get(i)).isCloseTo(row.log_probs.get(i), within(1e-4));
        }
        if (row.stop != null) {
            var stop = GenerationConfig.builder().stopStrings(row.stop).build();
            assertThat(gpt2.generate(row.text, stop).ids()).isEqualTo(row.stopped);
        }
    }
}
