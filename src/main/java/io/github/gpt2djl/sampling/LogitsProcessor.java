package io.github.gpt2djl.sampling;

/**
 * A rule that looks at the text so far and changes the scores of the next token; greedy decoding obeys it too.
 *
 * <p>A lipogram:
 *
 * <pre>{@code
 * LogitsProcessor withoutE = (scores, text) -> {
 *     for (int id = 0; id < scores.length; id++) {
 *         scores[id] = gpt2.decode(id).contains("e") ? Float.NEGATIVE_INFINITY : scores[id];
 *     }
 * };
 * var config = GenerationConfig.builder().logitsProcessor(withoutE).build();
 * }</pre>
 */
@FunctionalInterface
public interface LogitsProcessor {
    /**
     * Changes the scores in place.
     *
     * @param scores [vocabulary]: logits, as the rules before have left them; -Infinity bans a token
     * @param text what is there, prompt included
     */
    void process(float[] scores, TokenSequence text);
}
