package io.github.gpt2djl.server;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;

/** What the tests ask a server with. */
record Client(int port) {
    private static final HttpClient HTTP = HttpClient.newHttpClient();

    HttpRequest.Builder to(String path) {
        return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path));
    }

    HttpRequest completion(String json) {
        return to("/v1/completions")
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(json))
                .build();
    }

    HttpResponse<String> send(HttpRequest request) throws IOException, InterruptedException {
        return HTTP.send(request, HttpResponse.BodyHandlers.ofString());
    }

    HttpResponse<String> get(String path) throws IOException, InterruptedException {
        return send(to(path).build());
    }

    HttpResponse<String> complete(String json) throws IOException, InterruptedException {
        return send(completion(json));
    }

    /** The choices of an answer. */
    List<JsonObject> choices(String json) throws IOException, InterruptedException {
        HttpResponse<String> response = complete(json);
        if (response.statusCode() != 200) {
            throw new AssertionError(response.statusCode() + " " + response.body());
        }
        return objects(new JsonObject(response.body()).getJsonArray("choices"));
    }

    static List<JsonObject> objects(JsonArray array) {
        return array.stream().map(JsonObject.class::cast).toList();
    }

    /** The events of a stream but the last, which must say that it is done. */
    static List<JsonObject> events(String body) {
        List<String> lines = body.lines().filter(line -> !line.isEmpty()).toList();
        if (!lines.get(lines.size() - 1).equals("data: [DONE]")) {
            throw new AssertionError("the stream ends with " + lines.get(lines.size() - 1));
        }
        return lines.subList(0, lines.size() - 1).stream()
                .map(line -> new JsonObject(line.substring("data: ".length())))
                .toList();
    }

    /** A number that /metrics tells. */
    double metric(String name) throws IOException, InterruptedException {
        return get("/metrics")
                .body()
                .lines()
                .filter(line -> line.startsWith(name + " "))
                .mapToDouble(line -> Double.parseDouble(line.substring(name.length() + 1)))
                .sum();
    }
}
