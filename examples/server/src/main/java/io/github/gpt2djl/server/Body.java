package io.github.gpt2djl.server;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonProcessingException;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.Json;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.RoutingContext;
import java.util.Arrays;
import java.util.Locale;

/** The body of a request: one JSON object. */
final class Body {
    private Body() {}

    static JsonObject json(RoutingContext routing) {
        requireJson(routing.request().getHeader("Content-Type"));
        Buffer body = routing.body().buffer();
        try {
            if (body != null && Json.decodeValue(body) instanceof JsonObject json) {
                return json;
            }
        } catch (DecodeException e) {
            throw ApiError.badRequest(null, "found no JSON" + place(e));
        }
        throw ApiError.badRequest(null, "found no JSON object, expected one like {\"prompt\": \"ROMEO:\"}");
    }

    /** Keeps out what a form of a foreign page can send, too. */
    private static void requireJson(String type) {
        String[] parts =
                type == null ? new String[] {""} : type.toLowerCase(Locale.ROOT).split(";");
        boolean utf8 = Arrays.stream(parts)
                .skip(1)
                .map(parameter -> parameter.replaceAll("[\\s\"]", ""))
                .allMatch(parameter -> !parameter.startsWith("charset=") || parameter.matches("charset=utf-?8"));
        if (!parts[0].strip().equals("application/json") || !utf8) {
            throw ApiError.of(
                    415,
                    "the Content-Type is " + (type == null ? "missing" : Fields.shown(type))
                            + ", expected application/json in UTF-8");
        }
    }

    /** Where the JSON is wrong; the parser's own message is about the parser. */
    private static String place(DecodeException e) {
        if (e.getCause() instanceof JsonProcessingException wrong && wrong.getLocation() != null) {
            JsonLocation place = wrong.getLocation();
            return ": it is wrong at line " + place.getLineNr() + ", column " + place.getColumnNr();
        }
        return "";
    }
}
