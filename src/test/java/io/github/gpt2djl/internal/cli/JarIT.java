package io.github.gpt2djl.internal.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The finished jar and the examples, run as the README runs them, from another folder. */
class JarIT {
    private static final String JAVA =
            Path.of(System.getProperty("java.home"), "bin", "java").toString();
    private static final String JAR =
            Path.of("target/gpt2-djl.jar").toAbsolutePath().toString();

    private static final String EXAMPLES =
            Path.of("target/gpt2-djl-examples.jar").toAbsolutePath().toString();

    /** Else newer JDKs warn; with -jar the manifest says it. */
    private static final String NATIVE = "--enable-native-access=ALL-UNNAMED";

    @TempDir
    Path elsewhere;

    private record Result(int code, String out, String err) {}

    @Test
    void generatesWithNothingBesideTheJar() throws Exception {
        Result result =
                run(List.of(), "-jar", JAR, "generate", "ROMEO:", "--min-new-tokens", "40", "--max-new-tokens", "40");
        assertThat(result.code).as(result.err).isZero();
        assertThat(result.out).startsWith("ROMEO:").hasSizeGreaterThan(40);
        assertThat(result.err.lines()).as("only the figures").hasSize(1);
    }

    @Test
    void anEmojiSurvivesTheCLocale() throws Exception {
        Result result =
                run(List.of("LC_ALL=C"), "-jar", JAR, "generate", "Ð 👍", "--no-do-sample", "--max-new-tokens", "2");
        assertThat(result.code).as(result.err).isZero();
        assertThat(result.out).startsWith("Ð 👍");
    }

    @Test
    void exitCodes() throws Exception {
        assertThat(run(List.of(), "-jar", JAR, "generate", "A", "--top-p", "2").code)
                .isEqualTo(2);
        assertThat(run(List.of(), "-jar", JAR, "generate", "A", "--model", "absent").code)
                .isEqualTo(1);
        assertThat(run(List.of(), "-jar", JAR, "--version").out).startsWith("gpt2-djl 0.");
    }

    @ParameterizedTest
    @MethodSource
    void examplesRun(Path example) throws Exception {
        Result result =
                run(List.of(), NATIVE, "-cp", EXAMPLES, example.toAbsolutePath().toString());
        assumeThat(result.err).as("Java finds no font to draw with").doesNotContain("cannot be drawn");
        assertThat(result.code).as(result.err).isZero();
        assertThat(result.out).hasSizeGreaterThan(10);
        Pattern.compile("wrote (\\S+\\.png)")
                .matcher(result.out)
                .results()
                .forEach(found -> assertThat(elsewhere.resolve(found.group(1))).isNotEmptyFile());
    }

    static Stream<Path> examplesRun() throws IOException {
        try (Stream<Path> files = Files.list(Path.of("examples"))) {
            // PlainGpt2 needs no jar, but the repository's folder; PlainGpt2Test runs it.
            return files
                    .filter(f -> f.toString().endsWith(".java") && !f.endsWith("PlainGpt2.java"))
                    .sorted()
                    .toList()
                    .stream();
        }
    }

    /** Arguments go through a shell script, so that their bytes do not depend on this JVM's locale. */
    private Result run(List<String> environment, String... args) throws IOException, InterruptedException {
        StringBuilder script = new StringBuilder("exec env ");
        environment.forEach(e -> script.append(e).append(' '));
        script.append('\'').append(JAVA).append('\'');
        for (String arg : args) {
            script.append(" '").append(arg).append('\'');
        }
        Path file = Files.writeString(elsewhere.resolve("run.sh"), script, StandardCharsets.UTF_8);
        Path out = elsewhere.resolve("out");
        Path err = elsewhere.resolve("err");
        Process process = new ProcessBuilder(new ArrayList<>(List.of("sh", file.toString())))
                .directory(elsewhere.toFile())
                .redirectInput(
                        Files.writeString(elsewhere.resolve("in"), "go north\n").toFile())
                .redirectOutput(out.toFile())
                .redirectError(err.toFile())
                .start();
        assertThat(process.waitFor(2, TimeUnit.MINUTES))
                .as("ends within two minutes")
                .isTrue();
        return new Result(process.exitValue(), Files.readString(out), Files.readString(err));
    }
}
