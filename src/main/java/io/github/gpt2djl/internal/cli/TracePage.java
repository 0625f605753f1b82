package io.github.gpt2djl.internal.cli;

import io.github.gpt2djl.internal.files.WholeFile;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;

/** How tokens were chosen, as a page that needs nothing beside it. */
final class TracePage {
    private static final String PLACE = "$trace$";

    private TracePage() {}

    /** Rejects a file that could not be written, before a model is loaded for it. */
    static void check(Path file) {
        Path folder = file.toAbsolutePath().getParent();
        if (folder == null || !Files.isDirectory(folder) || Files.isDirectory(file)) {
            throw new IllegalArgumentException("--html is \"" + file + "\", expected a file in a folder that exists");
        }
    }

    /** Writes the page; under its name only once it is whole. */
    static void write(Path file, String json) throws IOException {
        WholeFile.write(file, page(json));
    }

    /** A text in the JSON must neither end the script that holds it nor, as a line separator, break a string. */
    static String page(String json) throws IOException {
        try (InputStream template = Objects.requireNonNull(TracePage.class.getResourceAsStream("explain.html"))) {
            String safe =
                    json.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029");
            return new String(template.readAllBytes(), StandardCharsets.UTF_8).replace(PLACE, safe);
        }
    }
}
