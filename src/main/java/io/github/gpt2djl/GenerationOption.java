package io.github.gpt2djl;

import com.google.gson.JsonElement;
import com.google.gson.JsonParseException;
import io.github.gpt2djl.InvalidOptionException.Setting;
import io.github.gpt2djl.internal.config.OptionFormat;
import io.github.gpt2djl.internal.json.JsonText;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * An option of {@link GenerationConfig}, with the name, meaning and default of transformers' {@code GenerationConfig}
 * where transformers has the option.
 *
 * <pre>{@code
 * GenerationOption<?> option = GenerationOption.find("top_p");
 * System.out.println(option); // topP
 * System.out.println(option.key()); // top_p
 * System.out.println(GenerationConfig.builder().build().get(GenerationOption.NUM_BEAMS)); // 1
 * }</pre>
 *
 * @param <T> the type of the option's values
 */
public final class GenerationOption<T> implements NamedOption {
    /** The requirement of an option for having an effect. */
    public enum AppliesTo {
        /** No requirement: the option applies to every generation. */
        ALL,
        /** Sampling ({@link #DO_SAMPLE}). */
        SAMPLING,
        /** More than one beam ({@link #NUM_BEAMS}). */
        BEAMS
    }

    private static final Map<String, GenerationOption<?>> ALL = new LinkedHashMap<>();

    /** The library whose defaults and meaning of top-p apply. */
    public static final GenerationOption<Preset> PRESET = new GenerationOption<>(
            "preset",
            OptionFormat.PRESET,
            Preset.HUGGING_FACE,
            AppliesTo.ALL,
            v -> true,
            "hugging-face or openai",
            "Use the defaults and the top-p of transformers or of OpenAI's sample.py. Default: hugging-face.");

    /** Takes options that are not set from the model's own generation_config.json. */
    public static final GenerationOption<Boolean> USE_MODEL_DEFAULTS = new GenerationOption<>(
            "useModelDefaults",
            OptionFormat.FLAG,
            true,
            AppliesTo.ALL,
            v -> true,
            "true or false",
            "Take options that are not given from the model's own generation_config.json. Default: true.");

    /** The maximum number of new tokens. */
    public static final GenerationOption<Integer> MAX_NEW_TOKENS =
            whole("maxNewTokens", 0, AppliesTo.ALL, 1, "Generate at most N new tokens.");

    /** The maximum number of tokens, prompt included. */
    public static final GenerationOption<Integer> MAX_LENGTH =
            whole("maxLength", 0, AppliesTo.ALL, 1, "Limit the text to N tokens, prompt included.");

    /** The number of new tokens before which the end-of-text tokens are banned. */
    public static final GenerationOption<Integer> MIN_NEW_TOKENS =
            whole("minNewTokens", 0, AppliesTo.ALL, 0, "Ban the end-of-text token before N new tokens.");

    /** The number of tokens, prompt included, before which the end-of-text tokens are banned. */
    public static final GenerationOption<Integer> MIN_LENGTH =
            whole("minLength", 0, AppliesTo.ALL, 0, "Ban the end-of-text token before N tokens, prompt included.");

    /** The ids that end a text; empty for the model's own. */
    public static final GenerationOption<List<Integer>> EOS_TOKEN_ID = new GenerationOption<>(
            "eosTokenId",
            OptionFormat.IDS,
            List.of(),
            AppliesTo.ALL,
            v -> !v.isEmpty(),
            "at least one id",
            "Ids that end the text, such as 50256,198. Default: the model's.");

    /** The strings that end a text before their first occurrence. */
    public static final GenerationOption<List<String>> STOP_STRINGS = new GenerationOption<>(
            "stopStrings",
            OptionFormat.TEXTS,
            List.of(),
            AppliesTo.ALL,
            v -> v.stream().noneMatch(String::isEmpty),
            "strings of at least one character",
            "End the text before this string. May be given several times.");

    /** The policy for a full context. */
    public static final GenerationOption<ContextPolicy> CONTEXT_POLICY = new GenerationOption<>(
            "contextPolicy",
            OptionFormat.POLICY,
            ContextPolicy.STOP,
            AppliesTo.ALL,
            v -> true,
            "stop, or slide:N with N ids to keep",
            "When the context is full: stop, or slide:N, which continues from the last N tokens. Default: stop.");

    /** Draws at random instead of taking the likeliest token. */
    public static final GenerationOption<Boolean> DO_SAMPLE = new GenerationOption<>(
            "doSample",
            OptionFormat.FLAG,
            false,
            AppliesTo.ALL,
            v -> true,
            "true or false",
            "Draw at random instead of taking the likeliest token.");

