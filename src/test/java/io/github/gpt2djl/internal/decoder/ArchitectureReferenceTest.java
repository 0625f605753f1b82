package io.github.gpt2djl.internal.decoder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.google.gson.Gson;
import io.github.gpt2djl.Generation;
import io.github.gpt2djl.GenerationConfig;
import io.github.gpt2djl.GenerationConfigBuilder;
import io.github.gpt2djl.Gpt2;
import io.github.gpt2djl.ModelConfig;
import io.github.gpt2djl.Precision;
import io.github.gpt2djl.Prompt;
import io.github.gpt2djl.checkpoint.Checkpoint;
import io.github.gpt2djl.checkpoint.TensorFile;
import io.github.gpt2djl.checkpoint.TensorInfo.DType;
import io.github.gpt2djl.testing.TensorBytes;
import io.github.gpt2djl.training.AdamW;
import io.github.gpt2djl.training.Learning;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** GPT-Neo's windows and OPT's absent tensors against transformers: make_architecture_references.py. */
class ArchitectureReferenceTest {
    private static final Path ROOT = Path.of("src/test/resources/reference/architectures");

    @TempDir
    Path folder;

    /** All ids are those that follow a prompt; those of beams follow the first prompts, contrastive's the third. */
    record Case(
            String type,
            Map<String, Object> values,
            String config,
            String weights,
            int[] ids,
            double[] log_probs,
            int[][] prompts,
            List<List<Integer>> greedy,
            List<List<Integer>> beams,
            List<Integer> contrastive,
            double gradients) {
        @Override
        public String toString() {
            return type + " " + values;
        }

        List<Prompt> all() {
            return Arrays.stream(prompts).map(Prompt::ofIds).toList();
        }
    }

    static List<Case> cases() throws IOException {
        return List.of(new Gson().fromJson(Files.readString(ROOT.resolve("cases.json")), Case[].class));
    }

    static List<Case> few() throws IOException {
        List<Case> all = cases();
        return IntStream.range(0, all.size())
                .filter(i -> i % 4 == 0)
                .mapToObj(all::get)
                .toList();
    }

    private Path written(Case each) throws IOException {
        write(each, folder);
        return folder;
    }

    private static void write(Case each, Path folder) throws IOException {
        Files.copy(ROOT.resolve(each.weights()), folder.resolve("model.safetensors"));
        Files.writeString(folder.resolve("config.json"), each.config());
    }

    private static GenerationConfigBuilder toTheEnd() {
        return GenerationConfig.builder().maxLength(40).noRepeatNgramSize(3);
    }

    @ParameterizedTest
    @MethodSource("cases")
    void theSameLogProbabilities(Case each) throws IOException {
        new Expected(each.ids(), each.log_probs()).assertSame(Checkpoint.open(written(each)));
    }

    /** Of either type some; WindowTest has the steps. The models are narrow. */
    @ParameterizedTest
    @CsvSource({"FP16, 0.05", "BF16, 0.3", "MIXED, 0.3", "INT8, 0.6"})
    void nearlyTheSameInFewerBits(Precision precision, double tolerance) throws IOException {
        OnednnTest.assumeAvailable(precision);
        for (Case each : few()) {
            Path model = Files.createDirectory(
                    folder.resolve(each.type() + each.values().hashCode()));
            write(each, model);
            new Expected(each.ids(), each.log_probs()).assertSame(Checkpoint.open(model), precision, tolerance);
        }
    }

    /** Steps with a cache: one row, rows that differ in length, and rows that join those. */
    @ParameterizedTest
    @MethodSource("cases")
    void theSameGreedyIds(Case each) throws IOException {
        GenerationConfig config = toTheEnd().build();
        try (Gpt2 gpt2 = Gpt2.load(written(each))) {
            for (int i = 0; i < each.prompts().length; i++) {
                assertThat(gpt2.generate(each.all().get(i), config).ids())
                        .as("prompt %d", i)
                        .isEqualTo(each.greedy().get(i));
            }
            assertThat(gpt2.generateAll(each.all(), config))
                    .extracting(Generation::ids)
                    .isEqualTo(each.greedy());
            // Of two rows at once, one ends before the other.
            assertThat(gpt2.generateAll(each.all().iterator(), config, 2).map(Generation::ids))
                    .containsExactlyElementsOf(each.greedy());
        }
    }

    @ParameterizedTest
    @MethodSource("cases")
    void theSameBeams(Case each) throws IOException {
        GenerationConfig config = toTheEnd().numBeams(3).build();
        assertThat(each.beams()).hasSizeGreaterThan(1);
        try (Gpt2 gpt2 = Gpt2.load(written(each))) {
            for (int i = 0; i < each.beams().size(); i++) {
                assertThat(gpt2.generate(each.all().get(i), config).ids())
                        .as("prompt %d", i)
                        .isEqualTo(each.beams().get(i));
            }
        }
    }

    @ParameterizedTest
    @MethodSource("cases")
    void theSameContrastiveSearch(Case each) throws IOException {
        GenerationConfig config = GenerationConfig.builder()
                .maxLength(40)
                .penaltyAlpha(0.6)
                .topK(4)
                .build();
        try (Gpt2 gpt2 = Gpt2.load(written(each))) {
            assertThat(gpt2.generate(each.all().get(2), config).ids()).isEqualTo(each.contrastive());
        }
    }

