package io.github.gpt2djl.checkpoint;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import io.github.gpt2djl.checkpoint.ModelConfig.Architecture;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads a published {@code config.json}, and rejects what this decoder does not compute. */
final class ConfigReader {
    /** {@code <|endoftext|>} of the published vocabulary. */
    private static final int OPENAI_END = 50256;

    private final String file;
    private final JsonObject json;

    private ConfigReader(String file, JsonObject json) {
        this.file = file;
        this.json = json;
    }

    /**
     * Parses a {@code config.json}.
     *
     * @param file the file's name, for messages
     * @throws MalformedCheckpointException if it is not JSON, lacks a key, or describes what this decoder does not
     *     compute
     */
    static ModelConfig parse(String file, String json) throws MalformedCheckpointException {
        ConfigReader keys = new ConfigReader(file, object(file, json));
        String type = keys.only("model_type", "gpt2", "openai-gpt", "opt");
        keys.absent("quantization_config", "this decoder computes only what is not quantized");
        keys.absent("transformers_weights", "this library reads model.safetensors, or as published");
        return switch (type) {
            case "opt" -> keys.opt();
            case "openai-gpt" -> keys.gpt(Architecture.GPT, -1);
            default -> keys.gpt(Architecture.GPT2, OPENAI_END);
        };
    }

    /** Parses OpenAI's {@code hparams.json}: {n_vocab, n_ctx, n_embd, n_head, n_layer}. */
    static ModelConfig parseOpenAi(String file, String json) throws MalformedCheckpointException {
        JsonObject hparams = object(file, json);
        hparams.add("vocab_size", hparams.get("n_vocab"));
        hparams.add("n_positions", hparams.get("n_ctx"));
        hparams.addProperty("eos_token_id", OPENAI_END);
        return parse(file, hparams.toString());
    }

    private static JsonObject object(String file, String json) throws MalformedCheckpointException {
        try {
            return JsonParser.parseString(json).getAsJsonObject();
        } catch (JsonParseException | IllegalStateException | StackOverflowError e) {
            throw new MalformedCheckpointException(file, "not a JSON object", e);
        }
    }

    private ModelConfig gpt(Architecture architecture, int absentId) throws MalformedCheckpointException {
        only("add_cross_attention", "false");
        int width = count("n_embd", null);
        boolean first = architecture == Architecture.GPT;
        return config(
                architecture,
                count("n_layer", null),
                heads("n_head", width, "n_embd"),
                width,
                first ? 4 * width : count("n_inner", 4 * width),
                width,
                count("n_positions", null),
                epsilon(),
                first,
                first ? firstActivation() : activation(Activation.GELU_NEW),
                first || flag("scale_attn_weights", true),
                !first && flag("scale_attn_by_inverse_layer_idx", false),
                absentId);
    }

    private ModelConfig opt() throws MalformedCheckpointException {
        only("enable_bias", "true");
        only("layer_norm_elementwise_affine", "true");
        only("_remove_final_layer_norm", "false");
        int width = count("hidden_size", null);
        return config(
                Architecture.OPT,
                count("num_hidden_layers", null),
                heads("num_attention_heads", width, "hidden_size"),
                width,
                count("ffn_dim", null),
                count("word_embed_proj_dim", width),
                count("max_position_embeddings", null),
                1e-5,
                !flag("do_layer_norm_before", true),
                activation(Activation.RELU),
                true,
                false,
                2);
    }

    private ModelConfig config(
            Architecture architecture,
            int layers,
            int heads,
            int width,
            int innerWidth,
            int embeddingWidth,
            int positions,
            double epsilon,
            boolean postNorm,
            Activation activation,
            boolean scaleAttnWeights,
            boolean scaleAttnByInverseLayerIdx,
            int absentId)
            throws MalformedCheckpointException {
        int vocabularySize = count("vocab_size", null);
        ConfigReader defaults = new ConfigReader(file, textGeneration());
        return new ModelConfig(
                architecture,
                layers,
                heads,
                width,
                innerWidth,
                embeddingWidth,
                positions,
                vocabularySize,
                epsilon,
                postNorm,
                activation,
                scaleAttnWeights,
                scaleAttnByInverseLayerIdx,
                id("bos_token_id", absentId, vocabularySize),
                ids("eos_token_id", vocabularySize),
                flag("tie_word_embeddings", true),
                defaults.flag("do_sample", false),
                defaults.count("max_length", 0));
    }

    private @Nullable JsonElement find(String key) {
        JsonElement value = json.get(key);
        return value == null || value.isJsonNull() ? null : value;
    }

    private int count(String key, @Nullable Integer absent) throws MalformedCheckpointException {
        JsonElement value = find(key);
        if (value == null && absent != null) {
            return absent;
        }
        int n = integer(key, value);
        if (n < 1) {
            throw new MalformedCheckpointException(file, key + " is " + n + ", expected at least 1");
        }
        return n;
    }

