package io.github.gpt2djl.internal.cli;

import io.github.gpt2djl.internal.tokenizer.TextFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** Texts that arguments refer to, in files and on stdin, always in UTF-8. */
final class Texts {
    static final String STDIN = "-";

    private Texts() {}

    /** Returns the argument itself, or for - the text on stdin. */
    static String of(String argument) throws IOException {
        return argument.equals(STDIN) ? file(STDIN) : argument;
    }

    /** Reads a file, or for - stdin, without one line break at the end, which editors and echo add. */
    static String file(String file) throws IOException {
        String text = whole(file);
        return text.endsWith("\r\n")
                ? text.substring(0, text.length() - 2)
                : text.endsWith("\n") ? text.substring(0, text.length() - 1) : text;
    }

    /** Reads the lines of a file, or for - of stdin. */
    static List<String> lines(String file) throws IOException {
        return whole(file).lines().toList();
    }

    /** Reads a whole file, or for - stdin. */
    static String whole(String file) throws IOException {
        return file.equals(STDIN) ? TextFile.read(System.in, "stdin") : TextFile.read(Path.of(file));
    }
}
