package io.github.gpt2djl.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.gpt2djl.Gpt2;
import io.github.gpt2djl.Prompt;
import io.github.gpt2djl.Score;
import io.github.gpt2djl.ScoreOptions;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Log-probabilities of tokens that show no text of their own: what programs that read them make of them. */
@Timeout(120)
class LogprobsTest {
    private static final List<String> TEXTS = List.of(
            "O Romeo 😀, wherefore art thou 🎭? 天气非常好，适合出门旅行。 The 🌹 by any other name… 今天天气很好，我们去公园吧。",
            "Ночь, город, фонарь, дом. 🏰👑⚔️ “To be” — or 生きるべきか死ぬべきか, that is the question 🤔💀.");

    private static Gpt2 gpt2;
    private static Gpt2Server server;
    private static Client client;

    @BeforeAll
    static void start(@TempDir Path folder) throws Exception {
        gpt2 = Gpt2.load(ByteModel.write(folder));
        server = new Gpt2Server(
                Gpt2.load(folder), new ServerOptions("127.0.0.1", 0, 8, 16, 250, 100_000, Duration.ofSeconds(60), ""));
        client = new Client(server.port());
    }

    @AfterAll
    static void end() {
        server.close();
        gpt2.close();
    }

    /** As lm_eval/models/openai_completions.py asks: texts as ids, one new token that it cuts off again. */
    private static List<JsonObject> asEvaluationHarness(int logprobs) throws Exception {
        JsonArray prompts = new JsonArray();
        TEXTS.forEach(text -> prompts.add(new JsonArray(gpt2.encode(text))));
        return client.choices(new JsonObject()
                .put("model", server.model())
                .put("prompt", prompts)
                .put("temperature", 0)
                .put("max_tokens", 1)
                .put("logprobs", logprobs)
                .put("seed", 1234)
                .put("echo", true)
                .encode());
    }

