package io.github.gpt2djl.internal.checkpoint;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import io.github.gpt2djl.MalformedCheckpointException;
import io.github.gpt2djl.checkpoint.AdapterConfig;
import io.github.gpt2djl.checkpoint.AdapterTargets;
import io.github.gpt2djl.internal.json.StrictJson;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Reads PEFT's {@code adapter_config.json}, and rejects settings that would make another model. */
public final class AdapterJson {
    /**
     * The keys that are read below, and keys that do not change the adapted model. PEFT itself knows that Conv1D is
     * fan-in-fan-out.
     */
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

    /** The initializations that leave the base unchanged. */
    private static final List<String> STARTS = List.of("gaussian", "orthogonal", "eva");

    private final JsonObject json;
    private final AdapterValues values;

    private AdapterJson(StrictJson object) {
        json = object.json();
        values = new AdapterValues(object);
    }

    /**
     * Parses an {@code adapter_config.json}.
     *
     * @param file the file's name, for messages
     * @throws MalformedCheckpointException if the text is not JSON, lacks a key, or describes something that is not
     *     computed here
     */
    public static AdapterConfig parse(String file, String text) throws MalformedCheckpointException {
        StrictJson object = StrictJson.read(file, text, "not a JSON object");
        try {
            return new AdapterJson(object).config();
        } catch (IllegalArgumentException e) {
            throw new MalformedCheckpointException(file, String.valueOf(e.getMessage()), e);
        }
    }

    private AdapterConfig config() throws MalformedCheckpointException {
        values.only("peft_type", "LORA");
        // The tensor file shows which biases exist.
        values.only("bias", "none", "all", "lora_only", null);
        values.only("lora_bias", "true", "false", null);
        checkInitial();
        for (Map.Entry<String, JsonElement> entry : json.entrySet()) {
            if (!KNOWN.contains(entry.getKey()) && !AdapterValues.isOff(entry.getValue())) {
                throw values.wrong(entry.getKey(), "what is off, like null: this library does not compute it");
            }
        }
        return new AdapterConfig(
                base(),
                (int) values.number("r", json.get("r"), true),
                values.number("lora_alpha", json.get("lora_alpha"), false),
                "true".equals(values.only("use_rslora", "true", "false", null)),
                "true".equals(values.only("use_dora", "true", "false", null)),
                targets(),
                values.pattern("rank_pattern", true).entrySet().stream()
                        .collect(
                                LinkedHashMap::new,
                                (map, entry) ->
                                        map.put(entry.getKey(), entry.getValue().intValue()),
                                Map::putAll),
                values.pattern("alpha_pattern", false),
                values.strings("modules_to_save"),
                tokens(),
                "true".equals(values.only("ensure_weight_tying", "true", "false", null)),
                json.has("lora_dropout") ? values.number("lora_dropout", json.get("lora_dropout"), false) : 0);
    }

    /** Returns the base with the revision at which PEFT loads the base. A folder has no revision. */
    private String base() throws MalformedCheckpointException {
        String base = values.string("base_model_name_or_path", json.get("base_model_name_or_path"));
        JsonElement revision = json.get("revision");
        if (revision == null || AdapterValues.isOff(revision) || AdapterText.isPath(base)) {
            return base;
        }
        String name = values.string("revision", revision);
        return name.equals("main") ? base : base + "@" + name;
    }

    /**
     * Rejects an initialization that changes the base before adapting it, for example by the base's singular values.
     */
    private void checkInitial() throws MalformedCheckpointException {
        String key = "init_lora_weights";
        JsonElement value = json.get(key);
        if (value instanceof JsonPrimitive one && one.isString() && !STARTS.contains(one.getAsString())) {
            throw values.wrong(
                    key,
                    "one of true, false, " + String.join(", ", STARTS) + ": the others change the base, which"
                            + " this library does not; let PEFT save it with path_initial_model_for_weight_conversion");
        }
    }

    /**
     * Reads the target layers. PEFT stores its own choice of layers; before it did, that choice was GPT-2's attention.
     */
    private AdapterTargets targets() throws MalformedCheckpointException {
        JsonElement targets = json.get("target_modules");
        boolean absent = targets == null || targets.isJsonNull();
        boolean expression = AdapterValues.isString(targets);
        return new AdapterTargets(
                expression ? values.string("target_modules", targets) : null,
                absent
                        ? List.of("c_attn", "q_proj", "v_proj")
                        : expression ? List.of() : values.strings("target_modules"),
                values.strings("exclude_modules"),
                AdapterValues.isString(json.get("exclude_modules")),
                values.layers("layers_to_transform"),
                values.strings("layers_pattern"));
    }

    /** Reads a list of ids, either alone or under the name of the embedding table. */
    private List<Integer> tokens() throws MalformedCheckpointException {
        String key = "trainable_token_indices";
        if (json.get(key) instanceof JsonObject byLayer) {
            if (byLayer.size() != 1) {
                throw values.wrong(key, "the ids of one layer, the embedding table");
            }
            List<Integer> ids = new ArrayList<>();
            JsonElement only = byLayer.asMap().values().iterator().next();
            if (!(only instanceof JsonArray array)) {
                throw values.wrong(key, "a list of ids");
            }
            for (JsonElement id : array) {
                ids.add((int) values.number(key, id, true));
            }
            return ids;
        }
        return values.layers(key);
    }
}
