package support;

import io.github.gpt2djl.ModelConfig;

/** The multiply-adds of a token: those of the layers' matrices, of attention, and of the head. */
public final class Work {
    private Work() {}

    /** All weights but the tables of tokens and positions: the N of Kaplan et al. 2020. */
    public static long nonEmbeddingWeights(ModelConfig config) {
        long tables = config.tiedHead() ? 1 : 2;
        long positions = config.positions() + (long) config.unusedPositions();
        return config.parameters()
                - tables * config.vocabularySize() * config.embeddingWidth()
                - positions * config.width();
    }

    /** For the logits after so many tokens, the last of which is new: its matrices, and a look at all of them. */
    public static long cached(ModelConfig config, long tokens) {
        return matrices(config) + look(config) * tokens + head(config);
    }

    /** For the logits after so many tokens, all of them new; each looks at itself and those before it. */
    public static long anew(ModelConfig config, long tokens) {
        return tokens * matrices(config) + look(config) * (tokens * (tokens + 1) / 2) + head(config);
    }

    private static long matrices(ModelConfig config) {
        long width = config.width();
        return config.layers() * (4 * width * width + 2 * width * config.innerWidth());
    }

    /** A product with a key and one with a value, in each layer. */
    private static long look(ModelConfig config) {
        return 2L * config.layers() * config.width();
    }

    private static long head(ModelConfig config) {
        return (long) config.vocabularySize() * config.embeddingWidth();
    }
}