    private int heads(String key, int width, String widthKey) throws MalformedCheckpointException {
        int heads = count(key, null);
        if (width % heads != 0) {
            throw new MalformedCheckpointException(
                    file, widthKey + " is " + width + ", expected a multiple of " + key + ", which is " + heads);
        }
        return heads;
    }

    /**
     * Null means none. transformers writes the published models' ids for small vocabularies too, where they never
     * occur.
     */
    private int id(String key, int absent, int vocabularySize) throws MalformedCheckpointException {
        JsonElement stored = json.get(key);
        if (stored != null && stored.isJsonNull()) {
            return -1;
        }
        if (stored == null) {
            return absent < vocabularySize ? absent : -1;
        }
        int id = integer(key, stored);
        if (id < 0) {
            throw new MalformedCheckpointException(file, key + " is " + id + ", expected at least 0, or null");
        }
        return id < vocabularySize ? id : -1;
    }

    /**
     * One id, a list of ids, or null. An absent key means none: transformers' generate reads the file, where its
     * model's own default does not stand.
     */
    private List<Integer> ids(String key, int vocabularySize) throws MalformedCheckpointException {
        JsonElement stored = find(key);
        if (stored == null) {
            return List.of();
        }
        List<JsonElement> all = stored instanceof JsonArray list ? list.asList() : List.of(stored);
        List<Integer> ids = new ArrayList<>();
        for (JsonElement each : all) {
            int id = integer(key, each);
            if (id >= 0 && id < vocabularySize) {
                ids.add(id);
            }
        }
        return ids.stream().distinct().toList();
    }

    private Activation activation(Activation absent) throws MalformedCheckpointException {
        String key = "activation_function";
        JsonElement value = find(key);
        if (value == null) {
            return absent;
        }
        Activation found = value.isJsonPrimitive() ? Activation.find(value.getAsString()) : null;
        if (found == null) {
            throw wrong(key, value, "one of " + String.join(", ", Activation.allNames()), null);
        }
        return found;
    }

    /** The first GPT's file has names of its own: its "gelu" is the tanh form. */
    private Activation firstActivation() throws MalformedCheckpointException {
        return switch (only("afn", "gelu", "relu", "silu", "swish")) {
            case "gelu" -> Activation.GELU_NEW;
            case "relu" -> Activation.RELU;
            default -> Activation.SILU;
        };
    }

    /** Published files have large ones, too: a norm with 1e12 does nearly nothing. */
    private double epsilon() throws MalformedCheckpointException {
        JsonElement value = find("layer_norm_epsilon");
        try {
            double epsilon = value == null ? 1e-5 : value.getAsDouble();
            if (epsilon >= 0 && epsilon <= Float.MAX_VALUE) {
                return epsilon;
            }
        } catch (RuntimeException e) {
            throw wrong("layer_norm_epsilon", value, "a number", e);
        }
        throw wrong("layer_norm_epsilon", value, "a number from 0 to 3.4E38", null);
    }

    private boolean flag(String key, boolean absent) throws MalformedCheckpointException {
        JsonElement value = find(key);
        if (value == null) {
            return absent;
        }
        if (value.isJsonPrimitive() && value.getAsJsonPrimitive().isBoolean()) {
            return value.getAsBoolean();
        }
        throw wrong(key, value, "true or false", null);
    }

    /** Rejects any value of {@code key} but these, and returns it; an absent key means the first. */
    private String only(String key, String... supported) throws MalformedCheckpointException {
        JsonElement value = find(key);
        if (value == null) {
            return supported[0];
        }
        String found = value.isJsonPrimitive() ? value.getAsString() : value.toString();
        for (String s : supported) {
            if (s.equals(found)) {
                return s;
            }
        }
        throw new MalformedCheckpointException(
                file, key + " is " + found + ", this decoder computes only " + String.join(" or ", supported));
    }

    private void absent(String key, String reason) throws MalformedCheckpointException {
        JsonElement value = find(key);
        if (value != null) {
            throw new MalformedCheckpointException(file, key + " is " + value + ", expected none: " + reason);
        }
    }

    private JsonObject textGeneration() {
        JsonElement tasks = find("task_specific_params");
        if (tasks instanceof JsonObject object && object.get("text-generation") instanceof JsonObject generation) {
            return generation;
        }
        return new JsonObject();
    }

    private int integer(String key, @Nullable JsonElement value) throws MalformedCheckpointException {
        if (value == null) {
            throw new MalformedCheckpointException(file, "the key " + key + " is missing");
        }
        try {
            return value.getAsJsonPrimitive().getAsBigDecimal().intValueExact();
        } catch (RuntimeException e) {
            throw wrong(key, value, "a whole number", e);
        }
    }

    private MalformedCheckpointException wrong(
            String key, @Nullable JsonElement value, String expected, @Nullable Throwable cause) {
        String problem = key + " is " + value + ", expected " + expected;
        return cause == null
                ? new MalformedCheckpointException(file, problem)
                : new MalformedCheckpointException(file, problem, cause);
    }
}
