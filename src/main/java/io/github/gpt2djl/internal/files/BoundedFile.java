package io.github.gpt2djl.internal.files;

import io.github.gpt2djl.MalformedCheckpointException;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Reads files up to a size limit, because JSON takes a multiple of its text in memory. */
public final class BoundedFile {
    private BoundedFile() {}

    /**
     * Reads the text of a file.
     *
     * @param most the maximum size in bytes
     */
    public static String text(Path file, long most) throws IOException {
        check(file, most);
        try {
            return Files.readString(file);
        } catch (CharacterCodingException e) {
            throw new MalformedCheckpointException(
                    file.toString(), "is not UTF-8, expected text in UTF-8; download it again", e);
        }
    }

    /**
     * Reads the bytes of a file.
     *
     * @param most the maximum size in bytes
     */
    public static byte[] bytes(Path file, long most) throws IOException {
        check(file, most);
        return Files.readAllBytes(file);
    }

    private static void check(Path file, long most) throws IOException {
        LfsPointer.reject(file);
        long size = Files.size(file);
        if (size > most) {
            throw new MalformedCheckpointException(file.toString(), "has " + size + " bytes, expected at most " + most);
        }
    }
}