    @Test
    void theEvaluationHarnessTellsWhichTokensAreGreedy() throws Exception {
        int wrong = 0;
        int all = 0;
        for (JsonObject choice : asEvaluationHarness(1)) {
            JsonObject logprobs = choice.getJsonObject("logprobs");
            Score score = gpt2.score(Prompt.of(TEXTS.get(choice.getInteger("index"))));
            // zip(token_logprobs[ctxlen:-1], top_logprobs[ctxlen:-1]) with ctxlen 1: tok == max(top.values())
            for (int i = 1; i < score.ids().size(); i++) {
                double token = logprobs.getJsonArray("token_logprobs").getDouble(i);
                double best = values(logprobs.getJsonArray("top_logprobs").getJsonObject(i)).stream()
                        .mapToDouble(value -> value)
                        .max()
                        .orElseThrow();
                wrong += (token == best) != (score.ranks().get(i - 1) == 1) ? 1 : 0;
                all++;
            }
        }
        assertThat(all).isGreaterThan(200);
        assertThat(wrong).as("of %d tokens", all).isZero();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3, 5})
    void eachOfTheLikeliestTokensHasAnEntry(int n) throws Exception {
        for (JsonObject choice : asEvaluationHarness(n)) {
            JsonObject logprobs = choice.getJsonObject("logprobs");
            Score score = gpt2.score(
                    Prompt.of(TEXTS.get(choice.getInteger("index"))), ScoreOptions.DEFAULT.withTopLogprobs(n));
            for (int i = 1; i < score.ids().size(); i++) {
                JsonObject found = logprobs.getJsonArray("top_logprobs").getJsonObject(i);
                // The token itself comes in addition where it is not among them.
                assertThat(found.size()).isEqualTo(score.ranks().get(i - 1) <= n ? n : n + 1);
                assertThat(found.getDouble(logprobs.getJsonArray("tokens").getString(i)))
                        .isEqualTo(logprobs.getJsonArray("token_logprobs").getDouble(i));
            }
        }
    }

    /** HELM (helm/benchmark/metrics/basic_metrics.py) counts "\x" in tokens that begin with "bytes:", and joins them. */
    @Test
    void helmPutsTheTextTogetherAgain() throws Exception {
        for (JsonObject choice : asEvaluationHarness(0)) {
            String text = TEXTS.get(choice.getInteger("index"));
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            List<String> tokens = strings(choice.getJsonObject("logprobs").getJsonArray("tokens"));
            for (String token : tokens.subList(0, tokens.size() - 1)) {
                bytes.writeBytes(bytes(token));
            }
            assertThat(bytes.toString(StandardCharsets.UTF_8)).isEqualTo(text);
            assertThat(tokens).filteredOn(token -> token.contains("\uFFFD")).isEmpty();
            assertThat(tokens).filteredOn(token -> token.startsWith("bytes:")).hasSizeGreaterThan(50);
        }
    }

    /** OpenAI's own offsets are so: of "天气非常好" and then "，适合" in five tokens 5, 6, 6, 7. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aPartOfACharacterBeginsWhereTheCharacterDoes(boolean stream) throws Exception {
        JsonObject request = new JsonObject()
                .put("prompt", "天a😀b")
                .put("echo", true)
                .put("logprobs", 0)
                .put("seed", 1)
                .put("max_tokens", 2)
                .put("stream", stream);
        String body = client.complete(request.encode()).body();
        List<JsonObject> events = stream ? Client.events(body) : List.of(new JsonObject(body));
        List<Integer> offsets = new ArrayList<>();
        for (JsonObject event : events) {
            JsonObject logprobs = event.getJsonArray("choices").getJsonObject(0).getJsonObject("logprobs");
            offsets.addAll(integers(logprobs.getJsonArray("text_offset")));
        }
        assertThat(offsets.subList(0, 10)).containsExactly(0, 0, 0, 1, 2, 2, 2, 2, 3, 4);
    }

    /** Special tokens within a text, padding, broken characters, and text that is held back for stop strings. */
    @Test
    void textStandsWhereItsOffsetSays() throws Exception {
        JsonObject request = new JsonObject()
                .put("prompt", "To be")
                .put("logprobs", 5)
                .put("seed", 7)
                .put("max_tokens", 240)
                .put("logit_bias", new JsonObject().put("258", 3).put("259", 3))
                .put("suppress_tokens", new JsonArray().add(ByteModel.END));
        JsonObject choice = client.choices(request.encode()).get(0);
        String text = "To be" + choice.getString("text");
        JsonObject logprobs = choice.getJsonObject("logprobs");
        List<String> tokens = strings(logprobs.getJsonArray("tokens"));
        List<Integer> offsets = integers(logprobs.getJsonArray("text_offset"));
        assertThat(tokens).contains("token_id:258", "token_id:259").anyMatch(token -> token.startsWith("bytes:"));
        int shown = 0;
        for (int i = 0; i < tokens.size(); i++) {
            if (tokens.get(i).length() == 1) {
                int index = text.offsetByCodePoints(0, offsets.get(i));
                // A broken character before it becomes U+FFFD only when this token comes.
                assertThat(text.substring(index)).startsWith(broken(tokens, i) ? "\uFFFD" : tokens.get(i));
                shown++;
            }
        }
        assertThat(shown).isGreaterThan(50);
        // Each of its letters could begin a stop string.
        JsonArray stops = new JsonArray();
        text.codePoints().distinct().limit(10).forEach(letter -> stops.add(Character.toString(letter) + "never this"));
        JsonObject held = client.choices(request.put("stop", stops).encode()).get(0);
        assertThat(held.getString("text")).isEqualTo(choice.getString("text"));
        assertThat(held.getJsonObject("logprobs").getJsonArray("text_offset"))
                .isEqualTo(logprobs.getJsonArray("text_offset"));
    }

    /** Whether the token before leaves a character open. */
    private static boolean broken(List<String> tokens, int index) {
        int before = index - 1;
        while (before >= 0 && tokens.get(before).startsWith("token_id:")) {
            before--;
        }
        if (before < 0 || !tokens.get(before).startsWith("bytes:")) {
            return false;
        }
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        for (int i = 0; i <= before; i++) {
            if (!tokens.get(i).startsWith("token_id:")) {
                bytes.writeBytes(bytes(tokens.get(i)));
            }
        }
        CharBuffer out = CharBuffer.allocate(bytes.size());
        ByteBuffer in = ByteBuffer.wrap(bytes.toByteArray());
        StandardCharsets.UTF_8
                .newDecoder()
                .onMalformedInput(CodingErrorAction.REPLACE)
                .decode(in, out, false);
        return in.hasRemaining();
    }

    @ParameterizedTest
    @CsvSource({"opt-f16, 'A </s>b', '0 0 1 2 6'", "gpt1-f32, 'the cat sat', '0 4 8'"})
    void theRelativesOfGpt2Too(String folder, String prompt, String expected) throws Exception {
        try (Gpt2 relative = Gpt2.load(reference(folder))) {
            TextOffsets offsets = TextOffsets.of(relative, prompt);
            TokenNames names = TokenNames.of(relative);
            List<Integer> ids = relative.encode(prompt);
            assertThat(ids.stream().map(offsets::add).map(String::valueOf)).isEqualTo(List.of(expected.split(" ")));
            int next = prompt.length();
            assertThat(TextOffsets.after(relative, true, ids, next).add(ids.get(ids.size() - 1)))
                    .isEqualTo(folder.startsWith("gpt1") ? next + 1 : next);
            Set<String> distinct = new HashSet<>();
            for (int id = 0; id < relative.config().vocabularySize(); id++) {
                assertThat(distinct.add(names.get(id))).as(names.get(id)).isTrue();
            }
            assertThat(distinct).contains(folder.startsWith("gpt1") ? "cat " : "</s>");
        }
    }

    /** The library's reference models, from here or from a copy of this folder below the library's. */
    private static Path reference(String name) {
        Path folder = Path.of("").toAbsolutePath();
        while (!Files.exists(folder.resolve("src/test/resources/reference"))) {
            folder = folder.getParent();
        }
        return folder.resolve("src/test/resources/reference").resolve(name);
    }

    /** What a name spells. */
    private static byte[] bytes(String token) {
        if (!token.startsWith("bytes:")) {
            return token.getBytes(StandardCharsets.UTF_8);
        }
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        for (String hex : token.substring("bytes:\\x".length()).split("\\\\x")) {
            bytes.write(Integer.parseInt(hex, 16));
        }
        return bytes.toByteArray();
    }

    private static List<Double> values(JsonObject object) {
        return object.stream().map(each -> (Double) each.getValue()).toList();
    }

    private static List<String> strings(JsonArray array) {
        return IntStream.range(0, array.size()).mapToObj(array::getString).toList();
    }

    private static List<Integer> integers(JsonArray array) {
        return new ArrayList<>(
                IntStream.range(0, array.size()).mapToObj(array::getInteger).toList());
    }
}
