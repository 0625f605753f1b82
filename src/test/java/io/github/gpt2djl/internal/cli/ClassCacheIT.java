package io.github.gpt2djl.internal.cli;

import static java.nio.file.StandardCopyOption.REPLACE_EXISTING;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.gpt2djl.internal.cli.Scripts.Result;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The cache of classes that bin/gpt2 makes and uses. */
@DisabledOnOs(value = OS.WINDOWS, disabledReason = "the script is for POSIX shells")
@Timeout(300)
class ClassCacheIT {
    private static final String ONE_TOKEN = "home/bin/gpt2 generate ROMEO: --no-do-sample --max-new-tokens 1";
    private static final String FROM_CACHE = "gpt2djl.internal.cli.Main source: shared objects file";

    @TempDir
    static Path folder;

    private static Path warm;

    /** The zip's folder, by links to its parts in target. */
    @BeforeAll
    static void warm() throws Exception {
        Path target = Path.of("target").toAbsolutePath();
        Path home = Files.createDirectories(folder.resolve("home"));
        Files.createSymbolicLink(home.resolve("lib"), target.resolve("lib"));
        Files.copy(target.resolve("gpt2-djl.jar"), home.resolve("gpt2-djl.jar"));
        Path bin = Files.createDirectory(home.resolve("bin"));
        Files.copy(Path.of("src/assembly/bin/gpt2"), bin.resolve("gpt2"));
        assertThat(bin.resolve("gpt2").toFile().setExecutable(true)).isTrue();
        Result result = run("warm", "home/bin/gpt2 warm");
        assertThat(result.code()).as(result.err()).isZero();
        warm = Path.of(result.out().strip());
        assertThat(folder.resolve(warm)).isNotEmptyFile();
    }

    /** A copy of the cache, to be damaged. */
    @BeforeEach
    void copy() throws IOException {
        Path copy = Files.createDirectories(folder.resolve("copy"));
        // As if another process made one: none is made behind these tests.
        Files.createDirectories(copy.resolve(warm.getFileName() + ".lock"));
        for (String name : List.of(warm.getFileName().toString(), warm.getFileName() + ".size")) {
            Files.copy(folder.resolve(warm).resolveSibling(name), copy.resolve(name), REPLACE_EXISTING);
        }
    }

    private static Result run(String caches, String script) throws Exception {
        return new Scripts(folder)
                .run("export GPT2_CACHE=" + caches + " JAVA_HOME='" + System.getProperty("java.home") + "'\n" + script);
    }

    @Test
    void classesComeFromTheCache() throws Exception {
        Result result = run("copy", "GPT2_OPTS=-Xlog:class+load:file=classes " + ONE_TOKEN);
        assertRuns(result);
        assertThat(Files.readString(folder.resolve("classes")).contains(FROM_CACHE))
                .isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "head -c 1000000 $cache >cut; cp -f cut $cache",
                "echo none >$cache.size",
                "rm $cache.size",
                // The file is whole, and no cache.
                "head -c 100 /dev/zero >none; cp -f none $cache; echo 100 >$cache.size",
                "printf 'no cache' >none; cp -f none $cache; echo 8 >$cache.size",
                // The cache is another jar's, or Java has an option with which it was not made.
                "touch -r home/gpt2-djl.jar time; touch -t 202001010000 home/gpt2-djl.jar;"
                        + " trap 'touch -r time home/gpt2-djl.jar' 0",
                "export GPT2_OPTS=-XX:-UseCompressedOops"
            })
    void aCacheThatDoesNotFitChangesNothing(String damage) throws Exception {
        assertRuns(run("copy", "set -e\ncache=copy/" + warm.getFileName() + "\n" + damage + "\n" + ONE_TOKEN));
    }

    @Test
    void noCacheCanBeWritten() throws Exception {
        assertRuns(run("/dev/null/absent", ONE_TOKEN));
        assertRuns(run("off", ONE_TOKEN));
        assertRuns(run("", "unset HOME XDG_CACHE_HOME; " + ONE_TOKEN));
        Result told = run("off", "home/bin/gpt2 warm");
        assertThat(told.code()).isEqualTo(1);
        assertThat(told.err())
                .startsWith("error: the folder of the cache is off")
                .hasLineCount(1);
    }

    /** Java itself compares only size and time. */
    @Test
    void anotherJarHasAnotherCache() throws Exception {
        Path jar = folder.resolve("home/gpt2-djl.jar");
        byte[] bytes = Files.readAllBytes(jar);
        FileTime time = Files.getLastModifiedTime(jar);
        byte[] withComment = Arrays.copyOf(bytes, bytes.length + 1);
        // The length of the zip's comment, in its last two bytes.
        withComment[bytes.length - 2] = 1;
        Files.write(jar, withComment);
        try {
            Result result = run("warm", """
                    mkdir warm/0.jsa.folder
                    touch -t 202001010000 warm/1.jsa warm/1.jsa.size warm/text warm/0.jsa.folder/2.jsa
                    home/bin/gpt2 warm""");
            assertThat(result.code()).as(result.err()).isZero();
            assertThat(result.out()).endsWith(".jsa\n").doesNotContain(warm.toString());
            // Old caches are gone, and nothing else.
            assertThat(names(folder.resolve("warm")))
                    .contains("text", warm.getFileName().toString())
                    .doesNotContain("1.jsa", "1.jsa.size");
            assertThat(folder.resolve("warm/0.jsa.folder/2.jsa")).exists();
        } finally {
            Files.write(jar, bytes);
            Files.setLastModifiedTime(jar, time);
        }
    }

    @Test
    void theFirstRunHasOneMadeAfterItsEnd() throws Exception {
        assertRuns(run("first", ONE_TOKEN));
        Path first = folder.resolve("first");
        while (names(first).isEmpty() || names(first).stream().anyMatch(name -> name.endsWith(".lock"))) {
            Thread.sleep(50);
        }
        assertThat(names(first)).containsExactlyInAnyOrder(warm.getFileName().toString(), warm.getFileName() + ".size");
        assertThat(first.resolve(warm.getFileName())).isNotEmptyFile();
    }

    private static List<String> names(Path of) throws IOException {
        try (Stream<Path> files = Files.list(of)) {
            return files.map(file -> file.getFileName().toString()).toList();
        }
    }

    private static void assertRuns(Result result) {
        assertThat(result.code()).as(result.err()).isZero();
        assertThat(result.out()).startsWith("ROMEO:").endsWith("\n").hasSizeGreaterThan(7);
        assertThat(result.err().lines()).as("only the figures").hasSize(1);
    }
}
