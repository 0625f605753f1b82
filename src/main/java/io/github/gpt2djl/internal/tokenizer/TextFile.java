package io.github.gpt2djl.internal.tokenizer;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/**
 * Reads a text in UTF-8 from a file or a stream. Java would replace bytes of other encodings by U+FFFD, which a model
 * would then read; this class fails instead.
 *
 * <pre>{@code
 * String play = TextFile.read(folder.resolve("hamlet.txt"));
 * String typed = TextFile.read(System.in, "stdin");
 * }</pre>
 */
public final class TextFile {
    private static final int MOST = 1_000_000_000;

    private TextFile() {}

    /**
     * Reads a whole file. Line ends stay as they are; a byte-order mark is removed.
     *
     * @param file a file of at most 1,000,000,000 bytes
     * @return the file's text
     * @throws IOException if the file cannot be read, is larger, or is not UTF-8; the message names the first wrong
     *     byte
     */
    public static String read(Path file) throws IOException {
        if (Files.isDirectory(file)) {
            throw new IOException(file + " is a folder, expected a file");
        }
        long size = Files.size(file);
        if (size > MOST) {
            throw new IOException(
                    file + ": " + size + " bytes, expected at most " + MOST + "; split it into several files");
        }
        return decode(file.toString(), Files.readAllBytes(file));
    }

    /**
     * Reads a stream to its end, in the way of a file.
     *
     * @param in a stream of at most 1,000,000,000 bytes; it is not closed
     * @param name the stream's name in messages
     * @return the stream's text
     * @throws IOException if the stream cannot be read, is larger, or is not UTF-8; the message names the first wrong
     *     byte
     */
    public static String read(InputStream in, String name) throws IOException {
        byte[] bytes = in.readNBytes(MOST + 1);
        if (bytes.length > MOST) {
            throw new IOException(name + ": more than " + MOST + " bytes, expected at most that many; split it");
        }
        return decode(name, bytes);
    }

    private static String decode(String name, byte[] bytes) throws IOException {
        String text = decode(name, bytes, 0, 1);
        return text.startsWith("\uFEFF") ? text.substring(1) : text;
    }

    /** Decodes the bytes at a place of a text. At the text's beginning, a byte-order mark is kept. */
    static String decode(String name, byte[] bytes, long place, long line) throws IOException {
        String text = new String(bytes, StandardCharsets.UTF_8);
        // The sign that stands for wrong bytes may also be in the text itself.
        if (text.indexOf('\uFFFD') >= 0) {
            check(name, bytes, place, line);
        }
        return text;
    }

    private static void check(String name, byte[] bytes, long place, long line) throws IOException {
        CharsetDecoder decoder = StandardCharsets.UTF_8.newDecoder();
        ByteBuffer in = ByteBuffer.wrap(bytes);
        CharBuffer out = CharBuffer.allocate(8192);
        while (decoder.decode(in, out, true).isOverflow()) {
            out.clear();
        }
        int bad = in.position();
        if (bad < bytes.length) {
            int found = bytes[bad] & 255;
            // The byte-order marks of UTF-16 begin with these.
            boolean utf16 = place + bad == 0 && found >= 0xFE;
            throw new IOException(String.format(
                    Locale.ROOT,
                    "%s: not UTF-8 at byte %d (line %d): found 0x%02X; save it as UTF-8, for example with iconv -f %s -t utf-8",
                    name,
                    place + bad,
                    line + lines(bytes, bad),
                    found,
                    utf16 ? "utf-16" : "latin1"));
        }
    }

    private static int lines(byte[] bytes, int to) {
        int lines = 0;
        for (int i = 0; i < to; i++) {
            lines += bytes[i] == '\n' ? 1 : 0;
        }
        return lines;
    }
}
