package io.github.gpt2djl.internal.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A program of somebody else uses the finished jar: on the class path, and as a module. */
class ConsumerIT {
    private static final Path JAR = Path.of("target/gpt2-djl.jar").toAbsolutePath();

    private static final String PROGRAM = """
            package consumer;

            import io.github.gpt2djl.GenerationConfig;
            import io.github.gpt2djl.Gpt2;
            import io.github.gpt2djl.LoadOptions;
            import io.github.gpt2djl.Precision;
            import io.github.gpt2djl.sampling.LogitsProcessor;

            public final class Program {
                public static void main(String... args) throws Exception {
                    LogitsProcessor noLineEnd = (scores, text) -> scores[198] = Float.NEGATIVE_INFINITY;
                    try (Gpt2 gpt2 = Gpt2.load("shakespeare", LoadOptions.DEFAULT.withPrecision(Precision.FP32))) {
                        var config = GenerationConfig.builder().maxNewTokens(5).logitsProcessor(noLineEnd).build();
                        System.out.println(gpt2.getClass().getModule().isNamed() + ": " + gpt2.generate("ROMEO:", config).ids());
                    }
                }
            }
            """;

    @TempDir
    Path folder;

    private Path sources;
    private Path classes;

    @BeforeEach
    void write() throws IOException {
        sources = Files.createDirectories(folder.resolve("src/consumer"));
        classes = Files.createDirectories(folder.resolve("classes"));
        Files.writeString(sources.resolve("Program.java"), PROGRAM);
    }

    @Test
    void runsOnTheClassPath() throws Exception {
        String path = path(libraries(false)) + File.pathSeparator + path(libraries(true));
        assertThat(compile("-cp", path)).isEmpty();
        String own = classes + File.pathSeparator + path;
        assertThat(run("-cp", own, "consumer.Program")).startsWith("false: [");
    }

    /** The native libraries' jars have a module name that no module may have, and stay on the class path. */
    @Test
    void runsAsAModule() throws Exception {
        Files.writeString(
                sources.getParent().resolve("module-info.java"), "module consumer { requires io.github.gpt2djl; }");
        String modules = path(libraries(false));
        assertThat(compile("-p", modules)).isEmpty();
        assertThat(run(
                        "-p",
                        classes + File.pathSeparator + modules,
                        "-cp",
                        path(libraries(true)),
                        "-m",
                        "consumer/consumer.Program"))
                .startsWith("true: [");
    }

    @Test
    void machineryIsNotAccessibleToAModule() throws Exception {
        Files.writeString(
                sources.getParent().resolve("module-info.java"), "module consumer { requires io.github.gpt2djl; }");
        Files.writeString(
                sources.resolve("Program.java"),
                "package consumer; class Program { io.github.gpt2djl.internal.decoder.Decoder decoder; }");
        assertThat(compile("-p", path(libraries(false)))).contains("io.github.gpt2djl.internal.decoder is not visible");
    }

    /** The jar and what it needs: the native libraries, or all others. */
    private static List<Path> libraries(boolean natives) throws IOException {
        try (Stream<Path> files = Files.list(JAR.resolveSibling("lib"))) {
            List<Path> all = new ArrayList<>(
                    files.filter(file -> file.getFileName().toString().startsWith("pytorch-native") == natives)
                            .sorted()
                            .toList());
            if (!natives) {
                all.add(0, JAR);
            }
            return all;
        }
    }

    private static String path(List<Path> files) {
        return files.stream().map(Path::toString).collect(Collectors.joining(File.pathSeparator));
    }

    /** Returns the compiler's complaints. */
    private String compile(String option, String path) throws IOException {
        List<String> arguments = new ArrayList<>(List.of("-Werror", option, path, "-d", classes.toString()));
        try (Stream<Path> files = Files.walk(sources.getParent())) {
            files.filter(file -> file.toString().endsWith(".java")).forEach(file -> arguments.add(file.toString()));
        }
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ToolProvider.getSystemJavaCompiler().run(null, out, out, arguments.toArray(String[]::new));
        return out.toString(StandardCharsets.UTF_8);
    }

    private String run(String... arguments) throws Exception {
        List<String> command = new ArrayList<>(
                List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Xmx512m"));
        command.addAll(List.of(arguments));
        Path log = folder.resolve("log");
        Process process = new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectError(log.toFile())
                .start();
        String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(Files.readString(log)).isZero();
        return out;
    }
}
