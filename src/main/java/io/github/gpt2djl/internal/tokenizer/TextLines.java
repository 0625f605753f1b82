package io.github.gpt2djl.internal.tokenizer;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import org.jspecify.annotations.Nullable;

/**
 * Reads the lines of a stream in UTF-8, each as soon as it has ended, as {@link TextFile} reads a whole text.
 *
 * <pre>{@code
 * TextLines lines = new TextLines(System.in, "stdin");
 * for (String line = lines.next(); line != null; line = lines.next()) {
 *     System.out.println(line);
 * }
 * }</pre>
 */
public final class TextLines {
    private final InputStream in;
    private final String name;
    private long place;
    private long number;
    private boolean afterReturn;

    /**
     * Reads nothing yet.
     *
     * @param in the stream; it is not closed
     * @param name the stream's name in messages
     */
    public TextLines(InputStream in, String name) {
        this.in = new BufferedInputStream(in);
        this.name = name;
    }

    /**
     * Reads a line, which ends with LF, CR LF or CR.
     *
     * @return the line without its end, the first line also without a byte-order mark; null after the last line
     * @throws IOException if the stream cannot be read, or the line is not UTF-8; the message names the first wrong
     *     byte
     */
    public @Nullable String next() throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        long start = place;
        int read = read();
        if (afterReturn && read == '\n') {
            start = place;
            read = read();
        }
        if (read < 0) {
            return null;
        }
        while (read >= 0 && read != '\n' && read != '\r') {
            line.write(read);
            read = read();
        }
        // The LF of a CR LF is left for later: waiting for it here might last forever.
        afterReturn = read == '\r';
        number++;
        String text = TextFile.decode(name, line.toByteArray(), start, number);
        return number == 1 && text.startsWith("\uFEFF") ? text.substring(1) : text;
    }

    private int read() throws IOException {
        int read = in.read();
        place++;
        return read;
    }
}
