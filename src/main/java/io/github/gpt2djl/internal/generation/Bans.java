package io.github.gpt2djl.internal.generation;

import static io.github.gpt2djl.GenerationOption.*;

import io.github.gpt2djl.GenerationConfig;
import io.github.gpt2djl.GenerationOption;
import io.github.gpt2djl.InvalidOptionException;
import io.github.gpt2djl.internal.loop.Request;
import io.github.gpt2djl.sampling.LogitsProcessor;
import io.github.gpt2djl.sampling.TokenSequence;
import java.util.ArrayList;
import java.util.List;

/** Finds out before anything is computed whether the rules leave no token, as far as that can be known. */
final class Bans {
    private static final List<GenerationOption<?>> BANNING = List.of(
            SEQUENCE_BIAS,
            NO_REPEAT_NGRAM_SIZE,
            BAD_WORDS_IDS,
            MIN_LENGTH,
            MIN_NEW_TOKENS,
            FORCED_BOS_TOKEN_ID,
            FORCED_EOS_TOKEN_ID,
            SUPPRESS_TOKENS,
            BEGIN_SUPPRESS_TOKENS);

    private Bans() {}

    /**
     * Lets the rules process equal scores after the prompt: whether a token is banned does not depend on its score.
     *
     * @throws InvalidOptionException if no token may follow the prompt, or no token may stand at the greatest length
     */
    static void check(GenerationConfig config, Request request, int vocabulary) {
        List<GenerationOption<?>> banning =
                BANNING.stream().filter(config::isSet).toList();
        // The user's own processors may allow tokens again that the rules before them have banned.
        if (banning.isEmpty() || !config.logitsProcessors().isEmpty()) {
            return;
        }
        int[] prompt = request.prompt();
        int longest = (int) Math.min(Integer.MAX_VALUE, (long) prompt.length + request.limit());
        TokenSequence text = new TokenSequence(prompt, prompt.length, prompt.length, longest);
        float[] scores = new float[vocabulary];
        for (LogitsProcessor rule : request.decoding().processors()) {
            rule.process(scores, text);
        }
        for (float score : scores) {
            if (score != Float.NEGATIVE_INFINITY) {
                forcedEnd(config);
                return;
            }
        }
        List<Object> problem = new ArrayList<>();
        for (GenerationOption<?> option : banning) {
            if (!problem.isEmpty()) {
                problem.add(" and ");
            }
            problem.add(option);
        }
        problem.addAll(List.of(banning.size() == 1 ? " bans" : " ban", " all ", vocabulary, " tokens"));
        GenerationOption<?> first = banning.get(0);
        throw InvalidOptionException.of(first, config.get(first), problem.toArray())
                .expecting("at least one that may follow the prompt");
    }

    private static void forcedEnd(GenerationConfig config) {
        List<Integer> forced = config.get(FORCED_EOS_TOKEN_ID);
        if (!forced.isEmpty() && config.get(SUPPRESS_TOKENS).containsAll(forced)) {
            throw InvalidOptionException.value(
                    FORCED_EOS_TOKEN_ID,
                    forced,
                    "at least one id that may stand at the greatest length: ",
                    SUPPRESS_TOKENS,
                    " bans all of them");
        }
    }
}
