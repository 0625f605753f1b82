package io.github.gpt2djl.internal.hub;

import io.github.gpt2djl.DownloadException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/**
 * The checksum that a file must have.
 *
 * @param algorithm SHA-256, MD5, or SHA-1 over git's blob header and the bytes
 * @param expected in lower-case hexadecimal
 */
record Checksum(String algorithm, String expected) {
    private static final String GIT = "SHA-1";

    static Checksum sha256(String hex) {
        return new Checksum("SHA-256", hex);
    }

    static Checksum md5(String hex) {
        return new Checksum("MD5", hex);
    }

    /**
     * Reads an ETag. The Hub's ETag is the SHA-256 of a large file or git's id of a small file. Other servers have
     * other ETags.
     */
    static @Nullable Checksum ofEtag(String etag) {
        if (etag.matches("[0-9a-f]{64}")) {
            return sha256(etag);
        }
        return etag.matches("[0-9a-f]{40}") ? new Checksum(GIT, etag) : null;
    }

    /** Computes the checksum of a file. */
    String of(Path file) throws IOException {
        MessageDigest digest;
        try {
            digest = MessageDigest.getInstance(algorithm);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has " + algorithm, e);
        }
        if (algorithm.equals(GIT)) {
            digest.update(("blob " + Files.size(file) + "\0").getBytes(StandardCharsets.US_ASCII));
        }
        byte[] buffer = new byte[1 << 20];
        try (InputStream in = Files.newInputStream(file)) {
            for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                digest.update(buffer, 0, n);
            }
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    /**
     * Compares a file's checksum, and removes the file if the checksum is wrong.
     *
     * @throws DownloadException if the checksum is wrong
     */
    void verify(Path file, String name) throws IOException {
        String found = of(file);
        if (!found.equals(expected)) {
            Files.delete(file);
            throw new DownloadException(
                    name + " arrived with the " + algorithm + " " + found + ", expected " + expected
                            + "; the damaged file was removed, download it again",
                    null);
        }
    }
}
