package support;

import io.github.gpt2djl.Generation;
import io.github.gpt2djl.Token;

/** How sure a model was of what it has generated. */
public final class LogProbabilities {
    private LogProbabilities() {}

    /** Of the new tokens, on average: unlike the sum, it does not favour short texts. */
    public static double mean(Generation generation) {
        return generation.tokens().stream()
                .mapToDouble(Token::logProbability)
                .average()
                .orElseThrow();
    }
}
