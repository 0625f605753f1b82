package io.github.gpt2djl.checkpoint;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import com.google.gson.JsonPrimitive;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads and writes PEFT's {@code adapter_config.json}, and rejects what would make another model of it. */
final class AdapterJson {
    /** What is read below, and what does not change the adapted model. PEFT itself knows that Conv1D is fan-in-fan-out. */
    private static final Set<String> KNOWN = Set.of(
            "peft_type",
            "base_model_name_or_path",
            "r",
            "lora_alpha",
            "use_rslora",
            "target_modules",
            "layers_to_transform",
            "lora_dropout",
            "bias",
            "revision",
            "init_lora_weights",
            "fan_in_fan_out",
            "auto_mapping",
            "eva_config",
            "inference_mode",
            "layers_pattern",
            "megatron_core",
            "peft_version",
            "qalora_group_size",
            "task_type");

    private static final Gson PRETTY =
            new GsonBuilder().setPrettyPrinting().disableHtmlEscaping().create();

    private final String file;
    private final JsonObject json;

    private AdapterJson(String file, JsonObject json) {
        this.file = file;
        this.json = json;
    }

    /**
     * Parses an {@code adapter_config.json}.
     *
     * @param file its name, for messages
     * @throws MalformedCheckpointException if it is not JSON, lacks a key, or describes what is not computed here
     */
    static AdapterConfig parse(String file, String text) throws MalformedCheckpointException {
        try {
            return new AdapterJson(file, JsonParser.parseString(text).getAsJsonObject()).config();
        } catch (JsonParseException | IllegalStateException | StackOverflowError e) {
            throw new MalformedCheckpointException(file, "not a JSON object", e);
        } catch (IllegalArgumentException e) {
            throw new MalformedCheckpointException(file, String.valueOf(e.getMessage()), e);
        }
    }

    /** The text that PEFT reads. */
    static String text(AdapterConfig config) {
        JsonObject json = new JsonObject();
        json.addProperty("base_model_name_or_path", config.base());
        json.addProperty("bias", "none");
        json.addProperty("fan_in_fan_out", true);
        json.addProperty("inference_mode", true);
        json.addProperty("init_lora_weights", true);
        if (!config.layers().isEmpty()) {
            JsonArray layers = new JsonArray();
            config.layers().forEach(layers::add);
            json.add("layers_to_transform", layers);
        }
        json.addProperty("lora_alpha", config.alpha());
        json.addProperty("lora_dropout", config.dropout());
        json.addProperty("peft_type", "LORA");
        json.addProperty("r", config.rank());
        JsonArray targets = new JsonArray();
        config.targetModules().forEach(targets::add);
        json.add("target_modules", targets);
        json.addProperty("task_type", "CAUSAL_LM");
        json.addProperty("use_dora", false);
        json.addProperty("use_rslora", config.rankStabilized());
        return PRETTY.toJson(json) + "\n";
    }

    private AdapterConfig config() throws MalformedCheckpointException {
        only("peft_type", "LORA");
        only("bias", "none", null);
        only("revision", "main", null);
        // The others change the base before they adapt it.
        only("init_lora_weights", "true", "false", "gaussian", "orthogonal", "eva", null);
        for (Map.Entry<String, JsonElement> entry : json.entrySet()) {
            if (!KNOWN.contains(entry.getKey()) && !isOff(entry.getValue())) {
                throw wrong(entry.getKey(), "what is off, like null: this library does not compute it");
            }
        }
        return new AdapterConfig(
                string("base_model_name_or_path", json.get("base_model_name_or_path")),
                (int) number("r", json.get("r"), true),
                number("lora_alpha", json.get("lora_alpha"), false),
                "true".equals(only("use_rslora", "true", "false", null)),
                targets(),
                layers(),
                json.has("lora_dropout") ? number("lora_dropout", json.get("lora_dropout"), false) : 0);
    }

    /** Null, false, and what is empty. */
    private static boolean isOff(JsonElement value) {
        return value.isJsonNull()
                || (value instanceof JsonPrimitive one && Set.of("false", "").contains(one.getAsString()))
                || (value instanceof JsonArray array && array.isEmpty())
                || (value instanceof JsonObject object && object.isEmpty());
    }

    /** PEFT's own choice for GPT-2 where there is none. */
    private List<String> targets() throws MalformedCheckpointException {
        JsonElement value = json.get("target_modules");
        if (value == null || value.isJsonNull()) {
            return List.of("c_attn");
        }
        if (!(value instanceof JsonArray array)) {
            throw wrong("target_modules", "a list of names");
        }
        List<String> names = new ArrayList<>();
        for (JsonElement name : array) {
            names.add(string("target_modules", name));
        }
        return names;
    }

    private List<Integer> layers() throws MalformedCheckpointException {
        String key = "layers_to_transform";
        JsonElement value = json.get(key);
        if (value == null || value.isJsonNull()) {
            return List.of();
        }
        if (!(value instanceof JsonArray array)) {
            return List.of((int) number(key, value, true));
        }
        List<Integer> layers = new ArrayList<>();
        for (JsonElement layer : array) {
            layers.add((int) number(key, layer, true));
        }
        return layers;
    }

    private @Nullable String only(String key, @Nullable String... values) throws MalformedCheckpointException {
        JsonElement value = json.get(key);
        String found = value instanceof JsonPrimitive one ? one.getAsString() : null;
        boolean absent = value == null || value.isJsonNull();
        for (String one : values) {
            if (one == null ? absent : one.equals(found)) {
                return one;
            }
        }
        throw wrong(key, "one of " + String.join(", ", values).replace(", null", ""));
    }

    private String string(String key, @Nullable JsonElement value) throws MalformedCheckpointException {
        if (value instanceof JsonPrimitive text && text.isString()) {
            return text.getAsString();
        }
        throw wrong(key, "a name");
    }

    private double number(String key, @Nullable JsonElement value, boolean whole) throws MalformedCheckpointException {
        try {
            if (value instanceof JsonPrimitive number && number.isNumber()) {
                return whole ? number.getAsBigDecimal().intValueExact() : number.getAsDouble();
            }
        } catch (ArithmeticException | NumberFormatException e) {
            throw new MalformedCheckpointException(file, key + " is " + value + ", expected a whole number", e);
        }
        throw wrong(key, whole ? "a whole number" : "a number");
    }

    private MalformedCheckpointException wrong(String key, String expected) {
        return new MalformedCheckpointException(
                file,
                (json.has(key) ? key + " is " + json.get(key) : "the key " + key + " is missing") + ", expected "
                        + expected);
    }
}
