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
    /** Computes log-probabilities if they are asked for. */
    static Echo of(Gpt2 gpt2, Prompt prompt, CompletionRequest request) {
        List<Integer> ids = prompt.ids() != null ? prompt.ids() : gpt2.encode(gpt2.text(prompt));
        List<Token> tokens = request.isScored() ? tokens(gpt2, ids, request) : List.of();
        return new Echo(ids, gpt2.text(prompt), tokens);
    }

    private static List<Token> tokens(Gpt2 gpt2, List<Integer> ids, CompletionRequest request) {
        List<Double> logProbabilities = List.of();
        List<List<TokenProbability>> tops = List.of();
        if (ids.size() > 1) {
            Score score = gpt2.score(Prompt.ofIds(ids), ScoreOptions.DEFAULT.withTopLogprobs(request.logprobs()));
            logProbabilities = score.logProbabilities();
            tops = score.top();
        }
        List<Token> tokens = new ArrayList<>();
        for (int i = 0; i < ids.size(); i++) {
            double logProbability = i == 0 ? Double.NaN : logProbabilities.get(i - 1);
            List<TokenProbability> top = i == 0 ? List.of() : tops.get(i - 1);
            tokens.add(new Token(ids.get(i), "", logProbability, top, null));
        }
        return tokens;
    }
}
