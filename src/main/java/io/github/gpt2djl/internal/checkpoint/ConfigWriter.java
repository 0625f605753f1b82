package io.github.gpt2djl.internal.checkpoint;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import io.github.gpt2djl.Activation;
import io.github.gpt2djl.MalformedCheckpointException;
import io.github.gpt2djl.ModelConfig;
import io.github.gpt2djl.ModelConfig.Architecture;
import io.github.gpt2djl.checkpoint.TensorInfo.DType;
import io.github.gpt2djl.internal.json.JsonText;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Writes a {@code config.json} with the keys of the published files. */
public final class ConfigWriter {
    private static final List<String> DROPOUTS = List.of(
            "attn_pdrop",
            "embd_pdrop",
            "resid_pdrop",
            "attention_dropout",
            "dropout",
            "embed_dropout",
            "resid_dropout");

    private final ModelConfig config;
    private final JsonObject json = new JsonObject();

    private ConfigWriter(ModelConfig config) {
        this.config = config;
    }

    /**
     * The dropout rates for training.
     *
     * @param all the rate of embeddings and of additions to the residual stream, 0 to below 1
     * @param attention the rate of attention, 0 to below 1
     */
    public record Dropout(double all, double attention) {
        /** The dropout rates of the published models. */
        static final Dropout PUBLISHED = new Dropout(0.1, 0.1);

        public Dropout {
            for (double share : new double[] {all, attention}) {
                if (!(share >= 0 && share < 1)) {
                    throw new IllegalArgumentException("dropout is " + share + ", expected 0 to below 1");
                }
            }
        }
    }

    /**
     * Returns the text of a {@code config.json} that {@link ConfigReader} reads back.
     *
     * @param dtype the type of the weights in the folder
     * @param dropout the rates for training, or null for the source's rates
     * @param source the text of the config.json that the model was read with, whose other keys are kept; null if there
     *     is none
     * @throws IllegalArgumentException if the published keys cannot describe {@code config}
     */
    static String json(ModelConfig config, DType dtype, @Nullable Dropout dropout, @Nullable String source) {
        Dropout told = dropout == null ? Dropout.PUBLISHED : dropout;
        ConfigWriter writer = new ConfigWriter(config);
        switch (config.architecture()) {
            case OPT -> writer.opt(told.all(), told.attention());
            case GPT_NEO -> writer.neo(told.all(), told.attention());
            case GPT2, GPT -> writer.gpt(told.all(), told.attention(), config.architecture() == Architecture.GPT);
        }
        writer.common(dtype);
        String text =
                JsonText.pretty(source == null ? writer.json : writer.kept(JsonText.object(source), dropout != null));
        check(config, text);
        return text;
    }

    /** Returns the source's keys, with the values that have changed. */
    private JsonObject kept(JsonObject kept, boolean withDropout) {
        // This key names the place of the source.
        kept.remove("_name_or_path");
        kept.addProperty("tie_word_embeddings", config.tiedHead());
        kept.add("vocab_size", json.get("vocab_size"));
        // dtype is the later of the key's two names.
        kept.add(kept.has("dtype") ? "dtype" : "torch_dtype", json.get("torch_dtype"));
        if (kept.has("dtype")) {
            kept.remove("torch_dtype");
        }
        if (withDropout) {
            for (String key : DROPOUTS) {
                if (json.has(key)) {
                    kept.add(key, json.get(key));
                }
            }
        }
        // Otherwise the source is the file of another model.
        return isReadAs(config, kept.toString()) ? kept : json;
    }

    private static boolean isReadAs(ModelConfig config, String text) {
        try {
            return ConfigReader.parse("config.json", text).equals(config);
        } catch (MalformedCheckpointException e) {
            return false;
        }
    }