    /** Guesses are checked several tokens at a time; a step that the model itself takes chooses the same. */
    @ParameterizedTest
    @MethodSource("few")
    void guessesChangeNothing(Case each) throws IOException {
        GenerationConfigBuilder plain = GenerationConfig.builder().maxLength(40);
        try (Gpt2 gpt2 = Gpt2.load(written(each))) {
            for (Prompt prompt : each.all()) {
                List<Integer> expected = gpt2.generate(prompt, plain.build()).ids();
                GenerationConfig guessed = GenerationConfig.builder()
                        .maxLength(40)
                        .promptLookupNumTokens(3)
                        .build();
                assertThat(gpt2.generate(prompt, guessed).ids()).isEqualTo(expected);
                assertThat(gpt2.generate(prompt, plain.build(), gpt2).ids()).isEqualTo(expected);
            }
        }
    }

    /** What is drawn depends on the seed and the text, not on the batch. */
    @ParameterizedTest
    @MethodSource("few")
    void theSameSamplesAloneAndInABatch(Case each) throws IOException {
        GenerationConfig config =
                GenerationConfig.builder().maxLength(40).doSample(true).seed(5).build();
        try (Gpt2 gpt2 = Gpt2.load(written(each))) {
            List<List<Integer>> batch = gpt2.generateAll(each.all(), config).stream()
                    .map(Generation::ids)
                    .toList();
            assertThat(batch.get(0))
                    .isEqualTo(gpt2.generate(each.all().get(0), config).ids());
            assertThat(batch).allSatisfy(ids -> assertThat(ids).hasSizeGreaterThan(19));
        }
    }

    static List<Case> trained() throws IOException {
        return cases().stream()
                .filter(each -> each.type().equals("gpt_neo") && !each.values().containsKey("tie_word_embeddings"))
                .toList();
    }

    /** The loss of each token is its log-probability; a batch's gradients are those of transformers. */
    @ParameterizedTest
    @MethodSource("trained")
    void theSameLossesAndGradients(Case each) throws IOException {
        int[] ids = each.ids();
        int[][] rows = {Arrays.copyOf(ids, 18), Arrays.copyOfRange(ids, 2, 20)};
        try (Checkpoint checkpoint = Checkpoint.open(written(each));
                TrainingModel model = TrainingModel.load(checkpoint, Learning.all(0), 1, 40, 0);
                TrainingModel half = TrainingModel.load(checkpoint, new Learning(0, 3, 0, 0), 1, 40, 0)) {
            float[] losses = model.losses(new int[][] {ids});
            for (int t = 0; t < losses.length; t++) {
                assertThat((double) losses[t])
                        .as("token %d", t + 1)
                        .isCloseTo(-each.log_probs()[13 * t + ids[t + 1]], within(1e-4));
            }
            double loss = model.learn(rows, 1);
            assertThat(half.learn(rows, 1)).isCloseTo(loss, within(1e-6));
            TensorFile gradients = half.gradients();
            assertThat(gradients.names()).hasSize(13 + 2).allSatisfy(name -> {
                assertThat(name).containsPattern("h[.]3[.]|ln_f");
                assertThat(TensorBytes.floats(gradients, name))
                        .as(name)
                        .usingComparatorWithPrecision(1e-6f)
                        .containsExactly(TensorBytes.floats(model.gradients(), name));
            });
            assertThat(model.update(1, 1, new AdamW(1e-3, 0.1, 0, 0.9, 0.95)))
                    .isCloseTo(each.gradients(), within(1e-4 * each.gradients()));
            for (int step = 2; step < 12; step++) {
                model.learn(rows, 1);
                model.update(step, 1, new AdamW(1e-2, 0.1, 1, 0.9, 0.95));
            }
            assertThat(model.learn(rows, 1)).isLessThan(loss - 0.5);
        }
    }

    /** Its config.json and the names of its tensors are those of the published form. */
    @ParameterizedTest
    @MethodSource("cases")
    void isSaved(Case each) throws IOException {
        // make_architecture_references.py --check loads what is kept.
        String kept = System.getProperty("saved");
        Path saved = kept == null
                ? folder.resolve("saved")
                : Path.of(
                        kept,
                        String.valueOf(
                                cases().stream().map(Case::toString).toList().indexOf(each.toString())));
        ModelConfig config;
        List<String> names;
        try (Checkpoint checkpoint = Checkpoint.open(written(each))) {
            config = checkpoint.config();
            names = checkpoint.tensors().names();
            // As if it were in no file: only what the library knows is written.
            new Checkpoint("a model", config, checkpoint.tensors(), null).save(saved, DType.F32);
        }
        try (Checkpoint checkpoint = Checkpoint.open(saved)) {
            assertThat(checkpoint.config()).isEqualTo(config);
            assertThat(checkpoint.tensors().names()).containsExactlyInAnyOrderElementsOf(names);
        }
        new Expected(each.ids(), each.log_probs()).assertSame(Checkpoint.open(saved));
    }
}
