package io.github.gpt2djl.server;

import io.github.gpt2djl.Gpt2;
import io.github.gpt2djl.Prompt;
import io.github.gpt2djl.Score;
import io.github.gpt2djl.ScoreOptions;
import io.github.gpt2djl.Token;
import io.github.gpt2djl.sampling.TokenProbability;
import java.util.ArrayList;
import java.util.List;

/**
 * A prompt as an answer repeats it.
 *
 * @param ids of the prompt
 * @param text of all
 * @param tokens one an id, with log-probabilities but for the first, and without a text of their own; none where
 *     log-probabilities are not asked for
 */
record Echo(List<Integer> ids, String text, List<Token> tokens) {
    /** Adds log-probabilities, with the likeliest tokens at each place. */
    Echo scored(Gpt2 gpt2, int likeliest) {
        List<Double> logProbabilities = List.of();
        List<List<TokenProbability>> tops = List.of();
        if (ids.size() > 1) {
            Score score = gpt2.score(Prompt.ofIds(ids), ScoreOptions.DEFAULT.withTopLogprobs(likeliest));
            logProbabilities = score.logProbabilities();
            tops = score.top();
        }
        List<Token> scored = new ArrayList<>();
        for (int i = 0; i < ids.size(); i++) {
            double logProbability = i == 0 ? Double.NaN : logProbabilities.get(i - 1);
            List<TokenProbability> top = i == 0 ? List.of() : tops.get(i - 1);
            scored.add(new Token(ids.get(i), "", logProbability, top, null));
        }
        return new Echo(ids, text, scored);
    }
}
