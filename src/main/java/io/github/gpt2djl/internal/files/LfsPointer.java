package io.github.gpt2djl.internal.files;

import io.github.gpt2djl.MalformedCheckpointException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The few lines that git keeps in place of a large file. A clone without Git LFS has these lines.
 *
 * @see <a href="https://github.com/git-lfs/git-lfs/blob/main/docs/spec.md">the format</a>
 */
final class LfsPointer {
    /** The maximum size of a pointer, by the format's definition. */
    private static final int MOST_BYTES = 1024;

    private static final Pattern POINTER = Pattern.compile(
            "version https://(?:git-lfs|hawser)\\.github\\.com/spec/.*?(?:\nsize (\\d{1,18})\\s.*)?", Pattern.DOTALL);

    private LfsPointer() {}

    /**
     * Rejects a pointer.
     *
     * @throws MalformedCheckpointException if the file is a pointer; the message says how to get the file itself
     */
    static void reject(Path file) throws IOException {
        if (!Files.isRegularFile(file) || Files.size(file) >= MOST_BYTES) {
            return;
        }
        Matcher pointer;
        try (InputStream in = Files.newInputStream(file)) {
            pointer = POINTER.matcher(new String(in.readNBytes(MOST_BYTES), StandardCharsets.ISO_8859_1));
        }
        if (pointer.matches()) {
            String size = pointer.group(1) == null ? "" : " of " + pointer.group(1) + " bytes";
            throw new MalformedCheckpointException(
                    file.toString(),
                    "is a Git LFS pointer, not the file itself" + size
                            + "; run \"git lfs install\" and \"git lfs pull\""
                            + " in the cloned folder, or fetch the model with the command download");
        }
    }
}
