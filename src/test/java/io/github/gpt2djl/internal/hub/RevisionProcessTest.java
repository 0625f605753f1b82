package io.github.gpt2djl.internal.hub;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.github.gpt2djl.GenerationConfig;
import io.github.gpt2djl.Gpt2;
import io.github.gpt2djl.Prompt;
import io.github.gpt2djl.testing.TestCheckpoint;
import io.github.gpt2djl.testing.TestHub;
import io.github.gpt2djl.testing.TestJvm;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A repository with a branch for each checkpoint of a training, as stanford-crfm has them, and the commands for it. */
class RevisionProcessTest {
    private static final String EARLY = "stanford-crfm/alias-gpt2-small-x21@checkpoint-100";
    private static final String LATE = "alias-gpt2-small@checkpoint-1000";

    @TempDir
    Path folder;

    private String endpoint = "";
    private String offline = "0";

    private record Result(int code, String out, String err) {}

    @Test
    void checkpointsLieSideBySide() throws Exception {
        List<Integer> early = publishedIds(1);
        List<Integer> late = publishedIds(2);
        assertThat(early).isNotEqualTo(late);
        try (TestHub server = new TestHub()) {
            endpoint = server.endpoint().toString();
            publish(server, "checkpoint-100", "1".repeat(40), 1);
            publish(server, "checkpoint-1000", "2".repeat(40), 2);
            assertThat(run("download", EARLY).out).isEqualTo(snapshot("1") + "\n");
            assertThat(ids(LATE, "--download")).isEqualTo(late);
        }
        // Nobody answers any more.
        assertThat(ids(EARLY)).isEqualTo(early);
        assertThat(ids(LATE)).isEqualTo(late);
        assertThat(ids(EARLY, "--assistant-model", LATE)).isEqualTo(early);
        offline = "1";
        assertThat(ids("alias-gpt2-small@" + "2".repeat(40))).isEqualTo(late);
        assertThat(run("download", "alias-gpt2-small", "--revision", "checkpoint-1000").out)
                .isEqualTo(snapshot("2") + "\n");
        Path copy = folder.resolve("copy");
        assertThat(run("convert", "--model", LATE, "--out", copy.toString()).code)
                .isZero();
        assertThat(ids(copy.toString())).isEqualTo(late);
        Result without = run("generate", "--prompt-ids", "1,2", "--model", "alias-gpt2-small");
        assertThat(without.code).isEqualTo(1);
        assertThat(without.err)
                .contains("model alias-gpt2-small is not on this machine: looked for ")
                .contains(
                        ", which holds alias-gpt2-small@checkpoint-100, alias-gpt2-small@checkpoint-1000. Get it with");
    }

    /** As PEFT's AutoPeftModel loads it: by the keys base_model_name_or_path and revision. */
    @Test
    void anAdaptersBaseIsFoundAtItsRevision() throws Exception {
        Path adapters = Path.of("src/test/resources/reference/adapters");
        Path adapter = copy(adapters.resolve("attention"), folder.resolve("adapter"));
        Path config = adapter.resolve("adapter_config.json");
        Files.writeString(
                config,
                Files.readString(config)
                        .replaceFirst(
                                "\"base_model_name_or_path\": \"[^\"]*\"", "\"base_model_name_or_path\": \"a/base\"")
                        .replaceFirst("\"revision\": null", "\"revision\": \"step/2\""));
        Result missing = run("generate", "--prompt-ids", "1,2", "--model", adapter.toString());
        assertThat(missing.err)
                .contains("model a/base@step/2 is not on this machine")
                .contains("\"download a/base@step/2\"");
        Path repository = folder.resolve("hub/models--a--base");
        copy(adapters.resolve("base"), repository.resolve("snapshots/" + "4".repeat(40)));
        Files.createDirectories(repository.resolve("refs/step"));
        Files.writeString(repository.resolve("refs/step/2"), "4".repeat(40));
        assertThat(ids(adapter.toString()))
                .isEqualTo(ids(adapters.resolve("attention").toString()))
                .isNotEqualTo(ids("a/base@step/2"));
    }

    private static Path copy(Path from, Path to) throws IOException {
        Files.createDirectories(to);
        try (Stream<Path> files = Files.list(from)) {
            for (Path file : files.toList()) {
                Files.copy(file, to.resolve(file.getFileName().toString()));
            }
        }
        return to;
    }

    private void publish(TestHub server, String revision, String commit, long seed) throws IOException {
        String repository = "stanford-crfm/alias-gpt2-small-x21";
        for (String file : List.of("config.json", "model.safetensors")) {
            server.with(
                    repository + "@" + commit,
                    file,
                    Files.readAllBytes(folder.resolve("published" + seed).resolve(file)));
        }
        server.revision(repository, revision, commit);
    }

    private List<Integer> publishedIds(long seed) throws IOException {
        Path published = new TestCheckpoint(2, 2, 16, 40, 61, true, seed).write(folder.resolve("published" + seed));
        try (Gpt2 gpt2 = Gpt2.load(published)) {
            return gpt2.generate(
                            Prompt.ofIds(1, 2),
                            GenerationConfig.builder().maxNewTokens(12).build())
                    .ids();
        }
    }

    private List<Integer> ids(String model, String... more) throws Exception {
        List<String> arguments = new ArrayList<>(
                List.of("generate", "--prompt-ids", "1,2", "--max-new-tokens", "12", "--json", "--model", model));
        arguments.addAll(List.of(more));
        Result result = run(arguments.toArray(String[]::new));
        assertThat(result.code).as(result.err).isZero();
        JsonObject line = JsonParser.parseString(result.out).getAsJsonObject();
        JsonArray ids = line.getAsJsonArray("ids");
        return ids.asList().stream().map(JsonElement::getAsInt).toList();
    }

    private Path snapshot(String digit) {
        return folder.resolve("hub/models--stanford-crfm--alias-gpt2-small-x21/snapshots/" + digit.repeat(40));
    }

    private Result run(String... arguments) throws Exception {
        ProcessBuilder builder = TestJvm.command("io.github.gpt2djl.internal.cli.Main");
        builder.command().addAll(List.of(arguments));
        builder.environment().keySet().removeIf(name -> name.startsWith("HF_") || name.startsWith("HUGGING"));
        builder.environment().put("HF_HUB_CACHE", folder.resolve("hub").toString());
        builder.environment().put("HF_ENDPOINT", endpoint);
        builder.environment().put("HF_HUB_OFFLINE", offline);
        Process process = builder.redirectError(folder.resolve("err").toFile()).start();
        String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return new Result(process.waitFor(), out, Files.readString(folder.resolve("err")));
    }
}
