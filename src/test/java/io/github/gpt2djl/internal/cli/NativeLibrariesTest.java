package io.github.gpt2djl.internal.cli;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.util.Platform;
import io.github.gpt2djl.testing.TestJvm;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is said where DJL finds no native library, or no place for it. */
class NativeLibrariesTest {
    private static final String CLASS_PATH = System.getProperty("java.class.path");

    private static final String WITHOUT = Arrays.stream(CLASS_PATH.split(File.pathSeparator))
            .filter(entry -> !entry.contains("pytorch-native-cpu"))
            .collect(Collectors.joining(File.pathSeparator));

    @TempDir
    Path folder;

    @Test
    void pytorchIsMissing() throws Exception {
        assertThat(fails(WITHOUT, folder.resolve("cache")))
                .startsWith("error: PyTorch's native library cannot be loaded: ")
                .containsPattern(
                        "; expected ai\\.djl\\.pytorch:pytorch-native-cpu:\\d+\\.\\d+\\.\\d+:[\\w-]+ on the class path")
                .hasLineCount(1);
    }

    @Test
    void pytorchIsOfAnotherVersion() throws Exception {
        Path other = folder.resolve("other/native/lib");
        Files.createDirectories(other);
        String classifier = Platform.fromSystem("pytorch").getClassifier();
        Files.writeString(
                other.resolve("pytorch.properties"),
                "version=2.5.1-20241113\nflavor=cpu\nclassifier=" + classifier + "\nlibraries=\n");
        assertThat(fails(folder.resolve("other") + File.pathSeparator + WITHOUT, folder.resolve("cache")))
                .startsWith("error: PyTorch's native library cannot be loaded: ")
                .contains("2.5.1")
                .hasLineCount(1);
    }

    @Test
    void theCacheIsNoFolder() throws Exception {
        Path file = Files.writeString(folder.resolve("file"), "");
        assertThat(fails(CLASS_PATH, file))
                .startsWith("error: the native library of Hugging Face's tokenizers cannot be loaded: ")
                .contains("room in a folder that can be written: " + file)
                .hasLineCount(1);
    }

    private String fails(String classPath, Path cache) throws IOException, InterruptedException {
        ProcessBuilder builder =
                TestJvm.command("-cp", classPath, "io.github.gpt2djl.internal.cli.Main", "generate", "O");
        builder.environment().put("DJL_CACHE_DIR", cache.toString());
        Path out = folder.resolve("out");
        Process process =
                builder.redirectErrorStream(true).redirectOutput(out.toFile()).start();
        try {
            assertThat(process.waitFor(1, TimeUnit.MINUTES)).isTrue();
        } finally {
            process.destroyForcibly();
        }
        assertThat(process.exitValue()).isEqualTo(1);
        return Files.readString(out);
    }
}
