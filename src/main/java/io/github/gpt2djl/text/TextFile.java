package io.github.gpt2djl.text;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A text file in UTF-8. Where Java would put U+FFFD in place of other encodings' bytes, from which a model then learns,
 * this fails.
 *
 * <pre>{@code
 * String play = TextFile.read(folder.resolve("hamlet.txt"));
 * }</pre>
 */
public final class TextFile {
    private static final long MOST = 1_000_000_000;

    private TextFile() {}

    /**
     * Reads a whole file; line ends stay as they are, a byte-order mark goes.
     *
     * @param file of at most 1,000,000,000 bytes
     * @return its text
     * @throws IOException if it cannot be read, is larger, or is not UTF-8: the message tells the first wrong byte
     */
    public static String read(Path file) throws IOException {
        long size = Files.size(file);
        if (size > MOST) {
            throw new IOException(
                    file + ": " + size + " bytes, expected at most " + MOST + "; split it into several files");
        }
        byte[] bytes = Files.readAllBytes(file);
        String text = new String(bytes, StandardCharsets.UTF_8);
        // The sign that stands for wrong bytes may also be a text's own.
        if (text.indexOf('\uFFFD') >= 0) {
            check(file, bytes);
        }
        return text.startsWith("\uFEFF") ? text.substring(1) : text;
    }

    private static void check(Path file, byte[] bytes) throws IOException {
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
            boolean utf16 = bad == 0 && found >= 0xFE;
            throw new IOException(String.format(
                    "%s: not UTF-8 at byte %d (line %d): found 0x%02X; save it as UTF-8, for example with iconv -f %s -t utf-8",
                    file, bad, line(bytes, bad), found, utf16 ? "utf-16" : "latin1"));
        }
    }

    private static int line(byte[] bytes, int to) {
        int line = 1;
        for (int i = 0; i < to; i++) {
            line += bytes[i] == '\n' ? 1 : 0;
        }
        return line;
    }
}
