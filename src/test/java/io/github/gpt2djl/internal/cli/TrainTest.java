package io.github.gpt2djl.internal.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.gpt2djl.checkpoint.Checkpoint;
import io.github.gpt2djl.testing.TestJvm;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The commands train and finetune. */
@Timeout(300)
class TrainTest {
    private static final String TEXT = "examples/data/cbtest.txt";
    private static final String SMALL =
            "--text-file " + TEXT + " --batch-size 4 --context 16 --evaluate-every 5 --seed 1 --out ";
    private static final Pattern EVALUATION = Pattern.compile("^step \\d+: validation loss ");
    private static final String SHAPE = "--vocab-size 300 --layers 2 --heads 2 --width 32 ";

    @TempDir
    Path folder;

    private String[] train(String more) {
        return line("train", SHAPE + SMALL + folder, more);
    }

    private String[] finetune(String model, String more) {
        return line("finetune", "--model " + model + " " + SMALL + folder, more);
    }

    /** Options and their values, of which the last one counts. */
    private static String[] line(String command, String... options) {
        Map<String, String> values = new LinkedHashMap<>();
        String last = "";
        for (String word : String.join(" ", options).trim().split(" ")) {
            if (word.startsWith("--")) {
                last = word;
            }
            values.put(last, word);
        }
        List<String> line = new ArrayList<>(List.of(command));
        values.forEach((option, value) -> line.addAll(option.equals(value) ? List.of(option) : List.of(option, value)));
        return line.toArray(String[]::new);
    }

    private static List<Double> losses(String text) {
        return Pattern.compile("validation loss ([0-9.]+)(?: |,|$)", Pattern.MULTILINE)
                .matcher(text)
                .results()
                .map(MatchResult::group)
                .map(loss -> Double.valueOf(loss.replaceAll("[^0-9.]", "")))
                .toList();
    }

    @Test
    void samplesContinueALineOfTheValidationText() {
        assertThat(TrainingView.firstLine("st of a line\n\n<|endoftext|>HAMLET:\nTo be"))
                .isEqualTo("HAMLET:");
        assertThat(TrainingView.firstLine("only one line")).isEqualTo("only one line");
        assertThat(TrainingView.firstLine("a\n" + "👍".repeat(61))).isEqualTo("👍".repeat(60));
        assertThat(TrainingView.firstLine("the last line\n")).isEmpty();
    }

    @Test
    void aNewModel() throws IOException {
        MainTest.Result result =
                MainTest.run(train("--max-steps 60 --learning-rate 1e-2 --warmup-steps 5 --sample-prompt The"));
        assertThat(result.err())
                .startsWith("learning 300 tokens\n")
                .contains("step 0: validation loss", "step 60: validation loss", "    The");
        List<Double> losses = losses(result.err());
        assertThat(losses).hasSize(13);
        double last = losses.get(12);
        assertThat(last).isLessThan(losses.get(0) - 0.5);
        assertThat(result.out())
                .startsWith("finished after 60 steps")
                .contains("best: step ")
                .endsWith("kept in " + folder + "\n");
        assertThat(result.code()).isZero();
        assertThat(folder.resolve("README.md"))
                .content()
                .contains("train --vocab-size 300 --layers 2", "60 steps in", "| 60 |");
        MainTest.Result generated =
                MainTest.run("generate", "--model", folder.toString(), "The", "--max-new-tokens", "5");
        assertThat(generated.code()).as(generated.err()).isZero();
        MainTest.Result again = MainTest.run(train("--max-steps 60"));
        assertThat(again.err()).contains("a training was begun here");
        assertThat(again.code()).isEqualTo(1);
    }

    @Test
    void anAdapterAndAFrozenModel() throws IOException {
        String[] adapter = finetune(
                "shakespeare", "--max-steps 5 --lora-rank 2 --learning-rate 1e-2 --warmup-steps 1 --sample-every 0");
        MainTest.Result result = MainTest.run(adapter);
        assertThat(result.code()).as(result.err()).isZero();
        assertThat(folder.resolve("adapter_config.json")).content().contains("\"shakespeare\"", "\"lora_alpha\": 4");
        assertThat(folder.resolve("model.safetensors")).doesNotExist();
        List<Double> losses = losses(result.err());
        assertThat(losses.get(1)).isLessThan(losses.get(0));
        MainTest.Result again = MainTest.run(finetune(folder.toString(), "--max-steps 5 --lora-rank 2 --out other"));
        assertThat(again.err()).contains("is an adapter, expected a model: make one of it, with convert");
        // What has learned an adapter goes on without one, with its layers' lower half as they are.
        Path other = folder.resolve("whole");
        String[] whole = finetune(folder.toString(), "--max-steps 5 --freeze-layers 3 --sample-every 0 --out " + other);
        MainTest.Result frozen = MainTest.run(whole);
        assertThat(frozen.code()).as(frozen.err()).isZero();
        assertThat(losses(frozen.err()).get(0)).isEqualTo(losses.get(1));
        assertThat(other.resolve("model.safetensors")).exists();
    }

