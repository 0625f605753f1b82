package io.github.gpt2djl.internal.generation;

import io.github.gpt2djl.InvalidOptionException;
import io.github.gpt2djl.InvalidOptionException.Setting;
import io.github.gpt2djl.NamedOption;
import io.github.gpt2djl.Prompt;
import io.github.gpt2djl.RankedContinuation;
import io.github.gpt2djl.Score;
import io.github.gpt2djl.ScoreOptions;
import io.github.gpt2djl.internal.decoder.ContinuationScores;
import io.github.gpt2djl.internal.loop.Prefixes;
import io.github.gpt2djl.sampling.TokenProbability;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;

/** Computes log-probabilities and embeddings of given texts. */
public record TextScorer(LoadedModel model) {
    private static final NamedOption TEXT = NamedOption.of("text");
    private static final NamedOption STRIDE = NamedOption.of("stride");
    private static final NamedOption BOS = NamedOption.of("bos");

    public Score score(Prompt text, ScoreOptions options) {
        int positions = model.config().positions();
        int stride = options.stride();
        Object[] advice = {", or set ", new Setting(STRIDE, Math.max(1, positions / 2)), " for example"};
        if (stride == 0) {
            model.checkFits(text, TEXT, "the text", advice);
        }
        int[] ids = model.ids(text, false);
        boolean bosAdded = options.bos() && !beginsWithBos(text, ids);
        if (bosAdded) {
            ids = join(new int[] {model.bos()}, ids);
        }
        if (ids.length < 2) {
            int found = ids.length - (bosAdded ? 1 : 0);
            throw InvalidOptionException.of(TEXT, found, "the text has ", found, " ids")
                    .expecting("at least ", options.bos() ? 1 : 2, ": the first id has no context to be predicted from")
                    .withAdvice("give a longer text, or set ", BOS);
        }
        if (stride < 0 || stride >= positions) {
            throw InvalidOptionException.value(
                    STRIDE, stride, "1 to ", positions - 1, ", less than the model's context, or 0 for one window");
        }
        if (stride == 0 && ids.length > positions) {
            throw model.tooLong(TEXT, ids.length, "the text has " + ids.length, advice);
        }
        List<Double> all = new ArrayList<>(ids.length - 1);
        List<Integer> ranks = new ArrayList<>(ids.length - 1);
        List<List<TokenProbability>> tops = new ArrayList<>(ids.length - 1);
        int top = options.topLogprobs();
        for (int begin = 0; all.size() < ids.length - 1; begin += stride) {
            int end = Math.min(begin + positions, ids.length);
            float[] window = model.decoder().scores(Arrays.copyOfRange(ids, begin, end), top);
            int scored = end - begin - 1;
            // The tokens before have been scored in the previous window.
            for (int i = all.size() - begin; i < scored; i++) {
                all.add((double) window[i]);
                ranks.add((int) window[scored + i]);
                List<TokenProbability> likeliest = new ArrayList<>(top);
                for (int k = 2; k < 2 + top; k++) {
                    likeliest.add(new TokenProbability((int) window[(k + top) * scored + i], window[k * scored + i]));
                }
                tops.add(likeliest);
            }
        }
        return new Score(LoadedModel.boxed(ids), all, ranks, tops);
    }

    public float[] embed(Prompt text) {
        int[] ids = model.fittingIds(text, TEXT);
        if (ids.length == 0) {
            throw InvalidOptionException.of(TEXT, 0, "the text is empty").expecting("at least one id");
        }
        return model.decoder().embedding(ids);
    }

    /** @param prefixes the texts whose beginnings are known */
    public List<RankedContinuation> rank(Prompt prompt, List<Prompt> continuations, Prefixes prefixes) {
        if (continuations.isEmpty()) {
            throw new IllegalArgumentException("found no continuation, expected at least one");
        }
        model.checkFits(prompt, LoadedModel.PROMPT, "the prompt");
        int[] given = model.ids(prompt, false);
        int[] before = given.length == 0 ? new int[] {model.bos()} : given;
        List<int[]> endings = new ArrayList<>();
        for (int index = 0; index < continuations.size(); index++) {
            model.checkFits(continuations.get(index), NamedOption.of("continuations"), "continuation " + (index + 1));
            int[] ids = model.idsBehind(continuations.get(index));
            if (ids.length == 0) {
                throw new IllegalArgumentException(
                        "continuation " + (index + 1) + " is empty, expected at least one id");
            }
            model.decoder().check(List.of(join(before, ids)));
            endings.add(ids);
        }
        List<RankedContinuation> ranked = new ArrayList<>();
        for (ContinuationScores scored : EndingScorer.score(model.decoder(), prefixes, before, endings)) {
            float[] scores = scored.logProbabilities();
            double sum = 0;
            for (float score : scores) {
                sum += score;
            }
            int index = ranked.size();
            ranked.add(new RankedContinuation(index, LoadedModel.boxed(endings.get(index)), sum, sum / scores.length));
        }
        ranked.sort(Comparator.comparingDouble(RankedContinuation::mean).reversed());
        return List.copyOf(ranked);
    }

    /**
     * Scores a text that continues another one.
     *
     * @param before at least one id
     * @param prefixes the texts whose beginnings are known
     */
    public Score score(int[] before, Prompt continuation, Prefixes prefixes) {
        model.checkFits(continuation, TEXT, "the text");
        int[] ids = model.idsBehind(continuation);
        if (ids.length == 0) {
            throw InvalidOptionException.of(TEXT, 0, "the continuation is empty")
                    .expecting("at least one id");
        }
        model.decoder().check(List.of(join(before, ids)));
        ContinuationScores scored = EndingScorer.score(model.decoder(), prefixes, before, List.of(ids))
                .get(0);
        List<Double> all = new ArrayList<>();
        for (float logProbability : scored.logProbabilities()) {
            all.add((double) logProbability);
        }
        int[] last = Arrays.copyOfRange(before, before.length - 1, before.length);
        return new Score(
                LoadedModel.boxed(join(last, ids)),
                all,
                LoadedModel.boxed(scored.ranks()),
                Collections.nCopies(ids.length, List.of()));
    }

    /** Whether the tokenizer has put bos in front of a text, as OPT's does. */
    private boolean beginsWithBos(Prompt text, int[] ids) {
        return text.text() != null
                && ids.length > 0
                && ids[0] == model.bos()
                && model.idsBehind(text).length < ids.length;
    }

    private static int[] join(int[] a, int[] b) {
        int[] both = Arrays.copyOf(a, a.length + b.length);
        System.arraycopy(b, 0, both, a.length, b.length);
        return both;
    }
}
