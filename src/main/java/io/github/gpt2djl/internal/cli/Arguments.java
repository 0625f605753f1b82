package io.github.gpt2djl.internal.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/** The command line's arguments as the user typed them. */
final class Arguments {
    private Arguments() {}

    /**
     * Reads the arguments from Linux: under the C locale, usual in containers, the JVM decodes them as ASCII and loses
     * an emoji.
     */
    static String[] decode(String[] args) {
        boolean damaged = Arrays.stream(args).anyMatch(a -> a.indexOf('\uFFFD') >= 0);
        if (!damaged) {
            return args;
        }
        try {
            String all = Files.readString(Path.of("/proc/self/cmdline"), StandardCharsets.UTF_8);
            String[] words = all.split("\0", -1);
            int end = words.length - 1;
            return end < args.length ? args : Arrays.copyOfRange(words, end - args.length, end);
        } catch (IOException e) {
            return args;
        }
    }
}
