package io.github.gpt2djl.djl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import ai.djl.modality.Input;
import ai.djl.modality.Output;
import ai.djl.repository.zoo.Criteria;
import com.google.gson.JsonObject;
import io.github.gpt2djl.testing.EndsModel;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A model's own generation_config.json under a Criteria's arguments and a request's parameters. */
class ModelDefaultsDjlTest {
    private static final String OWN = "{\"eos_token_id\": [10, 116], \"do_sample\": true, \"top_k\": 1}";

    @TempDir
    Path folder;

    @Test
    void argumentsGoBeforeThem() throws Exception {
        Path model = EndsModel.write(folder.resolve("m"), new JsonObject(), OWN);
        try (var plain = texts(model).build().loadModel();
                var warm = texts(model).optArgument("temperature", 0.5).build().loadModel();
                var others = texts(model)
                        .optArgument("do_sample", false)
                        .optArgument("eos_token_id", List.of(32))
                        .build()
                        .loadModel();
                var off = texts(model)
                        .optArgument("use_model_defaults", false)
                        .optArgument("suppress_tokens", List.of(116))
                        .build()
                        .loadModel()) {
            assertThat(plain.newPredictor().predict("T")).isEqualTo("he cat");
            assertThat(warm.newPredictor().predict("T")).isEqualTo("he cat");
            assertThat(others.newPredictor().predict("T")).isEqualTo("he ");
            assertThat(off.newPredictor().predict("T")).startsWith("he ca").doesNotContain("cat");
        }
    }

    @Test
    void parametersGoBeforeArgumentsAndThem() throws Exception {
        Path model = EndsModel.write(folder.resolve("m"), new JsonObject(), OWN);
        try (var requests = Criteria.builder()
                        .setTypes(Input.class, Output.class)
                        .optModelPath(model)
                        .optEngine("Gpt2")
                        .optTranslatorFactory(new Gpt2TranslatorFactory())
                        .optArgument("eos_token_id", List.of(99))
                        .build()
                        .loadModel();
                var predictor = requests.newPredictor()) {
            assertThat(predictor.predict(request("{}")).getData().getAsString()).contains("\"he c\"");
            assertThat(predictor
                            .predict(request("{\"do_sample\": false, \"max_length\": 3}"))
                            .getData()
                            .getAsString())
                    .contains("\"he\"");
            assertThat(predictor
                            .predict(request("{\"top_p\": 0.5, \"eos_token_id\": 116}"))
                            .getData()
                            .getAsString())
                    .contains("\"he cat\"");
        }
    }

    @Test
    void severalSequencesOfTheModelAreTooMany() throws Exception {
        Path model = EndsModel.write(
                folder.resolve("m"), new JsonObject(), "{\"do_sample\": true, \"num_return_sequences\": 2}");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> texts(model).build().loadModel())
                .withMessageContaining("num_return_sequences is 2");
    }

    private static Criteria.Builder<String, String> texts(Path model) {
        return Criteria.builder()
                .setTypes(String.class, String.class)
                .optModelPath(model)
                .optEngine("Gpt2")
                .optTranslatorFactory(new Gpt2TranslatorFactory());
    }

    private static Input request(String parameters) {
        Input input = new Input();
        input.addProperty("Content-Type", "application/json");
        input.add("{\"inputs\": \"T\", \"parameters\": " + parameters + "}");
        return input;
    }
}
