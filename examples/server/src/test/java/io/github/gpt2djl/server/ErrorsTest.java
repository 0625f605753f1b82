package io.github.gpt2djl.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.gpt2djl.GenerationOption;
import io.github.gpt2djl.Gpt2;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvFileSource;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is wrong with a request is told in the API's terms, and names the field. */
@Timeout(120)
class ErrorsTest {
    private static Gpt2Server server;
    private static Client client;

    @BeforeAll
    static void start() throws Exception {
        server = new Gpt2Server(Gpt2.load("shakespeare"), options());
        client = new Client(server.port());
    }

    /** As many biases as the shipped model has tokens. */
    private static ServerOptions options() {
        Limits limits =
                new Limits(100, 100, 50, 1, Duration.ofSeconds(60), Duration.ofSeconds(60), 20, 2048, 16_000_000);
        return new ServerOptions(
                "127.0.0.1", 0, 8, 16, 250, 100_000, Duration.ofSeconds(60), Access.of(""), 32, limits);
    }

    @AfterAll
    static void end() {
        server.close();
    }

    /** The error of an answer, which must be fit to be read by somebody who knows no Java. */
    private static JsonObject error(HttpResponse<String> response, int status) {
        assertThat(response.statusCode()).as(response.body()).isEqualTo(status);
        JsonObject error = new JsonObject(response.body()).getJsonObject("error");
        assertThat(error.fieldNames()).containsExactlyInAnyOrder("message", "type", "param", "code");
        assertThat(error.getString("type")).isEqualTo(status < 500 ? "invalid_request_error" : "server_error");
        String message = error.getString("message");
        assertThat(message).hasSizeLessThan(310).doesNotContain("Exception", "java", "gpt2djl", "()", "@");
        for (GenerationOption<?> option : GenerationOption.all()) {
            if (!option.name().equals(option.key())) {
                assertThat(message).doesNotContain(option.name());
            }
        }
        return error;
    }

    /** A request of each kind that a client can get wrong: JSON, the field, the message's beginning. */
    @ParameterizedTest
    @CsvFileSource(resources = "/bad-requests.csv", delimiter = '|', quoteCharacter = '`')
    void namesTheField(String json, String param, String message) throws Exception {
        JsonObject error = error(client.complete(json), 400);
        assertThat(error.getString("param")).as(error.encode()).isEqualTo(param);
        assertThat(error.getString("message")).startsWith(message);
    }

    /** What would cost too much is rejected before anything is computed. */
    @Test
    void costsAreBounded() throws Exception {
        JsonObject biases = new JsonObject();
        JsonArray words = new JsonArray();
        for (int id = 0; id < 2049; id++) {
            biases.put(String.valueOf(id), 1);
            words.add(new JsonArray().add(id).add(1));
        }
        JsonArray prompts = new JsonArray(Collections.nCopies(16, "ROMEO:"));
        String large = "8 sequences of up to 250 tokens can give about";
        costs(new JsonObject().put("trace", 21), "trace", "trace has 21 candidates of each token, expected at most 20");
        costs(new JsonObject().put("logit_bias", biases), "logit_bias", "logit_bias has 2049 tokens, expected at most");
        costs(
                new JsonObject().put("bad_words_ids", words),
                "bad_words_ids",
                "bad_words_ids has 2049 lists of ids, expected at most 2048; send fewer");
        costs(new JsonObject().put("stop", "a".repeat(1001)), "stop", "stop has a text of 1001 characters, expected");
        costs(
                new JsonObject()
                        .put("prompt", prompts)
                        .put("n", 8)
                        .put("max_tokens", 250)
                        .put("trace", 20),
                "max_tokens",
                "12" + large);
        costs(
                new JsonObject().put("context_policy", "slide:129"),
                "context_policy",
                "context_policy is slide:129, expected at most slide:128, half of the model's context");
        assertThat(client.complete("{\"context_policy\":\"slide:128\",\"trace\":20,\"n\":8}")
                        .statusCode())
                .isEqualTo(200);
    }

