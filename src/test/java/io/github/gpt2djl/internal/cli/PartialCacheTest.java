package io.github.gpt2djl.internal.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.github.gpt2djl.testing.TestCheckpoint;
import io.github.gpt2djl.testing.TestJvm;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the commands say of a cache that holds models in part, in processes with its variables. */
class PartialCacheTest {
    private static final String COMMIT = "607a30d783dfa663caf39e06633721c8d4cfcd7e";

    @TempDir
    Path folder;

    private record Result(int code, String out, String err) {}

    private Path partial;
    private Path whole;

    @BeforeEach
    void fill() throws IOException {
        Path cache = folder.resolve("hf/hub");
        partial = Files.createDirectories(cache.resolve("models--openai-community--gpt2/snapshots/" + COMMIT));
        Files.writeString(partial.resolve("config.json"), "{}");
        Files.createDirectories(cache.resolve("models--openai-community--gpt2-medium/blobs"));
        whole = TestCheckpoint.tiny()
                .write(cache.resolve("models--distilbert--distilgpt2/snapshots/" + "1".repeat(40)));
        Files.writeString(whole.resolve("tokenizer.json"), "{}");
    }

    @Test
    void modelsTellsWhatIsMissing() throws Exception {
        Result table = run("models");
        assertThat(table.code).as(table.err).isZero();
        assertThat(table.out)
                .containsPattern("(?m)^gpt2 .* incomplete: model\\.safetensors, tokenizer\\.json missing$")
                .containsPattern("(?m)^gpt2-medium .* no$")
                .containsPattern("(?m)^distilgpt2 .* \\Q" + whole + "\\E$");
        List<JsonObject> lines = run("models", "--json")
                .out
                .lines()
                .map(line -> JsonParser.parseString(line).getAsJsonObject())
                .toList();
        assertThat(lines.get(1).get("path").isJsonNull()).isTrue();
        assertThat(lines.get(1).get("problem").getAsString())
                .isEqualTo("incomplete: model.safetensors, tokenizer.json missing");
        assertThat(lines.get(2).get("problem").isJsonNull()).isTrue();
        assertThat(lines.get(5).get("path").getAsString()).isEqualTo(whole.toString());
    }

    /** Each revision that is here by the name that --model takes. */
    @Test
    void modelsListsTheRevisions() throws Exception {
        Path repository = folder.resolve("hf/hub/models--distilbert--distilgpt2");
        Path second = TestCheckpoint.tiny().write(repository.resolve("snapshots/" + "2".repeat(40)));
        Path third = TestCheckpoint.tiny().write(repository.resolve("snapshots/" + "3".repeat(40)));
        for (String ref : List.of("v1", "refs/pr/3", "main")) {
            Path file = repository.resolve("refs").resolve(ref);
            Files.createDirectories(file.getParent());
            Files.writeString(file, (ref.equals("main") ? "1" : "2").repeat(40));
        }
        assertThat(run("models").out)
                .containsPattern("(?m)^distilgpt2 .* \\Q" + whole + "\\E\\R"
                        + "  distilgpt2@refs/pr/3  \\Q" + second + "\\E\\R"
                        + "  distilgpt2@v1  \\Q" + second + "\\E\\R"
                        + "  distilgpt2@" + "3".repeat(40) + "  \\Q" + third + "\\E\\R"
                        + "openai-gpt ");
        assertThat(run("models", "--json").out)
                .contains(
                        "\"revisions\":[{\"commit\":\"" + "1".repeat(40) + "\",\"refs\":[\"main\"],\"path\":\"" + whole
                                + "\"},{\"commit\":\"" + "2".repeat(40)
                                + "\",\"refs\":[\"refs/pr/3\",\"v1\"],\"path\":\"" + second
                                + "\"},{\"commit\":\"" + "3".repeat(40) + "\",\"refs\":[],");
        for (String name : List.of("distilgpt2@refs/pr/3", "distilgpt2@" + "2".repeat(40))) {
            assertThat(run("download", name).out).isEqualTo(second + "\n");
        }
    }

    @Test
    void generateNamesTheCommandThatFetchesTheRest() throws Exception {
        Result result = run("generate", "x", "--model", "gpt2");
        assertThat(result.code).isEqualTo(1);
        assertThat(result.err)
                .isEqualTo("error: model gpt2 is on this machine only in part: " + partial
                        + " lacks model.safetensors, tokenizer.json. Get the rest with the command \"download gpt2\", in"
                        + " Java with ModelSource.download()\n");
    }

    @Test
    void offlineDownloadPrintsTheFolderOfAWholeModel() throws Exception {
        for (String name : new String[] {"distilgpt2", "distilbert/distilgpt2"}) {
            assertThat(run("download", name)).isEqualTo(new Result(0, whole + "\n", ""));
        }
        Result result = run("download", "openai-community/gpt2");
        assertThat(result.code).isEqualTo(1);
        assertThat(result.err)
                .startsWith("error: HF_HUB_OFFLINE or TRANSFORMERS_OFFLINE forbids the network, and")
                .contains("openai-community/gpt2 lacks model.safetensors, tokenizer.json in " + partial);
    }

    private Result run(String... arguments) throws Exception {
        ProcessBuilder builder = TestJvm.command("io.github.gpt2djl.internal.cli.Main");
        builder.command().addAll(List.of(arguments));
        builder.environment().keySet().removeIf(name -> name.startsWith("HF_") || name.startsWith("HUGGING"));
        builder.environment().put("HF_HOME", "$PARENT/hf");
        builder.environment().put("PARENT", folder.toString());
        builder.environment().put("TRANSFORMERS_OFFLINE", "1");
        Process process = builder.redirectError(folder.resolve("err").toFile()).start();
        String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return new Result(process.waitFor(), out, Files.readString(folder.resolve("err")));
    }
}
