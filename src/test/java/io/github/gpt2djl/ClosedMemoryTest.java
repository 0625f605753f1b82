package io.github.gpt2djl;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.gpt2djl.testing.TestCheckpoint;
import io.github.gpt2djl.testing.TestJvm;
import java.io.BufferedReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What a generation takes outside the heap is freed when it is closed, and not when the garbage collector runs.
 *
 * <p>A process of its own has a heap of 256 MB, and must not ask the collector for anything. Its model has GPT-2's
 * vocabulary: 32 rows of logits are 6.4 MB. The build counts; {@code -Psoak} generates 10,000 times, and compares the
 * process's memory.
 */
class ClosedMemoryTest {
    private static final boolean LONG = Integer.getInteger("soak.scale", 1) > 1;

    @TempDir
    Path folder;

    /**
     * What a process has after so many generations.
     *
     * @param arrays of libtorch, of all models
     * @param buffers bytes in direct buffers of Java
     * @param resident bytes; 0 where there is no /proc
     */
    record Checkpoint(int generations, int arrays, long buffers, long resident) {
        private static final String FORM = "generations %d, arrays %d, buffers %d, resident %d";

        @Override
        public String toString() {
            return FORM.formatted(generations, arrays, buffers, resident);
        }

        static Checkpoint parse(String line) {
            long[] numbers = Arrays.stream(line.split("\\D+"))
                    .filter(word -> !word.isEmpty())
                    .mapToLong(Long::parseLong)
                    .toArray();
            return new Checkpoint((int) numbers[0], (int) numbers[1], numbers[2], numbers[3]);
        }
    }

    @Test
    void closedGenerationsOfAllKindsLeaveNothing() throws Exception {
        Path model = new TestCheckpoint(2, 2, 16, 128, 50257, true, 1).write(folder);
        // Multiples of the kinds: the last generation before each count is of the same kind.
        List<Checkpoint> found = LONG ? run(model, 2400, 4, 1920) : run(model, 60, 2, 60);
        Checkpoint first = found.get(0);
        for (Checkpoint later : found) {
            assertThat(later.arrays).as("arrays: %s", found).isEqualTo(first.arrays);
            assertThat(later.buffers).as("direct buffers: %s", found).isEqualTo(first.buffers);
            if (LONG) {
                assertThat(later.resident).as("resident: %s", found).isLessThanOrEqualTo(first.resident * 103 / 100);
            }
        }
    }

    private static List<Checkpoint> run(Path model, int warmUp, int rounds, int each) throws Exception {
        Process process = TestJvm.command(
                        "-Xms256m",
                        "-Xmx256m",
                        "-XX:+AlwaysPreTouch",
                        "-XX:+DisableExplicitGC",
                        ClosedGenerations.class.getName(),
                        model.toString(),
                        String.valueOf(warmUp),
                        String.valueOf(rounds),
                        String.valueOf(each))
                .redirectErrorStream(true)
                .start();
        List<Checkpoint> found = new ArrayList<>();
        List<String> all = new ArrayList<>();
        try (BufferedReader out = process.inputReader(StandardCharsets.UTF_8)) {
            for (String line = out.readLine(); line != null; line = out.readLine()) {
                all.add(line);
                if (line.startsWith("generations ")) {
                    found.add(Checkpoint.parse(line));
                    System.out.print(LONG ? line + "\n" : "");
                }
            }
            assertThat(process.waitFor()).as(String.join("\n", all)).isZero();
        } finally {
            process.destroyForcibly();
        }
        assertThat(found).hasSize(rounds + 1);
        return found;
    }
}