    private static void costs(JsonObject json, String param, String message) throws Exception {
        JsonObject error = error(client.complete(json.encode()), 400);
        assertThat(error.getString("param")).isEqualTo(param);
        assertThat(error.getString("message")).startsWith(message);
    }

    /** The library's own messages can change: whatever they say, each option's values are told by the field's name. */
    @Test
    void everyOptionOfTheLibraryIsAField() throws Exception {
        for (GenerationOption<?> option : GenerationOption.all()) {
            for (Object value : new Object[] {
                "no value of it",
                -77,
                1e300,
                -0.5,
                true,
                new JsonArray().add(-5),
                new JsonObject(),
                new JsonArray().add(1e9)
            }) {
                HttpResponse<String> response = client.complete(new JsonObject()
                        .put("max_tokens", 1)
                        .put(option.key(), value)
                        .encode());
                if (response.statusCode() != 200) {
                    assertThat(error(response, 400).getString("param")).isEqualTo(option.key());
                }
            }
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "{\"n\":2,\"best_of\":2}",
                "{\"stop\":[]}",
                "{\"stop\":[\"a\",\"b\",\"c\",\"d\",\"e\"]}",
                "{\"max_tokens\":2.0,\"n\":1.0,\"seed\":5.0,\"top_k\":3.0}",
                "{\"prompt\":\"\"}",
                "{\"prompt\":[[]]}",
                "{\"prompt\":[[5,6],[7]]}",
                "{\"prompt\":[5.0]}",
                "{\"max_tokens\":0}",
                "{\"logit_bias\":{}}",
                "{\"temperature\":2,\"top_p\":0}",
                "{\"stream_options\":{}}",
                "{\"stream\":false,\"stream_options\":null}",
                "{\"user\":\"\",\"suffix\":\"\"}",
                "{\"seed\":-3}",
                "{\"n\":1,\"n\":2}",
            })
    void isTaken(String json) throws Exception {
        assertThat(client.complete(json).statusCode()).isEqualTo(200);
    }

    @Test
    void nullIsWhatLeavingOutIs() throws Exception {
        JsonObject request = new JsonObject();
        List.of("model prompt max_tokens temperature top_p n stop seed presence_penalty frequency_penalty logit_bias"
                        .split(" "))
                .forEach(request::putNull);
        List.of("logprobs echo stream stream_options best_of suffix user top_k suppress_tokens".split(" "))
                .forEach(request::putNull);
        JsonObject choice = client.choices(request.encode()).get(0);
        assertThat(choice.getString("finish_reason")).isEqualTo("length");
        assertThat(choice.getValue("logprobs")).isNull();
        error(client.complete("{\"unknown\":null}"), 400);
    }