    /** The divisor of the scores. */
    public static final GenerationOption<Double> TEMPERATURE = real(
            "temperature",
            1,
            AppliesTo.SAMPLING,
            GenerationOption::isPositive,
            "above 0, from 1.2E-38 to 3.4E38",
            "Above 0. Below 1 makes the text more predictable, above 1 more random.");

    /** The number of likeliest tokens to draw from. */
    public static final GenerationOption<Integer> TOP_K = new GenerationOption<>(
            "topK",
            OptionFormat.WHOLE,
            0,
            AppliesTo.SAMPLING,
            v -> v >= 0,
            "at least 1, or 0 for no limit",
            "Draw from the N likeliest tokens; 0: from all. Default: 50, with --preset openai 0.");

    /** The probability mass of the likeliest tokens to draw from. */
    public static final GenerationOption<Double> TOP_P = real(
            "topP",
            1,
            AppliesTo.SAMPLING,
            v -> v >= 0 && v <= 1,
            "0 to 1",
            "Draw from the likeliest tokens whose probabilities add up to X, 0 to 1.");

    /** The minimum probability of a token, as a fraction of the likeliest token's. */
    public static final GenerationOption<Double> MIN_P = real(
            "minP",
            0,
            AppliesTo.SAMPLING,
            v -> v >= 0 && v <= 1,
            "0 to 1",
            "Drop tokens whose probability is below this fraction, 0 to 1, of the likeliest token's.");

    /** The probability mass of the most typical tokens to draw from. */
    public static final GenerationOption<Double> TYPICAL_P = real(
            "typicalP",
            1,
            AppliesTo.SAMPLING,
            v -> v > 0 && v <= 1,
            "above 0, at most 1",
            "Draw from the tokens whose surprise is nearest to the entropy, up to this probability mass.");

    /** The minimum probability of a token. */
    public static final GenerationOption<Double> EPSILON_CUTOFF = real(
            "epsilonCutoff",
            0,
            AppliesTo.SAMPLING,
            v -> v >= 0 && v < 1,
            "0 to below 1",
            "Drop tokens less likely than this; 3e-4 to 9e-4 is usual.");

    /** The minimum probability of a token, lower where the distribution is flat. */
    public static final GenerationOption<Double> ETA_CUTOFF = real(
            "etaCutoff",
            0,
            AppliesTo.SAMPLING,
            v -> v >= 0 && v < 1,
            "0 to below 1",
            "Like --epsilon-cutoff, but lower where the distribution is flat; 3e-4 to 4e-3 is usual.");

    /** The seed of the random draws; the same seed gives the same text. */
    public static final GenerationOption<Long> SEED = new GenerationOption<>(
            "seed",
            OptionFormat.LONG,
            0L,
            AppliesTo.SAMPLING,
            v -> true,
            "a whole number",
            "Seed of the random draws; the same seed gives the same text.");

    /** The number of sequences per prompt: independent draws, or the best beams. */
    public static final GenerationOption<Integer> NUM_RETURN_SEQUENCES =
            whole("numReturnSequences", 1, AppliesTo.ALL, 1, "Generate N sequences per prompt. Default: 1.");

    /** The penalty that makes tokens that have occurred less likely. */
    public static final GenerationOption<Double> REPETITION_PENALTY = real(
            "repetitionPenalty",
            1,
            AppliesTo.ALL,
            GenerationOption::isPositive,
            "above 0, from 1.2E-38 to 3.4E38, where 1 changes nothing",
            "Above 1: tokens that have occurred become less likely; 1.1 to 1.3 is usual.");

    /** The number subtracted once from the score of each generated token. */
    public static final GenerationOption<Double> PRESENCE_PENALTY = real(
            "presencePenalty",
            0,
            AppliesTo.ALL,
            v -> v >= -2 && v <= 2,
            "-2 to 2",
            "-2 to 2. Lower the score of each generated token once (OpenAI's API).");

    /** The number subtracted from the score of a token for each time that it was generated. */
    public static final GenerationOption<Double> FREQUENCY_PENALTY = real(
            "frequencyPenalty",
            0,
            AppliesTo.ALL,
            v -> v >= -2 && v <= 2,
            "-2 to 2",
            "-2 to 2. Lower a token's score for each time that it was generated (OpenAI's API).");

    /** The size of n-grams that cannot be repeated. */
    public static final GenerationOption<Integer> NO_REPEAT_NGRAM_SIZE =
            whole("noRepeatNgramSize", 0, AppliesTo.ALL, 0, "Forbid repeating any sequence of N tokens; 0: no limit.");

