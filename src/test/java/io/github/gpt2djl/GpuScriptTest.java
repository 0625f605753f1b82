package io.github.gpt2djl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** src/gpu/run, as far as it goes without libtorch for CUDA: its sources compile, and wrong options are refused. */
class GpuScriptTest {
    @Test
    void theSourcesCompile(@TempDir Path classes) throws IOException {
        List<String> arguments =
                new ArrayList<>(List.of("-d", classes.toString(), "-cp", System.getProperty("java.class.path")));
        try (Stream<Path> files = Files.list(Path.of("src/gpu"))) {
            files.map(Path::toString).filter(file -> file.endsWith(".java")).forEach(arguments::add);
        }
        assertThat(arguments).hasSizeGreaterThan(4);
        assertThat(ToolProvider.getSystemJavaCompiler().run(null, null, null, arguments.toArray(String[]::new)))
                .isZero();
    }

    @ParameterizedTest
    @CsvSource({
        "--java nowhere, 'error: --java is \"nowhere\", expected a folder with bin/java'",
        "--colour red, error: unknown option --colour",
        "--out, 'error: --out is unknown, or its value is missing'"
    })
    void wrongOptionsAreRefused(String options, String message, @TempDir Path folder)
            throws IOException, InterruptedException {
        assumeTrue(Files.isExecutable(Path.of("/bin/bash")), "there is no bash");
        List<String> command = new ArrayList<>(List.of("/bin/bash", "src/gpu/run"));
        command.addAll(List.of(options.split(" ")));
        Path output = folder.resolve("output");
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        assertThat(process.waitFor(1, TimeUnit.MINUTES)).isTrue();
        assertThat(process.exitValue()).isEqualTo(2);
        assertThat(Files.readString(output)).startsWith(message);
    }
}
