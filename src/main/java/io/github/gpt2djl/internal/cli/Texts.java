package io.github.gpt2djl.internal.cli;

import io.github.gpt2djl.internal.tokenizer.TextFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** The texts that arguments name: in files and on stdin, always in UTF-8. */
final class Texts {
    static final String STDIN = "-";

    private Texts() {}

    /** The argument itself, or with - what stdin has. */
    static String of(String argument) throws IOException {
        return argument.equals(STDIN) ? file(STDIN) : argument;
    }

    /** What a file or with - stdin has, less one line break at its end, which editors and echo add. */
    static String file(String file) throws IOException {
        String text = whole(file);
        return text.endsWith("\r\n")
                ? text.substring(0, text.length() - 2)
                : text.endsWith("\n") ? text.substring(0, text.length() - 1) : text;
    }

    /** The same by lines. */
    static List<String> lines(String file) throws IOException {
        return whole(file).lines().toList();
    }

    /** All that a file or with - stdin has. */
    static String whole(String file) throws IOException {
        return file.equals(STDIN) ? TextFile.read(System.in, "stdin") : TextFile.read(Path.of(file));
    }
}
