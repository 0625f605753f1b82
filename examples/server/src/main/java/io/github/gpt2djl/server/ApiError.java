package io.github.gpt2djl.server;

import io.vertx.core.json.JsonObject;
import java.util.List;

/** An answer that says what is wrong, in the form of OpenAI's API. */
final class ApiError extends RuntimeException {
    private static final long serialVersionUID = 1;

    /** Characters of a message; what a client sent can stand in it. */
    private static final int LONGEST = 300;

    final int status;
    private final String code;
    private final String param;

    private ApiError(int status, String code, String param, String message) {
        super(shortened(message));
        this.status = status;
        this.code = code;
        this.param = param == null ? null : shortened(param);
    }

    private static String shortened(String text) {
        return text.length() <= LONGEST
                ? text
                : text.substring(0, LONGEST / 2) + " … " + text.substring(text.length() - LONGEST / 2);
    }

    /**
     * A request that cannot be followed.
     *
     * @param param the field that is wrong; null: none in particular
     */
    static ApiError badRequest(String param, String message) {
        return new ApiError(400, null, param, message);
    }

    static ApiError unauthorized() {
        return new ApiError(
                401,
                "invalid_api_key",
                null,
                "found no valid API key, expected a header \"Authorization: Bearer KEY\"");
    }

    static ApiError unknownModel(String found, List<String> expected) {
        return new ApiError(
                404,
                "model_not_found",
                "model",
                "model is " + Fields.shown(found) + ", expected " + String.join(" or ", expected));
    }

    static ApiError wrongMethod(String found, String expected) {
        return new ApiError(405, "method_not_allowed", null, "found the method " + found + ", expected " + expected);
    }

    static ApiError notFound(String found) {
        return new ApiError(
                404,
                null,
                null,
                "there is no " + found + "; expected POST /v1/completions, or GET /v1/models, /health, /metrics or /");
    }

    static ApiError busy(String message) {
        return new ApiError(429, "rate_limit_exceeded", null, message);
    }

    static ApiError timeout(long seconds) {
        return new ApiError(
                504,
                "timeout",
                null,
                "not done within " + seconds + " s; ask for fewer tokens, or when there is less to do");
    }

    static ApiError of(int status, String message) {
        return new ApiError(status, null, null, message);
    }

    /** What is wrong, without anything that the client sent. */
    String kind() {
        return code == null ? type() : type() + " " + code;
    }

    private String type() {
        return status == 429 ? "rate_limit_error" : status < 500 ? "invalid_request_error" : "server_error";
    }

    JsonObject json() {
        return new JsonObject()
                .put(
                        "error",
                        new JsonObject()
                                .put("message", getMessage())
                                .put("type", type())
                                .put("param", param)
                                .put("code", code));
    }
}
