package io.github.gpt2djl.internal.checkpoint;

import com.google.gson.Gson;
import com.google.gson.JsonObject;
import io.github.gpt2djl.checkpoint.AdapterConfig;
import io.github.gpt2djl.checkpoint.AdapterTargets;
import io.github.gpt2djl.internal.json.JsonText;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** Writes PEFT's {@code adapter_config.json}. */
public final class AdapterText {
    private static final Gson TREES = new Gson();

    private AdapterText() {}

    /** Returns the text that PEFT reads. */
    public static String of(AdapterConfig config) {
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
        return JsonText.pretty(json);
    }

    /** Adds a list that is not empty. An absent key means an empty list. */
    private static void addAll(JsonObject json, String key, List<?> values) {
        if (!values.isEmpty()) {
            json.add(key, TREES.toJsonTree(values));
        }
    }

    private static void addAll(JsonObject json, String key, Map<String, ?> values) {
        if (!values.isEmpty()) {
            json.add(key, TREES.toJsonTree(values));
        }
    }

    /** Tells whether a base is a folder rather than a name on the Hub. */
    static boolean isPath(String base) {
        try {
            return Files.exists(Path.of(base));
        } catch (InvalidPathException e) {
            return false;
        }
    }
}
