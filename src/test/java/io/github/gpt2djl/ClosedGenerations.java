package io.github.gpt2djl;

import io.github.gpt2djl.ClosedMemoryTest.Checkpoint;
import io.github.gpt2djl.internal.decoder.LiveArrays;
import io.github.gpt2djl.testing.ProcessMemory;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.stream.Stream;

/** A process that generates, closes, and tells what it has: {@code MODEL WARM-UP ROUNDS GENERATIONS-OF-A-ROUND}. */
final class ClosedGenerations {
    private static final int KINDS = 12;

    private final Gpt2 gpt2;
    private final Gpt2 assistant;

    private ClosedGenerations(Gpt2 gpt2, Gpt2 assistant) {
        this.gpt2 = gpt2;
        this.assistant = assistant;
    }

    public static void main(String[] args) throws Exception {
        Path model = Path.of(args[0]);
        LoadOptions options = new LoadOptions(Precision.FP32, DeviceChoice.CPU, 1, ModelSource.local());
        try (Gpt2 gpt2 = Gpt2.load(model, options);
                Gpt2 assistant = Gpt2.load(model, options)) {
            ClosedGenerations all = new ClosedGenerations(gpt2, assistant);
            int done = 0;
            for (int round = 0; round <= Integer.parseInt(args[2]); round++) {
                int last = done + Integer.parseInt(args[round == 0 ? 1 : 3]);
                while (done < last) {
                    all.one(done++);
                }
                System.out.println(new Checkpoint(
                        done,
                        LiveArrays.count(gpt2.model().decoder())
                                + LiveArrays.count(assistant.model().decoder()),
                        ProcessMemory.directBuffers(),
                        ProcessMemory.resident()));
            }
        }
    }

    private void one(int i) {
        int[] ids = {i % 50257, 20, 30, 40, 20, 30, 40, 20, 30};
        Prompt prompt = Prompt.ofIds(ids);
        GenerationConfigBuilder config = GenerationConfig.builder().maxNewTokens(4);
        GenerationConfigBuilder drawn =
                GenerationConfig.builder().maxNewTokens(4).doSample(true).seed(i);

        switch (i % KINDS) {
            case 0 -> gpt2.generate(prompt, config.build());
            case 1 -> gpt2.generate(prompt, drawn.topP(0.9).build());
            case 2 -> gpt2.generateAll(Collections.nCopies(32, prompt), drawn.build());
            case 3 ->
                gpt2.generateAll(
                        List.of(prompt),
                        config.numBeams(8).numReturnSequences(2).build());
            case 4 -> gpt2.generate(prompt, config.penaltyAlpha(0.6).topK(4).build());
            case 5 ->
                gpt2.generate(
                        prompt,
                        config.maxNewTokens(20).promptLookupNumTokens(64).build());
            case 6 -> gpt2.generate(prompt, config.maxNewTokens(8).build(), assistant);
            case 7 -> {
                try (Stream<Generation> queue =
                        gpt2.generateAll(Collections.nCopies(40, prompt).iterator(), config.build(), 32)) {
                    queue.forEach(each -> {});
                }
            }
            case 8 -> {
                try (ContinuousBatch batch = new ContinuousBatch(gpt2, 32, 8)) {
                    batch.submit(new GenerationRequest(prompt, config.build()), (token, sequence) -> {})
                            .join();
                }
            }
            case 9 -> gpt2.score(prompt);
            case 10 -> gpt2.rank(prompt, List.of(Prompt.ofIds(1, 2), Prompt.ofIds(3)));
            default -> {
                // In the middle.
                try (Stream<Token> tokens = gpt2.stream(prompt, config.trace(3).build())) {
                    tokens.limit(2).forEach(each -> {});
                }
            }
        }
    }
}
