package io.github.gpt2djl;

import io.github.gpt2djl.InvalidOptionException.Setting;
import io.github.gpt2djl.internal.checkpoint.ConfigReader;
import java.util.List;

/**
 * The architecture that a published {@code config.json} describes; the keys named here are GPT-2's.
 *
 * <pre>{@code
 * ModelConfig config = gpt2.config();
 * System.out.println(config.layers() + " layers of width " + config.width()); // 6 layers of width 192
 * System.out.println(config.parameters()); // 3111936
 * }</pre>
 *
 * @param architecture the family
 * @param layers transformer blocks ({@code n_layer})
 * @param heads attention heads of a block ({@code n_head}); divides {@code width}
 * @param width size of the hidden state ({@code n_embd})
 * @param innerWidth size of the MLP's hidden layer ({@code n_inner}, 4 × width where absent)
 * @param embeddingWidth size of a token's embedding, projected to {@code width} where it differs (OPT-350m)
 * @param positions learned positions, the longest context ({@code n_positions})
 * @param vocabularySize number of token ids ({@code vocab_size})
 * @param epsilon the number added to the variance in layer norms ({@code layer_norm_epsilon})
 * @param postNorm whether norms follow the residual sums (GPT, OPT-350m) instead of preceding the sublayers
 * @param finalNorm whether a norm follows the last layer; false where {@code postNorm} is true, or OPT's {@code
 *     _remove_final_layer_norm}
 * @param activation the activation function of the MLP ({@code activation_function}, GPT's {@code afn})
 * @param scaleAttnWeights whether the products of queries and keys are divided by the square root of a head's width
 *     ({@code scale_attn_weights})
 * @param scaleAttnByInverseLayerIdx whether layer l, from 0 on, divides them by l + 1
 *     ({@code scale_attn_by_inverse_layer_idx})
 * @param localLayers the layers, from 0 on and ascending, whose attention is limited to the last {@code windowSize}
 *     tokens ({@code attention_types})
 * @param windowSize number of tokens that a local layer's attention covers, including the token itself ({@code
 *     window_size}); 0 if no layer is local
 * @param enableBias whether an OPT's layers add biases to their products ({@code enable_bias})
 * @param layerNormElementwiseAffine whether an OPT's norms have weights and biases ({@code
 *     layer_norm_elementwise_affine})
 * @param bosId the id that an empty prompt starts from ({@code bos_token_id}); -1 for none
 * @param eosIds the ids that end a text ({@code eos_token_id}); empty for none
 * @param tiedHead whether logits are products with the embedding table ({@code tie_word_embeddings})
 */
