package io.github.gpt2djl.internal.machine;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * The memory that this process can still take. Linux kills a process that takes more, without a word to Java.
 *
 * <p>The minimum of the machine's free memory and the memory that its control groups (containers) leave. Pages of files
 * count as free, because they are given up first, and so does free swap. Other systems do not tell.
 */
public final class FreeMemory {
    private static final Path ROOT = Path.of("/");
    private static final Names FIRST = new Names("memory.limit_in_bytes", "memory.usage_in_bytes", "total_");
    private static final Names SECOND = new Names("memory.max", "memory.current", "");

    /** The names of the files and fields in one of the two versions of control groups. */
    private record Names(String limit, String usage, String total) {}

    private FreeMemory() {}

    /** The free memory in bytes; {@link Long#MAX_VALUE} if it is not known. */
    public static long bytes() {
        return bytes(ROOT);
    }

    public static long bytes(Path root) {
        List<String> machine = lines(root.resolve("proc/meminfo"));
        if (machine.isEmpty()) {
            return Long.MAX_VALUE;
        }
        long free = 1024 * (number(machine, "MemAvailable:") + number(machine, "SwapFree:"));
        for (String line : lines(root.resolve("proc/self/cgroup"))) {
            String[] parts = line.split(":", 3);
            if (parts.length == 3 && parts[1].isEmpty()) {
                free = Math.min(free, group(root.resolve("sys/fs/cgroup"), parts[2], SECOND));
            } else if (parts.length == 3 && Arrays.asList(parts[1].split(",")).contains("memory")) {
                free = Math.min(free, group(root.resolve("sys/fs/cgroup/memory"), parts[2], FIRST));
            }
        }
        return free;
    }

    /**
     * The memory that a control group and the groups around it leave. Within a container the path may be a path of the
     * host.
     */
    private static long group(Path mount, String path, Names names) {
        long free = Long.MAX_VALUE;
        Path inner = mount.resolve(path.substring(1)).normalize();
        List<Path> groups = Stream.iterate(inner, group -> group.startsWith(mount), Path::getParent)
                .toList();
        for (Path group : groups) {
            List<String> most = lines(group.resolve(names.limit));
            List<String> used = lines(group.resolve(names.usage));
            if (!most.isEmpty() && !used.isEmpty() && !most.get(0).equals("max")) {
                List<String> kinds = lines(group.resolve("memory.stat"));
                long files = number(kinds, names.total + "inactive_file") + number(kinds, names.total + "active_file");
                free = Math.min(free, Long.parseLong(most.get(0)) - Long.parseLong(used.get(0)) + files);
            }
        }
        return Math.max(0, free);
    }

    /** The number in the line that begins with a word; 0 without such a line. */
    private static long number(List<String> lines, String word) {
        return lines.stream()
                .map(line -> line.trim().split("\\s+"))
                .filter(words -> words.length > 1 && words[0].equals(word))
                .mapToLong(words -> Long.parseLong(words[1]))
                .findFirst()
                .orElse(0);
    }

    private static List<String> lines(Path file) {
        try {
            return Files.readAllLines(file);
        } catch (IOException e) {
            return List.of();
        }
    }

    /** Formats a number of bytes, such as {@code 497 MB}. */
    public static String size(long bytes) {
        return bytes < 1_000_000_000
                ? String.format(Locale.ROOT, "%.0f MB", bytes / 1e6)
                : String.format(Locale.ROOT, "%.1f GB", bytes / 1e9);
    }
}