    /** Numbers added to the score of a sequence's last id where the text ends with the sequence's other ids. */
    public static final GenerationOption<Map<List<Integer>, Double>> SEQUENCE_BIAS = new GenerationOption<>(
            "sequenceBias",
            OptionFormat.BIASES,
            Map.of(),
            AppliesTo.ALL,
            v -> !v.isEmpty()
                    && v.keySet().stream().noneMatch(List::isEmpty)
                    && v.values().stream()
                            .allMatch(b -> b == Double.NEGATIVE_INFINITY || Math.abs(b) <= Float.MAX_VALUE),
            "sequences of at least one id with a number of 32 bits or -Infinity each",
            "Add to scores: 318=-5 for a token, 464,3290=2 for the second after the first; separate with ;.");

    /** The banned sequences of ids. */
    public static final GenerationOption<List<List<Integer>>> BAD_WORDS_IDS = new GenerationOption<>(
            "badWordsIds",
            OptionFormat.SEQUENCES,
            List.of(),
            AppliesTo.ALL,
            v -> !v.isEmpty() && v.stream().noneMatch(List::isEmpty),
            "sequences of at least one id",
            "Ban sequences of ids, such as 318;464,3290.");

    /** The banned ids. */
    public static final GenerationOption<List<Integer>> SUPPRESS_TOKENS = new GenerationOption<>(
            "suppressTokens",
            OptionFormat.IDS,
            List.of(),
            AppliesTo.ALL,
            v -> true,
            "ids",
            "Ban ids, such as 318,257.");

    /** The ids banned as the first new token. */
    public static final GenerationOption<List<Integer>> BEGIN_SUPPRESS_TOKENS = new GenerationOption<>(
            "beginSuppressTokens",
            OptionFormat.IDS,
            List.of(),
            AppliesTo.ALL,
            v -> true,
            "ids",
            "Ban ids as the first new token.");

    /** The id that must follow a prompt of one id. */
    public static final GenerationOption<List<Integer>> FORCED_BOS_TOKEN_ID = new GenerationOption<>(
            "forcedBosTokenId",
            OptionFormat.IDS,
            List.of(),
            AppliesTo.ALL,
            v -> v.size() == 1,
            "one id",
            "Force the token after a prompt of one token.");

    /** The id forced as the last one of a text that reaches its maximum length; one of them if there are several. */
    public static final GenerationOption<List<Integer>> FORCED_EOS_TOKEN_ID = new GenerationOption<>(
            "forcedEosTokenId",
            OptionFormat.IDS,
            List.of(),
            AppliesTo.ALL,
            v -> !v.isEmpty(),
            "at least one id",
            "Force the last token of a text that reaches its maximum length.");

    /** The number of beams; 1 for no beam search. */
    public static final GenerationOption<Integer> NUM_BEAMS =
            whole("numBeams", 1, AppliesTo.ALL, 1, "Search with N beams; 1: no beam search.");

    /** The exponent of the length that a beam's log-probability is divided by. */
    public static final GenerationOption<Double> LENGTH_PENALTY = real(
            "lengthPenalty",
            1,
            AppliesTo.BEAMS,
            Double::isFinite,
            "a number",
            "Divide a beam's log-probability by its length to this power; above 0 favours long texts. Default: 1.");

    /** The condition that ends beam search. */
    public static final GenerationOption<EarlyStopping> EARLY_STOPPING = new GenerationOption<>(
            "earlyStopping",
            OptionFormat.EARLY,
            EarlyStopping.FALSE,
            AppliesTo.BEAMS,
            v -> true,
            "true, false or never",
            "End beam search once --num-beams sequences are complete (true), when the running beams look worse (false),"
                    + " or when they cannot become better (never).");

    /** The weight of a token's similarity to the text in contrastive search. */
    public static final GenerationOption<Double> PENALTY_ALPHA = real(
            "penaltyAlpha",
            0,
            AppliesTo.ALL,
            v -> v >= 0 && v <= 1,
            "0 to 1",
            "Contrastive search among --top-k tokens: the penalty for similarity to the text, 0 to 1; 0.6 is usual.");

    /** The maximum number of tokens to guess from the text so far and check at once; the text stays the same. */
    public static final GenerationOption<Integer> PROMPT_LOOKUP_NUM_TOKENS = new GenerationOption<>(
            "promptLookupNumTokens",
            OptionFormat.WHOLE,
            0,
            AppliesTo.ALL,
            v -> v >= 0 && v <= 64,
            "1 to 64, or 0 for none",
            "Guess up to N tokens, 1 to 64, from the text so far and check them at once. Gives the same text, faster"
                    + " where the text repeats itself. Default: none.");

    /** The number of likeliest tokens reported with each token. */
    public static final GenerationOption<Integer> TOP_LOGPROBS = whole(
            "topLogprobs", 0, AppliesTo.ALL, 0, "With --json: report the model's N likeliest tokens at each step.");

    /** The number of tokens reported in each step's trace. */
    public static final GenerationOption<Integer> TRACE = whole(
            "trace", 0, AppliesTo.ALL, 0, "With --json: report the effect of each rule at each step, for N tokens.");

