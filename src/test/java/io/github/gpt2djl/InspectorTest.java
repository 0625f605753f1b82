package io.github.gpt2djl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.gpt2djl.inspection.Hook;
import io.github.gpt2djl.inspection.Intervention;
import io.github.gpt2djl.inspection.Trace;
import io.github.gpt2djl.inspection.TraceOptions;
import io.github.gpt2djl.inspection.TracedTensor;
import io.github.gpt2djl.internal.decoder.Kernels;
import io.github.gpt2djl.testing.NaiveGpt2;
import io.github.gpt2djl.testing.TestCheckpoint;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The inside of models against transformers (make_inspection_references.py), and what changes of the inside do. */
class InspectorTest {
    private static final Path REFERENCE = Path.of("src/test/resources/reference");
    private static final TraceOptions EVERYTHING = TraceOptions.of("*", "*.hook_result");
    private static final String TEXT = "KING HENRY:\nWhat is thy name, and thy name, and thy";

    /** Tensors of single precision that are computed in another order differ by 1e-6 at numbers of 10. */
    @ParameterizedTest
    @ValueSource(strings = {"untied-f16", "gpt1-f32", "opt-f16", "opt-projected-f16", "gpt-neo-f32"})
    void transformersHasTheSameVectors(String folder) throws IOException {
        try (Gpt2 gpt2 = Gpt2.load(REFERENCE.resolve(folder));
                ReferenceTensors reference = ReferenceTensors.open()) {
            Prompt ids = Prompt.ofIds(reference.ids(folder + "/ids"));
            Trace trace = gpt2.inspector().trace(ids, EVERYTHING);
            assertThat(reference.file().names().stream().filter(name -> name.startsWith(folder + "/")))
                    .as("the same places")
                    .hasSize(trace.tensors().size() + 1);
            for (TracedTensor ours : trace.tensors().values()) {
                String name = folder + "/" + ours.name();
                assertThat(reference.shape(name)).as(name).isEqualTo(ours.shape());
                assertClose(ours.values(), reference.read(name), 1e-4, name);
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"FP16, 2e-2", "BF16, 2e-1"})
    void fewerBitsGiveAboutTheSameVectors(Precision precision, double tolerance) throws IOException {
        assumePrecision(precision);
        try (Gpt2 exact = Gpt2.load("shakespeare");
                Gpt2 rounded = Gpt2.load("shakespeare", LoadOptions.DEFAULT.withPrecision(precision))) {
            float[] one = exact.inspector()
                    .trace(TEXT, TraceOptions.of("logits"))
                    .tensor("logits")
                    .values();
            float[] other = rounded.inspector()
                    .trace(TEXT, TraceOptions.of("logits"))
                    .tensor("logits")
                    .values();
            assertClose(other, one, tolerance, "logits");
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"INT8", "INT4", "MIXED"})
    void rescaledWeightsAreRefused(Precision precision) throws IOException {
        assumePrecision(precision);
        try (Gpt2 gpt2 = Gpt2.load("shakespeare", LoadOptions.DEFAULT.withPrecision(precision))) {
            assertThatThrownBy(gpt2::inspector)
                    .hasMessageContaining("precision is " + precision + ", expected FP32, FP16 or BF16");
        }
    }

    /** Each place's own numbers put back change nothing, in whichever way they come. */
    @ParameterizedTest
    @ValueSource(strings = {"untied-f16", "gpt1-f32", "opt-projected-f16", "gpt-neo-f32"})
    void itsOwnNumbersChangeNothing(String folder) throws IOException {
        try (Gpt2 gpt2 = Gpt2.load(REFERENCE.resolve(folder))) {
            Prompt prompt = Prompt.ofIds(1, 5, 3, 10, 7, 5, 0, 12, 4);
            Trace own = gpt2.inspector().trace(prompt, EVERYTHING);
            float[] before = own.tensor("logits").values();
            for (TracedTensor tensor : own.tensors().values()) {
                List<List<Intervention>> runs = List.of(
                        List.of(Intervention.replace(tensor)),
                        List.of(Intervention.replace(tensor).atPosition(3)),
                        List.of(Intervention.scale(tensor.name(), 1)),
                        List.of(Intervention.apply(tensor.name(), x -> x).atPositions(2, 4)));
                for (Trace run : gpt2.inspector().trace(prompt, TraceOptions.of("logits"), runs)) {
                    // The heads' own products are summed in another order than one product of all heads.
                    assertClose(run.tensor("logits").values(), before, 1e-5, tensor.name());
                }
            }
            GenerationConfig config =
                    GenerationConfig.builder().maxNewTokens(10).build();
            assertThat(gpt2.inspector()
                            .generate(prompt, config, List.of(Intervention.replace("hook_embed", own)))
                            .ids())
                    .isEqualTo(gpt2.generate(prompt, config).ids());
        }
    }

    /** A model whose heads' output matrices are 0 is one without heads. NaiveGpt2 computes it. */
    @Test
    void withoutHeadsItIsTheModelWithoutHeads(@TempDir Path folder) throws IOException {
        TestCheckpoint checkpoint = TestCheckpoint.tiny();
        int[] ids = {3, 1, 4, 1, 5, 9, 2, 6};
        try (Gpt2 gpt2 = Gpt2.load(checkpoint.write(folder))) {
            List<List<Intervention>> runs = new ArrayList<>();
            for (Hook hook : List.of(Hook.RESULT, Hook.Z)) {
                List<Intervention> all = new ArrayList<>();
                for (int layer = 0; layer < gpt2.config().layers(); layer++) {
                    all.add(Intervention.zero(hook.at(layer)));
                    Arrays.fill(checkpoint.values("h." + layer + ".attn.c_proj.weight"), 0);
                }
                runs.add(all);
            }
            double[][] byHand = new NaiveGpt2(checkpoint).logits(ids);
            for (Trace run : gpt2.inspector().trace(Prompt.ofIds(ids), TraceOptions.of("logits"), runs)) {
                for (int token = 0; token < ids.length; token++) {
                    assertClose(run.tensor("logits").row(token), floats(byHand[token]), 1e-5, "token " + token);
                }
            }
        }
    }

    @Test
    void aChangeIsOnlyWhereItWasAskedFor() throws IOException {
        try (Gpt2 gpt2 = Gpt2.load("shakespeare")) {
            Inspector inspector = gpt2.inspector();
            Trace before = inspector.trace(TEXT, EVERYTHING);
            for (Hook hook : List.of(Hook.Z, Hook.PATTERN, Hook.Q, Hook.RESULT)) {
                String place = hook.at(2);
                Trace after = inspector.trace(
                        TEXT,
                        TraceOptions.of(place)
                                .with(Intervention.scale(place, -2).ofHead(1).atPositions(3, 4)));
                TracedTensor old = before.tensor(place);
                for (int head = 0; head < gpt2.config().heads(); head++) {
                    for (int token = 0; token < before.ids().size(); token++) {
                        int[] index = hook.isByHead() ? new int[] {head, token} : new int[] {token, head};
                        float[] expected = old.row(index);
                        if (head == 1 && (token == 3 || token == 4)) {
                            for (int i = 0; i < expected.length; i++) {
                                expected[i] *= -2;
                            }
                        }
                        assertClose(after.tensor(place).row(index), expected, 1e-5, place);
                    }
                }
            }
        }
    }

    @Test
    void theMeanIsThatOfAllPositions() throws IOException {
        try (Gpt2 gpt2 = Gpt2.load("shakespeare")) {
            String place = Hook.MLP_OUT.at(1);
            TracedTensor before =
                    gpt2.inspector().trace(TEXT, TraceOptions.of(place)).tensor(place);
            TracedTensor after = gpt2.inspector()
                    .trace(
                            TEXT,
                            TraceOptions.of(place).with(Intervention.mean(place).atPosition(2)))
                    .tensor(place);
            float[] mean = new float[before.shape()[1]];
            for (int token = 0; token < before.shape()[0]; token++) {
                for (int i = 0; i < mean.length; i++) {
                    mean[i] += before.get(token, i) / before.shape()[0];
                }
            }
            assertClose(after.row(2), mean, 1e-6, "the changed position");
            assertThat(after.row(1)).isEqualTo(before.row(1));
        }
    }

    /** A function sees what the changes before it have led to, and changes after it see its result. */
    @Test
    void changesFollowTheOrderOfComputation() throws IOException {
        try (Gpt2 gpt2 = Gpt2.load("shakespeare")) {
            String early = Hook.RESID_MID.at(0);
            String late = Hook.RESID_POST.at(3);
            List<Intervention> changes = List.of(
                    Intervention.apply(late, InspectorTest::doubled),
                    Intervention.scale(late, 0.5),
                    Intervention.apply(early, InspectorTest::doubled),
                    Intervention.scale(early, 0.5));
            Trace changed =
                    gpt2.inspector().trace(TEXT, TraceOptions.of("logits").with(changes));
            Trace same = gpt2.inspector().trace(TEXT, TraceOptions.of("logits"));
            assertThat(changed.tensor("logits").values())
                    .isEqualTo(same.tensor("logits").values());
        }
    }

    /** In a batch of patched runs each run is what it is alone. */
    @Test
    void runsOfOneCallDoNotMeet() throws IOException {
        try (Gpt2 gpt2 = Gpt2.load("shakespeare")) {
            Inspector inspector = gpt2.inspector();
            Trace other = inspector.trace(TEXT.replace("HENRY", "EDWARD"), TraceOptions.ALL);
            List<List<Intervention>> runs = new ArrayList<>();
            for (int layer = 0; layer < gpt2.config().layers(); layer++) {
                runs.add(List.of(
                        Intervention.replace(Hook.RESID_PRE.at(layer), other).atPositions(1, 3)));
            }
            runs.add(List.of());
            List<Trace> together = inspector.trace(Prompt.of(TEXT), TraceOptions.of("logits"), runs);
            for (int run = 0; run < runs.size(); run++) {
                float[] alone = inspector
                        .trace(TEXT, TraceOptions.of("logits").with(runs.get(run)))
                        .tensor("logits")
                        .values();
                assertClose(together.get(run).tensor("logits").values(), alone, 1e-4, "run " + run);
            }
            assertThat(together.get(0).tensor("logits").values())
                    .isNotEqualTo(together.get(runs.size() - 1).tensor("logits").values());
        }
    }

    @Test
    void generationFollowsTheChange() throws IOException {
        try (Gpt2 gpt2 = Gpt2.load("shakespeare")) {
            GenerationConfig config = GenerationConfig.builder()
                    .doSample(true)
                    .topP(0.9)
                    .seed(3)
                    .maxNewTokens(12)
                    .build();
            Prompt prompt = Prompt.of(TEXT);
            Generation unchanged = gpt2.inspector().generate(prompt, config, List.of());
            assertThat(unchanged.ids()).isEqualTo(gpt2.generate(prompt, config).ids());
            Generation changed =
                    gpt2.inspector().generate(prompt, config, List.of(Intervention.zero(Hook.MLP_OUT.at(0))));
            assertThat(changed.ids()).isNotEqualTo(unchanged.ids());
            Generation early = gpt2.inspector()
                    .generate(
                            prompt,
                            config,
                            List.of(Intervention.zero(Hook.RESID_POST.at(0)).atPositions(500, Intervention.END)));
            assertThat(early.ids()).as("positions that are never reached").isEqualTo(unchanged.ids());
        }
    }

    @Test
    void wrongPlacesAndChangesAreRefused() throws IOException {
        try (Gpt2 gpt2 = Gpt2.load("shakespeare")) {
            Inspector inspector = gpt2.inspector();
            int layers = gpt2.config().layers();
            assertThatThrownBy(() -> inspector.trace(TEXT, TraceOptions.of("blocks.99.hook_resid_pre")))
                    .isInstanceOf(InvalidOptionException.class)
                    .hasMessage("hooks is \"blocks.99.hook_resid_pre\", expected names of places in this model, such as"
                            + " blocks.0.hook_resid_pre, blocks." + (layers - 1)
                            + ".attn.hook_pattern or *.attn.hook_pattern");
            assertThatThrownBy(() -> inspector.trace(TEXT, TraceOptions.ALL.with(Intervention.zero("hook_nothing"))))
                    .hasMessageContaining("hooks is \"hook_nothing\"");
            assertThatThrownBy(() -> inspector.trace(
                            TEXT,
                            TraceOptions.ALL.with(
                                    Intervention.zero(Hook.Z.at(0)).ofHead(77))))
                    .hasMessageContaining("the change of blocks.0.attn.hook_z is for head 77, expected 0 to");
            assertThatThrownBy(() -> inspector.trace(
                            "a",
                            TraceOptions.ALL.with(
                                    Intervention.zero(Hook.Z.at(0)).atPosition(900))))
                    .hasMessageContaining("is for position 900, expected 0 to 0");
            assertThatThrownBy(() -> Intervention.zero(Hook.MLP_OUT.at(0)).ofHead(1))
                    .hasMessageContaining("expected a head from 0 on, and a place that has heads");
            Trace shorter = inspector.trace("a", TraceOptions.ALL);
            assertThatThrownBy(() -> inspector.trace(
                            "a b c", TraceOptions.ALL.with(Intervention.replace(Hook.PATTERN.at(0), shorter))))
                    .hasMessageContaining("the numbers for blocks.0.attn.hook_pattern have the shape");
            assertThatThrownBy(() -> inspector.trace(
                            TEXT,
                            TraceOptions.ALL.with(Intervention.apply(
                                    Hook.Z.at(0), x -> new TracedTensor(x.name(), new int[] {1}, new float[1])))))
                    .hasMessageContaining("the function for blocks.0.attn.hook_z gave numbers of the shape [1]");
            for (String text : List.of("word ".repeat(2000), "\n!".repeat(150))) {
                assertThatThrownBy(() -> inspector.trace(Prompt.of(text), TraceOptions.ALL))
                        .hasMessageContaining("the model's context; shorten it")
                        .hasMessageNotContaining("slide");
            }
            assertThatThrownBy(() -> inspector.lens(TEXT, 0)).hasMessage("top is 0, expected at least 1");
            assertThatThrownBy(() -> inspector.attribute(Prompt.of("a"), 1, 2, 3))
                    .hasMessageContaining("position is 1, expected 0 to 0");
        }
    }

    @Test
    void anEmptyPromptStartsFromBos() throws IOException {
        try (Gpt2 gpt2 = Gpt2.load("shakespeare")) {
            assertThat(gpt2.inspector().trace("", TraceOptions.of("logits")).ids())
                    .containsExactly(gpt2.config().bosId());
        }
    }

    @Test
    void aTraceWithoutRoomIsRefused() throws IOException {
        try (Gpt2 gpt2 = Gpt2.load("shakespeare")) {
            List<List<Intervention>> runs = Collections.nCopies(1_000_000, List.of());
            assertThatThrownBy(() -> gpt2.inspector().trace(Prompt.of(TEXT), TraceOptions.ALL, runs))
                    .isInstanceOf(InsufficientMemoryException.class)
                    .hasMessageContaining("ask for fewer places");
        }
    }

    private static float[] floats(double[] values) {
        float[] floats = new float[values.length];
        for (int i = 0; i < values.length; i++) {
            floats[i] = (float) values[i];
        }
        return floats;
    }

    private static TracedTensor doubled(TracedTensor x) {
        float[] twice = x.values().clone();
        for (int i = 0; i < twice.length; i++) {
            twice[i] *= 2;
        }
        return new TracedTensor(x.name(), x.shape(), twice);
    }

    private static void assumePrecision(Precision precision) {
        assumeTrue(Kernels.isAvailable(precision), "this processor lacks " + precision);
    }

    static void assertClose(float[] found, float[] expected, double tolerance, String what) {
        assertThat(found).as(what).hasSameSizeAs(expected);
        for (int i = 0; i < found.length; i++) {
            if (found[i] != expected[i]) {
                assertThat(found[i]).as(what + " [" + i + "]").isCloseTo(expected[i], within((float) tolerance));
            }
        }
    }
}
