package io.github.gpt2djl.internal.decoder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.gpt2djl.DeviceChoice;
import io.github.gpt2djl.checkpoint.Checkpoint;
import io.github.gpt2djl.internal.loop.Decoding;
import io.github.gpt2djl.internal.loop.Request;
import io.github.gpt2djl.internal.loop.SampledToken;
import io.github.gpt2djl.internal.loop.TokenLoop;
import io.github.gpt2djl.sampling.Greedy;
import io.github.gpt2djl.sampling.LogitsWarper;
import io.github.gpt2djl.sampling.MinP;
import io.github.gpt2djl.sampling.Multinomial;
import io.github.gpt2djl.sampling.Sampler;
import io.github.gpt2djl.sampling.Temperature;
import io.github.gpt2djl.sampling.TokenSequence;
import io.github.gpt2djl.sampling.TopK;
import io.github.gpt2djl.sampling.TopP;
import io.github.gpt2djl.testing.TestCheckpoint;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A decoder that chooses tokens by itself chooses those of the samplers, which are tested against transformers. */
class StepsAheadTest {
    private static final List<List<LogitsWarper>> RULES = List.of(
            List.of(),
            List.of(new Temperature(0.7)),
            List.of(new TopK(1)),
            List.of(new TopK(5)),
            List.of(new TopK(100_000)),
            List.of(new TopP(0)),
            List.of(new TopP(0.3)),
            List.of(new TopP(0.95)),
            List.of(new TopP(1)),
            List.of(new TopK(40), new TopP(0.9)),
            List.of(new Temperature(1.3), new TopK(50), new TopP(0.95)));

    private static final TokenSequence NOTHING = new TokenSequence(new int[0], 0, 0, 0);

    @TempDir
    Path folder;

    /** 16-bit logits are equal for many tokens: every rule about ties counts. */
    @ParameterizedTest
    @CsvSource({
        "PLAIN, 1, 1",
        "PLAIN, 7, 1",
        "PLAIN, 32, 16",
        "PLAIN, 5, 3",
        "HALF, 1, 16",
        "HALF, 32, 1",
        "HALF, 6, 4",
        "BFLOAT16, 9, 16",
        "BFLOAT16, 4, 4"
    })
    void choosesWhatTheSamplersChoose(Kernel kernel, int ahead, int places) throws IOException {
        try (Decoder decoder = decoder(kernel)) {
            assertSame(decoder, requests(ahead), ahead, places);
        }
    }

    /** All rules, with and without ends, for {@link #model()}. */
    static List<Request> requests(int seed) {
        List<Request> requests = new ArrayList<>();
        Random random = new Random(seed);
        for (List<LogitsWarper> rules : RULES) {
            requests.add(request(random, new Multinomial(rules), List.of()));
            requests.add(request(random, new Multinomial(rules), List.of(3, 77, 140, 201, 255, 301)));
        }
        requests.add(request(random, new Greedy(), List.of()));
        requests.add(request(random, new Greedy(), List.of(3, 77, 140, 201, 255, 301)));
        return requests;
    }

    static TestCheckpoint model() {
        return new TestCheckpoint(2, 2, 16, 80, 307, true, 1);
    }

    /** Logits that are all equal, and ones of which a token has nearly all; draws at both ends. */
    @ParameterizedTest
    @ValueSource(floats = {0, 60})
    void edgesAreThoseOfTheSamplers(float spread) throws IOException {
        TestCheckpoint model = new TestCheckpoint(1, 2, 16, 8, 64, true, 2);
        float[] norm = model.values("ln_f.weight");
        Arrays.fill(norm, spread);
        Arrays.fill(model.values("ln_f.bias"), 0);
        Map<DeviceSampling, Sampler> rules = new LinkedHashMap<>();
        rules.put(DeviceSampling.GREEDY, new Greedy());
        rules.put(new DeviceSampling(1, 0, 1), new Multinomial(List.of()));
        rules.put(new DeviceSampling(1, 1, 1), new Multinomial(List.of(new TopK(1))));
        rules.put(new DeviceSampling(1, 32, 1), new Multinomial(List.of(new TopK(32))));
        rules.put(new DeviceSampling(1, 0, 0), new Multinomial(List.of(new TopP(0))));
        rules.put(new DeviceSampling(1, 0, 0.5), new Multinomial(List.of(new TopP(0.5))));
        rules.put(new DeviceSampling(1, 3, 0.5), new Multinomial(List.of(new TopK(3), new TopP(0.5))));
        List<DeviceSampling> choices = List.copyOf(rules.keySet());
        int[] fed = new int[choices.size()];
        try (Decoder decoder = decoder(model, Kernel.PLAIN)) {
            for (double draw : new double[] {0, 1e-12, 0.25, 0.5, 0.75, 1 - 1e-9, 1 - 0x1p-53}) {
                double[][] draws = {choices.stream().mapToDouble(c -> draw).toArray()};
                try (RunningBatch batch = decoder.prefill(List.of(new int[] {1, 2}), choices.size(), 4);
                        RunningBatch other = decoder.prefill(List.of(new int[] {1, 2}), choices.size(), 4)) {
                    SampledBlock chosen = other.steps(fed, choices, draws, List.of());
                    batch.step(fed);
                    for (int row = 0; row < fed.length; row++) {
                        int expected = rules.get(choices.get(row)).sample(batch.logits(row), NOTHING, draw);
                        assertThat(chosen.id(0, row))
                                .as("%s, %s", choices.get(row), draw)
                                .isEqualTo(expected);
                    }
                }
            }
        }
    }

