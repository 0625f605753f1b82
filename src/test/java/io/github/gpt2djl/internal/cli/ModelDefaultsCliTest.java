package io.github.gpt2djl.internal.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.github.gpt2djl.testing.EndsModel;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The command line with a model that has a generation_config.json, and stop strings that are special tokens. */
class ModelDefaultsCliTest {
    private static final String TASKS =
            "{\"task_specific_params\": {\"text-generation\": {\"do_sample\": true, \"max_length\": 9}}}";

    @TempDir
    Path folder;

    @Test
    void theConfigThatIsPrintedHasThemAndReplays() throws IOException {
        Path model = model("{}", "{\"eos_token_id\": [10, 116], \"do_sample\": true, \"top_k\": 1, \"top_p\": 0.9}");
        JsonObject line = json(model, "--max-new-tokens", "30", "--temperature", "0.5", "--seed", "3");
        assertThat(line.getAsJsonObject("config"))
                .hasToString("{\"max_new_tokens\":30,\"eos_token_id\":[10,116],\"do_sample\":true,\"temperature\":0.5,"
                        + "\"top_k\":1,\"top_p\":0.9,\"seed\":3}");
        assertThat(line.get("text").getAsString()).isEqualTo("he cat");
        assertThat(line.get("finish_reason").getAsString()).isEqualTo("eos");
        Path record = folder.resolve("record.json");
        Files.writeString(record, line + "\n");
        assertThat(MainTest.run("replay", record.toString()).code()).isZero();
    }

    @Test
    void aFlagTakesNone() throws IOException {
        Path model = model("{}", "{\"eos_token_id\": 116, \"do_sample\": true, \"max_new_tokens\": 30}");
        assertThat(json(model, "--no-use-model-defaults").getAsJsonObject("config"))
                .hasToString("{\"use_model_defaults\":false}");
        assertThat(json(model, "--no-do-sample").getAsJsonObject("config"))
                .hasToString("{\"max_new_tokens\":30,\"eos_token_id\":[116],\"do_sample\":false}");
    }

    /** These are of the command line alone; a generation_config.json goes before. */
    @Test
    void tasksInConfigJsonAreTheLast() throws IOException {
        assertThat(json(model(TASKS, null), "--seed", "1").getAsJsonObject("config"))
                .hasToString("{\"max_length\":9,\"do_sample\":true,\"seed\":1}");
        assertThat(json(model(TASKS, null), "--no-use-model-defaults").getAsJsonObject("config"))
                .hasToString("{\"use_model_defaults\":false}");
        assertThat(json(model(TASKS, "{\"max_new_tokens\": 5, \"do_sample\": false}"))
                        .getAsJsonObject("config"))
                .hasToString("{\"max_new_tokens\":5,\"do_sample\":false}");
        assertThat(json(model(TASKS, "{\"eos_token_id\": 258, \"num_beams\": 2}"))
                        .getAsJsonObject("config"))
                .hasToString("{\"max_length\":9,\"eos_token_id\":[258],\"num_beams\":2}");
    }

    @Test
    void explainAndInteractiveTakeThemToo() throws IOException {
        Path model = model("{}", "{\"eos_token_id\": [10, 116], \"suppress_tokens\": [104]}");
        MainTest.Result explained = MainTest.run("explain", "T", "--model", model.toString(), "--json");
        JsonObject line = JsonParser.parseString(explained.out()).getAsJsonObject();
        assertThat(line.getAsJsonObject("config"))
                .hasToString(
                        "{\"max_new_tokens\":20,\"eos_token_id\":[10,116],\"suppress_tokens\":[104],\"trace\":10}");
        MainTest.Result session = piped("/set\nT\n/set use_model_defaults false\n/set\nT\n", model);
        assertThat(session.err()).contains("suppress_tokens [104]").contains("use_model_defaults false");
        List<String> texts = session.out().lines().toList();
        assertThat(texts.get(0)).endsWith("e cat").isNotEqualTo("The cat");
        assertThat(texts.get(1)).isEqualTo("The cat");
    }

    @Test
    void aStopStringMayBeASpecialToken() throws IOException {
        Path model = model("{}", null);
        MainTest.Result result = MainTest.run(
                "generate", "T", "--model", model.toString(), "--stop", "<|user|>", "--max-new-tokens", "40");
        assertThat(result.out()).isEqualTo("The cat" + System.lineSeparator());
        JsonObject line = json(model, "--stop", "<|user|>\nHi", "--max-new-tokens", "40");
        assertThat(line.get("text").getAsString()).isEqualTo("he cat");
        assertThat(line.get("finish_reason").getAsString()).isEqualTo("stop");
    }

    @Test
    void whatIsNotComputedIsSaid() throws IOException {
        MainTest.Result result = MainTest.run(
                "generate",
                "T",
                "--model",
                model("{}", "{\"guidance_scale\": 2}").toString());
        assertThat(result.code()).isEqualTo(2);
        assertThat(result.err()).contains("sets guidance_scale to 2").contains("use --no-use-model-defaults");
    }

    private Path model(String config, String generation) throws IOException {
        Path place = Files.createTempDirectory(folder, "model");
        return EndsModel.write(place, JsonParser.parseString(config).getAsJsonObject(), generation);
    }

    private static JsonObject json(Path model, String... options) {
        Stream<String> words = Stream.concat(
                Stream.of("generate", "T", "--model", model.toString(), "--precision", "fp32", "--json"),
                Stream.of(options));
        MainTest.Result result = MainTest.run(words.toArray(String[]::new));
        assertThat(result.code()).as(result.err()).isZero();
        return JsonParser.parseString(result.out()).getAsJsonObject();
    }

    private static MainTest.Result piped(String lines, Path model) {
        InputStream before = System.in;
        try {
            System.setIn(new ByteArrayInputStream(lines.getBytes(StandardCharsets.UTF_8)));
            return MainTest.run("interactive", "--model", model.toString());
        } finally {
            System.setIn(before);
        }
    }
}
