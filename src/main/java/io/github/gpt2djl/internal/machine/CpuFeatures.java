package io.github.gpt2djl.internal.machine;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The features of the processor that the choice of a kernel depends on. Only Linux tells them. */
public final class CpuFeatures {
    private CpuFeatures() {}

    /** Whether /proc/cpuinfo lists the flag; of AMX's flags, whether the environment lets oneDNN use AMX, too. */
    public static boolean has(String flag) {
        String newName = System.getenv("ONEDNN_MAX_CPU_ISA");
        String limit = newName == null ? System.getenv("DNNL_MAX_CPU_ISA") : newName;
        return (!flag.startsWith("amx") || allowsAmx(limit)) && isListed(flag);
    }

    /**
     * Whether a limit of oneDNN's instruction sets includes AMX. Without VNNI, oneDNN's sums of 8-bit products overflow.
     *
     * @see <a href="https://uxlfoundation.github.io/oneDNN/dev_guide_cpu_dispatcher_control.html">the names</a>
     */
    static boolean allowsAmx(@Nullable String limit) {
        String name = limit == null ? "" : limit.toUpperCase(Locale.ROOT);
        return name.isEmpty() || name.equals("ALL") || name.equals("DEFAULT") || name.contains("AMX");
    }

    private static boolean isListed(String flag) {
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