    private final String name;
    private final OptionFormat<T> format;
    private final T defaultValue;
    private final AppliesTo appliesTo;
    private final Predicate<T> valid;
    private final String range;
    private final String description;

    private GenerationOption(
            String name,
            OptionFormat<T> format,
            T defaultValue,
            AppliesTo appliesTo,
            Predicate<T> valid,
            String range,
            String description) {
        this.name = name;
        this.format = format;
        this.defaultValue = defaultValue;
        this.appliesTo = appliesTo;
        this.valid = valid;
        this.range = range;
        this.description = description;
        ALL.put(key(), this);
    }

    private static GenerationOption<Integer> whole(
            String name, int defaultValue, AppliesTo appliesTo, int min, String description) {
        return new GenerationOption<>(
                name, OptionFormat.WHOLE, defaultValue, appliesTo, v -> v >= min, "at least " + min, description);
    }

    private static GenerationOption<Double> real(
            String name,
            double defaultValue,
            AppliesTo appliesTo,
            Predicate<Double> valid,
            String range,
            String description) {
        return new GenerationOption<>(name, OptionFormat.REAL, defaultValue, appliesTo, valid, range, description);
    }

    /** Scores and their divisor are 32-bit floats: a divisor below the normal range would lose digits or become 0. */
    private static boolean isPositive(double value) {
        return value >= Float.MIN_NORMAL && value <= Float.MAX_VALUE;
    }

    /** {@return all options, in the order in which they are declared here} */
    public static Collection<GenerationOption<?>> all() {
        return Collections.unmodifiableCollection(ALL.values());
    }

    /**
     * Finds an option by name.
     *
     * @param key transformers' name, such as {@code top_p}
     * @return the option, or null if there is none
     */
    public static @Nullable GenerationOption<?> find(String key) {
        return ALL.get(key);
    }

    /** {@return the name in Java, {@code topP}} */
    @Override
    public String name() {
        return name;
    }

    /** {@return the name in transformers and in generation_config.json, {@code top_p}} */
    @Override
    public String key() {
        return name.replaceAll("([A-Z])", "_$1").toLowerCase(Locale.ROOT);
    }

    /** {@return a description for the command line} */
    public String description() {
        return description;
    }

    /** {@return whether the option's values are true and false} */
    public boolean isFlag() {
        return defaultValue instanceof Boolean;
    }

    /** {@return the placeholder of a value in a synopsis, such as {@code N}} */
    public String placeholder() {
        return format.placeholder();
    }

    /**
     * Reads a value from its text.
     *
     * @param text a number, {@code true} or ids separated by commas, in the form that {@link #placeholder} shows
     * @return the value
     * @throws InvalidOptionException if the text is malformed or the value out of range
     */
    public T parse(String text) {
        try {
            return checked(format.parse().apply(text));
        } catch (NumberFormatException e) {
            throw wrong(text, expected());
        }
    }

    /** Returns the value if it is in range. */
    T checked(T value) {
        if (!valid.test(value)) {
            throw wrong(value, range);
        }
        return value;
    }

    /**
     * Reads a value from JSON as transformers writes it, such as {@code 0.9} or {@code [[318, 464]]}. The range is not
     * checked here but by {@link GenerationConfigBuilder#set}.
     *
     * @param json a JSON value
     * @return the option's value
     * @throws InvalidOptionException if the JSON is malformed
     */
    public T parseJson(String json) {
        JsonElement element;
        try {
            element = JsonText.parse(json);
        } catch (JsonParseException e) {
            throw wrong(json, expected());
        }
        try {
            return format.read().apply(element);
        } catch (NumberFormatException | IllegalStateException | UnsupportedOperationException | JsonParseException e) {
            throw wrong(element, expected());
        }
    }

    /**
     * Writes a value as JSON, as transformers does.
     *
     * @param value a value of the option
     * @return JSON that {@link #parseJson} reads
     */
    public String toJson(T value) {
        return format.write().apply(value).toString();
    }

    private InvalidOptionException wrong(Object found, String expected) {
        InvalidOptionException wrong = InvalidOptionException.value(this, found, expected);
        return this == TEMPERATURE
                ? wrong.withAdvice("for the likeliest token use ", new Setting(DO_SAMPLE, false))
                : wrong;
    }

    /** {@return the value of an option that is not set, without a preset} */
    public T defaultValue() {
        return defaultValue;
    }

    /** {@return the requirement of the option for having an effect} */
    public AppliesTo appliesTo() {
        return appliesTo;
    }

    /** {@return a description of valid values, for messages: {@code a whole number at least 1}} */
    public String expected() {
        return format.form() + range;
    }

    @Override
    public String toString() {
        return name;
    }
}
