package io.github.gpt2djl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.gpt2djl.internal.decoder.LiveArrays;
import io.github.gpt2djl.testing.ProcessMemory;
import java.io.IOException;
import java.util.Collections;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * Generations of all kinds, one after the other, leave nothing behind; nor do models.
 *
 * <p>The build counts what is alive. {@code -Psoak} runs a hundred times as much and looks at the process's memory too.
 */
class SoakTest {
    private static final int SCALE = Integer.getInteger("soak.scale", 1);
    private static final boolean LONG = SCALE > 1;

    /** What is alive; bytes, where it is memory. */
    private record Alive(int arrays, int models, long buffers, long resident) {
        static Alive now(Gpt2 gpt2) throws IOException, InterruptedException {
            // What a finished generation had on the heap is freed by the collector.
            ProcessMemory.collect();
            return new Alive(
                    LiveArrays.count(gpt2.model().decoder()),
                    LiveArrays.models(),
                    ProcessMemory.directBuffers(),
                    ProcessMemory.resident());
        }
    }

    @Test
    void generationsOfAllKindsLeaveNothing() throws Exception {
        try (Gpt2 gpt2 = Gpt2.load("shakespeare")) {
            round(gpt2, 0);
            round(gpt2, 1);
            Alive before = Alive.now(gpt2);
            Alive last = before;
            long most = 0;
            for (int round = 2; round < (LONG ? 12 : 4); round++) {
                round(gpt2, round);
                last = Alive.now(gpt2);
                most = Math.max(most, last.resident);
                assertThat(last.arrays).isEqualTo(before.arrays);
                assertThat(last.models).isEqualTo(before.models);
                assertThat(last.buffers).isLessThanOrEqualTo(before.buffers);
            }
            report("generations", before, last, most);
        }
    }

    @Test
    void modelsThatAreClosedLeaveNothing() throws Exception {
        try (Gpt2 other = Gpt2.load("shakespeare")) {
            // Malloc's holes grow for some tens of models; afterwards what is resident goes up and down.
            loadAndClose(LONG ? 50 : 3);
            Alive before = Alive.now(other);
            Alive last = before;
            long least = Long.MAX_VALUE;
            for (int round = 0; round < (LONG ? 5 : 2); round++) {
                loadAndClose(LONG ? 10 : 2);
                last = Alive.now(other);
                least = Math.min(least, last.resident);
                assertThat(last.models).isEqualTo(before.models);
                assertThat(last.buffers).isLessThanOrEqualTo(before.buffers);
            }
            report("models loaded and closed", before, last, least);
        }
    }

    private static void loadAndClose(int times) throws IOException {
        for (int i = 0; i < times; i++) {
            try (Gpt2 gpt2 = Gpt2.load("shakespeare")) {
                gpt2.generate("O", GenerationConfig.builder().maxNewTokens(2).build());
            }
        }
    }

    /** A tenth of all: 20 short ones, and of every other kind at least one, times the scale. */
    private static void round(Gpt2 gpt2, int round) {
        GenerationConfig greedy = GenerationConfig.builder().maxNewTokens(4).build();
        for (int i = 0; i < 20 * SCALE; i++) {
            shortOne(gpt2, i);
        }
        for (int i = 0; i < 10 * SCALE; i++) {
            sessions(gpt2, i);
        }
        for (int i = 0; i < Math.max(1, SCALE / 5); i++) {
            GenerationConfig whole = GenerationConfig.builder()
                    .doSample(true)
                    .seed(i)
                    .maxNewTokens(LONG ? 256 : 40)
                    .build();
            gpt2.generateAll(Collections.nCopies(1 + i % 3, Prompt.of("ROMEO:\n")), whole);
        }
        for (int i = 0; i < Math.max(1, SCALE / 20); i++) {
            cancelled(gpt2, i);
            failing(gpt2, i);
        }
        assertThat(gpt2.generate("ROMEO:", greedy).ids()).hasSize(4);
    }

