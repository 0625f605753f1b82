package io.github.gpt2djl;

import static io.github.gpt2djl.GenerationOption.*;

import io.github.gpt2djl.internal.config.GenerationConfigJson;
import io.github.gpt2djl.sampling.LogitsProcessor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Collects the options of a {@link GenerationConfig}; {@link #build()} checks them.
 *
 * <pre>{@code
 * var builder = GenerationConfig.builder().doSample(true).temperature(0.8).repetitionPenalty(1.2);
 * builder.logitsProcessor((scores, text) -> scores[198] = Float.NEGATIVE_INFINITY);
 * Generation generation = gpt2.generate("ROMEO:", builder.seed(1).build());
 * }</pre>
 */
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
     * @param <T> the option's type
     * @param option any
     * @param value in the option's range
     * @return this
     * @throws IllegalArgumentException if the value is out of range
     */
    public <T> GenerationConfigBuilder set(GenerationOption<T> option, T value) {
        // The value has the type that its copy has.
        @SuppressWarnings("unchecked")
        T frozen = (T) frozen(value);
        values.put(option, option.checked(frozen));
        return this;
    }

    /**
     * The value of an option so far.
     *
     * @param <T> the option's type
     * @param option any
     * @return the value that has been set, or the option's default without sampling
     */
    // Only set puts values there, of the option's type.
    @SuppressWarnings("unchecked")
    public <T> T get(GenerationOption<T> option) {
        return (T) values.getOrDefault(option, option.defaultValue());
    }

    /**
     * Whether an option has been set.
     *
     * @param option any
     * @return false where the default applies
     */
    public boolean isSet(GenerationOption<?> option) {
        return values.containsKey(option);
    }

    /**
     * Takes an option back to its default.
     *
     * @param option any, set or not
     * @return this
     */
    public GenerationConfigBuilder unset(GenerationOption<?> option) {
        values.remove(option);
        return this;
    }

    /**
     * Sets any option from its text: a number, {@code true}, ids with commas.
     *
     * @param <T> the option's type
     * @param option any
     * @param text as {@link GenerationOption#parse} reads it
     * @return this
     * @throws IllegalArgumentException if the value is malformed or out of range
     */
    public <T> GenerationConfigBuilder parse(GenerationOption<T> option, String text) {
        return set(option, option.parse(text));
    }

    /**
     * Sets the options of a JSON object.
     *
     * @param json as {@link GenerationConfig#toString} prints it
     * @return this
     * @throws IllegalArgumentException if it is malformed, or has an option that is unknown or out of range
     */
    public GenerationConfigBuilder parse(String json) {
        GenerationConfigJson.read(this, json);
        return this;
    }

    /**
     * Sets whose defaults, and whose meaning of top-p.
     *
     * @param value default {@link Preset#HUGGING_FACE}
     * @return this
     */
    public GenerationConfigBuilder preset(Preset value) {
        return set(PRESET, value);
    }

    /**
     * Sets whether options that are not set are taken from the model's own generation_config.json, where there is one.
     * The ids that end a text and the one that an empty prompt starts from are the model's in either case.
     *
     * @param value default true; no effect under {@link Preset#OPENAI}, which takes none
     * @return this
     */
    public GenerationConfigBuilder useModelDefaults(boolean value) {
        return set(USE_MODEL_DEFAULTS, value);
    }

    /**
     * Sets the most ids beyond the prompt.
     *
     * @param value at least 1; default 20 where {@link #maxLength} is not set either, under {@link Preset#OPENAI} half
     *     the model's context, or all of it after an empty prompt
     * @return this
     */
    public GenerationConfigBuilder maxNewTokens(int value) {
        return set(MAX_NEW_TOKENS, value);
    }

    /**
     * Sets the most ids in all, with the prompt's.
     *
     * @param value at least 1, and more than the prompt has; not together with {@link #maxNewTokens}
     * @return this
     */
    public GenerationConfigBuilder maxLength(int value) {
        return set(MAX_LENGTH, value);
    }

    /**
     * Sets the ids beyond the prompt before which the text cannot end by itself.
     *
     * @param value at least 0; default 0
     * @return this
     */
    public GenerationConfigBuilder minNewTokens(int value) {
        return set(MIN_NEW_TOKENS, value);
    }

    /**
     * Sets the ids in all, with the prompt's, before which the text cannot end by itself.
     *
     * @param value at least 0; default 0
     * @return this
     */
    public GenerationConfigBuilder minLength(int value) {
        return set(MIN_LENGTH, value);
    }

    /**
     * Sets the ids that end a text; the one that came is its last id.
     *
     * @param ids at least one; default: the model's own
     * @return this
     */
    public GenerationConfigBuilder eosTokenId(int... ids) {
        return set(EOS_TOKEN_ID, boxed(ids));
    }

    /**
     * Sets strings that end a text where they first occur; they are not part of it.
     *
     * @param values none of them empty
     * @return this
     */
    public GenerationConfigBuilder stopStrings(String... values) {
        return set(STOP_STRINGS, List.of(values));
    }

    /**
     * Sets what happens when the model's positions are used up.
     *
     * @param value default {@link ContextPolicy#STOP}
     * @return this
     */
    public GenerationConfigBuilder contextPolicy(ContextPolicy value) {
        return set(CONTEXT_POLICY, value);
    }

    /**
     * Sets whether tokens are drawn; else the likeliest is taken.
     *
     * @param value default false; under {@link Preset#OPENAI} always true
     * @return this
     */
    public GenerationConfigBuilder doSample(boolean value) {
        return set(DO_SAMPLE, value);
    }

    /**
     * Sets what the scores are divided by: below 1 the likely become likelier, above 1 all become more alike.
     *
     * @param value above 0; default 1
     * @return this
     */
    public GenerationConfigBuilder temperature(double value) {
        return set(TEMPERATURE, value);
    }

    /**
     * Sets how many of the likeliest tokens are drawn from.
     *
     * @param value at least 1, or 0 for no limit; default 50 when sampling, under {@link Preset#OPENAI} 0
     * @return this
     */
    public GenerationConfigBuilder topK(int value) {
        return set(TOP_K, value);
    }

    /**
     * Sets the probability up to which the likeliest tokens are drawn from (Holtzman et al. 2020).
     *
     * @param value 0 to 1; default 1
     * @return this
     */
    public GenerationConfigBuilder topP(double value) {
        return set(TOP_P, value);
    }

    /**
     * Drops tokens less likely than a part of the likeliest one's probability (Nguyen et al. 2024).
     *
     * @param value 0 to 1; default 0
     * @return this
     */
    public GenerationConfigBuilder minP(double value) {
        return set(MIN_P, value);
    }

    /**
     * Sets the probability of the tokens of the most typical surprise that are drawn from (Meister et al. 2022).
     *
     * @param value above 0 to 1; default 1
     * @return this
     */
    public GenerationConfigBuilder typicalP(double value) {
        return set(TYPICAL_P, value);
    }

    /**
     * Drops tokens less likely than this (Hewitt et al. 2022).
     *
     * @param value 0 to below 1; default 0
     * @return this
     */
    public GenerationConfigBuilder epsilonCutoff(double value) {
        return set(EPSILON_CUTOFF, value);
    }

    /**
     * Drops tokens as {@link #epsilonCutoff}, fewer where the distribution is flat (Hewitt et al. 2022).
     *
     * @param value 0 to below 1; default 0
     * @return this
     */
    public GenerationConfigBuilder etaCutoff(double value) {
        return set(ETA_CUTOFF, value);
    }

    /**
     * Sets the seed: the same one gives the same ids on one machine and precision.
     *
     * @param value any number; default: a new one for each prompt, which {@link Generation#seed()} tells
     * @return this
     */
    public GenerationConfigBuilder seed(long value) {
        return set(SEED, value);
    }

    /**
     * Sets the sequences for each prompt: draws that are independent, or the best beams.
     *
     * @param value at least 1; default 1; more than 1 needs {@link #doSample}, or as many {@link #numBeams}
     * @return this
     */
    public GenerationConfigBuilder numReturnSequences(int value) {
        return set(NUM_RETURN_SEQUENCES, value);
    }

    /**
     * Makes tokens that have occurred less likely, the prompt's too (Keskar et al. 2019).
     *
     * @param value above 0; default 1, which changes nothing; below 1 favours repetition
     * @return this
     */
    public GenerationConfigBuilder repetitionPenalty(double value) {
        return set(REPETITION_PENALTY, value);
    }

    /**
     * Subtracts from the score of each token that has been generated.
     *
     * @param value -2 to 2; default 0
     * @return this
     */
    public GenerationConfigBuilder presencePenalty(double value) {
        return set(PRESENCE_PENALTY, value);
    }

    /**
     * Subtracts from a token's score for each time that it has been generated.
     *
     * @param value -2 to 2; default 0
     * @return this
     */
    public GenerationConfigBuilder frequencyPenalty(double value) {
        return set(FREQUENCY_PENALTY, value);
    }

    /**
     * Lets no so many tokens come twice in the same order (Paulus et al. 2017).
     *
     * @param value at least 1, or 0 for no limit; default 0
     * @return this
     */
    public GenerationConfigBuilder noRepeatNgramSize(int value) {
        return set(NO_REPEAT_NGRAM_SIZE, value);
    }

    /**
     * Adds to the score of the last id of each sequence where the ids before it stand.
     *
     * @param value sequences of at least one id, each with what is added; -Infinity bans
     * @return this
     */
    public GenerationConfigBuilder sequenceBias(Map<List<Integer>, Double> value) {
        return set(SEQUENCE_BIAS, value);
    }

    /**
     * Bans sequences of ids.
     *
     * @param value at least one, of at least one id each
     * @return this
     */
    public GenerationConfigBuilder badWordsIds(List<List<Integer>> value) {
        return set(BAD_WORDS_IDS, value);
    }

    /**
     * Bans ids.
     *
     * @param ids any number
     * @return this
     */
    public GenerationConfigBuilder suppressTokens(int... ids) {
        return set(SUPPRESS_TOKENS, boxed(ids));
    }

    /**
     * Bans ids as the first new one.
     *
     * @param ids any number
     * @return this
     */
    public GenerationConfigBuilder beginSuppressTokens(int... ids) {
        return set(BEGIN_SUPPRESS_TOKENS, boxed(ids));
    }

    /**
     * Sets the id that follows a prompt of one id.
     *
     * @param id of the vocabulary
     * @return this
     */
    public GenerationConfigBuilder forcedBosTokenId(int id) {
        return set(FORCED_BOS_TOKEN_ID, List.of(id));
    }

    /**
     * Sets the id that stands where a text reaches its greatest length.
     *
     * @param ids one, or several of which one is chosen
     * @return this
     */
    public GenerationConfigBuilder forcedEosTokenId(int... ids) {
        return set(FORCED_EOS_TOKEN_ID, boxed(ids));
    }

    /**
     * Sets how many sequences beam search follows at once. A prompt's cache and step are those of so many rows; tokens
     * come only at its end, so it cannot be streamed, and an interrupt leaves none.
     *
     * @param value at least 2, or 1 for no beam search; default 1
     * @return this
     */
    public GenerationConfigBuilder numBeams(int value) {
        return set(NUM_BEAMS, value);
    }

    /**
     * Sets the power of the length that a beam's log-probability is divided by.
     *
     * @param value any number, above 0 favours long texts; default 1
     * @return this
     */
    public GenerationConfigBuilder lengthPenalty(double value) {
        return set(LENGTH_PENALTY, value);
    }

    /**
     * Sets when beam search ends.
     *
     * @param value default {@link EarlyStopping#FALSE}
     * @return this
     */
    public GenerationConfigBuilder earlyStopping(EarlyStopping value) {
        return set(EARLY_STOPPING, value);
    }

    /**
     * Sets how much likeness to the text counts against a token in contrastive search (Su et al. 2022), which chooses
     * among {@link #topK} tokens.
     *
     * @param value 0 to 1, or 0 for no such search; default 0, 0.6 is usual
     * @return this
     */
    public GenerationConfigBuilder penaltyAlpha(double value) {
        return set(PENALTY_ALPHA, value);
    }

    /**
     * Sets how many tokens are guessed from the text so far and checked at once; the text stays the same. One prompt,
     * one sequence.
     *
     * @param value 1 to 64, or 0 for none; default 0, 10 is usual
     * @return this
     */
    public GenerationConfigBuilder promptLookupNumTokens(int value) {
        return set(PROMPT_LOOKUP_NUM_TOKENS, value);
    }

    /**
     * Sets how many of the likeliest tokens {@link Token#top} tells of.
     *
     * @param value at least 0; default 0; the vocabulary's size for all
     * @return this
     */
    public GenerationConfigBuilder topLogprobs(int value) {
        return set(TOP_LOGPROBS, value);
    }

    /**
     * Sets how many tokens each step of {@link Generation#trace()} tells of.
     *
     * @param value at least 0; default 0
     * @return this
     */
    public GenerationConfigBuilder trace(int value) {
        return set(TRACE, value);
    }

    /**
     * Adds to the score of one token, as OpenAI's {@code logit_bias}: a {@link #sequenceBias} of one id.
     *
     * @param id of the vocabulary
     * @param bias what is added; -Infinity bans
     * @return this
     */
    public GenerationConfigBuilder logitBias(int id, double bias) {
        // Only sequenceBias puts a value there.
        @SuppressWarnings("unchecked")
        Map<List<Integer>, Double> before = (Map<List<Integer>, Double>) values.getOrDefault(SEQUENCE_BIAS, Map.of());
        Map<List<Integer>, Double> biases = new LinkedHashMap<>(before);
        biases.put(List.of(id), bias);
        return sequenceBias(biases);
    }

    /**
     * Adds a rule of one's own, after all others of its kind and before those of sampling.
     *
     * @param processor called once a token and sequence
     * @return this
     */
    public GenerationConfigBuilder logitsProcessor(LogitsProcessor processor) {
        processors.add(processor);
        return this;
    }

    /**
     * Checks that the options go together.
     *
     * @return the config
     * @throws IllegalArgumentException if options exclude each other or would have no effect
     */
    public GenerationConfig build() {
        return new GenerationConfig(values, processors);
    }

    /** A value that nobody changes any more: lists and maps are copied at each depth, and keep their order. */
    private static Object frozen(Object value) {
        if (value instanceof List<?> list) {
            return list.stream().map(GenerationConfigBuilder::frozen).toList();
        }
        if (value instanceof Map<?, ?> map) {
            Map<Object, Object> copy = new LinkedHashMap<>();
            map.forEach((key, each) -> copy.put(frozen(key), frozen(each)));
            return Collections.unmodifiableMap(copy);
        }
        return value;
    }

    /** {@return a builder with the same options and processors, to be changed by itself} */
    public GenerationConfigBuilder copy() {
        return new GenerationConfigBuilder(values, processors);
    }

    /** {@return the options that have been set, by their names in transformers, as JSON} */
    @Override
    public String toString() {
        return GenerationConfigJson.json(values).toString();
    }

    private static List<Integer> boxed(int... ids) {
        return Arrays.stream(ids).boxed().toList();
    }
}
