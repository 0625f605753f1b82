package io.github.gpt2djl.server;

import io.github.gpt2djl.Prompt;
import io.vertx.core.json.JsonArray;
import java.util.List;

/** The forms that a prompt comes in: a text, several, ids, or several of these. */
final class Prompts {
    private Prompts() {}

    static List<Prompt> read(Object json) {
        if (json == null) {
            // OpenAI's default is <|endoftext|>.
            return List.of(Prompt.of(""));
        }
        if (json instanceof String text) {
            return List.of(Prompt.of(text));
        }
        if (json instanceof JsonArray array && !array.isEmpty()) {
            return array.getValue(0) instanceof Number
                    ? List.of(ids(array))
                    : array.stream().map(Prompts::one).toList();
        }
        throw unexpected();
    }

    private static Prompt one(Object json) {
        if (json instanceof String text) {
            return Prompt.of(text);
        }
        if (json instanceof JsonArray array) {
            return ids(array);
        }
        throw unexpected();
    }

    private static Prompt ids(JsonArray array) {
        return Prompt.ofIds(array.stream()
                .mapToInt(id -> {
                    if (!Fields.isWhole(id)) {
                        throw unexpected();
                    }
                    long whole = ((Number) id).longValue();
                    if (whole != (int) whole) {
                        throw ApiError.badRequest("prompt", "prompt has the id " + id + ", which is no token's");
                    }
                    return (int) whole;
                })
                .toArray());
    }

    private static ApiError unexpected() {
        return ApiError.badRequest(
                "prompt", "prompt has another form than expected: a text, several texts, ids, or several lists of ids");
    }
}
