package io.github.gpt2djl.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.gpt2djl.Generation;
import io.github.gpt2djl.GenerationConfig;
import io.github.gpt2djl.Gpt2;
import io.github.gpt2djl.Prompt;
import io.github.gpt2djl.Score;
import io.github.gpt2djl.Token;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What comes back is what the library generates, in OpenAI's form. */
@Timeout(120)
class CompletionsTest {
    private static Gpt2 gpt2;
    private static Gpt2Server server;
    private static Client client;

    @BeforeAll
    static void start() throws Exception {
        gpt2 = Gpt2.load("shakespeare");
        server = new Gpt2Server(
                Gpt2.load("shakespeare"),
                new ServerOptions("127.0.0.1", 0, 8, 16, 250, 100_000, Duration.ofSeconds(60), ""));
        client = new Client(server.port());
    }

    @AfterAll
    static void end() {
        server.close();
        gpt2.close();
    }

    /** OpenAI's defaults: all tokens can be drawn. */
    private static GenerationConfig config(long seed, int tokens) {
        return GenerationConfig.builder()
                .doSample(true)
                .topK(0)
                .seed(seed)
                .maxNewTokens(tokens)
                .build();
    }

    @Test
    void theTextIsTheLibrarys() throws Exception {
        JsonObject choice = client.choices("{\"model\":\"shakespeare\",\"prompt\":\"ROMEO:\",\"seed\":5}")
                .get(0);
        Generation expected = gpt2.generate("ROMEO:", config(5, 16));
        assertThat(choice.getString("text")).isEqualTo(expected.text());
        assertThat(choice.getInteger("index")).isZero();
        assertThat(choice.getString("finish_reason")).isEqualTo("length");
        assertThat(choice.containsKey("logprobs")).isTrue();
        assertThat(choice.getValue("logprobs")).isNull();
    }

    @Test
    void everyFormOfPromptIsTaken() throws Exception {
        String rest = ",\"temperature\":0,\"max_tokens\":8}";
        GenerationConfig greedy = GenerationConfig.builder().maxNewTokens(8).build();
        List<Integer> ids = gpt2.encode("ROMEO:");
        String romeo = gpt2.generate("ROMEO:", greedy).text();
        String juliet = gpt2.generate("JULIET:", greedy).text();
        String ofIds = new JsonArray(ids).encode();
        assertThat(texts("{\"prompt\":\"ROMEO:\"" + rest)).containsExactly(romeo);
        assertThat(texts("{\"prompt\":[\"JULIET:\",\"ROMEO:\"]" + rest)).containsExactly(juliet, romeo);
        assertThat(texts("{\"prompt\":" + ofIds + rest)).containsExactly(romeo);
        assertThat(texts("{\"prompt\":[" + ofIds + ",\"JULIET:\"]" + rest)).containsExactly(romeo, juliet);
        String empty = gpt2.generate("", greedy).text();
        assertThat(texts("{\"max_tokens\":8,\"temperature\":0}")).containsExactly(empty);
        assertThat(texts("{\"prompt\":null,\"max_tokens\":8,\"temperature\":0,\"top_p\":0.5,\"seed\":3}"))
                .containsExactly(empty);
    }

    private static List<String> texts(String json) throws Exception {
        return client.choices(json).stream()
                .map(choice -> choice.getString("text"))
                .toList();
    }

    @Test
    void severalSequencesOfSeveralPromptsAreInOrder() throws Exception {
        List<JsonObject> choices =
                client.choices("{\"prompt\":[\"O\",\"ROMEO:\"],\"n\":3,\"seed\":2,\"max_tokens\":9}");
        GenerationConfig three = config(2, 9).toBuilder().numReturnSequences(3).build();
        List<String> expected = gpt2.generateAll(List.of(Prompt.of("O"), Prompt.of("ROMEO:")), three).stream()
                .map(Generation::text)
                .toList();
        assertThat(choices).extracting(choice -> choice.getString("text")).isEqualTo(expected);
        assertThat(choices).extracting(choice -> choice.getInteger("index")).containsExactly(0, 1, 2, 3, 4, 5);
    }

