package io.github.gpt2djl.sampling;

import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.TreeSet;

/**
 * Chooses a token as the samplers do, one rule after the other, and reports the effect of each rule. Slow: it scans
 * the whole vocabulary after every rule.
 *
 * <p>With the probabilities .5 .3 .15 .05:
 *
 * <pre>{@code
 * Explainer explainer = new Explainer(List.of(), List.of(new Explainer.Labelled<>("top_k 2", new TopK(2))), true, 4);
 * StepTrace step = explainer.explain(logits, soFar, 0.9);
 * System.out.println(step.chosen().id() + " of " + step.kept()); // 1 of 2
 * }</pre>
 */
public final class Explainer {
    private final List<Labelled<LogitsProcessor>> processors;
    private final List<Labelled<LogitsWarper>> warpers;
    private final boolean draws;
    private final int n;

    /**
     * A rule with its name.
     *
     * @param <R> the kind of rule
     * @param name option and value, like {@code top_k 50}
     * @param rule the rule
     */
    public record Labelled<R>(String name, R rule) {}

    /**
     * Creates an explainer with the rules of a sampler.
     *
     * @param processors the rules applied first
     * @param warpers the rules applied after them
     * @param draws whether a token is drawn; otherwise the likeliest is taken
     * @param n number of likeliest tokens to report after each rule, at least 1
     */
    public Explainer(
            List<Labelled<LogitsProcessor>> processors, List<Labelled<LogitsWarper>> warpers, boolean draws, int n) {
        this.processors = List.copyOf(processors);
        this.warpers = List.copyOf(warpers);
        this.draws = draws;
        this.n = n;
    }

    /**
     * Chooses the same token as {@link Sampler#sample} with the same arguments.
     *
     * @param logits [vocabulary]
     * @param text the text so far
     * @param draw a random number in [0, 1); not used where the likeliest token is taken
     * @return the chosen token and the effect of each rule
     * @throws IllegalStateException as {@link Sampler#sample}
     */
    public StepTrace explain(FloatBuffer logits, TokenSequence text, double draw) {
        float[] scores = new float[logits.limit()];
        logits.get(0, scores);
        List<Distribution> stages = new ArrayList<>(List.of(new Distribution(scores.clone())));
        for (Labelled<LogitsProcessor> processor : processors) {
            processor.rule().process(scores, text);
            stages.add(new Distribution(scores.clone()));
        }
        List<LogitsProcessor> rules = processors.stream().map(Labelled::rule).toList();
        ProcessedSampler.requireSome(ProcessedSampler.some(scores, rules), scores, rules);
        Candidates candidates = new Candidates();
        candidates.fill(FloatBuffer.wrap(scores));
        for (Labelled<LogitsWarper> warper : warpers) {
            warper.rule().apply(candidates);
            stages.add(new Distribution(spread(candidates, scores.length)));
        }
        int chosen =
                draws ? Multinomial.draw(candidates, draw) : new Greedy().sample(FloatBuffer.wrap(scores), text, draw);
        return trace(stages, chosen, draw);
    }

    private StepTrace trace(List<Distribution> stages, int chosen, double draw) {
        Distribution model = stages.get(0);
        Distribution last = stages.get(stages.size() - 1);
        List<StepTrace.Candidate> reported = reported(stages, chosen);
        return new StepTrace(
                model.scores.length,
                reported,
                model.entropy(),
                effects(stages),
                last.size(),
                model.mass(last),
                draws ? OptionalDouble.of(draw) : OptionalDouble.empty(),
                reported.stream().filter(c -> c.id() == chosen).findFirst().orElseThrow());
    }

    private List<StepTrace.Effect> effects(List<Distribution> stages) {
        List<StepTrace.Effect> effects = new ArrayList<>();
        for (int rule = 0; rule + 1 < stages.size(); rule++) {
            String name = rule < processors.size()
                    ? processors.get(rule).name()
                    : warpers.get(rule - processors.size()).name();
            Distribution before = stages.get(rule);
            Distribution after = stages.get(rule + 1);
            Optional<TokenProbability> removed = before.likeliest(id -> after.without(id) && !before.without(id));
            effects.add(new StepTrace.Effect(
                    name,
                    after.size(),
                    before.mass(after),
                    after.entropy(),
                    removed.isEmpty() ? removed : before.leastLikely(id -> !after.without(id)),
                    removed));
        }
        return effects;
    }

    private List<StepTrace.Candidate> reported(List<Distribution> stages, int chosen) {
        TreeSet<Integer> ids = new TreeSet<>(Set.of(chosen));
        stages.forEach(stage -> stage.top(n).forEach(token -> ids.add(token.id())));
        Distribution last = stages.get(stages.size() - 1);
        List<StepTrace.Candidate> reported = new ArrayList<>();
        double sum = 0;
        for (int id = 0; id < last.scores.length; id++) {
            double width = draws ? last.probability(id) : id == chosen ? 1 : 0;
            if (ids.contains(id)) {
                List<Double> after = new ArrayList<>();
                for (Distribution stage : stages.subList(1, stages.size())) {
                    after.add(stage.logProbability(id));
                }
                reported.add(new StepTrace.Candidate(
                        id,
                        stages.get(0).rank(id),
                        stages.get(0).logProbability(id),
                        after,
                        sum,
                        Math.min(sum + width, 1)));
            }
            sum = Math.min(sum + width, 1);
        }
        reported.sort(Comparator.comparingInt(StepTrace.Candidate::rank));
        return reported;
    }

    /** Returns the candidates' scores by id, -Infinity for dropped tokens. */
    private static float[] spread(Candidates candidates, int vocabulary) {
        float[] scores = new float[vocabulary];
        Arrays.fill(scores, Float.NEGATIVE_INFINITY);
        for (int i = 0; i < candidates.size(); i++) {
            scores[candidates.id(i)] = candidates.score(i);
        }
        return scores;
    }
}