    /** All its weights learn, and what is kept is one again; of adapters it is told at once. */
    @Test
    void aGptNeo() throws IOException {
        String neo = "src/test/resources/reference/gpt-neo-f32";
        MainTest.Result adapter = MainTest.run(finetune(neo, "--max-steps 5 --lora-rank 2"));
        assertThat(adapter.code()).isEqualTo(2);
        assertThat(adapter.err()).contains("this library trains adapters of GPT2's c_attn only");
        MainTest.Result result = MainTest.run(finetune(neo, "--max-steps 10 --learning-rate 1e-2 --context 30"));
        assertThat(result.code()).as(result.err()).isZero();
        List<Double> losses = losses(result.err());
        assertThat(losses.get(losses.size() - 1)).isLessThan(losses.get(0) - 0.5);
        try (Checkpoint start = Checkpoint.open(Path.of(neo));
                Checkpoint learned = Checkpoint.open(folder)) {
            assertThat(learned.config()).isEqualTo(start.config());
        }
        MainTest.Result generated =
                MainTest.run("generate", "--model", folder.toString(), "the cat", "--max-new-tokens", "20");
        assertThat(generated.code()).as(generated.err()).isZero();
    }

    /**
     * kill -9 again and again: the same model as without. An evaluation is told after the model has been written and before
     * the state is: what kills there meets half of it. Of those that are told in one process the last is lost at most.
     */
    @Test
    void killedAndResumed() throws Exception {
        String options = "--max-steps 60 --dropout 0.3 --sample-every 0 --threads 1";
        assertThat(run(train(options), Integer.MAX_VALUE)).isZero();
        byte[] expected = Files.readAllBytes(folder.resolve("model.safetensors"));
        Path whole = folder;
        folder = whole.resolve("killed");
        int kills = 0;
        boolean begun = false;
        int code = -1;
        while (code != 0) {
            begun |= Files.exists(folder.resolve("training/training.json"));
            code = run(train(options + (begun ? " --resume" : "")), 1 + kills % 4);
            kills += code == 0 ? 0 : 1;
            // Four processes keep 0 + 1 + 2 + 3 evaluations of 13 at least.
            assertThat(kills).isLessThan(3 * 4);
        }
        assertThat(kills).isGreaterThan(4);
        assertThat(folder.resolve("model.safetensors")).hasBinaryContent(expected);
    }

    /** The exit code, or -1 where the process was killed when it had told so many evaluations. */
    private static int run(String[] arguments, int killAt) throws IOException, InterruptedException {
        Process process = start(arguments);
        try (BufferedReader err = process.errorReader(StandardCharsets.UTF_8)) {
            List<String> said = new ArrayList<>();
            for (int told = 0; told < killAt; ) {
                String line = err.readLine();
                if (line == null) {
                    assertThat(process.waitFor()).as(String.join("\n", said)).isZero();
                    return 0;
                }
                said.add(line);
                told += EVALUATION.matcher(line).find() ? 1 : 0;
            }
            return -1;
        } finally {
            process.destroyForcibly().waitFor();
        }
    }

    private static Process start(String[] arguments) throws IOException {
        return TestJvm.command(Stream.concat(Stream.of("io.github.gpt2djl.internal.cli.Main"), Stream.of(arguments))
                        .toArray(String[]::new))
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
    }

