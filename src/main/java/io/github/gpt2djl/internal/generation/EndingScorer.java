package io.github.gpt2djl.internal.generation;

import io.github.gpt2djl.internal.decoder.ContinuationScores;
import io.github.gpt2djl.internal.decoder.Decoder;
import io.github.gpt2djl.internal.decoder.RunningBatch;
import io.github.gpt2djl.internal.loop.Prefixes;
import io.github.gpt2djl.internal.loop.PromptStart;
import java.util.ArrayList;
import java.util.List;

/** Scores several endings of one text. The text is computed once. */
final class EndingScorer {
    /** The maximum number of tokens that are computed together, unless one ending has more. Bounds the memory. */
    private static final int MAX_TOKENS = 512;

    private EndingScorer() {}

    /**
     * Scores each ending's ids.
     *
     * @param before at least one id
     * @param endings at least one id each; within the context together with {@code before}
     */
    static List<ContinuationScores> score(Decoder decoder, Prefixes prefixes, int[] before, List<int[]> endings) {
        List<List<int[]>> groups = groups(endings);
        int most = groups.stream().mapToInt(EndingScorer::tokens).max().orElse(0);
        List<ContinuationScores> scores = new ArrayList<>();
        try (RunningBatch batch = decoder.batch(1)) {
            PromptStart.join(batch, before, before.length + most, prefixes);
            groups.forEach(group -> scores.addAll(batch.score(group)));
        }
        return scores;
    }

    private static List<List<int[]>> groups(List<int[]> endings) {
        List<List<int[]>> groups = new ArrayList<>();
        for (int[] ending : endings) {
            boolean fits = !groups.isEmpty() && tokens(groups.get(groups.size() - 1)) + ending.length <= MAX_TOKENS;
            if (!fits) {
                groups.add(new ArrayList<>());
            }
            groups.get(groups.size() - 1).add(ending);
        }
        return groups;
    }

    private static int tokens(List<int[]> group) {
        return group.stream().mapToInt(ending -> ending.length).sum();
    }
}
