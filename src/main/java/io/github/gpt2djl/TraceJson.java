package io.github.gpt2djl;

import io.github.gpt2djl.sampling.StepTrace;
import io.github.gpt2djl.sampling.TokenProbability;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Converts traces into the form that {@code generate --json --trace} prints: maps, lists, texts and numbers, for any
 * JSON library.
 *
 * <pre>{@code
 * var config = GenerationConfig.builder().maxNewTokens(3).trace(5).build();
 * for (Token token : gpt2.generate("ROMEO:", config).tokens()) {
 *     System.out.println(TraceJson.step(gpt2, token).get("candidates"));
 * }
 * }</pre>
 */
public final class TraceJson {
    private TraceJson() {}

    /**
     * Returns how a token was chosen.
     *
     * @param gpt2 the model that generated the token
     * @param token a traced token
     * @return {@code chosen}, {@code text}, {@code draw}, {@code vocabulary}, {@code entropy} in nats, {@code kept},
     *     {@code kept_mass}, the effect of each of the {@code rules}, and the {@code candidates}, the likeliest first,
     *     each with its probability {@code p} under the model and {@code after} each rule; probabilities have 8
     *     decimals
     * @throws IllegalStateException if the config did not set {@code trace}
     */
    public static Map<String, @Nullable Object> step(Gpt2 gpt2, Token token) {
        StepTrace trace = token.trace();
        if (trace == null) {
            throw new IllegalStateException(Generation.NOT_TRACED);
        }
        Map<String, @Nullable Object> fields = new LinkedHashMap<>();
        fields.put("chosen", named(gpt2, trace.chosen().id()));
        fields.put("text", token.text());
        fields.put("draw", trace.draw().isPresent() ? trace.draw().getAsDouble() : null);
        fields.put("vocabulary", trace.vocabulary());
        fields.put("entropy", round(trace.entropy(), 4));
        fields.put("kept", trace.kept());
        fields.put("kept_mass", probability(trace.keptMass()));
        fields.put(
                "rules",
                trace.rules().stream().map(effect -> effect(gpt2, effect)).toList());
        fields.put(
                "candidates",
                trace.candidates().stream()
                        .map(candidate -> candidate(gpt2, trace, candidate))
                        .toList());
        return fields;
    }

    private static Map<String, @Nullable Object> effect(Gpt2 gpt2, StepTrace.Effect effect) {
        Map<String, @Nullable Object> fields = new LinkedHashMap<>();
        fields.put("rule", effect.rule());
        fields.put("kept", effect.kept());
        fields.put("kept_mass", probability(effect.keptMass()));
        fields.put("entropy", round(effect.entropy(), 4));
        effect.lastKept().ifPresent(token -> fields.put("last_kept", likely(gpt2, token)));
        effect.firstRemoved().ifPresent(token -> fields.put("first_removed", likely(gpt2, token)));
        return fields;
    }

    private static Map<String, @Nullable Object> candidate(Gpt2 gpt2, StepTrace trace, StepTrace.Candidate candidate) {
        Map<String, @Nullable Object> fields = named(gpt2, candidate.id());
        fields.put("rank", candidate.rank());
        fields.put("p", probability(Math.exp(candidate.logProbability())));
        List<@Nullable Double> after = new ArrayList<>();
        for (double logProbability : candidate.after()) {
            after.add(logProbability == Double.NEGATIVE_INFINITY ? null : probability(Math.exp(logProbability)));
        }
        fields.put("after", after);
        if (candidate.removedBy() < after.size()) {
            fields.put("removed_by", trace.rules().get(candidate.removedBy()).rule());
        } else if (trace.draw().isPresent()) {
            fields.put("from", probability(candidate.from()));
            fields.put("to", probability(candidate.to()));
        }
        return fields;
    }

    private static Map<String, @Nullable Object> likely(Gpt2 gpt2, TokenProbability token) {
        Map<String, @Nullable Object> fields = named(gpt2, token.id());
        fields.put("p", probability(token.probability()));
        return fields;
    }

    private static Map<String, @Nullable Object> named(Gpt2 gpt2, int id) {
        Map<String, @Nullable Object> fields = new LinkedHashMap<>();
        fields.put("id", id);
        if (gpt2.hasTokenizer()) {
            fields.put("token", gpt2.decode(id));
        }
        return fields;
    }

    private static double probability(double value) {
        return round(value, 8);
    }

    private static double round(double value, int decimals) {
        double scale = Math.pow(10, decimals);
        return Math.round(value * scale) / scale;
    }
}