    @Test
    @DisabledOnOs(value = OS.WINDOWS, disabledReason = "Windows has no signals")
    void interruptedWithCtrlC() throws Exception {
        String options = "--sample-every 0 --patience 0 --max-minutes ";
        Process process = start(train(options + "10"));
        try (BufferedReader err = process.errorReader(StandardCharsets.UTF_8)) {
            String line = err.readLine();
            while (line != null && !line.startsWith("step 5:")) {
                line = err.readLine();
            }
            new ProcessBuilder("kill", "-INT", String.valueOf(process.pid()))
                    .start()
                    .waitFor();
            String rest = String.join("\n", err.lines().toList());
            assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
            assertThat(process.exitValue()).as(rest).isEqualTo(130);
            // The card is the last that is written, after the picture.
            assertThat(rest).doesNotContain("error:");
            assertThat(folder.resolve("README.md")).exists();
        } finally {
            process.destroyForcibly();
        }
        String json = Files.readString(folder.resolve("training/training.json"));
        assertThat(json).contains("\"finished\": false").doesNotContain("\"step\": 0,\n  \"seconds\"");
        MainTest.Result result = MainTest.run(train(options + "0.0001 --resume"));
        assertThat(result.code()).as(result.err()).isZero();
        assertThat(result.out()).startsWith("finished after ");
    }

    /** A limit of a file's size stands for the full disk: the model has room, the state has not. */
    @Test
    @EnabledOnOs(value = OS.LINUX, disabledReason = "the limit is set by a shell's ulimit")
    void whatWasSavedSurvivesAFullDisk() throws Exception {
        assertThat(MainTest.run(train("--max-steps 5")).code()).isZero();
        byte[] model = Files.readAllBytes(folder.resolve("model.safetensors"));
        long kilobytes = model.length / 1024 + 20;
        assertThat(Files.size(folder.resolve("training/step-5.safetensors"))).isGreaterThan(1024 * kilobytes);
        String[] more = train("--max-steps 10 --resume");
        List<String> command = new ArrayList<>(TestJvm.command(Stream.concat(
                                Stream.of("-XX:-UsePerfData", "io.github.gpt2djl.internal.cli.Main"), Stream.of(more))
                        .toArray(String[]::new))
                .command());
        command.addAll(0, List.of("bash", "-c", "ulimit -f " + kilobytes + "; exec \"$@\"", "bash"));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(said).isEqualTo(1);
        assertThat(said).contains("could not be written", "bytes");
        assertThat(folder.resolve("training")).isDirectoryContaining("glob:**step-5.safetensors");
        MainTest.Result result = MainTest.run(more);
        assertThat(result.code()).as(result.err()).isZero();
        assertThat(result.out()).startsWith("finished after 10 steps");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--max-steps 5 --heads 5 | 2 | --width is 32 and --heads is 5, expected a multiple of 5",
                "--max-steps 5 --layers 0 | 2 | --layers is 0, expected 1 to 4096",
                "--max-steps 5 --width 524288 --layers 4096 | 1 | training a new model needs",
                "--max-steps 5 --vocab-size 9999 | 2 | --vocab-size is 9999, expected at most",
                "--max-steps 5 --vocab-size 9 | 2 | --vocab-size is 9, expected at least 257",
                "--max-steps 5 --context 5000 | 2 | the text's part for training has",
                "--max-steps 5 --batch-size 0 | 2 | --batch-size is 0, expected at least 1",
                "--max-steps 5 --batch-size 9999999 | 1 | training a new model needs",
                "--max-steps 5 --dropout 1 | 2 | --dropout is 1.0, expected 0 or more, and less than 1",
                "--max-steps 5 --sample-every 7 | 2 | --sample-every is 7, expected a multiple of 5",
                "--max-steps 5 --validation 0 | 2 | --validation is 0.0, expected a share",
                "--max-steps 5 --resume | 1 | so begin it anew",
                "--max-steps 5 --text-file absent.txt | 1 | absent.txt: no such file",
                "--batch-size 4 | 2 | found neither --max-steps nor --max-minutes"
            })
    void badInputIsNamed(String options, int code, String message) {
        MainTest.Result result = MainTest.run(train(options));
        assertThat(result.err()).contains("error: ").contains(message);
        assertThat(result.code()).isEqualTo(code);
    }

    @Test
    void textThatIsNotUtf8() throws IOException {
        Path file = Files.write(folder.resolve("latin1.txt"), new byte[] {'a', '\n', 'b', (byte) 0xE9, 'c'});
        MainTest.Result result = MainTest.run(train("--max-steps 5 --text-file " + file));
        assertThat(result.err()).contains("not UTF-8 at byte 3 (line 2)");
        assertThat(result.code()).isEqualTo(1);
    }
}
