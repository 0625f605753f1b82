package io.github.gpt2djl.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.gpt2djl.GenerationConfig;
import io.github.gpt2djl.Gpt2;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A model's own generation_config.json stands under a request's fields; a search of its own is left out. */
@Timeout(120)
class ModelDefaultsTest {
    @TempDir
    Path folder;

    @Test
    void temperatureZeroIsGreedyWhateverTheModelDoesByDefault() throws Exception {
        Gpt2 gpt2 = model("{\"do_sample\": true, \"num_beams\": 4, \"temperature\": 5.0, \"repetition_penalty\": 1.3}");
        String expected = gpt2.generate(
                        "ROMEO:",
                        GenerationConfig.builder()
                                .doSample(false)
                                .numBeams(1)
                                .repetitionPenalty(1.3)
                                .maxNewTokens(12)
                                .build())
                .text();
        assertThat(complete(gpt2, "")).isEqualTo(expected);
    }

    @Test
    void contrastiveSearchOfTheModelsOwnIsLeftOut() throws Exception {
        Gpt2 gpt2 = model("{\"penalty_alpha\": 0.6, \"top_k\": 4}");
        var greedy = GenerationConfig.builder().penaltyAlpha(0).maxNewTokens(12).build();
        String expected = gpt2.generate("ROMEO:", greedy).text();
        assertThat(complete(gpt2, "")).isEqualTo(expected);
    }

    @Test
    void aRequestTakesNoneOfThemWhereItSaysSo() throws Exception {
        Gpt2 gpt2 = model("{\"repetition_penalty\": 1.3}");
        var plain = GenerationConfig.builder()
                .useModelDefaults(false)
                .maxNewTokens(12)
                .build();
        String expected = gpt2.generate("ROMEO:", plain).text();
        assertThat(complete(gpt2, ", \"use_model_defaults\": false")).isEqualTo(expected);
    }

    private Gpt2 model(String generationConfig) throws IOException {
        ByteModel.write(folder);
        Files.writeString(folder.resolve("generation_config.json"), generationConfig);
        return Gpt2.load(folder);
    }

    /** The server closes the model. */
    private static String complete(Gpt2 gpt2, String more) throws Exception {
        ServerOptions options = new ServerOptions("127.0.0.1", 0, 8, 16, 250, 100_000, Duration.ofSeconds(60), "");
        try (Gpt2Server server = new Gpt2Server(gpt2, options)) {
            HttpResponse<String> response = new Client(server.port())
                    .complete("{\"prompt\": \"ROMEO:\", \"max_tokens\": 12, \"temperature\": 0" + more + "}");
            assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
            return new JsonObject(response.body())
                    .getJsonArray("choices")
                    .getJsonObject(0)
                    .getString("text");
        }
    }
}
