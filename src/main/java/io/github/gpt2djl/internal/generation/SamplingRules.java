package io.github.gpt2djl.internal.generation;

import static io.github.gpt2djl.GenerationOption.*;

import io.github.gpt2djl.GenerationConfig;
import io.github.gpt2djl.GenerationOption;
import io.github.gpt2djl.InvalidOptionException;
import io.github.gpt2djl.sampling.EpsilonCutoff;
import io.github.gpt2djl.sampling.EtaCutoff;
import io.github.gpt2djl.sampling.Explainer;
import io.github.gpt2djl.sampling.Explainer.Labelled;
import io.github.gpt2djl.sampling.ForcedToken;
import io.github.gpt2djl.sampling.Greedy;
import io.github.gpt2djl.sampling.LogitsProcessor;
import io.github.gpt2djl.sampling.LogitsWarper;
import io.github.gpt2djl.sampling.MinLength;
import io.github.gpt2djl.sampling.MinP;
import io.github.gpt2djl.sampling.Multinomial;
import io.github.gpt2djl.sampling.NoRepeatNgram;
import io.github.gpt2djl.sampling.OccurrencePenalty;
import io.github.gpt2djl.sampling.OpenAiTopP;
import io.github.gpt2djl.sampling.ProcessedSampler;
import io.github.gpt2djl.sampling.RepetitionPenalty;
import io.github.gpt2djl.sampling.Sampler;
import io.github.gpt2djl.sampling.SequenceBias;
import io.github.gpt2djl.sampling.SuppressedAtBegin;
import io.github.gpt2djl.sampling.Temperature;
import io.github.gpt2djl.sampling.TopK;
import io.github.gpt2djl.sampling.TopP;
import io.github.gpt2djl.sampling.TypicalP;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * The rules that a config asks for, in the order of transformers' {@code GenerationMixin._get_logits_processor}.
 *
 * @param processors look at the text, also in greedy decoding
 * @param warpers shape the distribution that is drawn from
 * @param draws whether tokens are drawn
 */
record SamplingRules(List<Labelled<LogitsProcessor>> processors, List<Labelled<LogitsWarper>> warpers, boolean draws) {
    /**
     * The rules for a model.
     *
     * @param eosIds that end a text
     * @throws InvalidOptionException if an option names an id beyond the vocabulary
     */
    static SamplingRules of(GenerationConfig config, List<Integer> eosIds, int vocabulary) {
        checkIds(config, vocabulary);
        return new SamplingRules(processors(config, eosIds), warpers(config), config.get(DO_SAMPLE));
    }

    /** Makes a sampler that follows these rules. It has scratch memory and serves one generation. */
    Sampler sampler() {
        Sampler sampler =
                draws ? new Multinomial(warpers.stream().map(Labelled::rule).toList()) : new Greedy();
        return processors.isEmpty()
                ? sampler
                : new ProcessedSampler(processors.stream().map(Labelled::rule).toList(), sampler);
    }

    /** Makes an explainer that chooses the same tokens and tells why, with n tokens at each place. */
    Explainer explainer(int n) {
        return new Explainer(processors, warpers, draws, n);
    }