    /** What the decoder does not know is chosen here, and so is all that runs beside it. */
    @Test
    void leavesOtherRulesToTheSamplers() throws IOException {
        try (Decoder decoder = decoder(Kernel.PLAIN)) {
            Random random = new Random(4);
            assertSame(
                    decoder,
                    List.of(
                            request(random, new Multinomial(List.of(new MinP(0.05))), List.of()),
                            request(random, new Multinomial(List.of(new TopP(0.9), new TopK(3))), List.of()),
                            request(random, new Multinomial(List.of(new TopK(9))), List.of()),
                            request(random, new Greedy(), List.of())),
                    8,
                    2);
        }
    }

    @Test
    void goesOnBeyondTheContext() throws IOException {
        try (Decoder decoder = decoder(Kernel.PLAIN)) {
            Decoding decoding =
                    new Decoding(new Multinomial(List.of(new TopP(0.9))), List.of(), null, 0, List.of(), 20);
            List<Request> requests = List.of(
                    new Request(new int[] {1, 2, 3}, 2, 150, 5, decoding),
                    new Request(new int[] {4}, 1, 100, 6, decoding));
            assertSame(decoder, requests, 16, 3);
        }
    }

    @Test
    void stopsWhenAllRowsHaveEnded() throws IOException {
        try (Decoder decoder = decoder(Kernel.PLAIN);
                RunningBatch batch = decoder.prefill(List.of(new int[] {1, 2}, new int[] {3}), 1, 40)) {
            List<DeviceSampling> greedy = List.of(DeviceSampling.GREEDY, DeviceSampling.GREEDY);
            SampledBlock all = batch.steps(new int[] {5, 6}, greedy, new double[17][2], List.of());
            assertThat(all.steps()).isEqualTo(17);
            batch.step(new int[] {all.id(16, 0), all.id(16, 1)});
            assertThatThrownBy(() -> batch.steps(new int[] {5, 6}, greedy, new double[30][2], List.of()))
                    .hasMessageContaining("full at 41");
        }
        try (Decoder decoder = decoder(Kernel.PLAIN);
                RunningBatch batch = decoder.prefill(List.of(new int[] {1, 2}, new int[] {3}), 1, 40)) {
            List<DeviceSampling> greedy = List.of(DeviceSampling.GREEDY, DeviceSampling.GREEDY);
            List<Integer> any = java.util.stream.IntStream.range(0, 307).boxed().toList();
            assertThat(batch.steps(new int[] {5, 6}, greedy, new double[17][2], any)
                            .steps())
                    .isEqualTo(8);
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = Kernel.class,
            names = {"PLAIN", "HALF"})
    void damagedWeightsAreTold(Kernel kernel) throws IOException {
        TestCheckpoint model = model();
        model.values("wpe.weight")[0] = Float.NaN;
        try (Decoder decoder = decoder(model, kernel);
                TokenLoop loop = loop(decoder, List.of(request(new Random(1), new Greedy(), List.of())), 1, 4)) {
            List<SampledToken> tokens = loop.next();
            assertThat(tokens).hasSize(1).allMatch(SampledToken::last);
            assertThat(tokens.get(0).failure())
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageStartingWith("the model's logits are NaN or infinite");
            assertThat(loop.hasNext()).isFalse();
        }
    }

    static void assertSame(Decoder decoder, List<Request> requests, int ahead, int places) {
        // Scratch memory of a sampler serves one generation: two at once would not be the same.
        Map<Integer, List<SampledToken>> expected = run(decoder, requests, places, 0);
        Map<Integer, List<SampledToken>> found = run(decoder, requests, places, ahead);
        assertThat(found.keySet()).isEqualTo(expected.keySet());
        expected.forEach((row, tokens) -> {
            List<SampledToken> own = found.getOrDefault(row, List.of());
            assertThat(own.stream().map(SampledToken::id))
                    .as("row %d", row)
                    .containsExactlyElementsOf(
                            tokens.stream().map(SampledToken::id).toList());
            for (int i = 0; i < tokens.size(); i++) {
                // Who shares the batch may differ, and with it the last bit.
                assertThat(own.get(i).logProbability()).isCloseTo(tokens.get(i).logProbability(), within(1e-5));
                assertThat(own.get(i).last()).isEqualTo(tokens.get(i).last());
            }
        });
    }

    private static Map<Integer, List<SampledToken>> run(
            Decoder decoder, List<Request> requests, int places, int ahead) {
        Map<Integer, List<SampledToken>> rows = new TreeMap<>();
        try (TokenLoop loop = loop(decoder, requests, places, ahead)) {
            while (loop.hasNext()) {
                loop.next()
                        .forEach(token -> rows.computeIfAbsent(token.row(), row -> new ArrayList<>())
                                .add(token));
            }
        }
        return rows;
    }

    private static TokenLoop loop(Decoder decoder, List<Request> requests, int places, int ahead) {
        return new TokenLoop(decoder, requests.iterator(), places, ahead);
    }

    private static Request request(Random random, Sampler sampler, List<Integer> eosIds) {
        int[] prompt = random.ints(1 + random.nextInt(12), 0, 307).toArray();
        return new Request(
                prompt,
                1,
                1 + random.nextInt(60),
                random.nextLong(),
                new Decoding(sampler, List.of(), null, 0, eosIds, 0));
    }

    private Decoder decoder(Kernel kernel) throws IOException {
        return decoder(model(), kernel);
    }

    private Decoder decoder(TestCheckpoint model, Kernel kernel) throws IOException {
        Supplier<ExecutionTarget> target = () -> new ExecutionTarget(DeviceChoice.CPU, Kernels.all(kernel));
        try (Checkpoint checkpoint = Checkpoint.open(model.write(folder))) {
            return Decoder.load(checkpoint, target, 0);
        }
    }
}