    @Test
    void optionsAreThoseOfTransformersWhereOpenAiHasNone() throws Exception {
        GenerationConfig config = GenerationConfig.builder()
                .doSample(true)
                .temperature(0.8)
                .topP(0.9)
                .topK(20)
                .repetitionPenalty(1.2)
                .presencePenalty(0.5)
                .logitBias(11, -5)
                .stopStrings("\n", "the")
                .seed(7)
                .maxNewTokens(30)
                .build();
        Generation expected = gpt2.generate("ROMEO: ", config);
        JsonObject choice = client.choices("{\"prompt\":\"ROMEO: \",\"temperature\":0.8,\"top_p\":0.9,\"top_k\":20,"
                        + "\"repetition_penalty\":1.2,\"presence_penalty\":0.5,\"logit_bias\":{\"11\":-5},"
                        + "\"stop\":[\"\\n\",\"the\"],\"seed\":7,\"max_tokens\":30,\"user\":\"me\"}")
                .get(0);
        assertThat(choice.getString("text")).isEqualTo(expected.text());
        assertThat(choice.getString("finish_reason")).isEqualTo("stop");
    }

    @Test
    void aStreamGivesTheSameInParts() throws Exception {
        HttpResponse<String> response = client.complete("{\"prompt\":[\"O\",\"ROMEO:\"],\"n\":2,\"seed\":2,"
                + "\"max_tokens\":20,\"stop\":\"you\",\"stream\":true,\"stream_options\":{\"include_usage\":true}}");
        assertThat(response.headers().firstValue("Content-Type")).contains("text/event-stream; charset=utf-8");
        List<JsonObject> events = Client.events(response.body());
        GenerationConfig config = config(2, 20).toBuilder()
                .numReturnSequences(2)
                .stopStrings("you")
                .build();
        List<Generation> expected = gpt2.generateAll(List.of(Prompt.of("O"), Prompt.of("ROMEO:")), config);
        String[] texts = {"", "", "", ""};
        String[] reasons = new String[4];
        for (JsonObject event : events.subList(0, events.size() - 1)) {
            JsonObject choice = event.getJsonArray("choices").getJsonObject(0);
            int index = choice.getInteger("index");
            assertThat(reasons[index]).isNull();
            texts[index] += choice.getString("text");
            reasons[index] = choice.getString("finish_reason");
        }
        assertThat(texts)
                .containsExactly(expected.stream().map(Generation::text).toArray(String[]::new));
        assertThat(reasons)
                .containsExactly(expected.stream()
                        .map(each -> Answer.reason(each.finishReason()))
                        .toArray(String[]::new));
        int written = expected.stream().mapToInt(each -> each.tokens().size()).sum();
        JsonObject usage = events.get(events.size() - 1).getJsonObject("usage");
        assertThat(usage.getInteger("completion_tokens")).isEqualTo(written);
        assertThat(usage.getInteger("prompt_tokens"))
                .isEqualTo(gpt2.encode("O").size() + gpt2.encode("ROMEO:").size());
    }

    @ParameterizedTest
    @CsvSource({"false, 0", "false, 3", "true, 0", "true, 3"})
    void logprobsAreTheModels(boolean stream, int top) throws Exception {
        GenerationConfig config = config(3, 12).toBuilder().topLogprobs(top).build();
        Generation expected = gpt2.generate("ROMEO:\nWhat 😀", config);
        HttpResponse<String> response = client.complete("{\"prompt\":\"ROMEO:\\nWhat 😀\",\"seed\":3,\"max_tokens\":12,"
                + "\"echo\":true,\"logprobs\":" + top + ",\"stream\":" + stream + "}");
        List<JsonObject> events = stream ? Client.events(response.body()) : List.of(new JsonObject(response.body()));
        StringBuilder text = new StringBuilder();
        JsonArray found = new JsonArray();
        JsonArray tops = new JsonArray();
        JsonArray offsets = new JsonArray();
        for (JsonObject event : events) {
            JsonObject choice = event.getJsonArray("choices").getJsonObject(0);
            text.append(choice.getString("text"));
            JsonObject logprobs = choice.getJsonObject("logprobs");
            found.addAll(logprobs.getJsonArray("token_logprobs"));
            offsets.addAll(logprobs.getJsonArray("text_offset"));
            if (top > 0) {
                tops.addAll(logprobs.getJsonArray("top_logprobs"));
            } else {
                assertThat(logprobs.getValue("top_logprobs")).isNull();
            }
        }
        assertThat(text.toString()).isEqualTo("ROMEO:\nWhat 😀" + expected.text());
        Score score = gpt2.score("ROMEO:\nWhat 😀");
        int given = score.ids().size();
        assertThat(found.size()).isEqualTo(given + 12);
        assertThat(found.getValue(0)).isNull();
        for (int i = 1; i < found.size(); i++) {
            Token token = i < given ? null : expected.tokens().get(i - given);
            double logProbability = token == null ? score.logProbabilities().get(i - 1) : token.logProbability();
            // A batch of one, or a whole prompt: rounding differs.
            assertThat(found.getDouble(i)).isCloseTo(logProbability, within(1e-4));
            if (top > 0) {
                JsonObject likeliest = tops.getJsonObject(i);
                assertThat(likeliest.size()).isBetween(1, top + 1);
                assertThat(likeliest.stream()
                                .mapToDouble(each -> (Double) each.getValue())
                                .max())
                        .hasValueCloseTo(
                                likeliest.stream()
                                        .mapToDouble(each -> (Double) each.getValue())
                                        .max()
                                        .orElseThrow(),
                                within(1e-4));
            }
        }
        // In characters of the whole text, as Python counts them.
        assertThat(offsets.getInteger(0)).isZero();
        assertThat(offsets.getInteger(given)).isEqualTo("ROMEO:\nWhat ?".length());
    }

