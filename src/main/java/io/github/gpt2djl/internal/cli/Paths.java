package io.github.gpt2djl.internal.cli;

import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import picocli.CommandLine.TypeConversionException;

/** Paths in arguments, and the reasons why Java cannot use one. */
final class Paths {
    /** The encoding of Java's paths: ASCII under the C locale, usual in containers. */
    private static final String ENCODING = System.getProperty("sun.jnu.encoding", "UTF-8");

    private Paths() {}

    /** Reads the path in an argument. */
    static Path of(String text) {
        if (text.isEmpty()) {
            throw new TypeConversionException("found an empty text, expected a path");
        }
        try {
            Path path = Path.of(text);
            // Java would create a folder with another name and write there.
            String current = System.getProperty("user.dir");
            if (!path.isAbsolute() && !canSpell(current)) {
                throw new TypeConversionException(inLocale("the current folder's name"));
            }
            return path;
        } catch (InvalidPathException e) {
            throw new TypeConversionException(reason(e));
        }
    }

    /** Checks that a path is not a folder: Java's message would not name the path. */
    static Path file(Path path) throws IOException {
        if (Files.isDirectory(path)) {
            throw new IOException(path + " is a folder, expected a file");
        }
        return path;
    }

    /** Returns the reason why a text is not a path. */
    static String reason(InvalidPathException e) {
        return canSpell(e.getInput())
                ? "\"" + e.getInput() + "\" is no path: " + e.getReason()
                : inLocale("\"" + e.getInput() + "\"");
    }

    private static boolean canSpell(String path) {
        return Charset.forName(ENCODING).newEncoder().canEncode(path);
    }

    private static String inLocale(String what) {
        return what + " has characters that Java cannot use in this locale, whose encoding is " + ENCODING
                + "; set the environment variable LC_ALL to C.UTF-8";
    }
}
