package io.github.gpt2djl;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.jar.JarFile;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What {@code mvn verify -Prelease} has staged is what Maven Central takes; PomsTest checks the pom's content. */
class ReleaseCheck {
    private static final Path SOURCES = Path.of("src/main/java");

    @ParameterizedTest
    @ValueSource(strings = {".pom", ".jar", "-sources.jar", "-javadoc.jar"})
    void isStagedWithItsChecksums(String end) throws Exception {
        Path file = staged(end);
        byte[] bytes = Files.readAllBytes(file);
        for (String algorithm : List.of("MD5", "SHA-1")) {
            String sum = HexFormat.of()
                    .formatHex(MessageDigest.getInstance(algorithm).digest(bytes));
            Path beside = file.resolveSibling(file.getFileName() + "."
                    + algorithm.toLowerCase(Locale.ROOT).replace("-", ""));
            assertThat(beside).hasContent(sum);
        }
        if (System.getProperty("gpg.keyname") != null) {
            assertThat(file.resolveSibling(file.getFileName() + ".asc")).isNotEmptyFile();
        }
    }

    @ParameterizedTest
    @CsvSource({"-sources.jar, .java, ''", "-javadoc.jar, .html, io.github.gpt2djl/"})
    void hasEachClass(String end, String extension, String module) throws IOException {
        List<Path> sources;
        try (Stream<Path> files = Files.walk(SOURCES)) {
            sources = files.filter(file -> file.toString().endsWith(".java")).toList();
        }
        assertThat(sources).hasSizeGreaterThan(200);
        try (JarFile jar = new JarFile(staged(end).toFile())) {
            for (Path file : sources) {
                String name = SOURCES.relativize(file).toString().replace('\\', '/');
                boolean api = !name.contains("/internal/") && name.contains("/") && !name.endsWith("package-info.java");
                if (extension.equals(".java")) {
                    String text =
                            new String(jar.getInputStream(jar.getEntry(name)).readAllBytes(), StandardCharsets.UTF_8);
                    assertThat(text).isEqualTo(Files.readString(file));
                } else if (api && Files.readString(file).contains("\npublic ")) {
                    assertThat(jar.getEntry(module + name.replace(".java", extension)))
                            .as(name)
                            .isNotNull();
                }
            }
        }
    }

    /** The last file of the main artifact whose name ends so; a snapshot's has a time in its name. */
    private static Path staged(String end) throws IOException {
        try (Stream<Path> files = Files.walk(Path.of("target/staging/io/github/gpt2djl/gpt2-djl"))) {
            List<Path> found = files.filter(file -> file.getFileName()
                            .toString()
                            .matches("gpt2-djl-\\d[\\d.]*(-[\\d.]+-\\d+)?" + end.replace(".", "\\.")))
                    .toList();
            assertThat(found).isNotEmpty();
            return Collections.max(found);
        }
    }
}
