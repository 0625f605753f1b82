package io.github.gpt2djl.internal.checkpoint;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import com.google.gson.JsonPrimitive;
import io.github.gpt2djl.MalformedCheckpointException;
import io.github.gpt2djl.checkpoint.AdapterConfig;
import io.github.gpt2djl.checkpoint.AdapterTargets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads and writes PEFT's {@code adapter_config.json}, and rejects what would make another model of it. */
public final class AdapterJson {
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
            "exclude_modules",
            "rank_pattern",
            "alpha_pattern",
            "modules_to_save",
            "trainable_token_indices",
            "ensure_weight_tying",
            "use_dora",
            "lora_bias",
            "loftq_config",
            "runtime_config",
            "fan_in_fan_out",
            "auto_mapping",
            "eva_config",
            "inference_mode",
            "layers_pattern",
            "megatron_core",
            "peft_version",
            "qalora_group_size",
            "task_type");

    /** Those that leave the base as it is. */
    private static final List<String> STARTS = List.of("gaussian", "orthogonal", "eva");

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
    public static AdapterConfig parse(String file, String text) throws MalformedCheckpointException {
        try {
            return new AdapterJson(file, JsonParser.parseString(text).getAsJsonObject()).config();
        } catch (JsonParseException | IllegalStateException | StackOverflowError e) {
            throw new MalformedCheckpointException(file, "not a JSON object", e);
        } catch (IllegalArgumentException e) {
            throw new MalformedCheckpointException(file, String.valueOf(e.getMessage()), e);
        }
    }

    /** The text that PEFT reads. */
    public static String text(AdapterConfig config) {
        JsonObject json = new JsonObject();
        int at = config.base().indexOf('@');
        boolean hasRevision = at > 0 && !isPath(config.base());
        json.addProperty("base_model_name_or_path", hasRevision ? config.base().substring(0, at) : config.base());
        if (hasRevision) {
            json.addProperty("revision", config.base().substring(at + 1));
        }
        json.addProperty("bias", "none");
        json.addProperty("fan_in_fan_out", true);
        json.addProperty("inference_mode", true);
        json.addProperty("init_lora_weights", true);
        AdapterTargets targets = config.targets();
        addAll(json, "exclude_modules", targets.excludesByExpression() ? List.of() : targets.excluded());
        if (targets.excludesByExpression()) {
            json.addProperty("exclude_modules", targets.excluded().get(0));
        }
        addAll(json, "layers_to_transform", targets.layers());
        addAll(json, "layers_pattern", targets.layersPatterns());
        addAll(json, "modules_to_save", config.saved());
        addAll(json, "trainable_token_indices", config.tokens());
        addAll(json, "rank_pattern", config.ranks());
        addAll(json, "alpha_pattern", config.alphas());
        if (config.keepsTied()) {
            json.addProperty("ensure_weight_tying", true);
        }
        json.addProperty("lora_alpha", config.alpha());
        json.addProperty("lora_dropout", config.dropout());
        json.addProperty("peft_type", "LORA");
        json.addProperty("r", config.rank());
        if (targets.expression() == null) {
            addAll(json, "target_modules", targets.names());
        } else {
            json.addProperty("target_modules", targets.expression());
        }
        json.addProperty("task_type", "CAUSAL_LM");
        json.addProperty("use_dora", config.decomposed());
        json.addProperty("use_rslora", config.rankStabilized());
        return PRETTY.toJson(json) + "\n";
    }

    /** A key that is not there means the same as an empty list. */
    private static void addAll(JsonObject json, String key, List<?> values) {
        if (!values.isEmpty()) {
            json.add(key, PRETTY.toJsonTree(values));
        }
    }

    private static void addAll(JsonObject json, String key, Map<String, ?> values) {
        if (!values.isEmpty()) {
            json.add(key, PRETTY.toJsonTree(values));
        }
    }

    private AdapterConfig config() throws MalformedCheckpointException {
        only("peft_type", "LORA");
        // Which biases there are tells the file.
        only("bias", "none", "all", "lora_only", null);
        only("lora_bias", "true", "false", null);
        checkInitial();
        for (Map.Entry<String, JsonElement> entry : json.entrySet()) {
            if (!KNOWN.contains(entry.getKey()) && !isOff(entry.getValue())) {
                throw wrong(entry.getKey(), "what is off, like null: this library does not compute it");
            }
        }
        return new AdapterConfig(
                base(),
                (int) number("r", json.get("r"), true),
                number("lora_alpha", json.get("lora_alpha"), false),
                "true".equals(only("use_rslora", "true", "false", null)),
                "true".equals(only("use_dora", "true", "false", null)),
                targets(),
                pattern("rank_pattern", true).entrySet().stream()
                        .collect(
                                LinkedHashMap::new,
                                (map, entry) ->
                                        map.put(entry.getKey(), entry.getValue().intValue()),
                                Map::putAll),
                pattern("alpha_pattern", false),
                strings("modules_to_save"),
                tokens(),
                "true".equals(only("ensure_weight_tying", "true", "false", null)),
                json.has("lora_dropout") ? number("lora_dropout", json.get("lora_dropout"), false) : 0);
    }

    /** PEFT loads the base at this revision, and a folder without. */
    private String base() throws MalformedCheckpointException {
        String base = string("base_model_name_or_path", json.get("base_model_name_or_path"));
        JsonElement revision = json.get("revision");
        if (revision == null || isOff(revision) || isPath(base)) {
            return base;
        }
        String name = string("revision", revision);
        return name.equals("main") ? base : base + "@" + name;
    }

    private static boolean isPath(String base) {
        try {
            return Files.exists(Path.of(base));
        } catch (InvalidPathException e) {
            return false;
        }
    }

    /** Some ways to begin change the base, by its singular values for example, before they adapt it. */
    private void checkInitial() throws MalformedCheckpointException {
        String key = "init_lora_weights";
        JsonElement value = json.get(key);
        if (value instanceof JsonPrimitive one && one.isString() && !STARTS.contains(one.getAsString())) {
            throw wrong(
                    key,
                    "one of true, false, " + String.join(", ", STARTS) + ": the others change the base, which"
                            + " this library does not; let PEFT save it with path_initial_model_for_weight_conversion");
        }
    }

    /** Null, false, and what is empty. */
    private static boolean isOff(JsonElement value) {
        return value.isJsonNull()
                || (value instanceof JsonPrimitive one && Set.of("false", "").contains(one.getAsString()))
                || (value instanceof JsonArray array && array.isEmpty())
                || (value instanceof JsonObject object && object.isEmpty());
    }

    /** An adapter of PEFT's own choice stores that; before it did, that was GPT-2's attention. */
    private AdapterTargets targets() throws MalformedCheckpointException {
        JsonElement targets = json.get("target_modules");
        boolean absent = targets == null || targets.isJsonNull();
        boolean expression = isString(targets);
        return new AdapterTargets(
                expression ? string("target_modules", targets) : null,
                absent ? List.of("c_attn", "q_proj", "v_proj") : expression ? List.of() : strings("target_modules"),
                strings("exclude_modules"),
                isString(json.get("exclude_modules")),
                layers("layers_to_transform"),
                strings("layers_pattern"));
    }

    /** A list of ids, or one by the name of the embedding table. */
    private List<Integer> tokens() throws MalformedCheckpointException {
        String key = "trainable_token_indices";
        if (json.get(key) instanceof JsonObject byLayer) {
            if (byLayer.size() != 1) {
                throw wrong(key, "the ids of one layer, the embedding table");
            }
            List<Integer> ids = new ArrayList<>();
            JsonElement only = byLayer.asMap().values().iterator().next();
            if (!(only instanceof JsonArray array)) {
                throw wrong(key, "a list of ids");
            }
            for (JsonElement id : array) {
                ids.add((int) number(key, id, true));
            }
            return ids;
        }
        return layers(key);
    }

    private Map<String, Double> pattern(String key, boolean whole) throws MalformedCheckpointException {
        JsonElement value = json.get(key);
        Map<String, Double> numbers = new LinkedHashMap<>();
        if (value == null || isOff(value)) {
            return numbers;
        }
        if (!(value instanceof JsonObject object)) {
            throw wrong(key, "numbers by names");
        }
        for (Map.Entry<String, JsonElement> entry : object.entrySet()) {
            numbers.put(entry.getKey(), number(key, entry.getValue(), whole));
        }
        return numbers;
    }

    private static boolean isString(@Nullable JsonElement value) {
        return value instanceof JsonPrimitive text
                && text.isString()
                && !text.getAsString().isEmpty();
    }

    /** A list of names, or a name alone. */
    private List<String> strings(String key) throws MalformedCheckpointException {
        JsonElement value = json.get(key);
        if (value == null || isOff(value)) {
            return List.of();
        }
        if (isString(value)) {
            return List.of(value.getAsString());
        }
        if (!(value instanceof JsonArray array)) {
            throw wrong(key, "a list of names");
        }
        List<String> names = new ArrayList<>();
        for (JsonElement name : array) {
            names.add(string(key, name));
        }
        return names;
    }

    private List<Integer> layers(String key) throws MalformedCheckpointException {
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