    private void gpt(double dropout, double attentionDropout, boolean first) {
        if (first) {
            json.addProperty(
                    "afn",
                    config.activation() == Activation.GELU_NEW
                            ? "gelu"
                            : config.activation().key());
        } else {
            json.addProperty("activation_function", config.activation().key());
        }
        architecture(first ? "OpenAIGPTLMHeadModel" : "GPT2LMHeadModel");
        json.addProperty("attn_pdrop", attentionDropout);
        json.addProperty("embd_pdrop", dropout);
        json.addProperty("resid_pdrop", dropout);
        json.addProperty("initializer_range", 0.02);
        json.addProperty("layer_norm_epsilon", config.epsilon());
        json.addProperty("n_ctx", config.positions());
        json.addProperty("n_embd", config.width());
        json.addProperty("n_head", config.heads());
        if (config.innerWidth() != 4 * config.width()) {
            json.addProperty("n_inner", config.innerWidth());
        }
        json.addProperty("n_layer", config.layers());
        json.addProperty("n_positions", config.positions());
        if (!config.scaleAttnWeights()) {
            json.addProperty("scale_attn_weights", false);
        }
        if (config.scaleAttnByInverseLayerIdx()) {
            json.addProperty("scale_attn_by_inverse_layer_idx", true);
        }
    }

    private void opt(double dropout, double attentionDropout) {
        json.addProperty("activation_function", config.activation().key());
        architecture("OPTForCausalLM");
        json.addProperty("attention_dropout", attentionDropout);
        json.addProperty("do_layer_norm_before", !config.postNorm());
        json.addProperty("dropout", dropout);
        json.addProperty("ffn_dim", config.innerWidth());
        json.addProperty("hidden_size", config.width());
        json.addProperty("init_std", 0.02);
        json.addProperty("layerdrop", 0.0);
        json.addProperty("max_position_embeddings", config.positions());
        json.addProperty("num_attention_heads", config.heads());
        json.addProperty("num_hidden_layers", config.layers());
        json.addProperty("pad_token_id", 1);
        json.addProperty("word_embed_proj_dim", config.embeddingWidth());
        if (!config.enableBias()) {
            json.addProperty("enable_bias", false);
        }
        if (!config.layerNormElementwiseAffine()) {
            json.addProperty("layer_norm_elementwise_affine", false);
        }
        if (!config.postNorm() && !config.finalNorm()) {
            json.addProperty("_remove_final_layer_norm", true);
        }
    }

    private void neo(double dropout, double attentionDropout) {
        json.addProperty("activation_function", config.activation().key());
        architecture("GPTNeoForCausalLM");
        json.addProperty("attention_dropout", attentionDropout);
        json.add("attention_types", AttentionLayers.types(config));
        json.addProperty("embed_dropout", dropout);
        json.addProperty("hidden_size", config.width());
        json.addProperty("initializer_range", 0.02);
        json.addProperty("intermediate_size", config.innerWidth());
        json.addProperty("layer_norm_epsilon", config.epsilon());
        json.addProperty("max_position_embeddings", config.positions());
        json.addProperty("num_heads", config.heads());
        json.addProperty("num_layers", config.layers());
        json.addProperty("resid_dropout", dropout);
        if (config.windowSize() > 0) {
            json.addProperty("window_size", config.windowSize());
        }
    }

    private void common(DType dtype) {
        json.addProperty("model_type", config.architecture().modelType());
        // Null means that there is no id. An absent key means the published models' id.
        json.addProperty("bos_token_id", config.bosId() < 0 ? null : config.bosId());
        json.add("eos_token_id", ends());
        if (!config.tiedHead()) {
            json.addProperty("tie_word_embeddings", false);
        }
        json.addProperty("torch_dtype", torchName(dtype));
        json.addProperty("vocab_size", config.vocabularySize());
    }

    private static String torchName(DType dtype) {
        return switch (dtype) {
            case F32 -> "float32";
            case F16 -> "float16";
            case BF16 -> "bfloat16";
            default -> throw new IllegalArgumentException("dtype is " + dtype + ", expected F32, F16 or BF16");
        };
    }

    private void architecture(String name) {
        JsonArray names = new JsonArray();
        names.add(name);
        json.add("architectures", names);
    }

    private JsonElement ends() {
        if (config.eosIds().size() < 2) {
            return config.eosIds().isEmpty() ? JsonNull.INSTANCE : new JsonPrimitive(config.eosId());
        }
        JsonArray ids = new JsonArray();
        config.eosIds().forEach(ids::add);
        return ids;
    }

    private static void check(ModelConfig config, String text) {
        String problem;
        try {
            ModelConfig read = ConfigReader.parse("config.json", text);
            if (read.equals(config)) {
                return;
            }
            problem = "would be read as " + read;
        } catch (MalformedCheckpointException e) {
            problem = e.getMessage();
        }
        throw new IllegalArgumentException(config + " does not fit into a config.json: " + problem);
    }
}
