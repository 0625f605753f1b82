package io.github.gpt2djl.testing;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A process of its own with this JVM and the tests' class path. */
public final class TestJvm {
    private TestJvm() {}

    /** Of properties, the main class and its arguments; a {@code -cp} among them replaces the class path. */
    public static ProcessBuilder command(String... arguments) {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                // Else newer JDKs warn.
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path")));
        command.addAll(List.of(arguments));
        return new ProcessBuilder(command);
    }
}
