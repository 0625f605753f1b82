package io.github.gpt2djl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.gpt2djl.testing.TestCheckpoint;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Weights that are NaN or infinite are told, in whatever way tokens are chosen or scored; no number is made of them. */
class DamagedModelTest {
    private static final int VOCABULARY = 61;
    private static final Prompt PROMPT = Prompt.ofIds(1, 2, 3, 1, 2);

    @TempDir
    Path folder;

    /** The head's row of token 50, which makes its logit NaN, or a prompt's position: all other numbers are good. */
    @ParameterizedTest
    @CsvSource({"wte.weight, 800, NaN", "wte.weight, 800, Infinity", "wte.weight, 800, -Infinity", "wpe.weight, 20, NaN"
    })
    void everyLoopTellsIt(String tensor, int index, float value) throws IOException {
        try (Gpt2 gpt2 = damaged(tensor, index, value, Precision.FP32);
                Gpt2 good = Gpt2.load(
                        new TestCheckpoint(2, 2, 16, 40, VOCABULARY, true, 1).write(folder.resolve("good")))) {
            for (GenerationConfigBuilder config : configs()) {
                assertTold(() -> gpt2.generateAll(List.of(PROMPT), config.build()), config.build());
            }
            GenerationConfig greedy = GenerationConfig.builder().build();
            assertTold(() -> gpt2.generateAll(List.of(PROMPT, PROMPT), greedy), "a batch");
            assertTold(() -> gpt2.generate(PROMPT, greedy, good), "the model with an assistant");
            assertTold(() -> good.generate(PROMPT, greedy, gpt2), "the assistant");
            try (Stream<Token> tokens = gpt2.stream(PROMPT, greedy)) {
                assertTold(tokens::toList, "a stream");
            }
            assertTold(() -> gpt2.score(PROMPT), "a score");
            assertTold(() -> gpt2.score(PROMPT, ScoreOptions.DEFAULT.withTopLogprobs(3)), "a score with the likeliest");
            assertTold(() -> gpt2.rank(PROMPT, List.of(Prompt.ofIds(4), Prompt.ofIds(5, 6))), "a comparison");
        }
    }

    /** With seeds: a text that ends early may have met finite logits only. */
    private static List<GenerationConfigBuilder> configs() {
        return List.of(
                GenerationConfig.builder(),
                GenerationConfig.builder().repetitionPenalty(1.2),
                GenerationConfig.builder().topLogprobs(3),
                GenerationConfig.builder().trace(3),
                GenerationConfig.builder().doSample(true).seed(1),
                GenerationConfig.builder().doSample(true).seed(1).topK(5),
                GenerationConfig.builder().doSample(true).seed(1).topK(0).typicalP(0.9),
                GenerationConfig.builder()
                        .doSample(true)
                        .seed(1)
                        .topK(0)
                        .topP(0.9)
                        .numReturnSequences(3),
                GenerationConfig.builder().preset(Preset.OPENAI).topP(0.9).seed(1),
                GenerationConfig.builder().promptLookupNumTokens(5),
                GenerationConfig.builder().numBeams(3),
                GenerationConfig.builder().penaltyAlpha(0.6).topK(4),
                GenerationConfig.builder().penaltyAlpha(0.6).topK(4).suppressTokens(7));
    }

    private static void assertTold(org.assertj.core.api.ThrowableAssert.ThrowingCallable call, Object what) {
        assertThatThrownBy(call)
                .as("%s", what)
                .isInstanceOf(IllegalStateException.class)
                .hasMessage(
                        "the model's logits are NaN or infinite; are its weights damaged, or too large for the chosen"
                                + " precision?");
    }

