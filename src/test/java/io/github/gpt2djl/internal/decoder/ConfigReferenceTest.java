package io.github.gpt2djl.internal.decoder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.google.gson.Gson;
import io.github.gpt2djl.GenerationConfig;
import io.github.gpt2djl.Gpt2;
import io.github.gpt2djl.ModelConfig;
import io.github.gpt2djl.Precision;
import io.github.gpt2djl.Prompt;
import io.github.gpt2djl.checkpoint.Checkpoint;
import io.github.gpt2djl.checkpoint.TensorInfo.DType;
import io.github.gpt2djl.training.AdamW;
import io.github.gpt2djl.training.Learning;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The values of config.json that change a forward pass, against transformers: make_config_references.py. */
class ConfigReferenceTest {
    private static final Path ROOT = Path.of("src/test/resources/reference/configs");

    @TempDir
    Path folder;

    /** Greedy: the ids that follow the others. */
    record Case(
            String type,
            Map<String, Object> values,
            String config,
            int[] ids,
            double[] log_probs,
            List<Integer> greedy) {
        @Override
        public String toString() {
            return type + " " + values;
        }
    }

    static List<Case> cases() throws IOException {
        return List.of(new Gson().fromJson(Files.readString(ROOT.resolve("cases.json")), Case[].class));
    }

    private Path written(Case each) throws IOException {
        Files.copy(ROOT.resolve(each.type() + ".safetensors"), folder.resolve("model.safetensors"));
        Files.writeString(folder.resolve("config.json"), each.config());
        return folder;
    }

    @ParameterizedTest
    @MethodSource("cases")
    void theSameLogProbabilities(Case each) throws IOException {
        new Expected(each.ids(), each.log_probs()).assertSame(Checkpoint.open(written(each)));
    }

    /** Other kernels apply the function elsewhere. The tolerances are twice what was found; the model is narrow. */
    @ParameterizedTest
    @MethodSource("cases")
    void nearlyTheSameInFewerBits(Case each) throws IOException {
        Path model = written(each);
        Expected expected = new Expected(each.ids(), each.log_probs());
        expected.assertSame(Checkpoint.open(model), Precision.FP16, 0.06);
        expected.assertSame(Checkpoint.open(model), Precision.BF16, 0.6);
    }

    static List<Case> trained() throws IOException {
        return cases().stream().filter(each -> each.type().equals("gpt2")).toList();
    }

    /** The loss of each token is its log-probability, and a step takes its gradients without an error. */
    @ParameterizedTest
    @MethodSource("trained")
    void theSameLosses(Case each) throws IOException {
        int[][] rows = {each.ids()};
        double mean = 0;
        try (Checkpoint checkpoint = Checkpoint.open(written(each));
                TrainingModel model = TrainingModel.load(checkpoint, Learning.all(0), 1, each.ids().length, 0)) {
            float[] losses = model.losses(rows);
            assertThat(losses).hasSize(each.ids().length - 1);
            for (int t = 0; t < losses.length; t++) {
                int row = t * checkpoint.config().vocabularySize();
                double expected = -each.log_probs()[row + each.ids()[t + 1]];
                assertThat(losses[t]).as("token %d", t + 1).isCloseTo((float) expected, within(1e-4f));
                mean += expected / losses.length;
            }
            assertThat(model.learn(rows, 1)).isCloseTo(mean, within(1e-4));
            assertThat(model.update(1, 1, new AdamW(1e-3, 0.1, 1, 0.9, 0.95))).isFinite();
        }
    }

    /** Step by step, with a cache. */
    @ParameterizedTest
    @MethodSource("cases")
    void theSameGreedyIds(Case each) throws IOException {
        try (Gpt2 gpt2 = Gpt2.load(written(each))) {
            var config = GenerationConfig.builder()
                    .maxNewTokens(each.greedy().size())
                    .build();
            assertThat(gpt2.generate(Prompt.ofIds(each.ids()), config).ids()).isEqualTo(each.greedy());
        }
    }

    /** A saved config.json describes the same model. */
    @ParameterizedTest
    @MethodSource("cases")
    void isSaved(Case each) throws IOException {
        Path saved = folder.resolve("saved");
        ModelConfig config;
        try (Checkpoint checkpoint = Checkpoint.open(written(each))) {
            config = checkpoint.config();
            checkpoint.save(saved, DType.F32);
        }
        try (Checkpoint checkpoint = Checkpoint.open(saved)) {
            assertThat(checkpoint.config()).isEqualTo(config);
        }
    }
}
