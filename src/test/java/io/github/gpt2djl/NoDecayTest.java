package io.github.gpt2djl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.gpt2djl.internal.decoder.LiveArrays;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** A thousand generations leave nothing behind; {@code bench --repetitions 1000} looks at their time. */
class NoDecayTest {
    @Test
    void aThousandGenerationsLeaveNothingBehind() throws IOException {
        assumeTrue(Files.exists(Path.of("/proc/self/status")), "resident memory is read from /proc, which is Linux's");
        try (Gpt2 gpt2 = Gpt2.load("shakespeare")) {
            long arrays = 0;
            long resident = 0;
            for (int i = 0; i < 1000; i++) {
                generate(gpt2, i);
                if (i == 300) {
                    // Everything that is made once has been made.
                    arrays = LiveArrays.count(gpt2.model().decoder());
                    resident = residentKilobytes();
                }
            }
            assertThat(LiveArrays.count(gpt2.model().decoder())).isEqualTo(arrays);
            // Mostly it falls, as the heap gives back what loading took; now and then memory that is taken once, 12 to
            // 16 MB, comes as late as here. 700 prompts' keys and values that stayed would be some 150 MB.
            assertThat(residentKilobytes() - resident).as("growth in kB").isLessThan(40_000);
        }
    }

    /** Alone, in a batch, as a stream that is left, from a queue, with guesses. */
    private static void generate(Gpt2 gpt2, int i) {
        GenerationConfigBuilder config = GenerationConfig.builder().maxNewTokens(6 + i % 7);
        if (i % 2 == 0) {
            config.doSample(true).topP(0.9).seed(i);
        }
        Prompt prompt = Prompt.of("ROMEO:\n".repeat(1 + i % 3));
        switch (i % 5) {
            case 0 -> gpt2.generate(prompt, config.build());
            case 1 -> gpt2.generateAll(List.of(prompt, Prompt.of("O")), config.build());
            case 2 -> {
                try (Stream<Token> tokens = gpt2.stream(prompt, config.build())) {
                    assertThat(tokens.limit(3).count()).isEqualTo(3);
                }
            }
            case 3 -> {
                Stream<Prompt> prompts = Stream.of(prompt, Prompt.of("O"), Prompt.of("JULIET"));
                try (Stream<Generation> all = gpt2.generateAll(prompts.iterator(), config.build(), 2)) {
                    assertThat(all.count()).isEqualTo(3);
                }
            }
            default -> gpt2.generate(prompt, config.promptLookupNumTokens(5).build());
        }
    }

    private static long residentKilobytes() throws IOException {
        System.gc();
        return Files.readAllLines(Path.of("/proc/self/status")).stream()
                .filter(line -> line.startsWith("VmRSS:"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
                .findFirst()
                .orElseThrow();
    }
}
