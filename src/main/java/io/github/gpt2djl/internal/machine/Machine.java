package io.github.gpt2djl.internal.machine;

import java.util.Locale;
import java.util.function.Predicate;

/**
 * The properties of a computer that the choice of a kernel depends on.
 *
 * @param os the system property os.name
 * @param arch the system property os.arch
 * @param cpuFlag whether the processor has a feature, by its name in /proc/cpuinfo
 */
public record Machine(String os, String arch, Predicate<String> cpuFlag) {
    /** The computer that this process runs on. */
    public static final Machine HERE =
            new Machine(System.getProperty("os.name"), System.getProperty("os.arch"), CpuFeatures::has);

    public boolean has(String flag) {
        return cpuFlag.test(flag);
    }

    /** Whether the libtorch of this computer comes with FBGEMM. */
    public boolean hasFbgemm() {
        String lower = arch.toLowerCase(Locale.ROOT);
        boolean mac = os.toLowerCase(Locale.ROOT).contains("mac");
        return !mac && (lower.equals("amd64") || lower.equals("x86_64"));
    }
}
