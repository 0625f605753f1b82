package io.github.gpt2djl.sampling;

/**
 * A rule that changes the scores of the next token depending on the text so far; greedy decoding follows it too.
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
     * @param scores [vocabulary]: the logits as the previous rules left them; -Infinity bans a token
     * @param text the text so far, prompt included
     */
    void process(float[] scores, TokenSequence text);
}
