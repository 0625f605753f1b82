package io.github.gpt2djl.internal.cli;

import java.io.File;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.jar.Attributes;
import java.util.jar.JarFile;

/**
 * The main class of the jar: runs {@link Main}, or prints one line that names the missing libraries. Needs no class of
 * another jar.
 */
final class Launcher {
    private Launcher() {}

    /**
     * Runs a command and ends the process with its exit code, which is 1 if a library is missing.
     *
     * @param args a command and its arguments
     */
    public static void main(String[] args) throws IOException, URISyntaxException {
        try {
            Main.main(args);
        } catch (NoClassDefFoundError e) {
            File own = new File(Launcher.class
                    .getProtectionDomain()
                    .getCodeSource()
                    .getLocation()
                    .toURI());
            List<String> missing = own.isFile() ? missing(own) : List.of();
            if (missing.isEmpty()) {
                throw e;
            }
            byte[] line = message(own, missing).getBytes(StandardCharsets.UTF_8);
            System.err.writeBytes(line);
            System.exit(1);
        }
    }

    /** Returns the libraries that the jar's manifest names and that are not beside the jar. */
    private static List<String> missing(File jar) throws IOException {
        try (JarFile file = new JarFile(jar)) {
            String names = file.getManifest().getMainAttributes().getValue(Attributes.Name.CLASS_PATH);
            return names == null
                    ? List.of()
                    : Arrays.stream(names.split(" "))
                            .filter(name -> !new File(jar.getParentFile(), name).exists())
                            .toList();
        }
    }

    private static String message(File jar, List<String> missing) {
        File folder = new File(jar.getParentFile(), "lib");
        return "error: "
                + (folder.isDirectory() ? folder + " lacks " + String.join(", ", missing) : "found no folder " + folder)
                + "; expected the libraries of " + jar.getName() + " there; run mvn package, which puts the jar and lib"
                + " into target, or unpack gpt2-djl-VERSION.zip, and start bin/gpt2\n";
    }
}
