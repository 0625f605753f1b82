package io.github.gpt2djl.internal.cli;

import io.github.gpt2djl.internal.files.WholeFile;
import java.io.IOException;
import java.io.InputStream;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;

/** A self-contained HTML page: a template of this folder, and its data. */
final class PageTemplate {
    private static final String PLACE = "$trace$";

    private PageTemplate() {}

    /** Rejects a file that cannot be written, before the model is loaded. */
    static void check(String option, Path file) {
        Path folder = file.toAbsolutePath().getParent();
        if (folder == null || !Files.isDirectory(folder) || Files.isDirectory(file)) {
            throw new IllegalArgumentException(
                    option + " is \"" + file + "\", expected a file in a folder that exists");
        }
    }

    /** Writes the page. The file appears only once it is complete. */
    static void write(Path file, String template, String json) throws IOException {
        WholeFile.write(file, page(template, json));
    }

    /** The link from one page to another. */
    static String link(Path from, Path to) {
        Path folder = Objects.requireNonNull(from.toAbsolutePath().normalize().getParent());
        Path relative = folder.relativize(to.toAbsolutePath().normalize());
        StringBuilder link = new StringBuilder();
        for (Path name : relative) {
            String encoded =
                    URLEncoder.encode(name.toString(), StandardCharsets.UTF_8).replace("+", "%20");
            link.append(link.length() == 0 ? "" : "/").append(encoded);
        }
        return link.toString();
    }

    /** Escapes the JSON: a text must not end the surrounding script, nor break a string as a line separator would. */
    static String page(String template, String json) throws IOException {
        try (InputStream page = Objects.requireNonNull(PageTemplate.class.getResourceAsStream(template))) {
            String safe =
                    json.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029");
            return new String(page.readAllBytes(), StandardCharsets.UTF_8).replace(PLACE, safe);
        }
    }
}
