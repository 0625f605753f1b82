package io.github.gpt2djl.internal.loop;

import io.github.gpt2djl.internal.sampling.CounterRandom;
import io.github.gpt2djl.sampling.TokenSequence;
import java.nio.FloatBuffer;
import java.util.Arrays;

/**
 * A prompt and how to continue it.
 *
 * <pre>{@code
 * Decoding greedy = Decoding.plain(new Greedy());
 * Request twentyTokens = new Request(new int[] {20, 30, 40}, 1, 20, 0, greedy);
 * }</pre>
 *
 * @param prompt its ids, at least one
 * @param copies sequences to grow from it, at least 1
 * @param limit maximum number of new tokens of each, at least 1; within the model's context, unless {@code decoding}
 *     goes on beyond it
 * @param seed of the draws
 * @param decoding how to choose the tokens
 */
public record Request(int[] prompt, int copies, int limit, long seed, Decoding decoding) {
    /** Chooses the token that follows the first {@code length} ids, which begin with the prompt. */
    int choose(FloatBuffer logits, int[] ids, int length, int copy) {
        return decoding.sampler().sample(logits, view(ids, length), draw(length, copy));
    }

    TokenSequence view(int[] ids, int length) {
        return new TokenSequence(
                ids, length, prompt.length, (int) Math.min(Integer.MAX_VALUE, (long) prompt.length + limit));
    }

    /** The random number of a new token. Neither the batch nor other tokens change this number. */
    double draw(int length, int copy) {
        return CounterRandom.uniform(seed, copy, length - prompt.length);
    }

    /**
     * The ids that are computed first. A prompt that is too long is cut as a text would be.
     *
     * @param positions the number of the model's positions
     * @return the prompt, or its last {@link Decoding#keep()} ids where it is longer than {@code positions}
     */
    public int[] start(int positions) {
        return prompt.length <= positions
                ? prompt
                : Arrays.copyOfRange(prompt, prompt.length - decoding.keep(), prompt.length);
    }

    /** The maximum number of positions that each sequence takes: the last token is never fed back. */
    int room(int positions) {
        return (int) Math.min((long) prompt.length + limit - 1, positions);
    }
}
