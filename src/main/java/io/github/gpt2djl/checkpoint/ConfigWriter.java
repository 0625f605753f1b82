package io.github.gpt2djl.checkpoint;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import io.github.gpt2djl.checkpoint.ModelConfig.Architecture;
import io.github.gpt2djl.checkpoint.TensorInfo.DType;

/** Writes a {@code config.json} with the keys of the published ones. */
final class ConfigWriter {
    private static final Gson PRETTY =
            new GsonBuilder().setPrettyPrinting().serializeNulls().create();

    private final ModelConfig config;
    private final JsonObject json = new JsonObject();

    private ConfigWriter(ModelConfig config) {
        this.config = config;
    }

    /**
     * The text of a {@code config.json} that {@link ConfigReader} reads back.
     *
     * @param dtype of the weights beside it
     * @param dropout in training, of embeddings and of what is added
     * @param attentionDropout and of attention
     * @throws IllegalArgumentException if the published keys cannot tell what {@code config} is
     */
    static String json(ModelConfig config, DType dtype, double dropout, double attentionDropout) {
        ConfigWriter writer = new ConfigWriter(config);
        if (config.architecture() == Architecture.OPT) {
            writer.opt(dropout, attentionDropout);
        } else {
            writer.gpt(dropout, attentionDropout, config.architecture() == Architecture.GPT);
        }
        writer.common(dtype);
        String text = PRETTY.toJson(writer.json) + "\n";
        check(config, text);
        return text;
    }

    private void gpt(double dropout, double attentionDropout, boolean first) {
        json.addProperty(first ? "afn" : "activation_function", first ? "gelu" : "gelu_new");
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
    }

    private void opt(double dropout, double attentionDropout) {
        json.addProperty("activation_function", "relu");
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
    }

    private void common(DType dtype) {
        json.addProperty("model_type", config.architecture().modelType);
        // Null where there is none: an absent one means the published models'.
        json.addProperty("bos_token_id", config.bosId() < 0 ? null : config.bosId());
        json.add("eos_token_id", ends());
        if (config.doSample() || config.maxLength() > 0) {
            json.add("task_specific_params", tasks());
        }
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

    private JsonObject tasks() {
        JsonObject generation = new JsonObject();
        generation.addProperty("do_sample", config.doSample());
        if (config.maxLength() > 0) {
            generation.addProperty("max_length", config.maxLength());
        }
        JsonObject tasks = new JsonObject();
        tasks.add("text-generation", generation);
        return tasks;
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
