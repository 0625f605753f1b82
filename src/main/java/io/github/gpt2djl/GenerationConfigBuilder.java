package io.github.gpt2djl;

import static io.github.gpt2djl.GenerationOption.*;

import io.github.gpt2djl.sampling.LogitsProcessor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Collects the options of a {@link GenerationConfig}; {@link #build()} checks them. */
public final class GenerationConfigBuilder {
    private final Map<GenerationOption<?>, Object> values = new LinkedHashMap<>();
    private final List<LogitsProcessor> processors = new ArrayList<>();

    GenerationConfigBuilder() {}

    GenerationConfigBuilder(Map<GenerationOption<?>, Object> values, List<LogitsProcessor> processors) {
        this.values.putAll(values);
        this.processors.addAll(processors);
    }

    /**
     * Sets any option.
     *
     * @throws IllegalArgumentException if the value is out of range
     */
    public <T> GenerationConfigBuilder set(GenerationOption<T> option, T value) {
        T checked = option.checked(value);
        values.put(option, checked instanceof List<?> list ? List.copyOf(list) : checked);
        return this;
    }

    /** Whether an option has been set. */
    public boolean isSet(GenerationOption<?> option) {
        return values.containsKey(option);
    }

    /** Takes an option back to its default. */
    public GenerationConfigBuilder unset(GenerationOption<?> option) {
        values.remove(option);
        return this;
    }

    /**
     * Sets any option from its text: a number, {@code true}, ids with commas.
     *
     * @throws IllegalArgumentException if the value is malformed or out of range
     */
    public <T> GenerationConfigBuilder parse(GenerationOption<T> option, String text) {
        return set(option, option.parse(text));
    }

    /** Default {@link Preset#HUGGING_FACE}. */
    public GenerationConfigBuilder preset(Preset value) {
        return set(PRESET, value);
    }

    /**
     * Ids beyond the prompt, at least 1; default 20 where {@link #maxLength} is not set either, under {@link
     * Preset#OPENAI} half the model's context, or all of it after an empty prompt.
     */
    public GenerationConfigBuilder maxNewTokens(int value) {
        return set(MAX_NEW_TOKENS, value);
    }

    /** Ids in all with the prompt's, at least 1; not together with {@link #maxNewTokens}. */
    public GenerationConfigBuilder maxLength(int value) {
        return set(MAX_LENGTH, value);
    }

    /** Ids beyond the prompt before which the text cannot end by itself; default 0. */
    public GenerationConfigBuilder minNewTokens(int value) {
        return set(MIN_NEW_TOKENS, value);
    }

    /** Ids in all with the prompt's before which the text cannot end by itself; default 0. */
    public GenerationConfigBuilder minLength(int value) {
        return set(MIN_LENGTH, value);
    }

    /** Ids that end a text; the model's own where this is empty. */
    public GenerationConfigBuilder eosTokenId(int... ids) {
        return set(EOS_TOKEN_ID, boxed(ids));
    }

    /** Strings that end a text where they first occur; they are not part of it. */
    public GenerationConfigBuilder stopStrings(String... values) {
        return set(STOP_STRINGS, List.of(values));
    }

    /** What happens when the model's positions are used up; default {@link ContextPolicy#STOP}. */
    public GenerationConfigBuilder contextPolicy(ContextPolicy value) {
        return set(CONTEXT_POLICY, value);
    }

    /** Default false; under {@link Preset#OPENAI} true. */
    public GenerationConfigBuilder doSample(boolean value) {
        return set(DO_SAMPLE, value);
    }

    /** Above 0, default 1. */
    public GenerationConfigBuilder temperature(double value) {
        return set(TEMPERATURE, value);
    }

    /** At least 1, or 0 for no limit; default 50 when sampling, under {@link Preset#OPENAI} 0. */
    public GenerationConfigBuilder topK(int value) {
        return set(TOP_K, value);
    }

    /** 0 to 1, default 1. */
    public GenerationConfigBuilder topP(double value) {
        return set(TOP_P, value);
    }

    /** 0 to 1, default 0: drops tokens less likely than this part of the likeliest one's probability. */
    public GenerationConfigBuilder minP(double value) {
        return set(MIN_P, value);
    }

    /** Above 0 to 1, default 1: the mass of the tokens of the most typical surprise. */
    public GenerationConfigBuilder typicalP(double value) {
        return set(TYPICAL_P, value);
    }

    /** 0 to below 1, default 0: drops tokens less likely than this. */
    public GenerationConfigBuilder epsilonCutoff(double value) {
        return set(EPSILON_CUTOFF, value);
    }

    /** 0 to below 1, default 0: as {@link #epsilonCutoff}, lower where the distribution is flat. */
    public GenerationConfigBuilder etaCutoff(double value) {
        return set(ETA_CUTOFF, value);
    }

    /**
     * Any number; the same seed gives the same ids on one machine and precision. Default: a new one for each prompt.
     */
    public GenerationConfigBuilder seed(long value) {
        return set(SEED, value);
    }

    /** At least 1, default 1; more than 1 needs {@link #doSample}, or as many {@link #numBeams}. */
    public GenerationConfigBuilder numReturnSequences(int value) {
        return set(NUM_RETURN_SEQUENCES, value);
    }

    /** Above 0, default 1; above 1 makes tokens that have occurred less likely, the prompt's too. */
    public GenerationConfigBuilder repetitionPenalty(double value) {
        return set(REPETITION_PENALTY, value);
    }

    /** -2 to 2, default 0: subtracted from the score of each token that has been generated. */
    public GenerationConfigBuilder presencePenalty(double value) {
        return set(PRESENCE_PENALTY, value);
    }

    /** -2 to 2, default 0: subtracted from a token's score for each time it has been generated. */
    public GenerationConfigBuilder frequencyPenalty(double value) {
        return set(FREQUENCY_PENALTY, value);
    }

    /** At least 1, default 0 for no limit: no so many tokens come twice in the same order. */
    public GenerationConfigBuilder noRepeatNgramSize(int value) {
        return set(NO_REPEAT_NGRAM_SIZE, value);
    }

    /** Added to the score of the last id of each sequence where the ids before it stand. */
    public GenerationConfigBuilder sequenceBias(Map<List<Integer>, Double> value) {
        return set(SEQUENCE_BIAS, value);
    }

    /** Sequences of ids that must not come. */
    public GenerationConfigBuilder badWordsIds(List<List<Integer>> value) {
        return set(BAD_WORDS_IDS, value);
    }

    /** Ids that must not come. */
    public GenerationConfigBuilder suppressTokens(int... ids) {
        return set(SUPPRESS_TOKENS, boxed(ids));
    }

    /** Ids that must not come first. */
    public GenerationConfigBuilder beginSuppressTokens(int... ids) {
        return set(BEGIN_SUPPRESS_TOKENS, boxed(ids));
    }

    /** The id after a prompt of one id. */
    public GenerationConfigBuilder forcedBosTokenId(int id) {
        return set(FORCED_BOS_TOKEN_ID, List.of(id));
    }

    /** The id that stands where a text reaches its greatest length; several: one of them. */
    public GenerationConfigBuilder forcedEosTokenId(int... ids) {
        return set(FORCED_EOS_TOKEN_ID, boxed(ids));
    }

    /**
     * At least 1, default 1 for none: beam search that follows so many sequences at once. A prompt's cache and step
     * are those of so many rows; tokens come only at its end, so it cannot be streamed, and an interrupt leaves none.
     */
    public GenerationConfigBuilder numBeams(int value) {
        return set(NUM_BEAMS, value);
    }

    /** Default 1: the power of the length that a beam's log-probability is divided by. */
    public GenerationConfigBuilder lengthPenalty(double value) {
        return set(LENGTH_PENALTY, value);
    }

    /** Default {@link EarlyStopping#FALSE}. */
    public GenerationConfigBuilder earlyStopping(EarlyStopping value) {
        return set(EARLY_STOPPING, value);
    }

    /** 0 to 1, default 0 for none; contrastive search (Su et al. 2022) among {@link #topK} tokens; 0.6 is usual. */
    public GenerationConfigBuilder penaltyAlpha(double value) {
        return set(PENALTY_ALPHA, value);
    }

    /** 1 to 64, or 0 for none, which is the default; 10 is usual. The text stays the same; one prompt, one sequence. */
    public GenerationConfigBuilder promptLookupNumTokens(int value) {
        return set(PROMPT_LOOKUP_NUM_TOKENS, value);
    }

    /** At least 0, default 0: the likeliest tokens that {@link Token#top} tells; the vocabulary's size for all. */
    public GenerationConfigBuilder topLogprobs(int value) {
        return set(TOP_LOGPROBS, value);
    }

    /** At least 0, default 0: tokens that each step of {@link Generation#trace()} tells of. */
    public GenerationConfigBuilder trace(int value) {
        return set(TRACE, value);
    }

    /** A score added to one token, as OpenAI's {@code logit_bias}: a {@link #sequenceBias} of one id. */
    public GenerationConfigBuilder logitBias(int id, double bias) {
        // Only sequenceBias puts a value there.
        @SuppressWarnings("unchecked")
        Map<List<Integer>, Double> before = (Map<List<Integer>, Double>) values.getOrDefault(SEQUENCE_BIAS, Map.of());
        Map<List<Integer>, Double> biases = new LinkedHashMap<>(before);
        biases.put(List.of(id), bias);
        return sequenceBias(biases);
    }

    /** A rule of one's own, after all others of its kind and before those of sampling. */
    public GenerationConfigBuilder logitsProcessor(LogitsProcessor processor) {
        processors.add(processor);
        return this;
    }

    /**
     * The config.
     *
     * @throws IllegalArgumentException if options exclude each other or would have no effect
     */
    public GenerationConfig build() {
        return new GenerationConfig(values, processors);
    }

    private static List<Integer> boxed(int... ids) {
        return Arrays.stream(ids).boxed().toList();
    }
}
