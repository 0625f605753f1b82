package io.github.gpt2djl.djl;

import static io.github.gpt2djl.testing.ShippedModel.SHAKESPEARE;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.engine.Engine;
import ai.djl.inference.Predictor;
import ai.djl.modality.Input;
import ai.djl.modality.Output;
import ai.djl.ndarray.BytesSupplier;
import ai.djl.repository.zoo.Criteria;
import ai.djl.repository.zoo.ModelNotFoundException;
import ai.djl.repository.zoo.ZooModel;
import ai.djl.translate.TranslateException;
import com.google.gson.JsonParser;
import io.github.gpt2djl.GenerationConfig;
import io.github.gpt2djl.GenerationOption;
import java.io.FileNotFoundException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** DJL's Criteria, ZooModel and Predictor give the texts that {@link io.github.gpt2djl.Gpt2} gives. */
class DjlTest {
    private static final GenerationConfig DRAWN = GenerationConfig.builder()
            .doSample(true)
            .topP(0.95)
            .maxNewTokens(12)
            .seed(7)
            .build();

    private static final Map<String, Object> ARGUMENTS =
            Map.of("do_sample", true, "top_p", 0.95, "max_new_tokens", 12, "seed", 7);

    private static final Path FOLDER = Path.of("models/shakespeare").toAbsolutePath();
    private static final Path ABSENT = Path.of("absent").toAbsolutePath();

    private static Criteria.Builder<String, String> texts() {
        return Criteria.builder().setTypes(String.class, String.class);
    }

    private static Criteria.Builder<String, String> named() {
        return texts().optModelZoo(new Gpt2Zoo("shakespeare"));
    }

    private static String expected(String prompt) {
        return SHAKESPEARE.generate(prompt, DRAWN).text();
    }

    @Test
    void aNamedModelGivesTheSameTexts() throws Exception {
        try (ZooModel<String, String> model =
                        named().optArguments(ARGUMENTS).build().loadModel();
                Predictor<String, String> predictor = model.newPredictor()) {
            assertThat(model.getName()).isEqualTo("shakespeare");
            assertThat(predictor.predict("ROMEO:")).isEqualTo(expected("ROMEO:"));
            assertThat(predictor.batchPredict(List.of("ROMEO:", "JULIET:\nO", "")))
                    .containsExactly(expected("ROMEO:"), expected("JULIET:\nO"), expected(""));
        }
    }

    @Test
    void aFolderIsLoadedByTheEngine() throws Exception {
        try (ZooModel<String, String> model = texts().optModelPath(FOLDER)
                        .optEngine("Gpt2")
                        .optTranslatorFactory(new Gpt2TranslatorFactory())
                        .optArguments(ARGUMENTS)
                        .build()
                        .loadModel();
                Predictor<String, String> predictor = model.newPredictor()) {
            assertThat(model.getModelPath()).isEqualTo(FOLDER);
            assertThat(predictor.predict("ROMEO:")).isEqualTo(expected("ROMEO:"));
        }
    }

    @Test
    void theEngineIsNeverDjlsDefault() {
        assertThat(Engine.getAllEngines()).contains("Gpt2", "PyTorch");
        assertThat(Engine.getDefaultEngineName()).isEqualTo("PyTorch");
    }

    @Test
    void argumentsComeAsTextsAndListsToo() throws Exception {
        List<Integer> forbidden = SHAKESPEARE.encode("\n");
        var config = GenerationConfig.builder()
                .suppressTokens(forbidden.get(0))
                .stopStrings("a", "o")
                .maxNewTokens(30)
                .build();
        try (ZooModel<String, String> model = named().optArgument("suppress_tokens", forbidden)
                        .optArgument("stop_strings", List.of("a", "o"))
                        .optArgument("max_new_tokens", "30")
                        .build()
                        .loadModel();
                Predictor<String, String> predictor = model.newPredictor()) {
            assertThat(predictor.predict("ROMEO:"))
                    .isEqualTo(SHAKESPEARE.generate("ROMEO:", config).text());
        }
    }

    @ParameterizedTest
    @CsvSource({
        "top_q, 0.9, the argument top_q is not known",
        "top_p, 1.5, 'top_p is 1.5, expected 0 to 1'",
        "top_p, high, 'top_p is \"high\", expected a number'",
        "top_p, 0.9, top_p has no effect while do_sample is false",
        "precision, fp8, precision is fp8",
        "model, gpt2, 'Gpt2Zoo has shakespeare'",
        "threads, many, threads is many",
        "download, perhaps, download is perhaps"
    })
    void anArgumentThatCannotBeUsedIsRejected(String key, String value, String message) {
        Criteria<String, String> criteria = named().optArgument(key, value).build();
        assertThatIllegalArgumentException().isThrownBy(criteria::loadModel).withMessageContaining(message);
    }

