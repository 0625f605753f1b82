import io.github.gpt2djl.GenerationConfig;
import io.github.gpt2djl.Gpt2;
import io.github.gpt2djl.Prompt;
import java.io.IOException;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;

/**
 * Lesson 8: several texts at once cost little more than one, since the weights are read once for all of them. The
 * argument is a model's name or folder.
 */
public final class Batches {
    private static final int NEW_TOKENS = 16;
    private static final int RUNS = 5;

    public static void main(String... args) throws IOException {
        String model = args.length > 0 ? args[0] : "shakespeare";
        try (Gpt2 gpt2 = Gpt2.load(model)) {
            System.out.println("batch    a step   tokens/s");
            for (int size : new int[] {1, 2, 4, 8, 16, 32, 64}) {
                double[] steps = new double[RUNS];
                // The first run warms up.
                milliseconds(gpt2, size);
                for (int run = 0; run < RUNS; run++) {
                    steps[run] = milliseconds(gpt2, size) / NEW_TOKENS;
                }
                Arrays.sort(steps);
                double median = steps[RUNS / 2];
                System.out.printf("%5d %6.2f ms %10.0f%n", size, median, 1000 * size / median);
            }
        }
    }

    private static double milliseconds(Gpt2 gpt2, int size) {
        // Each text is drawn anew, and none ends before the others.
        var config = GenerationConfig.builder()
                .doSample(true)
                .maxNewTokens(NEW_TOKENS)
                .minNewTokens(NEW_TOKENS)
                .build();
        List<Prompt> batch = Collections.nCopies(size, Prompt.of("GLOUCESTER:"));
        long start = System.nanoTime();
        gpt2.generateAll(batch, config);
        return (System.nanoTime() - start) / 1e6;
    }
}
