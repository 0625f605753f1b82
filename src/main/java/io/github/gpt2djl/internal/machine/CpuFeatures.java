package io.github.gpt2djl.internal.machine;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/** The features of the processor that the choice of a kernel depends on. Only Linux tells them. */
public final class CpuFeatures {
    private CpuFeatures() {}

    /** Whether /proc/cpuinfo lists the flag. */
    public static boolean has(String flag) {
        try {
            return Files.readAllLines(Path.of("/proc/cpuinfo")).stream()
                    .filter(line -> line.startsWith("flags"))
                    .limit(1)
                    .anyMatch(line -> Arrays.asList(line.split("\\s+")).contains(flag));
        } catch (IOException e) {
            return false;
        }
    }
}