public record ModelConfig(
        Architecture architecture,
        int layers,
        int heads,
        int width,
        int innerWidth,
        int embeddingWidth,
        int positions,
        int vocabularySize,
        double epsilon,
        boolean postNorm,
        boolean finalNorm,
        Activation activation,
        boolean scaleAttnWeights,
        boolean scaleAttnByInverseLayerIdx,
        List<Integer> localLayers,
        int windowSize,
        boolean enableBias,
        boolean layerNormElementwiseAffine,
        int bosId,
        List<Integer> eosIds,
        boolean tiedHead) {

    /**
     * Copies the lists.
     *
     * @param architecture the family
     * @param layers transformer blocks
     * @param heads attention heads of a block
     * @param width size of the hidden state
     * @param innerWidth size of the MLP's hidden layer
     * @param embeddingWidth size of a token's embedding
     * @param positions learned positions
     * @param vocabularySize number of token ids
     * @param epsilon the number added to the variance in layer norms
     * @param postNorm whether norms follow the residual sums
     * @param finalNorm whether a norm follows the last layer
     * @param activation the activation function of the MLP
     * @param scaleAttnWeights whether the products of queries and keys are divided by the square root of a head's width
     * @param scaleAttnByInverseLayerIdx whether layer l divides them by l + 1
     * @param localLayers copied
     * @param windowSize number of tokens that a local layer's attention covers; 0 if no layer is local
     * @param enableBias whether an OPT's layers add biases to their products
     * @param layerNormElementwiseAffine whether an OPT's norms have weights and biases
     * @param bosId an id, or -1
     * @param eosIds copied
     * @param tiedHead whether logits are products with the embedding table
     */
    public ModelConfig {
        localLayers = List.copyOf(localLayers);
        eosIds = List.copyOf(eosIds);
    }

    /** The maximum width, vocabulary size and number of positions, for which the number of weights fits into a long. */
    public static final int MAX_SIZE = 1 << 19;

    /** The maximum number of layers. */
    public static final int MAX_LAYERS = 1 << 12;

    /** A family of published models. */
    public enum Architecture {
        /** GPT-2: Radford et al. 2019. */
        GPT2("gpt2"),
        /** The first GPT: Radford et al. 2018. */
        GPT("openai-gpt"),
        /** OPT: Zhang et al. 2022. Uses ReLU, and each text starts with {@code </s>}. */
        OPT("opt"),
        /** GPT-Neo: Black et al. 2021. Attention is not scaled, and in some layers limited to a window. */
        GPT_NEO("gpt_neo");

        private final String modelType;

        Architecture(String modelType) {
            this.modelType = modelType;
        }

        /** {@return the {@code model_type} in config.json, such as {@code gpt2}} */
        public String modelType() {
            return modelType;
        }
    }

    /**
     * Returns a GPT-2 of any shape: with an MLP four times as wide as the layers, and the embedding table as the head.
     *
     * @param layers 1 to 4,096
     * @param heads number of attention heads of a layer, 1 to 524,288; a divisor of {@code width}
     * @param width width of the embeddings and layers, 1 to 524,288
     * @param positions length of the context, 1 to 524,288
     * @param vocabularySize number of token ids, 1 to 524,288; the last id is {@code <|endoftext|>}
     * @return the architecture
     * @throws IllegalArgumentException if a number is out of range, or the heads do not divide the width
     */
    public static ModelConfig gpt2(int layers, int heads, int width, int positions, int vocabularySize) {
        int[] sizes = {layers, heads, width, positions, vocabularySize};
        NamedOption[] names = {
            NamedOption.of("layers"),
            NamedOption.of("heads"),
            NamedOption.of("width"),
            NamedOption.of("context"),
            NamedOption.of("vocabularySize", "vocab_size")
        };
        for (int i = 0; i < sizes.length; i++) {
            int max = i == 0 ? MAX_LAYERS : MAX_SIZE;
            if (sizes[i] < 1 || sizes[i] > max) {
                throw InvalidOptionException.value(names[i], sizes[i], "1 to ", max);
            }
        }
        if (width % heads != 0) {
            throw InvalidOptionException.conflict(
                    names[2],
                    width,
                    new Setting(names[1], heads),
                    "a multiple of ",
                    heads,
                    ", as each head has an equal share: ",
                    (width / heads + 1) * heads,
                    " for example");
        }
        int end = vocabularySize - 1;
        return new ModelConfig(
                Architecture.GPT2,
                layers,
                heads,
                width,
                4 * width,
                width,
                positions,
                vocabularySize,
                1e-5,
                false,
                true,
                Activation.GELU_NEW,
                true,
                false,
                List.of(),
                0,
                true,
                true,
                end,
                List.of(end),
                true);
    }

    /**
     * Parses a {@code config.json}.
     *
     * @param file the file's name, for messages
     * @param json the file's text
     * @return the architecture
     * @throws MalformedCheckpointException if {@code json} is malformed, lacks a key, or describes a model that this
     *     library does not compute
     */
    public static ModelConfig parse(String file, String json) throws MalformedCheckpointException {
        return ConfigReader.parse(file, json);
    }

    /**
     * Returns this architecture with a head of its own, or with the embedding table as the head.
     *
     * @param tied whether the head is the embedding table
     * @return the architecture
     */
    public ModelConfig withTiedHead(boolean tied) {
        return with(vocabularySize, tied);
    }

    /**
     * Returns this architecture with another vocabulary size.
     *
     * @param size number of token ids
     * @return the architecture
     */
    public ModelConfig withVocabularySize(int size) {
        return with(size, tiedHead);
    }

    private ModelConfig with(int size, boolean tied) {
        return new ModelConfig(
                architecture,
                layers,
                heads,
                width,
                innerWidth,
                embeddingWidth,
                positions,
                size,
                epsilon,
                postNorm,
                finalNorm,
                activation,
                scaleAttnWeights,
                scaleAttnByInverseLayerIdx,
                localLayers,
                windowSize,
                enableBias,
                layerNormElementwiseAffine,
                bosId,
                eosIds,
                tied);
    }

    /** {@return the first of the ids that end a text; -1 if there is none} */
    public int eosId() {
        return eosIds.isEmpty() ? -1 : eosIds.get(0);
    }

    /** {@return the factor of the products of queries and keys, before a layer's own divisor} */
    public double attentionScale() {
        return scaleAttnWeights ? 1 / Math.sqrt((double) width / heads) : 1;
    }

    /** {@return the number of weights; tied weights count once} */
    public long parameters() {
        long e = width;
        // GPT-Neo's queries, keys and values have no biases.
        long biases = !enableBias ? 0 : (architecture == Architecture.GPT_NEO ? 2 : 5) * e + innerWidth;
        long norm = layerNormElementwiseAffine ? 2 * e : 0;
        long layer = 4 * e * e + 2 * e * innerWidth + biases + 2 * norm;
        long table = (long) vocabularySize * embeddingWidth;
        // Rows of the published table that no position uses are weights too.
        long rows = positions + (long) unusedPositions();
        long projections = embeddingWidth == width ? 0 : 2 * e * embeddingWidth;
        return table + rows * e + layers * layer + (finalNorm ? norm : 0) + projections + (tiedHead ? 0 : table);
    }

    /** {@return the number of rows of the published position table before the first position's} */
    public int unusedPositions() {
        return architecture == Architecture.OPT ? 2 : 0;
    }
}
