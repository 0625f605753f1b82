package io.github.gpt2djl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.gpt2djl.internal.decoder.LiveArrays;
import io.github.gpt2djl.testing.ProcessMemory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** A thousand generations leave nothing behind; {@code bench --repetitions 1000} looks at their time. */
class NoDecayTest {
    @Test
    void aThousandGenerationsLeaveNothingBehind() throws IOException, InterruptedException {
        assumeTrue(Files.exists(Path.of("/proc/self/status")), "resident memory is read from /proc, which is Linux's");
        try (Gpt2 gpt2 = Gpt2.load("shakespeare")) {
            // Everything that is made once is made by these.
            for (int i = 0; i < 300; i++) {
                generate(gpt2, i);
            }
            long arrays = LiveArrays.count(gpt2.model().decoder());
            long resident = resident();
            long tokens = 0;
            for (int i = 300; i < 1000; i++) {
                tokens += generate(gpt2, i);
            }
            assertThat(LiveArrays.count(gpt2.model().decoder())).isEqualTo(arrays);
            // Mostly it falls, as the heap gives back what loading took; now and then memory that is taken once, 12 to
            // 16 MB as measured, comes as late as here. A key and a value of each layer for each token, if they stayed,
            // would be more than 80 MB: a quarter of them is more than the former, and less than the latter by far.
            long keysAndValues =
                    tokens * 2 * gpt2.config().layers() * gpt2.config().width() * Float.BYTES;
            assertThat(keysAndValues / 4).isGreaterThan(20_000_000);
            assertThat(resident() - resident).as("growth in bytes").isLessThan(keysAndValues / 4);
        }
    }

    /** Alone, in a batch, as a stream that is left, from a queue, with guesses; tells how many tokens they had. */
    private static int generate(Gpt2 gpt2, int i) {
        GenerationConfigBuilder config = GenerationConfig.builder().maxNewTokens(6 + i % 7);
        if (i % 2 == 0) {
            config.doSample(true).topP(0.9).seed(i);
        }
        Prompt prompt = Prompt.of("ROMEO:\n".repeat(1 + i % 3));
        return switch (i % 5) {
            case 0 -> tokens(List.of(gpt2.generate(prompt, config.build())));
            case 1 -> tokens(gpt2.generateAll(List.of(prompt, Prompt.of("O")), config.build()));
            case 2 -> {
                try (Stream<Token> tokens = gpt2.stream(prompt, config.build())) {
                    assertThat(tokens.limit(3).count()).isEqualTo(3);
                }
                yield gpt2.count(prompt) + 3;
            }
            case 3 -> {
                Stream<Prompt> prompts = Stream.of(prompt, Prompt.of("O"), Prompt.of("JULIET"));
                try (Stream<Generation> all = gpt2.generateAll(prompts.iterator(), config.build(), 2)) {
                    List<Generation> found = all.toList();
                    assertThat(found).hasSize(3);
                    yield tokens(found);
                }
            }
            default ->
                tokens(List.of(
                        gpt2.generate(prompt, config.promptLookupNumTokens(5).build())));
        };
    }

    private static int tokens(List<Generation> generations) {
        return generations.stream()
                .mapToInt(each -> each.promptIds().size() + each.ids().size())
                .sum();
    }

    private static long resident() throws IOException, InterruptedException {
        ProcessMemory.collect();
        return ProcessMemory.resident();
    }
}
