package support;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * A text file's lines, which can tell where something is wrong.
 *
 * @param name the file's, for messages
 */
public record TextLines(String name, List<String> lines) {
    /** The user's file, or where that is null a sample of examples/data. */
    public static TextLines read(Path file, String sample) throws IOException {
        if (file == null) {
            try (InputStream in = TextLines.class.getResourceAsStream("data/" + sample)) {
                return of(sample, new String(in.readAllBytes(), StandardCharsets.UTF_8));
            }
        }
        try {
            return of(file.toString(), Files.readString(file));
        } catch (CharacterCodingException e) {
            throw new IOException(file + " is not UTF-8; save it as UTF-8", e);
        }
    }

    private static TextLines of(String name, String text) throws IOException {
        if (text.isBlank()) {
            throw new IOException(name + " is empty, expected text");
        }
        return new TextLines(name, text.lines().toList());
    }

    /** Parts that empty lines separate. */
    public List<String> paragraphs() {
        return List.of(String.join("\n", lines).strip().split("\n\\s*\n"));
    }

    /** For a line that is not as it should be; {@code index} counts from 0. */
    public IOException wrong(int index, String found) {
        return new IOException(name + ", line " + (index + 1) + ": " + found);
    }
}
