package io.github.gpt2djl.internal.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonParser;
import io.github.gpt2djl.Precision;
import io.github.gpt2djl.testing.TestJvm;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What people type at a shell. */
class HabitsTest {
    @TempDir
    Path folder;

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "generate;-5 degrees                   | after --: generate ... -- \"-5 degrees\"",
                "generate;- a list                     | after --: generate ... -- \"- a list\"",
                "generate;-hello                       | after --: generate ... -- \"-hello\"",
                "explain;-5 degrees                    | after --: explain ... -- \"-5 degrees\"",
                "rank;a;-Vx                            | after --: rank ... -- \"-Vx\"",
                "generate;To;be                        | a text of several words is quoted: generate \"To be\"",
                "generate;--;-5 degrees;--json         | options stand in front of --",
                "score;--text;--json                   | give such a text in a file or on stdin",
                "score;--text;-hello                   | give such a text in a file or on stdin",
                "generate;a;--max_new_tokens;3         | Possible solutions: --max-new-tokens",
                "generate                              | - reads stdin"
            })
    void mistakesOfHabitGetAHint(String words, String expected) {
        MainTest.Result result = MainTest.run(words.split(";"));
        assertThat(result.code()).isEqualTo(2);
        assertThat(result.out()).isEmpty();
        assertThat(result.err()).startsWith("error: ").contains(expected);
    }

    @Test
    void aWrongOptionGetsNoHintForTexts() {
        assertThat(MainTest.run("generate", "a", "--frobnicate").err()).doesNotContain("a text");
        assertThat(MainTest.run("bench", "a").err()).doesNotContain("a text");
    }

    @Test
    void theHelpNamesEveryPrecision() {
        String[] precisions =
                Arrays.stream(Precision.values()).map(Output::name).toArray(String[]::new);
        for (String command : List.of("generate", "score", "bench")) {
            String line = MainTest.run(command, "--help")
                    .out()
                    .lines()
                    .filter(each -> each.strip().startsWith("--precision="))
                    .findFirst()
                    .orElseThrow();
            assertThat(line.split("[=|\\s]+")).contains(precisions);
        }
    }

    /** BERT's [CLS] and [SEP]: ids 2 and 3 of that vocabulary. */
    @Test
    void aPromptMayGoWithoutSpecialTokens() {
        String[] generate = {
            "generate",
            "今天",
            "--model",
            "src/test/resources/reference/families/uer-gpt2-chinese",
            "--max-new-tokens",
            "1"
        };
        String usual = MainTest.run(with(generate, "--json")).out();
        String plain = MainTest.run(with(generate, "--json", "--no-add-special-tokens"))
                .out();
        assertThat(promptIds(usual)).hasSize(promptIds(plain).size() + 2);
        assertThat(promptIds(usual).subList(1, promptIds(usual).size() - 1)).isEqualTo(promptIds(plain));
        assertThat(MainTest.run(with(generate, "--no-add-special-tokens")).out())
                .startsWith("今天");
    }

    private static String[] with(String[] words, String... more) {
        return Stream.concat(Stream.of(words), Stream.of(more)).toArray(String[]::new);
    }

    private static List<Integer> promptIds(String json) {
        List<Integer> ids = new ArrayList<>();
        JsonParser.parseString(json)
                .getAsJsonObject()
                .getAsJsonArray("prompt_ids")
                .forEach(id -> ids.add(id.getAsInt()));
        return ids;
    }

    @Test
    void textsMayBeginWithADash() {
        assertThat(MainTest.run("generate", "--max-new-tokens", "1", "--", "-5 degrees")
                        .out())
                .startsWith("-5 degrees");
        assertThat(MainTest.run("generate", "--max-new-tokens", "1", "-5").out())
                .startsWith("-5");
        assertThat(MainTest.run("rank", "--json", "--", "-5", " -4", "-hello").out())
                .contains("\"-hello\"", "\" -4\"");
        assertThat(MainTest.run("score", "--text", "-5 degrees").out()).startsWith("      12 ");
        assertThat(MainTest.run("generate", "a", "--max-new-tokens", "1", "--stop", "-5", "--stop", "---", "--json")
                        .out())
                .contains("\"stop_strings\":[\"-5\",\"---\"]");
    }

    @Test
    void helpIsACommandToo() {
        MainTest.Result help = MainTest.run("help", "generate");
        assertThat(help.code()).isZero();
        assertThat(help.out()).isEqualTo(MainTest.run("generate", "--help").out());
    }

    @ParameterizedTest
    @ValueSource(strings = {"--help", "--version", "generate --help", "help generate", "models", "models --json"})
    void aFullStdoutIsOneLine(String words) {
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        OutputStream full = new OutputStream() {
            @Override
            public void write(int b) throws IOException {
                throw new IOException("No space left on device");
            }
        };
        int code = Main.run(
                words.split(" "),
                new PrintStream(new StandardOut(full), false, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8));
        assertThat(code).isEqualTo(1);
        assertThat(err.toString(StandardCharsets.UTF_8))
                .isEqualTo("error: stdout cannot be written: No space left on device\n");
    }

    /** Java spells paths in ASCII then, and lost them in its own words. */
    @EnabledOnOs(value = OS.LINUX, disabledReason = "other systems spell paths in Unicode")
    @ParameterizedTest
    @ValueSource(
            strings = {
                "generate a --model ./modèle",
                "generate a --assistant-model ./modèle",
                "generate a --generation-config é.json",
                "explain a --html é.html",
                "score --text-file é.txt",
                "rank a b --prompt-file é.txt",
                "convert --model shakespeare --out é",
                "train --text-file é.txt --out o --max-steps 1",
                "train --text-file é.txt --out /é --max-steps 1",
                "replay é.json",
                "selfcheck --goldens é.json"
            })
    void aPathThatTheLocaleCannotSpell(String words) throws Exception {
        assertThat(inLocaleC(folder, 2, words.split(" ")))
                .startsWith("error: ")
                .contains(" has characters that Java cannot use in this locale, whose encoding is ANSI_X3.4-1968; set"
                        + " the environment variable LC_ALL to C.UTF-8")
                .doesNotContain("Exception", "\tat ", "Malformed");
    }

    /** Java took "mod??le" for the folder's name, made it and wrote there. */
    @EnabledOnOs(value = OS.LINUX, disabledReason = "other systems spell paths in Unicode")
    @Test
    void aFolderThatTheLocaleCannotSpell() throws Exception {
        Path current = Files.createDirectory(folder.resolve("modèle"));
        assertThat(inLocaleC(current, 2, "convert", "--model", "shakespeare", "--out", "o"))
                .contains("the current folder's name has characters that Java cannot use");
        try (Stream<Path> files = Files.list(folder)) {
            assertThat(files).doesNotContain(folder.resolve("mod??le")).contains(current);
        }
        assertThat(inLocaleC(current, 0, "generate", "é", "--max-new-tokens", "1"))
                .contains("é");
    }

    private String inLocaleC(Path current, int code, String... words) throws Exception {
        List<String> command = new ArrayList<>(List.of("io.github.gpt2djl.internal.cli.Main"));
        command.addAll(List.of(words));
        ProcessBuilder builder = TestJvm.command(command.toArray(new String[0])).directory(current.toFile());
        builder.environment().put("LC_ALL", "C");
        Path out = folder.resolve("out");
        Process process =
                builder.redirectErrorStream(true).redirectOutput(out.toFile()).start();
        try {
            assertThat(process.waitFor(1, TimeUnit.MINUTES)).isTrue();
        } finally {
            process.destroyForcibly();
        }
        assertThat(process.exitValue()).as(Files.readString(out)).isEqualTo(code);
        return Files.readString(out);
    }
}
