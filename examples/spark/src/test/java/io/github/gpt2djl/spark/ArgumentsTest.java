package io.github.gpt2djl.spark;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.gpt2djl.GenerationOption;
import io.github.gpt2djl.LoadOptions;
import io.github.gpt2djl.Precision;
import java.io.IOException;
import java.lang.reflect.RecordComponent;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a user meets who has given something wrong. */
class ArgumentsTest {
    @TempDir
    Path folder;

    private Path prompts;
    private Path out;

    @BeforeEach
    void onePrompt() throws IOException {
        prompts = folder.resolve("prompts.jsonl");
        out = folder.resolve("out");
        Files.writeString(prompts, "{\"id\": 1, \"prompt\": \"ROMEO:\"}\n");
    }

    @Test
    void aMissingFileIsNamed() {
        JobRun run = JobRun.of(folder.resolve("none.jsonl"), out);
        assertThat(run.printed()).contains("error: ", "does not exist", "none.jsonl");
        assertThat(run.code()).isEqualTo(1);
        assertThat(out).doesNotExist();
    }

    @Test
    void aFolderWithoutFilesIsRejected() throws IOException {
        JobRun run = JobRun.of(Files.createDirectory(folder.resolve("empty")), out);
        assertThat(run.printed()).contains("has no files, expected JSON lines or Parquet");
        assertThat(run.code()).isEqualTo(2);
    }

    @Test
    void noPromptsGiveNoTexts() throws IOException {
        Files.writeString(prompts, "");
        JobRun run = JobRun.of(prompts, out);
        assertThat(run.printed()).contains("0 rows, 0 new tokens");
        assertThat(run.code()).isZero();
        assertThat(JobRun.read(out)).isEmpty();
    }

    @Test
    void anUnknownModelIsTheExecutorsMessage() {
        JobRun run = JobRun.of(prompts, out, "--model", "gtp2");
        assertThat(run.printed()).contains("error: no model or folder named gtp2.");
        assertThat(run.code()).isEqualTo(1);
    }

    @Test
    void anExistingFolderStaysAsItIs() throws IOException {
        Files.createDirectory(out);
        Files.writeString(out.resolve("mine"), "");
        JobRun run = JobRun.of(prompts, out);
        assertThat(run.printed()).contains("exists, expected a new folder; or give --overwrite");
        assertThat(run.code()).isEqualTo(2);
        assertThat(out.resolve("mine")).exists();
        assertThat(JobRun.of(prompts, out, "--overwrite").code()).isZero();
        assertThat(out.resolve("mine")).doesNotExist();
        assertThat(JobRun.read(out)).containsOnlyKeys("1");
    }

    @Test
    void wrongOptionsAreRejectedBeforeAnythingRuns() {
        assertRejected("Unknown options: '--max-tokens'", "--max-tokens", "3");
        assertRejected("--temperature is 0.0, expected above 0", "--do-sample", "--temperature", "0");
        assertRejected("--max-new-tokens is 0, expected at least 1", "--max-new-tokens", "0");
        assertRejected("--batch-size is 0, expected at least 1", "--batch-size", "0");
        assertRejected("'--partitions': 'x' is not an int", "--partitions", "x");
        assertRejected("device is tpu, expected auto, cpu, gpu or, of several, gpu:1", "--device", "tpu");
    }

    /** A model can be loaded as the library loads it, and a row's option can be given for all. */
    @Test
    void everyOptionOfTheLibraryHasAFlag() {
        String help = JobRun.of(prompts, out, "--help").printed().replace("[no-]", "");
        Map<String, String> options = Map.of(
                "precision", "--precision",
                "device", "--device",
                "threads", "--threads",
                "source", "--download",
                "trustedFiles", "--trust-files");
        for (RecordComponent component : LoadOptions.class.getRecordComponents()) {
            if (component.getName().equals("prefixCacheBytes")) {
                // A block's output would depend, in its last bits, on the blocks that an executor computed before.
                continue;
            }
            assertThat(options).containsKey(component.getName());
            assertThat(help).contains(options.get(component.getName()));
        }
        String precisions =
                help.lines().filter(line -> line.contains("--precision=")).reduce("", (before, line) -> line);
        assertThat(precisions.split("[=|\\s]+"))
                .contains(Arrays.stream(Precision.values())
                        .map(precision -> precision.name().toLowerCase(Locale.ROOT))
                        .toArray(String[]::new));
        assertThat(GenerationOption.all())
                .filteredOn(option -> !RowReader.NOT_HERE.contains(option))
                .allSatisfy(
                        option -> assertThat(help).contains("--" + option.key().replace('_', '-')));
    }

    @Test
    void anotherPrecisionAndDevice() throws IOException {
        JobRun run = JobRun.of(
                prompts, out, "--precision", "int8", "--device", "cpu", "--trust-files", "--max-new-tokens", "2");
        assertThat(run.printed()).contains("1 rows, 2 new tokens");
    }

    private void assertRejected(String message, String... options) {
        JobRun run = JobRun.of(prompts, out, options);
        assertThat(run.printed()).contains("error: ").contains(message);
        assertThat(run.code()).isEqualTo(2);
    }

    @Test
    void flagsGoBeforeAFileOfOptions() throws IOException {
        Path config = folder.resolve("generation_config.json");
        Files.writeString(config, "{\"max_new_tokens\": 3, \"do_sample\": true}");
        JobRun run = JobRun.of(prompts, out, "--generation-config", config.toString(), "--max-new-tokens", "2");
        assertThat(run.printed()).contains("1 rows, 2 new tokens");
        assertThat(JobRun.read(out).get("1").<Long>getAs("seed")).isNotNull();
    }
}
