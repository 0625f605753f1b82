package io.github.gpt2djl.internal.tokenizer;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import io.github.gpt2djl.internal.json.JsonText;
import org.jspecify.annotations.Nullable;

/** The steps of a tokenizer.json, in JSON. */
final class Steps {
    private static final String BYTE_LEVEL = """
            {"type": "ByteLevel", "add_prefix_space": false, "trim_offsets": true, "use_regex": true}
            """;

    private Steps() {}

    static JsonObject step(String type) {
        JsonObject step = new JsonObject();
        step.addProperty("type", type);
        return step;
    }

    static JsonObject byteLevel(boolean addPrefixSpace, boolean usesExpression) {
        JsonObject step = JsonText.object(BYTE_LEVEL);
        step.addProperty("add_prefix_space", addPrefixSpace);
        step.addProperty("use_regex", usesExpression);
        return step;
    }

    static JsonObject metaspace(boolean prefixed, boolean splits) {
        return metaspace(prefixed ? "always" : "never", splits);
    }

    static JsonObject metaspace(String scheme, boolean splits) {
        JsonObject step = step("Metaspace");
        step.addProperty("replacement", "▁");
        step.addProperty("prepend_scheme", scheme);
        step.addProperty("split", splits);
        return step;
    }

    static JsonObject split(String kind, String pattern, String behavior) {
        JsonObject step = step("Split");
        step.add("pattern", pattern(kind, pattern));
        step.addProperty("behavior", behavior);
        step.addProperty("invert", false);
        return step;
    }

    static JsonObject replace(String text, String content) {
        return replace("String", text, content);
    }

    static JsonObject replace(String kind, String pattern, String content) {
        JsonObject step = step("Replace");
        step.add("pattern", pattern(kind, pattern));
        step.addProperty("content", content);
        return step;
    }

    private static JsonObject pattern(String kind, String pattern) {
        JsonObject json = new JsonObject();
        json.addProperty(kind, pattern);
        return json;
    }

    static JsonObject sequence(String key, JsonArray steps) {
        JsonObject sequence = step("Sequence");
        sequence.add(key, steps);
        return sequence;
    }

    static JsonArray array(@Nullable JsonElement... steps) {
        JsonArray array = new JsonArray();
        for (JsonElement step : steps) {
            array.add(step);
        }
        return array;
    }
}
