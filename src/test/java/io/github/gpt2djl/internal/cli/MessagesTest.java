package io.github.gpt2djl.internal.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

/** Wrong values of each command: each option that a message names is one of that command. */
class MessagesTest {
    private static final Pattern FLAG = Pattern.compile("--[a-z][a-z-]*");
    /** The names in Java of options are no names here. */
    private static final Pattern JAVA = Pattern.compile("\\b[a-z]+[A-Z][A-Za-z]*\\b");

    private static final String TRAIN =
            "train --max-steps 1 --vocab-size 260 --layers 1 --width 8 --text-file TEXT --out OUT";
    private static final String FINETUNE = "finetune --max-steps 1 --model shakespeare --text-file TEXT --out OUT";

    @TempDir
    Path folder;

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "score --text LONG                          | at most 256, the model's context; shorten it, or set --stride 128",
                "score --text LONG --stride 999             | --stride is 999",
                "score --text a                             | or set --bos",
                "score --text ab --threads -1               | --threads is -1",
                "rank a LONG                                | the model's context",
                "rank LONG a                                | the model's context",
                "generate LONG                              | the model's context; shorten it, or let --context-policy slide",
                "generate LONG --context-policy slide:999   | the model's context of 256",
                "generate a --max-length 1                  | use a greater one, or --max-new-tokens",
                "generate a --max-length 5 --max-new-tokens 3 | expected only one of them: --max-new-tokens would override",
                "generate a --top-k 5 --no-do-sample        | --top-k has no effect while --do-sample is false",
                "generate a --temperature 0                 | --temperature is 0.0",
                "generate a --temperature 0,7               | --temperature is \"0,7\"",
                "generate a --seed 0x10                     | --seed is \"0x10\"",
                "generate a --penalty-alpha 0.6 --top-k 1   | a --top-k of at least 2",
                "generate a --num-beams 2 --do-sample       | --num-beams is 2 and --do-sample is true",
                "generate a --num-return-sequences 2 --prompt-lookup-num-tokens 5 | --prompt-lookup-num-tokens is 5",
                "generate a --eos-token-id 99999            | --eos-token-id has id 99999",
                "generate a --context-policy slide:0        | --context-policy is \"slide:0\", expected at least 1 id",
                "explain LONG                               | let --context-policy slide",
                "explain a --trace 0                   | --trace is 0",
                "bench --batch-size 0                            | --batch-size is 0",
                "bench --max-new-tokens 1                       | --max-new-tokens is 1",
                "bench --max-new-tokens 1000                    | --prompt-tokens is 64 and --max-new-tokens is 1000, expected",
                "bench --warm-up -1                         | --warm-up is -1",
                "bench --repetitions 0                      | --repetitions is 0",
                "bench --batch-size 2 --prompt-lookup-num-tokens 5 | --batch-size is 2 and --prompt-lookup-num-tokens is 5, expected 1",
                "bench --context-policy slide:999           | --context-policy is slide:999",
                TRAIN + " --heads 3                         | --width is 8 and --heads is 3, expected a multiple of 3",
                TRAIN + " --heads 1 --context 0             | --context is 0",
                TRAIN + " --heads 0                         | --heads is 0",
                TRAIN + " --heads 1 --validation 2          | --validation is 2.0",
                TRAIN + " --heads 1 --paragraphs -1         | --paragraphs is -1",
                TRAIN + " --heads 1 --patience -1           | --patience is -1",
                TRAIN + " --heads 1 --dropout 1             | --dropout is 1.0",
                TRAIN + " --heads 1 --batch-size 0          | --batch-size is 0",
                TRAIN + " --heads 1 --accumulation 0        | --accumulation is 0",
                TRAIN + " --heads 1 --learning-rate 0       | --learning-rate is 0.0",
                TRAIN + " --heads 1 --sample-every 3        | --sample-every is 3",
                TRAIN + " --heads 1 --sample-every -100     | --sample-every is -100",
                TRAIN + " --heads 1 --threads -1            | --threads is -1",
                "train --text-file TEXT --out OUT                | found neither --max-steps nor --max-minutes",
                "train --max-steps 1 --text-file TEXT --out OUT  | --vocab-size is 2048, expected at most",
                "train --max-steps 1 --text-file TEXT --out OUT --vocab-size 3 | --vocab-size is 3, expected",
                FINETUNE + " --context 257                  | --context is 257, expected at most 256",
                FINETUNE + " --freeze-layers 99             | --freeze-layers is 99",
                FINETUNE + " --lora-rank -1                 | --lora-rank is -1",
                FINETUNE + " --lora-rank 2 --freeze-layers 2 | --freeze-layers is 2 and --lora-rank is 2",
                FINETUNE + " --lora-alpha 2                 | --lora-alpha has no effect without --lora-rank",
                "convert --model shakespeare --out EMPTY    | found an empty text, expected a path",
                "rank a                                     | or one a line in --continuations-file",
                "selfcheck shakespeare --model gpt2         | found both the model shakespeare and --model gpt2",
                "download gpt2 --out x                       | --out has no effect with --source hub"
            })
    void namesOnlyOptionsOfTheCommand(String line, String expected) throws IOException {
        String text = Files.writeString(folder.resolve("text"), "To be, or not to be. ".repeat(99))
                .toString();
        String[] words = line.split(" ");
        for (int i = 0; i < words.length; i++) {
            words[i] = switch (words[i]) {
                case "LONG" -> "To be, or not to be. ".repeat(99);
                case "TEXT" -> text;
                case "OUT" -> folder.resolve("out").toString();
                case "EMPTY" -> "";
                default -> words[i];
            };
        }
        MainTest.Result result = MainTest.run(words);
        assertThat(result.code()).as(result.err()).isEqualTo(2);
        String message = result.err()
                .lines()
                .filter(said -> said.startsWith("error: "))
                .findFirst()
                .orElseThrow();
        assertThat(message).contains(expected).doesNotContainPattern(JAVA);
        CommandLine command = Main.command(print(), print()).getSubcommands().get(words[0]);
        assertThat(FLAG.matcher(message).results().map(MatchResult::group))
                .map(flag -> flag.replace("--no-", "--"))
                .allSatisfy(flag -> assertThat(command.getCommandSpec().findOption(flag))
                        .as(flag)
                        .isNotNull());
    }

    /** explain has no --num-beams; a file may have beams. */
    @Test
    void optionsOfAFileThatTheCommandDoesNotHaveHaveTheFilesNames() throws IOException {
        Path file = Files.writeString(folder.resolve("generation_config.json"), "{\"num_beams\": 2}");
        MainTest.Result result = MainTest.run("explain", "a", "--generation-config", file.toString());
        assertThat(result.code()).isEqualTo(2);
        assertThat(result.err()).contains("error: num_beams is 2 and --trace is 10, expected only one of them");
    }

    @Test
    void theTableNamesFilesAndFolders() throws IOException {
        Path file = Files.writeString(folder.resolve("file"), "");
        assertThat(MainTest.run("convert", "--model", "shakespeare", "--out", file.toString())
                        .err())
                .isEqualTo("error: " + file + ": is there already\n");
        assertThat(MainTest.run("replay", folder.toString()).err())
                .isEqualTo("error: " + folder + " is a folder, expected a file\n");
        assertThat(MainTest.run("generate", "a", "--generation-config", folder.toString())
                        .err())
                .isEqualTo("error: " + folder + " is a folder, expected a file\n");
        assertThat(MainTest.run("selfcheck", "--goldens", folder.toString()).err())
                .isEqualTo("error: " + folder + " is a folder, expected a file\n");
        assertThat(MainTest.run("train", "--text-file", folder.toString(), "--out", "x", "--max-steps", "1")
                        .err())
                .isEqualTo("error: " + folder + " is a folder, expected a file\n");
    }

    private static PrintStream print() {
        return new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8);
    }
}
