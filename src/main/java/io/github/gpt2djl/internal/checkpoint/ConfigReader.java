package io.github.gpt2djl.internal.checkpoint;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import io.github.gpt2djl.Activation;
import io.github.gpt2djl.MalformedCheckpointException;
import io.github.gpt2djl.ModelConfig;
import io.github.gpt2djl.ModelConfig.Architecture;
import java.util.List;

/** Reads a published {@code config.json}, and rejects models that this decoder does not compute. */
public final class ConfigReader {
    /** The id of {@code <|endoftext|>} in the published vocabulary. */
    private static final int OPENAI_END = 50256;

    private final ConfigKeys keys;

    private ConfigReader(ConfigKeys keys) {
        this.keys = keys;
    }

    /**
     * Parses a {@code config.json}.
     *
     * @param file the file's name, for messages
     * @throws MalformedCheckpointException if the text is not JSON, lacks a key, or describes a model that this decoder
     *     does not compute
     */
    public static ModelConfig parse(String file, String json) throws MalformedCheckpointException {
        ConfigKeys keys = ConfigKeys.parse(file, json);
        ConfigReader reader = new ConfigReader(keys);
        String type = ModelTypes.read(keys);
        keys.absent("quantization_config", "this decoder computes only what is not quantized");
        keys.absent("transformers_weights", "this library reads model.safetensors, or as published");
        return switch (type) {
            case "opt" -> reader.opt();
            case "gpt_neo" -> reader.neo();
            case "openai-gpt" -> reader.gpt(Architecture.GPT, -1);
            default -> reader.gpt(Architecture.GPT2, OPENAI_END);
        };
    }

    /** Parses OpenAI's {@code hparams.json}: {n_vocab, n_ctx, n_embd, n_head, n_layer}. */
    static ModelConfig parseOpenAi(String file, String json) throws MalformedCheckpointException {
        JsonObject hparams = ConfigKeys.parse(file, json).object().json();
        hparams.add("vocab_size", hparams.get("n_vocab"));
        hparams.add("n_positions", hparams.get("n_ctx"));
        hparams.addProperty("eos_token_id", OPENAI_END);
        return parse(file, hparams.toString());
    }

    private ModelConfig gpt(Architecture architecture, int absentId) throws MalformedCheckpointException {
        boolean first = architecture == Architecture.GPT;
        if (!first && keys.flag("add_cross_attention", false)) {
            throw keys.wrong(
                    "add_cross_attention",
                    "false: cross-attention reads what an encoder has computed, and this library has no encoder;"
                            + " take a model that was trained to continue texts by itself");
        }
        int width = keys.count("n_embd", null);
        return config(
                architecture,
                keys.count("n_layer", null),
                keys.heads("n_head", width, "n_embd"),
                width,
                first ? 4 * width : keys.count("n_inner", 4 * width),
                width,
                keys.count("n_positions", null),
                epsilon(),
                first,
                !first,
                first ? firstActivation() : activation(Activation.GELU_NEW),
                first || keys.flag("scale_attn_weights", true),
                !first && keys.flag("scale_attn_by_inverse_layer_idx", false),
                AttentionLayers.GLOBAL,
                true,
                true,
                absentId);
    }

    private ModelConfig opt() throws MalformedCheckpointException {
        boolean preNorm = keys.flag("do_layer_norm_before", true);
        int width = keys.count("hidden_size", null);
        return config(
                Architecture.OPT,
                keys.count("num_hidden_layers", null),
                keys.heads("num_attention_heads", width, "hidden_size"),
                width,
                keys.count("ffn_dim", null),
                keys.count("word_embed_proj_dim", width),
                keys.count("max_position_embeddings", null),
                1e-5,
                !preNorm,
                !keys.flag("_remove_final_layer_norm", false) && preNorm,
                activation(Activation.RELU),
                true,
                false,
                AttentionLayers.GLOBAL,
                keys.flag("enable_bias", true),
                keys.flag("layer_norm_elementwise_affine", true),
                2);
    }

    private ModelConfig neo() throws MalformedCheckpointException {
        int width = keys.count("hidden_size", null);
        int layers = keys.count("num_layers", null);
        List<Integer> local = AttentionLayers.local(
                keys.object().file(), keys.find("attention_layers"), keys.find("attention_types"), layers);
        return config(
                Architecture.GPT_NEO,
                layers,
                keys.heads("num_heads", width, "hidden_size"),
                width,
                keys.count("intermediate_size", 4 * width),
                width,
                keys.count("max_position_embeddings", null),
                epsilon(),
                false,
                true,
                activation(Activation.GELU_NEW),
                false,
                false,
                new AttentionLayers(local, local.isEmpty() ? 0 : keys.count("window_size", 256)),
                true,
                true,
                OPENAI_END);
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
            boolean finalNorm,
            Activation activation,
            boolean scaleAttnWeights,
            boolean scaleAttnByInverseLayerIdx,
            AttentionLayers attention,
            boolean enableBias,
            boolean layerNormElementwiseAffine,
            int absentId)
            throws MalformedCheckpointException {
        int vocabularySize = keys.count("vocab_size", null);
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
                finalNorm,
                activation,
                scaleAttnWeights,
                scaleAttnByInverseLayerIdx,
                attention.local(),
                attention.window(),
                enableBias,
                layerNormElementwiseAffine,
                keys.id("bos_token_id", absentId, vocabularySize),
                keys.ids("eos_token_id", vocabularySize),
                keys.flag("tie_word_embeddings", true));
    }

    private Activation activation(Activation absent) throws MalformedCheckpointException {
        String key = "activation_function";
        JsonElement value = keys.find(key);
        if (value == null) {
            return absent;
        }
        Activation found = value.isJsonPrimitive() ? Activation.find(value.getAsString()) : null;
        if (found == null) {
            throw keys.wrong(key, "one of " + String.join(", ", Activation.allNames()));
        }
        return found;
    }

    /** Reads the activation of the first GPT, whose file has its own names: its "gelu" is the tanh form. */
    private Activation firstActivation() throws MalformedCheckpointException {
        return switch (keys.only("afn", "gelu", "relu", "silu", "swish")) {
            case "gelu" -> Activation.GELU_NEW;
            case "relu" -> Activation.RELU;
            default -> Activation.SILU;
        };
    }

    /** Reads epsilon. Published files also have large values: a norm with 1e12 does nearly nothing. */
    private double epsilon() throws MalformedCheckpointException {
        JsonElement value = keys.find("layer_norm_epsilon");
        try {
            double epsilon = value == null ? 1e-5 : value.getAsDouble();
            if (epsilon >= 0 && epsilon <= Float.MAX_VALUE) {
                return epsilon;
            }
        } catch (RuntimeException e) {
            throw keys.wrong("layer_norm_epsilon", "a number");
        }
        throw keys.wrong("layer_norm_epsilon", "a number from 0 to 3.4E38");
    }
}
