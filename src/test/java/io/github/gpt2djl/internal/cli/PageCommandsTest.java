package io.github.gpt2djl.internal.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine.Model.OptionSpec;

/** The commands that the pages show with their output ({@code $ gpt2 …}) print it; flags and commands that they name exist. */
class PageCommandsTest {
    private static final Pattern SESSION = Pattern.compile("```text\n(\\$ gpt2 .*?)```", Pattern.DOTALL);
    private static final Pattern WORD = Pattern.compile("\"([^\"]*)\"|(\\S+)");
    private static final Pattern RUN = Pattern.compile("^(?:\\$ gpt2|java .*-jar \\S*gpt2-djl\\.jar) ([a-z]+)(.*)$");
    private static final PrintStream NOWHERE = new PrintStream(new ByteArrayOutputStream());

    /** A command and what it prints. */
    private record Command(List<String> words, List<String> output) {}

    @ParameterizedTest
    @ValueSource(strings = {"README.md", "README.zh-CN.md"})
    void commandsPrintWhatThePageShows(Path page) throws IOException {
        List<Command> commands = commands(Files.readString(page));
        assertThat(commands).hasSizeGreaterThan(2);
        for (Command command : commands) {
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            int code = Main.run(
                    command.words.toArray(String[]::new), new PrintStream(out, true, StandardCharsets.UTF_8), NOWHERE);
            assertThat(code).as(command.words.toString()).isZero();
            assertSame(out.toString(StandardCharsets.UTF_8).strip().lines().toList(), command.output);
        }
    }

    /** The same words; numbers with a decimal point may be rounded otherwise on another processor. */
    private static void assertSame(List<String> printed, List<String> shown) {
        List<String> found = words(String.join("\n", printed));
        List<String> expected = words(String.join("\n", shown));
        assertThat(found).hasSameSizeAs(expected);
        for (int i = 0; i < found.size(); i++) {
            if (expected.get(i).matches("-?\\d+\\.\\d+")) {
                assertThat(Double.parseDouble(found.get(i)))
                        .isCloseTo(Double.parseDouble(expected.get(i)), within(1e-3));
            } else {
                assertThat(found.get(i)).isEqualTo(expected.get(i));
            }
        }
    }

    /** All pages: a line that runs the jar names a command, and flags that this command has. */
    @Test
    void commandsAndFlagsOfAllPagesExist() throws IOException {
        var subcommands = Main.command(NOWHERE, NOWHERE).getSubcommands();
        int flags = 0;
        for (Path page : pages()) {
            String text = Files.readString(page).replace("\\\n", " ");
            for (String line : text.lines().toList()) {
                MatchResult run = RUN.matcher(line).results().findFirst().orElse(null);
                if (run == null) {
                    continue;
                }
                assertThat(subcommands.keySet()).as(page + ": " + line).contains(run.group(1));
                var options = subcommands.get(run.group(1)).getCommandSpec().optionsMap();
                // A comment may follow.
                for (String word : words(run.group(2).replaceAll("\\s#.*", ""))) {
                    if (word.startsWith("--")) {
                        assertThat(exists(options, word.replaceAll("=.*", "")))
                                .as(page + ": " + word + " in " + line)
                                .isTrue();
                        flags++;
                    }
                }
            }
        }
        assertThat(flags).isGreaterThan(40);
    }

    private static boolean exists(Map<String, OptionSpec> options, String flag) {
        OptionSpec positive = options.get(flag.replaceFirst("^--no-", "--"));
        return options.containsKey(flag) || positive != null && positive.negatable();
    }

    private static List<Path> pages() throws IOException {
        List<Path> pages = new ArrayList<>(List.of(Path.of("README.md"), Path.of("README.zh-CN.md")));
        for (String folder : List.of("docs", "examples", "models")) {
            try (Stream<Path> files = Files.walk(Path.of(folder))) {
                files.filter(file -> file.toString().endsWith(".md")
                                && !file.toString().contains("node_modules"))
                        .forEach(pages::add);
            }
        }
        return pages;
    }

    private static List<Command> commands(String page) {
        List<Command> commands = new ArrayList<>();
        for (MatchResult session : SESSION.matcher(page).results().toList()) {
            for (String line : session.group(1).lines().toList()) {
                if (line.startsWith("$ gpt2 ")) {
                    commands.add(new Command(words(line.substring("$ gpt2 ".length())), new ArrayList<>()));
                } else {
                    commands.get(commands.size() - 1).output.add(line);
                }
            }
        }
        return commands;
    }

    /** The words of a line as a shell parts them; double quotes hold one together. */
    private static List<String> words(String line) {
        return WORD.matcher(line)
                .results()
                .map(found -> found.group(1) != null ? found.group(1) : found.group(2))
                .toList();
    }
}
