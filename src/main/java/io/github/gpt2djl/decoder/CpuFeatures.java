package io.github.gpt2djl.decoder;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** What the processor can do, as far as the choice of a kernel asks. */
final class CpuFeatures {
    private CpuFeatures() {}

    /** Whether Linux reports AVX-512; false on systems that do not say. */
    static boolean hasAvx512() {
        try {
            return Files.readString(Path.of("/proc/cpuinfo")).contains(" avx512f");
        } catch (IOException e) {
            return false;
        }
    }
}
