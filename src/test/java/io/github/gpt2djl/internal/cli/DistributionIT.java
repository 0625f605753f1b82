package io.github.gpt2djl.internal.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.gpt2djl.internal.cli.Scripts.Result;
import io.github.gpt2djl.testing.ShippedVocabulary;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.apache.commons.compress.archivers.zip.ZipArchiveEntry;
import org.apache.commons.compress.archivers.zip.ZipFile;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The zip, unpacked and used by its script. */
@DisabledOnOs(value = OS.WINDOWS, disabledReason = "the script is for POSIX shells")
@Timeout(300)
class DistributionIT {
    /** Where the zip is unpacked, seen from the folder of a test. */
    private static final String HOME = "../Ordner mit 'Übergröße' 模型";

    private static final String GPT2 = "\"" + HOME + "/bin/gpt2\"";
    private static final String JAVA_HOME = System.getProperty("java.home");

    /** No cache, and this test's Java. */
    private static final String ENVIRONMENT = "export GPT2_CACHE=off JAVA_HOME='" + JAVA_HOME + "'\n";

    private static final String ONE_TOKEN = " generate ROMEO: --no-do-sample --max-new-tokens 1";

    @TempDir
    static Path parent;

    private static Scripts scripts;

    @BeforeAll
    static void unpack() throws Exception {
        Path folder = Files.createDirectory(parent.resolve("elsewhere"));
        scripts = new Scripts(folder);
        Path home = Files.createDirectory(parent.resolve("home"));
        try (ZipFile zip = zip()) {
            for (ZipArchiveEntry entry : Collections.list(zip.getEntries())) {
                Path file = home.resolve(entry.getName().replaceFirst("^[^/]+/", ""));
                if (entry.isDirectory()) {
                    Files.createDirectories(file);
                    continue;
                }
                Files.createDirectories(file.getParent());
                try (InputStream in = zip.getInputStream(entry)) {
                    Files.copy(in, file);
                }
                boolean runs = (entry.getUnixMode() & 0111) != 0;
                Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(runs ? "rwxr-xr-x" : "rw-r--r--"));
            }
        }
        assertThat(scripts.run("mv ../home \"" + HOME + "\"").code()).isZero();
    }

    static ZipFile zip() throws IOException {
        try (Stream<Path> files = Files.list(Path.of("target"))) {
            List<Path> zips = files.filter(file -> file.getFileName().toString().matches("gpt2-djl-[\\w.-]+\\.zip"))
                    .toList();
            assertThat(zips).hasSize(1);
            return ZipFile.builder().setPath(zips.get(0)).get();
        }
    }

    private static Result run(String script) throws Exception {
        return scripts.run(ENVIRONMENT + script);
    }

    @Test
    void argumentsArriveAsTheyWereGiven() throws Exception {
        String text = "Ð 👍  \"two\" $HOME * \\n";
        Result result = run("unset LANG LC_CTYPE; export LC_ALL=C\n" + GPT2 + " generate '" + text
                + "' --no-do-sample --max-new-tokens 1");
        assertThat(result.code()).as(result.err()).isZero();
        assertThat(result.out()).startsWith(text);
        assertThat(result.err().lines()).as("only the figures").hasSize(1);
    }

    @Test
    void runsThroughLinksWithTheJavaOnThePath() throws Exception {
        Result result = run("""
                mkdir -p links/deep
                ln -sf "../../%s/bin/gpt2" links/deep/first
                ln -sf deep/first links/second
                unset JAVA_HOME
                export CDPATH=/ PATH="%s/bin:$PWD/links:$PATH"
                second%s""".formatted(HOME, JAVA_HOME, ONE_TOKEN));
        assertThat(result.code()).as(result.err()).isZero();
        assertThat(result.out()).startsWith("ROMEO:");
    }

    @ParameterizedTest
    @CsvSource({
        "2, generate A --top-p 2",
        "2, generate A --no-such-option",
        "2, ''",
        "1, generate A --model absent",
        "0, generate --help"
    })
    void exitCodes(int code, String arguments) throws Exception {
        assertThat(run(GPT2 + " " + arguments).code()).isEqualTo(code);
    }

    @Test
    void optionsOfJavaAreTaken() throws Exception {
        Result result = run("JAVA_OPTS='-Da=* -Db' GPT2_OPTS='-Xmx96m -XshowSettings:all' " + GPT2 + " --version");
        assertThat(result.err()).contains("    a = *\n", "Max. Heap Size: 96.00M");
        assertThat(result.out()).startsWith("gpt2-djl 0.");
    }

    @Test
    void aWrongJavaIsTold() throws Exception {
        Result none = run("JAVA_HOME=/absent " + GPT2);
        assertThat(none.code()).isEqualTo(1);
        assertThat(none.err())
                .isEqualTo("error: JAVA_HOME is /absent, which has no bin/java; set it to the folder of Java 17 or"
                        + " newer\n");
        Result notOnPath = run("unset JAVA_HOME; PATH=\"$PWD\" \"$(command -v sh)\" " + GPT2);
        assertThat(notOnPath.err()).startsWith("error: ").hasLineCount(1);
        String old = """
                mkdir -p old/bin
                printf '#!/bin/sh\\necho '\\''openjdk version "1.8.0_402"'\\'' >&2\\n' >old/bin/java
                chmod +x old/bin/java
                """;
        String expected =
                "/old/bin/java is Java 1.8.0_402, expected 17 or newer; set JAVA_HOME to the folder of a newer"
                        + " one\n";
        Result asked = run(old + "JAVA_HOME=$PWD/old " + GPT2);
        assertThat(asked.err()).startsWith("error: ").endsWith(expected);
        assertThat(asked.code()).isEqualTo(1);
        Result read = run(old + "echo 'JAVA_VERSION=\"1.8.0_402\"' >old/release; JAVA_HOME=$PWD/old " + GPT2);
        assertThat(read.err()).startsWith("error: ").endsWith(expected);
    }

    @ParameterizedTest
    @CsvSource({"INT, 130", "TERM, 143"})
    void signalsReachTheCommand(String signal, int code) throws Exception {
        Process process = scripts.start(ENVIRONMENT + "exec " + GPT2 + " generate ROMEO: --max-new-tokens 1000000"
                + " --context-policy slide:128 --suppress-tokens " + ShippedVocabulary.END);
        try {
            Path out = parent.resolve("elsewhere/out");
            while (Files.size(out) < 10 && process.isAlive()) {
                Thread.sleep(20);
            }
            new ProcessBuilder("kill", "-" + signal, String.valueOf(process.pid()))
                    .start()
                    .waitFor();
            assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
            assertThat(process.exitValue()).isEqualTo(code);
        } finally {
            process.destroyForcibly();
        }
    }

    @Test
    void shellHasTheLibrary() throws Exception {
        Result result = run("""
                %s shell -s - <<'END'
                try (Gpt2 model = Gpt2.load("shakespeare")) {
                    System.out.println(model.encode("ROMEO:") + " " + new TopK(1));
                }
                END""".formatted(GPT2));
        assertThat(result.code()).as(result.err()).isZero();
        assertThat(result.out()).contains("[").contains("TopK[");
    }

    @Test
    void theJarAloneTellsWhatItLacks() throws Exception {
        String copy = "mkdir alone; cp \"" + HOME + "/gpt2-djl.jar\" alone\n";
        String start = "\"$JAVA_HOME/bin/java\" -jar alone/gpt2-djl.jar generate A";
        Result alone = run(copy + start);
        assertThat(alone.code()).isEqualTo(1);
        assertThat(alone.err())
                .startsWith("error: found no folder ")
                .contains("/alone/lib; expected the libraries of gpt2-djl.jar there; run mvn package")
                .hasLineCount(1);
        Result lacking = run("cp -r \"" + HOME + "/lib\" alone; rm alone/lib/gson*.jar\n" + start);
        assertThat(lacking.code()).isEqualTo(1);
        assertThat(lacking.err())
                .containsPattern("/alone/lib lacks lib/gson-[\\d.]+\\.jar;")
                .hasLineCount(1);
    }

    @Test
    void windowsHasTheSameCommand() throws IOException {
        try (ZipFile zip = zip()) {
            String script = text(zip, "/bin/gpt2");
            String windows = text(zip, "/bin/gpt2.cmd");
            assertThat(windows.replace("\r\n", "")).doesNotContain("\n");
            assertThat(script).doesNotContain("\r");
            for (String part : List.of(
                    "JAVA_HOME", "JAVA_OPTS", "GPT2_OPTS", " -jar ", "gpt2-djl.jar", "--startup DEFAULT", "gpt2.jsh")) {
                assertThat(script).contains(part);
                assertThat(windows).contains(part);
            }
        }
    }

    /** One entry's text. */
    static String text(ZipFile zip, String end) throws IOException {
        ZipArchiveEntry entry = Collections.list(zip.getEntries()).stream()
                .filter(each -> each.getName().endsWith(end))
                .findFirst()
                .orElseThrow();
        try (InputStream in = zip.getInputStream(entry)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