    @Test
    void aPredictorGivesOneTextForEachPrompt() {
        Map<String, Object> several = new HashMap<>(ARGUMENTS);
        several.put("num_return_sequences", 2);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> named().optArguments(several).build().loadModel())
                .withMessageContaining("num_return_sequences is 2, expected 1");
    }

    @Test
    void aModelWhoseArgumentsAreRejectedIsClosed() throws Exception {
        Gpt2Model model = Gpt2Engine.INSTANCE.newModel("shakespeare", null);
        model.open("shakespeare");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Gpt2TranslatorFactory()
                        .newInstance(String.class, String.class, model, Map.of("top_k", -1)));
        assertThatIllegalStateException()
                .isThrownBy(() -> model.gpt2().generate("ROMEO:", DRAWN))
                .withMessageContaining("this model is closed");
    }

    @Test
    void anOptionOfThisLibraryIsNotLostAmongThoseOfDjl() {
        Criteria<String, String> criteria = texts().optModelPath(FOLDER)
                .optEngine("Gpt2")
                .optTranslatorFactory(new Gpt2TranslatorFactory())
                .optOption("precision", "int8")
                .optOption("tensor_parallel_degree", "1")
                .build();
        assertThatIllegalArgumentException()
                .isThrownBy(criteria::loadModel)
                .withMessageContaining("found precision among DJL's options");
    }

    @Test
    void whatIsNotThereIsToldSo() {
        assertThatThrownBy(() ->
                        texts().optModelPath(ABSENT).optEngine("Gpt2").build().loadModel())
                .isInstanceOf(ModelNotFoundException.class);
        Criteria<String, String> criteria =
                texts().optModelZoo(new Gpt2Zoo(ABSENT.toString())).build();
        assertThatThrownBy(criteria::loadModel)
                .isInstanceOf(FileNotFoundException.class)
                .hasMessageContaining(ABSENT.toString());
        Criteria<String, String> revision =
                texts().optModelZoo(new Gpt2Zoo("no/such-model@v1")).build();
        assertThatThrownBy(revision::loadModel)
                .isInstanceOf(FileNotFoundException.class)
                .hasMessageContaining("\"download no/such-model@v1\"");
        assertThatThrownBy(() -> Criteria.builder()
                        .setTypes(String.class, Integer.class)
                        .optModelZoo(new Gpt2Zoo("shakespeare"))
                        .build()
                        .loadModel())
                .isInstanceOf(ModelNotFoundException.class)
                .cause()
                .hasMessageContaining("java.lang.Integer");
    }

    @Test
    void whatIsThereNeedsNoDownload() throws Exception {
        assertThat(named().build().isDownloaded()).isTrue();
        assertThat(texts().optModelZoo(new Gpt2Zoo(ABSENT.toString())).build().isDownloaded())
                .isFalse();
    }

    @Test
    void predictorsOfOneModelRunOnSeveralThreads() throws Exception {
        List<String> prompts = List.of("ROMEO:", "JULIET:", "KING", "The");
        ExecutorService threads = Executors.newFixedThreadPool(2);
        try (ZooModel<String, String> model =
                named().optArguments(ARGUMENTS).build().loadModel()) {
            Callable<List<String>> work = () -> {
                List<String> texts = new ArrayList<>();
                try (Predictor<String, String> predictor = model.newPredictor()) {
                    for (String prompt : prompts) {
                        texts.add(predictor.predict(prompt));
                    }
                }
                return texts;
            };
            List<String> wanted = prompts.stream().map(DjlTest::expected).toList();
            for (Future<List<String>> texts : threads.invokeAll(List.of(work, work))) {
                assertThat(texts.get()).isEqualTo(wanted);
            }
        } finally {
            threads.shutdownNow();
        }
    }

    @Test
    void afterClosingNothingIsPredicted() throws Exception {
        ZooModel<String, String> model = named().optArguments(ARGUMENTS).build().loadModel();
        model.newPredictor().close();
        Predictor<String, String> predictor = model.newPredictor();
        assertThat(predictor.predict("ROMEO:")).isEqualTo(expected("ROMEO:"));
        model.close();
        model.close();
        assertThatThrownBy(() -> predictor.predict("ROMEO:"))
                .isInstanceOf(TranslateException.class)
                .hasMessageContaining("this model is closed");
        predictor.close();
    }

    /** As DJL Serving's ModelInfo does it: the folder's serving.properties, its own settings, Input to Output. */
    private static ZooModel<Input, Output> served(Path place, String... lines) throws Exception {
        List<String> properties = new ArrayList<>(List.of(
                "engine=Gpt2",
                "translatorFactory=io.github.gpt2djl.djl.Gpt2TranslatorFactory",
                "batch_size=4",
                "max_new_tokens=12"));
        properties.addAll(List.of(lines));
        Files.createDirectories(place);
        Files.write(place.resolve("serving.properties"), properties);
        return Criteria.builder()
                .setTypes(Input.class, Output.class)
                .optModelUrls(place.toUri().toURL().toString())
                .optModelName("served")
                .optEngine("Gpt2")
                .optArgument("batchifier", "stack")
                .optOption("pipeline_parallel_degree", "1")
                .build()
                .loadModel();
    }

    private static Input request(String type, String body) {
        Input input = new Input();
        input.addProperty("content-type", type);
        input.add("data", BytesSupplier.wrap(body.getBytes(UTF_8)));
        return input;
    }

    @Test
    void requestsOfDjlServingAreAnswered(@TempDir Path place) throws Exception {
        try (ZooModel<Input, Output> model = served(place, "model=shakespeare");
                Predictor<Input, Output> predictor = model.newPredictor()) {
            List<Output> answers = predictor.batchPredict(List.of(
                    request("text/plain", "ROMEO:"),
                    request(
                            "application/json; charset=utf-8",
                            "{\"inputs\": \"ROMEO:\", \"parameters\": {\"do_sample\": true, \"top_p\": 0.95,"
                                    + " \"max_length\": 15, \"seed\": 7}}"),
                    request("application/json", "{\"inputs\": \"ROMEO:\", \"parameters\": {\"top_q\": 1}}"),
                    request("application/json", "{\"prompt\": \"ROMEO:\"}"),
                    request("application/json", "ROMEO"),
                    new Input(),
                    request("application/json", "{\"inputs\": \"ROMEO:\", \"parameters\": {\"top_p\": 0.5}}")));
            assertThat(answers).extracting(Output::getCode).containsExactly(200, 200, 400, 400, 400, 400, 400);
            assertThat(answers.get(0).getData().getAsString())
                    .isEqualTo(SHAKESPEARE
                            .generate(
                                    "ROMEO:",
                                    GenerationConfig.builder().maxNewTokens(12).build())
                            .text());
            String drawn = SHAKESPEARE
                    .generate(
                            "ROMEO:",
                            DRAWN.toBuilder()
                                    .unset(GenerationOption.MAX_NEW_TOKENS)
                                    .maxLength(15)
                                    .build())
                    .text();
            assertThat(JsonParser.parseString(answers.get(1).getData().getAsString())
                            .getAsJsonObject()
                            .get("generated_text")
                            .getAsString())
                    .isEqualTo(drawn);
            assertThat(answers.get(2).getData().getAsString()).contains("error", "top_q");
            assertThat(answers.get(3).getData().getAsString()).contains("no inputs");
            assertThat(answers.get(4).getData().getAsString()).contains("no such JSON");
            assertThat(answers.get(6).getData().getAsString())
                    .contains("top_p has no effect while do_sample is false; set do_sample, or leave top_p out");
            assertThat(answers.get(5).getData().getAsString()).contains("no content");
        }
    }

    /** The temperature makes infinite scores: the request fails while it runs, and the server is to blame. */
    @Test
    void aRequestThatFailsWhileItRunsDoesNotTouchTheOthers(@TempDir Path place) throws Exception {
        String failing = "{\"inputs\": \"ROMEO:\", \"parameters\": {\"do_sample\": true, \"temperature\": 1.2e-38}}";
        try (ZooModel<Input, Output> model = served(place, "model=shakespeare");
                Predictor<Input, Output> predictor = model.newPredictor()) {
            List<Output> answers = predictor.batchPredict(List.of(
                    request("text/plain", "ROMEO:"),
                    request("application/json", failing),
                    request("application/json", "{}"),
                    request("text/plain", "JULIET:")));
            assertThat(answers).extracting(Output::getCode).containsExactly(200, 500, 400, 200);
            assertThat(answers.get(1).getData().getAsString()).contains("error", "is a temperature or a penalty");
            GenerationConfig twelve =
                    GenerationConfig.builder().maxNewTokens(12).build();
            assertThat(answers.get(0).getData().getAsString())
                    .isEqualTo(SHAKESPEARE.generate("ROMEO:", twelve).text());
            assertThat(answers.get(3).getData().getAsString())
                    .isEqualTo(SHAKESPEARE.generate("JULIET:", twelve).text());
        }
    }

    @Test
    void aPredictorNamesTheInputThatFails() throws Exception {
        try (ZooModel<String, String> model =
                        named().optArguments(ARGUMENTS).build().loadModel();
                Predictor<String, String> predictor = model.newPredictor()) {
            String tooLong = "ROMEO ".repeat(300);
            assertThatThrownBy(() -> predictor.batchPredict(List.of("ROMEO:", tooLong, "JULIET:")))
                    .isInstanceOf(TranslateException.class)
                    .hasMessageStartingWith("input 2 of 3: the prompt has ");
            assertThatThrownBy(() -> predictor.predict(tooLong))
                    .isInstanceOf(TranslateException.class)
                    .hasMessageStartingWith("the prompt has ");
        }
    }
}