    @Test
    void aPromptCanBeScoredOnly() throws Exception {
        HttpResponse<String> response =
                client.complete("{\"prompt\":\"To be, or not to be\",\"max_tokens\":0,\"echo\":true,\"logprobs\":1}");
        JsonObject answer = new JsonObject(response.body());
        JsonObject choice = answer.getJsonArray("choices").getJsonObject(0);
        assertThat(choice.getString("text")).isEqualTo("To be, or not to be");
        assertThat(answer.getJsonObject("usage").getInteger("completion_tokens"))
                .isZero();
        double sum = choice.getJsonObject("logprobs").getJsonArray("token_logprobs").stream()
                .skip(1)
                .mapToDouble(each -> (Double) each)
                .sum();
        assertThat(sum).isCloseTo(gpt2.score("To be, or not to be").logProbability(), within(1e-4));
    }

    @Test
    void aTraceTellsHowEachTokenWasChosen() throws Exception {
        HttpResponse<String> response = client.complete(
                "{\"prompt\":\"O\",\"seed\":1,\"top_p\":0.9,\"max_tokens\":5,\"trace\":4,\"stream\":true}");
        List<JsonObject> steps = Client.events(response.body()).stream()
                .map(event -> event.getJsonArray("choices").getJsonObject(0))
                .filter(choice -> choice.containsKey("trace"))
                .map(choice -> choice.getJsonArray("trace").getJsonObject(0))
                .toList();
        assertThat(steps).hasSize(5);
        List<Integer> ids =
                gpt2.generate("O", config(1, 5).toBuilder().topP(0.9).build()).ids();
        assertThat(steps)
                .extracting(step -> step.getJsonObject("chosen").getInteger("id"))
                .isEqualTo(ids);
        assertThat(steps.get(0).getJsonArray("candidates")).hasSizeGreaterThanOrEqualTo(4);
        assertThat(steps.get(0).getJsonArray("rules").getJsonObject(0).getString("rule"))
                .startsWith("top_p");
    }

    @Test
    void aPromptOfMoreThanTheContextIsRejected() throws Exception {
        HttpResponse<String> response = client.complete(
                new JsonObject().put("prompt", "word ".repeat(1100)).encode());
        assertThat(response.statusCode()).isEqualTo(400);
        assertThat(response.body()).contains("expected at most 256, the model's context");
        response = client.complete(
                new JsonObject().put("prompt", "x".repeat(100_000)).encode());
        assertThat(response.statusCode()).isEqualTo(413);
        assertThat(response.body()).contains("the request is too large, expected at most 100000 bytes");
    }

    @Test
    void modelsHealthAndUnknownPaths() throws Exception {
        JsonObject models = new JsonObject(client.get("/v1/models").body());
        assertThat(models.getJsonArray("data").getJsonObject(0).getString("id")).isEqualTo("shakespeare");
        assertThat(new JsonObject(client.get("/v1/models/shakespeare").body()).getString("object"))
                .isEqualTo("model");
        assertThat(client.get("/v1/models/gpt2").statusCode()).isEqualTo(404);
        assertThat(client.get("/health").body()).startsWith("{\"status\":\"ok\",");
        assertThat(client.get("/v1/chat/completions").body()).contains("there is no GET /v1/chat/completions");
        assertThat(client.get("/../pom.xml").statusCode()).isEqualTo(404);
    }
}