    private static List<Labelled<LogitsProcessor>> processors(GenerationConfig config, List<Integer> eosIds) {
        List<Labelled<LogitsProcessor>> rules = new ArrayList<>();
        if (config.isSet(SEQUENCE_BIAS)) {
            add(rules, config, SEQUENCE_BIAS, new SequenceBias(config.get(SEQUENCE_BIAS)));
        }
        if (config.get(REPETITION_PENALTY) != 1) {
            add(rules, config, REPETITION_PENALTY, new RepetitionPenalty(config.get(REPETITION_PENALTY)));
        }
        if (config.get(PRESENCE_PENALTY) != 0) {
            add(rules, config, PRESENCE_PENALTY, new OccurrencePenalty(config.get(PRESENCE_PENALTY), 0));
        }
        if (config.get(FREQUENCY_PENALTY) != 0) {
            add(rules, config, FREQUENCY_PENALTY, new OccurrencePenalty(0, config.get(FREQUENCY_PENALTY)));
        }
        if (config.get(NO_REPEAT_NGRAM_SIZE) > 0) {
            add(rules, config, NO_REPEAT_NGRAM_SIZE, new NoRepeatNgram(config.get(NO_REPEAT_NGRAM_SIZE)));
        }
        if (config.isSet(BAD_WORDS_IDS)) {
            // As in transformers, eos alone is no bad word.
            Stream<List<Integer>> words =
                    config.get(BAD_WORDS_IDS).stream().filter(word -> word.size() > 1 || !eosIds.contains(word.get(0)));
            add(rules, config, BAD_WORDS_IDS, banned(words));
        }
        if (config.get(MIN_LENGTH) > 0) {
            add(rules, config, MIN_LENGTH, new MinLength(config.get(MIN_LENGTH), 0, eosIds));
        }
        if (config.get(MIN_NEW_TOKENS) > 0) {
            add(rules, config, MIN_NEW_TOKENS, new MinLength(0, config.get(MIN_NEW_TOKENS), eosIds));
        }
        if (config.isSet(FORCED_BOS_TOKEN_ID)) {
            ForcedToken rule = new ForcedToken(config.get(FORCED_BOS_TOKEN_ID), ForcedToken.Place.SECOND);
            add(rules, config, FORCED_BOS_TOKEN_ID, rule);
        }
        if (config.isSet(FORCED_EOS_TOKEN_ID)) {
            ForcedToken rule = new ForcedToken(config.get(FORCED_EOS_TOKEN_ID), ForcedToken.Place.LAST);
            add(rules, config, FORCED_EOS_TOKEN_ID, rule);
        }
        if (config.isSet(SUPPRESS_TOKENS)) {
            add(
                    rules,
                    config,
                    SUPPRESS_TOKENS,
                    banned(config.get(SUPPRESS_TOKENS).stream().map(List::of)));
        }
        if (config.isSet(BEGIN_SUPPRESS_TOKENS)) {
            add(rules, config, BEGIN_SUPPRESS_TOKENS, new SuppressedAtBegin(config.get(BEGIN_SUPPRESS_TOKENS)));
        }
        config.logitsProcessors().forEach(own -> rules.add(new Labelled<>("logits processor", own)));
        return rules;
    }

    private static List<Labelled<LogitsWarper>> warpers(GenerationConfig config) {
        List<Labelled<LogitsWarper>> rules = new ArrayList<>();
        if (!config.get(DO_SAMPLE)) {
            return rules;
        }
        if (config.get(TEMPERATURE) != 1) {
            add(rules, config, TEMPERATURE, new Temperature(config.get(TEMPERATURE)));
        }
        if (config.get(TOP_K) > 0) {
            add(rules, config, TOP_K, new TopK(config.get(TOP_K)));
        }
        if (config.get(TOP_P) < 1) {
            double p = config.get(TOP_P);
            add(rules, config, TOP_P, NewTokens.isOpenAi(config) ? new OpenAiTopP(p) : new TopP(p));
        }
        if (config.get(MIN_P) > 0) {
            add(rules, config, MIN_P, new MinP(config.get(MIN_P)));
        }
        if (config.get(TYPICAL_P) < 1) {
            add(rules, config, TYPICAL_P, new TypicalP(config.get(TYPICAL_P)));
        }
        if (config.get(EPSILON_CUTOFF) > 0) {
            add(rules, config, EPSILON_CUTOFF, new EpsilonCutoff(config.get(EPSILON_CUTOFF)));
        }
        if (config.get(ETA_CUTOFF) > 0) {
            add(rules, config, ETA_CUTOFF, new EtaCutoff(config.get(ETA_CUTOFF)));
        }
        return rules;
    }

    private static <R> void add(List<Labelled<R>> rules, GenerationConfig config, GenerationOption<?> option, R rule) {
        rules.add(new Labelled<>(option.key() + " " + config.get(option), rule));
    }

    private static SequenceBias banned(Stream<List<Integer>> sequences) {
        Map<List<Integer>, Double> biases = new LinkedHashMap<>();
        sequences.forEach(sequence -> biases.put(sequence, Double.NEGATIVE_INFINITY));
        return new SequenceBias(biases);
    }

    private static void checkIds(GenerationConfig config, int vocabulary) {
        for (GenerationOption<List<Integer>> option : List.of(
                EOS_TOKEN_ID, SUPPRESS_TOKENS, BEGIN_SUPPRESS_TOKENS, FORCED_BOS_TOKEN_ID, FORCED_EOS_TOKEN_ID)) {
            check(option, config.get(option), vocabulary);
        }
        config.get(BAD_WORDS_IDS).forEach(ids -> check(BAD_WORDS_IDS, ids, vocabulary));
        config.get(SEQUENCE_BIAS).keySet().forEach(ids -> check(SEQUENCE_BIAS, ids, vocabulary));
    }

    private static void check(GenerationOption<?> option, List<Integer> ids, int vocabulary) {
        for (int id : ids) {
            if (id < 0 || id >= vocabulary) {
                throw InvalidOptionException.of(option, id, option, " has id ", id)
                        .expecting("0 to ", vocabulary - 1, ", the model's vocabulary");
            }
        }
    }
}
