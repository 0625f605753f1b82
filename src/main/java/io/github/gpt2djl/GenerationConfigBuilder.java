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
     * Sets an option.
     *
     * @param <T> the option's type
     * @param option any option
     * @param value a value in the option's range
     * @return this
     * @throws IllegalArgumentException if the value is out of range
     */
    public <T> GenerationConfigBuilder set(GenerationOption<T> option, T value) {
        // The copy has the type of the value.
        @SuppressWarnings("unchecked")
        T frozen = (T) frozen(value);
        values.put(option, option.checked(frozen));
        return this;
    }

    /**
     * Returns the current value of an option.
     *
     * @param <T> the option's type
     * @param option any option
     * @return the value that has been set, or the option's default without sampling
     */
    // Only set stores values, and only of the option's type.
    @SuppressWarnings("unchecked")
    public <T> T get(GenerationOption<T> option) {
        return (T) values.getOrDefault(option, option.defaultValue());
    }

    /**
     * Tells whether an option has been set.
     *
     * @param option any option
     * @return false if the default applies
     */
    public boolean isSet(GenerationOption<?> option) {
        return values.containsKey(option);
    }

    /**
     * Resets an option to its default.
     *
     * @param option any option, set or not
     * @return this
     */
    public GenerationConfigBuilder unset(GenerationOption<?> option) {
        values.remove(option);
        return this;
    }

    /**
     * Sets an option from a text: a number, {@code true} or ids separated by commas.
     *
     * @param <T> the option's type
     * @param option any option
     * @param text a text that {@link GenerationOption#parse} reads
     * @return this
     * @throws IllegalArgumentException if the value is malformed or out of range
     */
    public <T> GenerationConfigBuilder parse(GenerationOption<T> option, String text) {
        return set(option, option.parse(text));
    }

    /**
     * Sets the options of a JSON object.
     *
     * @param json a JSON object as {@link GenerationConfig#toString} prints it
     * @return this
     * @throws IllegalArgumentException if {@code json} is malformed, or has an option that is unknown or out of range
     */
    public GenerationConfigBuilder parse(String json) {
        GenerationConfigJson.read(this, json);
        return this;
    }

    /**
     * Sets the library whose defaults and meaning of top-p apply.
     *
     * @param value default {@link Preset#HUGGING_FACE}
     * @return this
     */
    public GenerationConfigBuilder preset(Preset value) {
        return set(PRESET, value);
    }

    /**
     * Sets whether options that are not set are taken from the model's own generation_config.json, where there is one.
     * The ids that end a text and the id that an empty prompt starts from are the model's in either case.
     *
     * @param value default true; no effect under {@link Preset#OPENAI}, which uses no defaults of the model
     * @return this
     */
    public GenerationConfigBuilder useModelDefaults(boolean value) {
        return set(USE_MODEL_DEFAULTS, value);
    }

    /**
     * Sets the maximum number of new tokens.
     *
     * @param value at least 1; default 20 if {@link #maxLength} is not set either; under {@link Preset#OPENAI} half the
     *     model's context, or the whole context after an empty prompt
     * @return this
     */
    public GenerationConfigBuilder maxNewTokens(int value) {
        return set(MAX_NEW_TOKENS, value);
    }

    /**
     * Sets the maximum number of tokens, prompt included.
     *
     * @param value at least 1, and more than the prompt's number of ids; excludes {@link #maxNewTokens}
     * @return this
     */
    public GenerationConfigBuilder maxLength(int value) {
        return set(MAX_LENGTH, value);
    }

    /**
     * Sets the number of new tokens before which the end-of-text tokens are banned.
     *
     * @param value at least 0; default 0
     * @return this
     */
    public GenerationConfigBuilder minNewTokens(int value) {
        return set(MIN_NEW_TOKENS, value);
    }

    /**
     * Sets the number of tokens, prompt included, before which the end-of-text tokens are banned.
     *
     * @param value at least 0; default 0
     * @return this
     */
    public GenerationConfigBuilder minLength(int value) {
        return set(MIN_LENGTH, value);
    }

    /**
     * Sets the ids that end a text; the chosen one is the last id of the text.
     *
     * @param ids at least one id; default: the model's own
     * @return this
     */
    public GenerationConfigBuilder eosTokenId(int... ids) {
        return set(EOS_TOKEN_ID, boxed(ids));
    }

    /**
     * Sets strings that end a text before their first occurrence.
     *
     * @param values strings of at least one character
     * @return this
     */
    public GenerationConfigBuilder stopStrings(String... values) {
        return set(STOP_STRINGS, List.of(values));
    }

    /**
     * Sets the policy for a full context.
     *
     * @param value default {@link ContextPolicy#STOP}
     * @return this
     */
    public GenerationConfigBuilder contextPolicy(ContextPolicy value) {
        return set(CONTEXT_POLICY, value);
    }

    /**
     * Sets whether tokens are drawn; otherwise the likeliest token is taken.
     *
     * @param value default false; under {@link Preset#OPENAI} always true
     * @return this
     */
    public GenerationConfigBuilder doSample(boolean value) {
        return set(DO_SAMPLE, value);
    }

    /**
     * Sets the divisor of the scores: below 1 makes likely tokens likelier, above 1 makes the probabilities more equal.
     *
     * @param value above 0; default 1
     * @return this
     */
    public GenerationConfigBuilder temperature(double value) {
        return set(TEMPERATURE, value);
    }

    /**
     * Sets the number of likeliest tokens to draw from.
     *
     * @param value at least 1, or 0 for no limit; default 50 when sampling, under {@link Preset#OPENAI} 0
     * @return this
     */
    public GenerationConfigBuilder topK(int value) {
        return set(TOP_K, value);
    }

    /**
     * Sets the probability mass of the likeliest tokens to draw from (Holtzman et al. 2020).
     *
     * @param value 0 to 1; default 1
     * @return this
     */
    public GenerationConfigBuilder topP(double value) {
        return set(TOP_P, value);
    }

    /**
     * Drops tokens whose probability is below a fraction of the likeliest token's (Nguyen et al. 2024).
     *
     * @param value 0 to 1; default 0
     * @return this
     */
    public GenerationConfigBuilder minP(double value) {
        return set(MIN_P, value);
    }

    /**
     * Sets the probability mass of the most typical tokens to draw from (Meister et al. 2022).
     *
     * @param value above 0, at most 1; default 1
     * @return this
     */
    public GenerationConfigBuilder typicalP(double value) {
        return set(TYPICAL_P, value);
    }

    /**
     * Drops tokens whose probability is below a threshold (Hewitt et al. 2022).
     *
     * @param value 0 to below 1; default 0
     * @return this
     */
    public GenerationConfigBuilder epsilonCutoff(double value) {
        return set(EPSILON_CUTOFF, value);
    }

    /**
     * Drops tokens like {@link #epsilonCutoff}, but fewer where the distribution is flat (Hewitt et al. 2022).
     *
     * @param value 0 to below 1; default 0
     * @return this
     */
    public GenerationConfigBuilder etaCutoff(double value) {
        return set(ETA_CUTOFF, value);
    }

    /**
     * Sets the seed: the same seed gives the same ids on one machine and precision.
     *
     * @param value any number; default: a new seed for each prompt, which {@link Generation#seed()} returns
     * @return this
     */
    public GenerationConfigBuilder seed(long value) {
        return set(SEED, value);
    }

    /**
     * Sets the number of sequences per prompt: independent draws, or the best beams.
     *
     * @param value at least 1; default 1; more than 1 needs {@link #doSample}, or {@link #numBeams} of at least this
     *     value
     * @return this
     */
    public GenerationConfigBuilder numReturnSequences(int value) {
        return set(NUM_RETURN_SEQUENCES, value);
    }

    /**
     * Makes tokens that have occurred less likely, prompt included (Keskar et al. 2019).
     *
     * @param value above 0; default 1, which changes nothing; below 1 favours repetition
     * @return this
     */
    public GenerationConfigBuilder repetitionPenalty(double value) {
        return set(REPETITION_PENALTY, value);
    }

    /**
     * Subtracts a number once from the score of each generated token.
     *
     * @param value -2 to 2; default 0
     * @return this
     */
    public GenerationConfigBuilder presencePenalty(double value) {
        return set(PRESENCE_PENALTY, value);
    }

    /**
     * Subtracts a number from a token's score for each time that the token was generated.
     *
     * @param value -2 to 2; default 0
     * @return this
     */
    public GenerationConfigBuilder frequencyPenalty(double value) {
        return set(FREQUENCY_PENALTY, value);
    }

    /**
     * Forbids repeating any n-gram of this size (Paulus et al. 2017).
     *
     * @param value at least 1, or 0 for no limit; default 0
     * @return this
     */
    public GenerationConfigBuilder noRepeatNgramSize(int value) {
        return set(NO_REPEAT_NGRAM_SIZE, value);
    }

    /**
     * Adds a number to the score of a sequence's last id where the text ends with the sequence's other ids.
     *
     * @param value sequences of at least one id, each with the number to add; -Infinity bans
     * @return this
     */
    public GenerationConfigBuilder sequenceBias(Map<List<Integer>, Double> value) {
        return set(SEQUENCE_BIAS, value);
    }

    /**
     * Bans sequences of ids.
     *
     * @param value at least one sequence of at least one id each
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
     * Bans ids as the first new token.
     *
     * @param ids any number
     * @return this
     */
    public GenerationConfigBuilder beginSuppressTokens(int... ids) {
        return set(BEGIN_SUPPRESS_TOKENS, boxed(ids));
    }

    /**
     * Forces the id after a prompt of one id.
     *
     * @param id an id of the vocabulary
     * @return this
     */
    public GenerationConfigBuilder forcedBosTokenId(int id) {
        return set(FORCED_BOS_TOKEN_ID, List.of(id));
    }

    /**
     * Forces the last id of a text that reaches its maximum length.
     *
     * @param ids one id, or several of which one is chosen
     * @return this
     */
    public GenerationConfigBuilder forcedEosTokenId(int... ids) {
        return set(FORCED_EOS_TOKEN_ID, boxed(ids));
    }

    /**
     * Sets the number of beams of beam search. Each prompt needs the cache and the time of this many prompts. Tokens
     * are known only at the end: beam search cannot be streamed, and an interrupted search returns no tokens.
     *
     * @param value at least 2, or 1 for no beam search; default 1
     * @return this
     */
    public GenerationConfigBuilder numBeams(int value) {
        return set(NUM_BEAMS, value);
    }

    /**
     * Sets the exponent of the length that a beam's log-probability is divided by.
     *
     * @param value any number; above 0 favours long texts; default 1
     * @return this
     */
    public GenerationConfigBuilder lengthPenalty(double value) {
        return set(LENGTH_PENALTY, value);
    }

    /**
     * Sets the condition that ends beam search.
     *
     * @param value default {@link EarlyStopping#FALSE}
     * @return this
     */
    public GenerationConfigBuilder earlyStopping(EarlyStopping value) {
        return set(EARLY_STOPPING, value);
    }

    /**
     * Sets the weight of a token's similarity to the text in contrastive search (Su et al. 2022), which chooses among
     * {@link #topK} tokens.
     *
     * @param value 0 to 1, where 0 means no contrastive search; default 0, 0.6 is usual
     * @return this
     */
    public GenerationConfigBuilder penaltyAlpha(double value) {
        return set(PENALTY_ALPHA, value);
    }

    /**
     * Sets the maximum number of tokens to guess from the text so far and check at once; the text stays the same. Works
     * with one prompt and one sequence.
     *
     * @param value 1 to 64, or 0 for none; default 0, 10 is usual
     * @return this
     */
    public GenerationConfigBuilder promptLookupNumTokens(int value) {
        return set(PROMPT_LOOKUP_NUM_TOKENS, value);
    }

    /**
     * Sets the number of likeliest tokens in {@link Token#top}.
     *
     * @param value at least 0; default 0; the vocabulary's size for all tokens
     * @return this
     */
    public GenerationConfigBuilder topLogprobs(int value) {
        return set(TOP_LOGPROBS, value);
    }

    /**
     * Sets the number of tokens reported in each step of {@link Generation#trace()}.
     *
     * @param value at least 0; default 0
     * @return this
     */
    public GenerationConfigBuilder trace(int value) {
        return set(TRACE, value);
    }

    /**
     * Adds a number to the score of one token, like OpenAI's {@code logit_bias}: a {@link #sequenceBias} of one id.
     *
     * @param id an id of the vocabulary
     * @param bias the number to add; -Infinity bans the token
     * @return this
     */
    public GenerationConfigBuilder logitBias(int id, double bias) {
        // Only sequenceBias stores this value.
        @SuppressWarnings("unchecked")
        Map<List<Integer>, Double> before = (Map<List<Integer>, Double>) values.getOrDefault(SEQUENCE_BIAS, Map.of());
        Map<List<Integer>, Double> biases = new LinkedHashMap<>(before);
        biases.put(List.of(id), bias);
        return sequenceBias(biases);
    }

    /**
     * Adds a rule of your own, which applies after all other processors and before the rules of sampling.
     *
     * @param processor a rule, called once per token and sequence
     * @return this
     */
    public GenerationConfigBuilder logitsProcessor(LogitsProcessor processor) {
        processors.add(processor);
        return this;
    }

    /**
     * Builds the config, and checks that the options are compatible.
     *
     * @return the config
     * @throws IllegalArgumentException if options exclude each other or would have no effect
     */
    public GenerationConfig build() {
        return new GenerationConfig(values, processors);
    }

    /** Returns an immutable copy: lists and maps are copied at every depth, and keep their order. */
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

    /** {@return an independent builder with the same options and processors} */
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