    /** Kernels of few bits, and attention, make plausible numbers of NaN: what each text needs is checked when it is read. */
    @ParameterizedTest
    @EnumSource(Precision.class)
    void weightsThatEachTextNeedsAreCheckedWhenTheyAreLoaded(Precision precision) {
        if (precision == Precision.AUTO || !precision.isAvailable()) {
            return;
        }
        for (String tensor : List.of(
                "ln_f.bias",
                "h.0.ln_1.weight",
                "h.1.mlp.c_fc.weight",
                "h.1.mlp.c_fc.bias",
                "h.0.attn.c_attn.weight",
                "h.1.attn.c_proj.weight")) {
            for (float value : new float[] {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY}) {
                assertThatThrownBy(() -> damaged(tensor, 5, value, precision).close())
                        .as("%s %s", tensor, value)
                        .isInstanceOf(MalformedCheckpointException.class)
                        .hasMessageEndingWith(
                                "tensor " + tensor + " has numbers that are NaN or infinite, expected finite"
                                        + " weights; the file is damaged, or its training has failed");
            }
        }
    }

    /** In 8 bits a text that has the damaged token would get plausible numbers; else it is told, and others are right. */
    @ParameterizedTest
    @EnumSource(Precision.class)
    void aDamagedTokenIsNeverSilent(Precision precision) throws IOException {
        if (precision == Precision.AUTO || !precision.isAvailable()) {
            return;
        }
        // INT4 needs this width.
        TestCheckpoint model = new TestCheckpoint(2, 2, 32, 40, VOCABULARY, false, 1);
        Path good = model.write(folder.resolve("good"));
        model.values("wte.weight")[55 * 32 + 3] = Float.NaN;
        Path damaged = model.write(folder.resolve("damaged"));
        LoadOptions options = new LoadOptions(precision, DeviceChoice.CPU, 0, ModelSource.local());
        GenerationConfig config = GenerationConfig.builder().suppressTokens(55).build();
        try (Gpt2 gpt2 = Gpt2.load(damaged, options);
                Gpt2 other = Gpt2.load(good, options)) {
            assertThat(gpt2.generate(PROMPT, config).ids())
                    .isEqualTo(other.generate(PROMPT, config).ids());
            for (Prompt prompt : List.of(Prompt.ofIds(1, 55), Prompt.ofIds(1, 55, 2, 3, 4, 5, 6))) {
                assertTold(() -> gpt2.generate(prompt, config), precision);
                assertTold(() -> gpt2.score(prompt), precision);
            }
        } catch (MalformedCheckpointException e) {
            assertThat(precision).isIn(Precision.INT8, Precision.INT4, Precision.MIXED);
            assertThat(e).hasMessageContaining("tensor wte.weight has numbers that are NaN or infinite");
        }
    }

    /** Only a candidate's own vector tells that it is damaged: the logits before it are good. */
    @ParameterizedTest
    @CsvSource({"0.6", "1"})
    void contrastiveSearchTellsACandidate(double alpha) throws IOException {
        TestCheckpoint model = new TestCheckpoint(2, 2, 16, 40, VOCABULARY, false, 1);
        Arrays.fill(model.values("wte.weight"), 60 * 16, 61 * 16, Float.NaN);
        try (Gpt2 gpt2 = Gpt2.load(model.write(folder))) {
            GenerationConfig config = GenerationConfig.builder()
                    .penaltyAlpha(alpha)
                    .topK(VOCABULARY)
                    .maxNewTokens(5)
                    .build();
            assertTold(() -> gpt2.generate(PROMPT, config), config);
            assertThat(gpt2.generate(
                                    PROMPT,
                                    config.toBuilder()
                                            .topK(2)
                                            .logitBias(60, Double.NEGATIVE_INFINITY)
                                            .build())
                            .ids())
                    .hasSize(5);
        }
    }

    private Gpt2 damaged(String tensor, int index, float value, Precision precision) throws IOException {
        int width = precision == Precision.INT4 ? 32 : 16;
        TestCheckpoint model = new TestCheckpoint(2, 2, width, 40, VOCABULARY, true, 1);
        model.values(tensor)[index] = value;
        return Gpt2.load(
                model.write(folder.resolve(tensor)),
                new LoadOptions(precision, DeviceChoice.CPU, 0, ModelSource.local()));
    }
}
