package io.github.gpt2djl.checkpoint;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import org.jspecify.annotations.Nullable;

/**
 * The architecture that a published {@code config.json} describes.
 *
 * @param layers transformer blocks ({@code n_layer})
 * @param heads attention heads of a block ({@code n_head}); divides {@code width}
 * @param width size of the hidden state ({@code n_embd})
 * @param innerWidth size of the MLP's hidden layer ({@code n_inner}, 4 × width where absent)
 * @param positions learned positions, the longest context ({@code n_positions})
 * @param vocabularySize number of token ids ({@code vocab_size})
 * @param epsilon added to the variance in layer norms ({@code layer_norm_epsilon})
 * @param bosId the id that an empty prompt starts from ({@code bos_token_id}); -1: none
 * @param eosId the id that ends a text ({@code eos_token_id}); -1: none
 * @param tiedHead whether logits are products with the embedding table ({@code tie_word_embeddings})
 * @param doSample the checkpoint's own default for text generation
 * @param maxLength the checkpoint's own default for text generation, in ids with the prompt; 0: it names none
 */
public record ModelConfig(
        int layers,
        int heads,
        int width,
        int innerWidth,
        int positions,
        int vocabularySize,
        double epsilon,
        int bosId,
        int eosId,
        boolean tiedHead,
        boolean doSample,
        int maxLength) {

    /**
     * Parses a {@code config.json}.
     *
     * @param file the file's name, for messages
     * @throws MalformedCheckpointException if it is not JSON, lacks a key, or describes what this decoder does not
     *     compute
     */
    static ModelConfig parse(String file, String json) throws MalformedCheckpointException {
        Keys keys;
        try {
            keys = new Keys(file, JsonParser.parseString(json).getAsJsonObject());
        } catch (JsonParseException | IllegalStateException | StackOverflowError e) {
            throw new MalformedCheckpointException(file, "not a JSON object", e);
        }
        keys.only("model_type", "gpt2");
        keys.only("activation_function", "gelu_new", "gelu_pytorch_tanh");
        keys.only("scale_attn_weights", "true");
        keys.only("scale_attn_by_inverse_layer_idx", "false");
        keys.only("add_cross_attention", "false");
        int width = keys.count("n_embd", null);
        int heads = keys.count("n_head", null);
        if (width % heads != 0) {
            throw new MalformedCheckpointException(
                    file, "n_embd is " + width + ", expected a multiple of n_head, which is " + heads);
        }
        int vocabularySize = keys.count("vocab_size", null);
        JsonObject generation = keys.textGeneration();
        Keys defaults = new Keys(file, generation);
        return new ModelConfig(
                keys.count("n_layer", null),
                heads,
                width,
                keys.count("n_inner", 4 * width),
                keys.count("n_positions", null),
                vocabularySize,
                keys.epsilon(),
                keys.id("bos_token_id", vocabularySize),
                keys.id("eos_token_id", vocabularySize),
                keys.flag("tie_word_embeddings", true),
                defaults.flag("do_sample", false),
                defaults.count("max_length", 0));
    }

    /** Parses OpenAI's {@code hparams.json}: {n_vocab, n_ctx, n_embd, n_head, n_layer}. */
    static ModelConfig parseOpenAi(String file, String json) throws MalformedCheckpointException {
        try {
            JsonObject hparams = JsonParser.parseString(json).getAsJsonObject();
            hparams.add("vocab_size", hparams.get("n_vocab"));
            hparams.add("n_positions", hparams.get("n_ctx"));
            return parse(file, hparams.toString());
        } catch (JsonParseException | IllegalStateException | StackOverflowError e) {
            throw new MalformedCheckpointException(file, "not a JSON object", e);
        }
    }

    /** The number of weights, each tied one once. */
    public long parameters() {
        long e = width;
        long layer = 4 * e * e + 2 * e * innerWidth + 9 * e + innerWidth;
        return (vocabularySize + (long) positions) * e + layers * layer + 2 * e + (tiedHead ? 0 : vocabularySize * e);
    }

    /** One JSON object's keys, read with the checks that a config needs. */
    private record Keys(String file, JsonObject json) {

        private @Nullable JsonElement find(String key) {
            JsonElement value = json.get(key);
            return value == null || value.isJsonNull() ? null : value;
        }

        int count(String key, @Nullable Integer absent) throws MalformedCheckpointException {
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

        /**
         * Absent means 50256, null means none. transformers writes 50256 for small vocabularies too, and it never
         * occurs there.
         */
        int id(String key, int vocabularySize) throws MalformedCheckpointException {
            JsonElement stored = json.get(key);
            if (stored != null && stored.isJsonNull()) {
                return -1;
            }
            int id = stored == null ? 50256 : integer(key, stored);
            if (id < 0) {
                throw new MalformedCheckpointException(file, key + " is " + id + ", expected at least 0, or null");
            }
            return id < vocabularySize ? id : -1;
        }

        double epsilon() throws MalformedCheckpointException {
            JsonElement value = find("layer_norm_epsilon");
            try {
                double epsilon = value == null ? 1e-5 : value.getAsDouble();
                if (epsilon > 0 && epsilon < 1) {
                    return epsilon;
                }
            } catch (RuntimeException e) {
                throw wrong("layer_norm_epsilon", value, "a number", e);
            }
            throw wrong("layer_norm_epsilon", value, "a number between 0 and 1", null);
        }

        boolean flag(String key, boolean absent) throws MalformedCheckpointException {
            JsonElement value = find(key);
            if (value == null) {
                return absent;
            }
            if (value.isJsonPrimitive() && value.getAsJsonPrimitive().isBoolean()) {
                return value.getAsBoolean();
            }
            throw wrong(key, value, "true or false", null);
        }

        /** Rejects any value of {@code key} but these; an absent key means the first. */
        void only(String key, String... supported) throws MalformedCheckpointException {
            JsonElement value = find(key);
            if (value == null) {
                return;
            }
            String found = value.isJsonPrimitive() ? value.getAsString() : value.toString();
            for (String s : supported) {
                if (s.equals(found)) {
                    return;
                }
            }
            throw new MalformedCheckpointException(
                    file, key + " is " + found + ", this decoder computes only " + String.join(" or ", supported));
        }

        JsonObject textGeneration() {
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
}
