package io.github.gpt2djl.sampling;

import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalDouble;

/**
 * Chooses a token as the samplers do, one rule after the other, and tells what each rule did. Slow: it looks at the
 * whole vocabulary after every rule.
 */
public final class Explainer {
    private final List<Labelled<LogitsProcessor>> processors;
    private final List<Labelled<Warper>> warpers;
    private final boolean draws;
    private final int n;

    /**
     * A rule with what it is called.
     *
     * @param name option and value, like {@code top_k 50}
     */
    public record Labelled<R>(String name, R rule) {}

    /**
     * The same rules as a sampler has.
     *
     * @param processors applied first
     * @param warpers applied then
     * @param draws whether a token is drawn; else the likeliest is taken
     * @param n tokens to tell of at each place, at least 1
     */
    public Explainer(List<Labelled<LogitsProcessor>> processors, List<Labelled<Warper>> warpers, boolean draws, int n) {
        this.processors = List.copyOf(processors);
        this.warpers = List.copyOf(warpers);
        this.draws = draws;
        this.n = n;
    }

    /** Chooses as {@link Sampler#sample} with the same arguments. */
    public StepTrace explain(FloatBuffer logits, TokenSequence text, double draw) {
        float[] scores = new float[logits.limit()];
        logits.get(0, scores);
        Distribution model = new Distribution(scores.clone());
        Distribution now = model;
        List<StepTrace.Effect> effects = new ArrayList<>();
        for (Labelled<LogitsProcessor> processor : processors) {
            processor.rule().process(scores, text);
            now = effect(processor.name(), now, new Distribution(scores.clone()), effects);
        }
        Processed.requireSome(scores, processors.stream().map(Labelled::rule).toList());
        Candidates candidates = new Candidates();
        candidates.fill(FloatBuffer.wrap(scores));
        for (Labelled<Warper> warper : warpers) {
            warper.rule().apply(candidates);
            now = effect(warper.name(), now, new Distribution(spread(candidates, scores.length)), effects);
        }
        int chosen =
                draws ? Multinomial.draw(candidates, draw) : new Greedy().sample(FloatBuffer.wrap(scores), text, draw);
        double from = 0;
        for (int id = 0; draws && id < chosen; id++) {
            from += now.probability(id);
        }
        return new StepTrace(
                model.top(n),
                model.entropy(),
                effects,
                now.size(),
                model.mass(now),
                draws ? OptionalDouble.of(draw) : OptionalDouble.empty(),
                from,
                draws ? from + now.probability(chosen) : 1,
                chosen);
    }

    private Distribution effect(String rule, Distribution before, Distribution after, List<StepTrace.Effect> effects) {
        List<TokenProbability> removed = before.top(n).stream()
                .filter(token -> after.probability(token.id()) == 0)
                .toList();
        effects.add(
                new StepTrace.Effect(rule, after.size(), before.mass(after), after.entropy(), after.top(n), removed));
        return after;
    }

    /** The candidates' scores by id; -Infinity for those that have been dropped. */
    private static float[] spread(Candidates candidates, int vocabulary) {
        float[] scores = new float[vocabulary];
        Arrays.fill(scores, Float.NEGATIVE_INFINITY);
        for (int i = 0; i < candidates.size(); i++) {
            scores[candidates.id(i)] = candidates.score(i);
        }
        return scores;
    }

    /** The softmax of scores; those of -Infinity are out. */
    private static final class Distribution {
        private final float[] scores;
        private final double logSumExp;

        Distribution(float[] scores) {
            this.scores = scores;
            float highest = Float.NEGATIVE_INFINITY;
            for (float score : scores) {
                highest = Math.max(highest, score);
            }
            double sum = 0;
            for (float score : scores) {
                sum += Math.exp(score - highest);
            }
            logSumExp = highest + Math.log(sum);
        }

        double probability(int id) {
            return Math.exp(scores[id] - logSumExp);
        }

        int size() {
            int size = 0;
            for (float score : scores) {
                size += score > Float.NEGATIVE_INFINITY ? 1 : 0;
            }
            return size;
        }

        double entropy() {
            double entropy = 0;
            for (int id = 0; id < scores.length; id++) {
                double p = probability(id);
                entropy -= p > 0 ? p * (scores[id] - logSumExp) : 0;
            }
            return entropy;
        }

        /** How likely the tokens of another distribution are in this one. */
        double mass(Distribution others) {
            double mass = 0;
            for (int id = 0; id < scores.length; id++) {
                mass += others.scores[id] > Float.NEGATIVE_INFINITY ? probability(id) : 0;
            }
            return Math.min(mass, 1);
        }

        List<TokenProbability> top(int n) {
            return TokenProbability.top(FloatBuffer.wrap(scores), logSumExp, n).stream()
                    .filter(token -> token.logProbability() > Double.NEGATIVE_INFINITY)
                    .toList();
        }
    }
}
