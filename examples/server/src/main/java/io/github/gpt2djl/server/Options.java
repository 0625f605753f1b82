package io.github.gpt2djl.server;

import io.github.gpt2djl.GenerationConfig;
import io.github.gpt2djl.GenerationOption;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.Set;

/** The options of generation: OpenAI's fields in transformers' names, and transformers' own. */
final class Options {
    private static final int MOST_STOPS = 16;
    private static final int LONGEST_STOP = 1000;

    private static final Set<GenerationOption<?>> MISSING = Set.of(
            GenerationOption.NUM_BEAMS,
            GenerationOption.LENGTH_PENALTY,
            GenerationOption.EARLY_STOPPING,
            GenerationOption.PENALTY_ALPHA,
            GenerationOption.PROMPT_LOOKUP_NUM_TOKENS);

    private Options() {}

    /**
     * Reads all fields that are left.
     *
     * @param n sequences of each prompt
     * @param maxTokens at least 1
     */
    static GenerationConfig read(Fields fields, int n, int maxTokens, int logprobs) {
        String most = "at least 0, where 0 takes the likeliest token";
        double temperature = fields.number("temperature", 1, 0, Double.MAX_VALUE, most);
        boolean cut = fields.json().getValue("top_p") != null;
        double topP = fields.number("top_p", 1, 0, 1, "0 to 1");
        // Told in all cases: a preset has its own, and a model may search by default, which shares no batch.
        JsonObject options = new JsonObject()
                .put("max_new_tokens", maxTokens)
                .put("do_sample", temperature != 0)
                .put("num_beams", 1)
                .put("penalty_alpha", 0);
        if (logprobs > 0) {
            options.put("top_logprobs", logprobs);
        }
        if (temperature == 0) {
            // Of the API: the likeliest token, whatever the seed and top_p are.
            fields.json().remove("seed");
        } else {
            // No top-k unless asked for: the API draws from all tokens.
            options.put("temperature", temperature).put("top_k", 0).put("num_return_sequences", n);
            if (cut) {
                options.put("top_p", topP);
            }
        }
        JsonArray stops = stops(fields.json().remove("stop"));
        if (!stops.isEmpty()) {
            options.put("stop_strings", stops);
        }
        JsonArray biases = biases(fields.take("logit_bias", new JsonObject(), JsonObject.class));
        if (!biases.isEmpty()) {
            options.put("sequence_bias", biases);
        }
        for (String key : fields.json().fieldNames()) {
            Object value = fields.json().getValue(key);
            GenerationOption<?> option = option(key);
            if (value != null) {
                options.put(key, checked(option, value));
            }
        }
        try {
            return GenerationConfig.parse(options.encode());
        } catch (IllegalArgumentException e) {
            throw ApiTerms.badRequest(e, null);
        }
    }

    private static JsonArray stops(Object stop) {
        JsonArray stops = stop instanceof JsonArray several ? several : new JsonArray();
        if (stop instanceof String) {
            stops.add(stop);
        }
        boolean texts = stops.stream().allMatch(each -> each instanceof String text && !text.isEmpty());
        if (!texts || stops.size() > MOST_STOPS || (stop != null && !(stop instanceof String) && stops != stop)) {
            throw Fields.wrong(
                    "stop",
                    stop,
                    "a text of at least one character, or up to " + MOST_STOPS + " of them; leave it out for none");
        }
        stops.stream().map(String.class::cast).forEach(text -> {
            if (text.length() > LONGEST_STOP) {
                throw ApiError.badRequest(
                        "stop",
                        "stop has a text of " + text.length() + " characters, expected at most " + LONGEST_STOP
                                + "; take its beginning");
            }
        });
        return stops;
    }

    private static JsonArray biases(JsonObject bias) {
        JsonArray biases = new JsonArray();
        bias.forEach(entry -> {
            String id = entry.getKey();
            if (!id.matches("0|[1-9][0-9]{0,8}")) {
                throw ApiError.badRequest(
                        "logit_bias",
                        "logit_bias has the key " + Fields.shown(id) + ", expected the id of a token, like \"50256\"");
            }
            if (!(entry.getValue() instanceof Number number) || !(Math.abs(number.doubleValue()) <= 100)) {
                throw ApiError.badRequest(
                        "logit_bias",
                        "logit_bias of " + id + " is " + Fields.shown(entry.getValue()) + ", expected -100 to 100");
            }
            JsonArray ids = new JsonArray().add(Integer.valueOf(id));
            biases.add(new JsonArray().add(ids).add(number));
        });
        return biases;
    }

    /** An option by transformers' name, which OpenAI's API has none for. */
    private static GenerationOption<?> option(String key) {
        GenerationOption<?> option = GenerationOption.find(key);
        if (option == null) {
            throw ApiError.badRequest(
                    key,
                    "found the field " + Fields.shown(key) + ", expected those of OpenAI's completions, or an option of"
                            + " generation by transformers' name that they have none for, like top_k");
        }
        String field = ApiTerms.FIELDS.get(option);
        if (field != null) {
            throw ApiError.badRequest(key, "found the field " + key + ", expected " + field + " in its place");
        }
        if (MISSING.contains(option)) {
            throw ApiError.badRequest(
                    key,
                    "found the field " + key + ", but this server has no beams, contrastive search or prompt lookup;"
                            + " leave it out");
        }
        return option;
    }

    /** A value of the type that its option has in JSON: a number in quotes is none. */
    private static Object checked(GenerationOption<?> option, Object value) {
        return switch (option.placeholder()) {
            case "N" -> whole(option, value);
            case "true|false" -> require(option, value, value instanceof Boolean, "true or false");
            case "X" -> require(option, value, value instanceof Number, "a number");
            case "IDS" ->
                require(option, value, Fields.isWhole(value) || areIds(value), "an id, or several in brackets");
            case "IDS;IDS" ->
                require(
                        option,
                        value,
                        value instanceof JsonArray all && all.stream().allMatch(Options::areIds),
                        "lists of ids, like [[318], [464, 3290]]");
            default -> require(option, value, value instanceof String, "a text");
        };
    }

    private static Object whole(GenerationOption<?> option, Object value) {
        require(option, value, Fields.isWhole(value), "a whole number");
        // 5.0 is 5 in JSON; a number beyond all longs is the library's to reject.
        return value instanceof Double number && Math.abs(number) < 1e15 ? number.longValue() : value;
    }

    private static Object require(GenerationOption<?> option, Object value, boolean right, String expected) {
        if (!right) {
            throw Fields.wrong(option.key(), value, expected);
        }
        return value;
    }

    private static boolean areIds(Object value) {
        return value instanceof JsonArray ids && ids.stream().allMatch(Fields::isWhole);
    }
}