    /** A text, a fork that goes on, and the text rewound: all of them dropped. */
    private static void sessions(Gpt2 gpt2, int i) {
        GenerationConfig two = GenerationConfig.builder().maxNewTokens(2).build();
        try (Session session = gpt2.session()) {
            session.append("ROMEO:\nBut soft, what light".substring(0, 7 + i % 17))
                    .prefill();
            try (Session fork = session.fork()) {
                fork.append("\n").generate(two);
            }
            session.rewind(session.length() - 1).generate(two);
        }
    }

    private static void shortOne(Gpt2 gpt2, int i) {
        GenerationConfigBuilder config = GenerationConfig.builder().maxNewTokens(1 + i % 4);
        Prompt prompt = Prompt.of("ROMEO:\nO".substring(0, 1 + i % 8));
        switch (i % 10) {
            case 0 -> gpt2.generateAll(List.of(prompt), config.numBeams(3).build());
            case 1 ->
                gpt2.generateAll(
                        List.of(prompt), config.penaltyAlpha(0.6).topK(4).build());
            case 2 ->
                gpt2.generateAll(
                        List.of(prompt),
                        config.doSample(true).numReturnSequences(3).build());
            case 3 -> gpt2.generate(prompt, config.promptLookupNumTokens(3).build());
            case 4 -> {
                try (Stream<Generation> all =
                        gpt2.generateAll(Collections.nCopies(3, prompt).iterator(), config.build(), 2)) {
                    assertThat(all).hasSize(3);
                }
            }
            case 5 -> gpt2.score("To be, or not to be");
            case 6 -> {
                try (Stream<Token> tokens =
                        gpt2.stream(prompt, config.topLogprobs(3).build())) {
                    assertThat(tokens.count()).isEqualTo(1 + i % 4);
                }
            }
            default ->
                gpt2.generate(
                        prompt,
                        config.doSample(true).topP(0.9).repetitionPenalty(1.2).build());
        }
    }

    /** In the middle: by closing the stream, or by an interrupt. */
    private static void cancelled(Gpt2 gpt2, int i) {
        GenerationConfig config = GenerationConfig.builder().maxNewTokens(100).build();
        if (i % 2 == 0) {
            try (Stream<Token> tokens = gpt2.stream("ROMEO:", config)) {
                assertThat(tokens.limit(5)).hasSize(5);
            }
        } else {
            int[] count = {0};
            Generation generation = gpt2.generate(Prompt.of("ROMEO:"), config, token -> {
                if (++count[0] == 5) {
                    Thread.currentThread().interrupt();
                }
            });
            assertThat(Thread.interrupted()).isTrue();
            assertThat(generation.finishReason()).isEqualTo(FinishReason.CANCELLED);
        }
    }

    /** In the middle, of a rule's exception or of the heap's end. */
    private static void failing(Gpt2 gpt2, int i) {
        int[] count = {0};
        GenerationConfig config = GenerationConfig.builder()
                .maxNewTokens(100)
                .logitsProcessor((scores, text) -> {
                    if (++count[0] == 5) {
                        fail(i % 3);
                    }
                })
                .build();
        assertThatThrownBy(() -> gpt2.generateAll(Collections.nCopies(2, Prompt.of("ROMEO:")), config))
                .isInstanceOfAny(ArithmeticException.class, OutOfMemoryError.class, StackOverflowError.class);
    }

    private static int fail(int how) {
        return switch (how) {
            case 0 -> 1 / how;
            case 1 -> new long[Integer.MAX_VALUE].length;
            default -> fail(how) + 1;
        };
    }

    private static void report(String what, Alive before, Alive after, long compared) {
        if (LONG) {
            System.out.printf(
                    "%s: resident %.1f MB before, %.1f MB after, %.1f MB compared; arrays %d and %d, direct buffers"
                            + " %d and %d bytes%n",
                    what,
                    before.resident / 1e6,
                    after.resident / 1e6,
                    compared / 1e6,
                    before.arrays,
                    after.arrays,
                    before.buffers,
                    after.buffers);
            assertThat(compared).isLessThanOrEqualTo(before.resident * 103 / 100);
        }
    }
}