    /** OpenAI's server gives n texts that are the same. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void greedyTextsAreAllTheSame(boolean stream) throws Exception {
        JsonObject request = new JsonObject()
                .put("prompt", new JsonArray().add("ROMEO:").add("JULIET:"))
                .put("n", 3)
                .put("temperature", 0)
                .put("logprobs", 1)
                .put("echo", true)
                .put("max_tokens", 7)
                .put("stream", stream);
        if (stream) {
            request.put("stream_options", new JsonObject().put("include_usage", true));
        }
        String body = client.complete(request.encode()).body();
        List<JsonObject> events = stream ? Client.events(body) : List.of(new JsonObject(body));
        String[] texts = {"", "", "", "", "", ""};
        String[] offsets = {"", "", "", "", "", ""};
        String[] reasons = new String[6];
        for (JsonObject event : events) {
            for (JsonObject choice : Client.objects(event.getJsonArray("choices"))) {
                int index = choice.getInteger("index");
                texts[index] += choice.getString("text");
                reasons[index] = choice.getString("finish_reason");
                offsets[index] += choice.getJsonObject("logprobs")
                        .getJsonArray("text_offset")
                        .encode();
            }
        }
        request.put("n", 1).put("stream", false).remove("stream_options");
        List<JsonObject> single = client.choices(request.encode());
        for (int i = 0; i < 6; i++) {
            assertThat(texts[i]).isEqualTo(single.get(i / 3).getString("text"));
            assertThat(reasons[i]).isEqualTo("length");
            assertThat(offsets[i]).isEqualTo(offsets[i / 3 * 3]);
        }
        JsonObject usage = events.get(events.size() - 1).getJsonObject("usage");
        assertThat(usage.getInteger("completion_tokens")).isEqualTo(3 * 2 * 7);
    }

    @ParameterizedTest
    @ValueSource(strings = {"suppress_tokens", "begin_suppress_tokens", "bad_words_ids"})
    void aRequestThatAllowsNoTokenIsItsOwnFault(String field) throws Exception {
        JsonArray ids = new JsonArray();
        IntStream.range(0, 2048)
                .forEach(id -> ids.add(field.equals("bad_words_ids") && id < 2047 ? new JsonArray().add(id) : id));
        if (field.equals("bad_words_ids")) {
            ids.set(2047, new JsonArray().add(2047));
        }
        JsonObject request = new JsonObject().put(field, ids).put("max_tokens", 3);
        if (field.equals("bad_words_ids")) {
            // As in transformers, the end of text alone is no bad word.
            request.put("eos_token_id", 5);
            assertThat(client.complete(request.encode()).statusCode()).isEqualTo(200);
            request.put("suppress_tokens", new JsonArray().add(5));
        }
        for (boolean stream : new boolean[] {false, true}) {
            JsonObject error =
                    error(client.complete(request.put("stream", stream).encode()), 400);
            assertThat(error.getString("message"))
                    .contains("all 2048 tokens, expected at least one that may follow the prompt")
                    .contains(field);
            assertThat(error.getString("param")).isIn(field, "suppress_tokens");
        }
        // Equal biases change nothing.
        JsonObject bias = new JsonObject();
        IntStream.range(0, 2048).forEach(id -> bias.put(String.valueOf(id), -100));
        request = new JsonObject().put("temperature", 0).put("prompt", "ROMEO:").put("max_tokens", 5);
        String text = client.choices(request.encode()).get(0).getString("text");
        assertThat(client.choices(request.put("logit_bias", bias).encode())
                        .get(0)
                        .getString("text"))
                .isEqualTo(text);
    }

    /** Two tokens are allowed, once each. */
    @Test
    void noTokenCanBeLeftLater() throws Exception {
        JsonObject request = new JsonObject()
                .put("prompt", new JsonArray().add(5))
                .put(
                        "suppress_tokens",
                        new JsonArray(IntStream.range(2, 2048).boxed().toList()))
                .put("no_repeat_ngram_size", 1)
                .put("max_tokens", 2);
        assertThat(client.complete(request.encode()).statusCode()).isEqualTo(200);
        request.put("max_tokens", 3);
        String message = error(client.complete(request.encode()), 400).getString("message");
        assertThat(message).contains("banned by suppress_tokens and no_repeat_ngram_size");
        HttpResponse<String> streamed =
                client.complete(request.put("stream", true).encode());
        assertThat(streamed.statusCode()).isEqualTo(200);
        List<String> events =
                streamed.body().lines().filter(line -> !line.isEmpty()).toList();
        assertThat(events).hasSizeGreaterThan(1).doesNotContain("data: [DONE]");
        JsonObject last = new JsonObject(events.get(events.size() - 1).substring("data: ".length()));
        assertThat(last.getJsonObject("error").getString("message")).isEqualTo(message);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "application/json | 200",
                "Application/JSON; charset=UTF-8 | 200",
                "APPLICATION/JSON;charset=\"utf-8\" | 200",
                "application/json ; profile=x; Charset=utf8 | 200",
                "application/json;charset=iso-8859-1 | 415",
                "application/jsonp | 415",
                "text/json | 415",
                "application/x-www-form-urlencoded | 415",
                "| 415",
            })
    void aBodyIsJsonInUtf8(String type, int status) throws Exception {
        HttpRequest.Builder request =
                client.to("/v1/completions").POST(HttpRequest.BodyPublishers.ofString("{\"max_tokens\":1}"));
        if (type != null) {
            request.header("Content-Type", type);
        }
        HttpResponse<String> response = client.send(request.build());
        assertThat(response.statusCode()).as(response.body()).isEqualTo(status);
        if (status == 415) {
            assertThat(error(response, 415).getString("message")).contains("expected application/json in UTF-8");
        }
    }

    @Test
    void whatWasSentIsNotSentBackWhole() throws Exception {
        String tooLong = "x".repeat(50_000);
        for (String field :
                List.of("model", "max_tokens", "stop", "seed", "suppress_tokens", "preset", "user", tooLong)) {
            JsonObject request = new JsonObject().put(field, new JsonObject().put(tooLong.substring(0, 9000), 1));
            error(client.complete(request.encode()), 400);
        }
        JsonObject unknown =
                error(client.complete(new JsonObject().put("model", tooLong).encode()), 404);
        assertThat(unknown.getString("param")).isEqualTo("model");
        assertThat(unknown.getString("code")).isEqualTo("model_not_found");
        assertThat(unknown.getString("message")).startsWith("model is \"xxx").endsWith("…, expected shakespeare");
        error(client.complete(""), 400);
        assertThat(error(
                                client.complete(new JsonObject()
                                        .put("context_policy", tooLong)
                                        .encode()),
                                400)
                        .getString("param"))
                .isEqualTo("context_policy");
    }

    /** Its folder is nobody's business, and advice to its operator does not help its clients. */
    @Test
    void aModelWithoutATokenizerTakesIds(@TempDir Path folder) throws Exception {
        ByteModel.write(folder);
        Files.delete(folder.resolve("tokenizer.json"));
        try (Gpt2Server ids = new Gpt2Server(
                Gpt2.load(folder),
                new ServerOptions("127.0.0.1", 0, 8, 16, 250, 100_000, Duration.ofSeconds(60), ""))) {
            Client other = new Client(ids.port());
            JsonObject error = error(other.complete("{\"prompt\":\"a\"}"), 400);
            assertThat(error.getString("param")).isEqualTo("prompt");
            assertThat(error.getString("message")).startsWith("found a text, but the model has no tokenizer");
            error = error(other.complete("{\"prompt\":[5],\"stop\":\"a\"}"), 400);
            assertThat(error.getString("message"))
                    .isEqualTo("stop has no effect, as the model has no tokenizer; leave it out");
            JsonObject choice = other.choices("{\"prompt\":[5,6],\"echo\":true,\"logprobs\":5,\"max_tokens\":1}")
                    .get(0);
            JsonObject logprobs = choice.getJsonObject("logprobs");
            assertThat(logprobs.getJsonArray("tokens").encode()).startsWith("[\"token_id:5\",\"token_id:6\",");
            assertThat(logprobs.getJsonArray("text_offset")).isEqualTo(new JsonArray("[0,0,0]"));
            assertThat(logprobs.getJsonArray("top_logprobs").getJsonObject(1).size())
                    .isGreaterThanOrEqualTo(5);
        }
    }

    @Test
    void aFaultOfTheServerKeepsItsDetails() {
        JsonObject error = Failures.unknown(new IllegalStateException("SecretRecord[path=/home/me]"), "req-1")
                .json();
        assertThat(error.getJsonObject("error").getString("message"))
                .isEqualTo("the server failed to answer; its log says why under req-1");
    }
}
