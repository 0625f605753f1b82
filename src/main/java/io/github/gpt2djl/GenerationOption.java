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
 * An option of {@link GenerationConfig}: names, meanings and defaults are those of transformers' {@code
 * GenerationConfig}, where it has one.
 *
 * <pre>{@code
 * GenerationOption<?> option = GenerationOption.find("top_p");
 * System.out.println(option); // topP
 * System.out.println(option.key()); // top_p
 * System.out.println(GenerationConfig.builder().build().get(GenerationOption.NUM_BEAMS)); // 1
 * }</pre>
 *
 * @param <T> its values
 */
public final class GenerationOption<T> implements NamedOption {
    /** What an option needs in order to have an effect. */
    public enum AppliesTo {
        /** Nothing: the option applies to each way to generate. */
        ALL,
        /** {@link #DO_SAMPLE}. */
        SAMPLING,
        /** More than one beam ({@link #NUM_BEAMS}). */
        BEAMS
    }

    private static final Map<String, GenerationOption<?>> ALL = new LinkedHashMap<>();

    /** Whose defaults and whose top-p. */
    public static final GenerationOption<Preset> PRESET = new GenerationOption<>(
            "preset",
            OptionFormat.PRESET,
            Preset.HUGGING_FACE,
            AppliesTo.ALL,
            v -> true,
            "hugging-face or openai",
            "Whose defaults, and whose meaning of top-p. Default: hugging-face.");

    /** Whether options that are not set are taken from the model's own generation_config.json. */
    public static final GenerationOption<Boolean> USE_MODEL_DEFAULTS = new GenerationOption<>(
            "useModelDefaults",
            OptionFormat.FLAG,
            true,
            AppliesTo.ALL,
            v -> true,
            "true or false",
            "Take options that are not given from the model's own generation_config.json. Default: true.");

    /** Ids beyond the prompt. */
    public static final GenerationOption<Integer> MAX_NEW_TOKENS =
            whole("maxNewTokens", 0, AppliesTo.ALL, 1, "The most tokens to add.");

    /** Ids in all, the prompt's included. */
    public static final GenerationOption<Integer> MAX_LENGTH =
            whole("maxLength", 0, AppliesTo.ALL, 1, "The most tokens in all, with the prompt's.");

    /** Ids beyond the prompt before the text may end by itself. */
    public static final GenerationOption<Integer> MIN_NEW_TOKENS =
            whole("minNewTokens", 0, AppliesTo.ALL, 0, "The end-of-text token is banned before so many new tokens.");

    /** Ids in all before the text may end by itself. */
    public static final GenerationOption<Integer> MIN_LENGTH =
            whole("minLength", 0, AppliesTo.ALL, 0, "The end-of-text token is banned before so many tokens in all.");

    /** Ids that end a text; the model's own where this is empty. */
    public static final GenerationOption<List<Integer>> EOS_TOKEN_ID = new GenerationOption<>(
            "eosTokenId",
            OptionFormat.IDS,
            List.of(),
            AppliesTo.ALL,
            v -> !v.isEmpty(),
            "at least one id",
            "Ids that end the text, like 50256,198. Default: the model's.");

    /** Strings that end a text where they first occur; they are not part of it. */
    public static final GenerationOption<List<String>> STOP_STRINGS = new GenerationOption<>(
            "stopStrings",
            OptionFormat.TEXTS,
            List.of(),
            AppliesTo.ALL,
            v -> v.stream().noneMatch(String::isEmpty),
            "strings of at least one character",
            "The text ends before this string. May be given several times.");

    /** What happens when the model's positions are used up. */
    public static final GenerationOption<ContextPolicy> CONTEXT_POLICY = new GenerationOption<>(
            "contextPolicy",
            OptionFormat.POLICY,
            ContextPolicy.STOP,
            AppliesTo.ALL,
            v -> true,
            "stop, or slide:N with N ids to keep",
            "When the context is full: stop, or slide:N, which goes on from the last N tokens. Default: stop.");

    /** Draw at random instead of taking the likeliest token. */
    public static final GenerationOption<Boolean> DO_SAMPLE = new GenerationOption<>(
            "doSample",
            OptionFormat.FLAG,
            false,
            AppliesTo.ALL,
            v -> true,
            "true or false",
            "Draw at random instead of taking the likeliest token.");

    /** Divides the scores. */
    public static final GenerationOption<Double> TEMPERATURE = real(
            "temperature",
            1,
            AppliesTo.SAMPLING,
            GenerationOption::isPositive,
            "above 0, from 1.2E-38 to 3.4E38",
            "Above 0. Below 1 bolder, above 1 wilder.");

    /** Only the k likeliest tokens. */
    public static final GenerationOption<Integer> TOP_K = new GenerationOption<>(
            "topK",
            OptionFormat.WHOLE,
            0,
            AppliesTo.SAMPLING,
            v -> v >= 0,
            "at least 1, or 0 for no limit",
            "Draw from the N likeliest tokens; 0: from all. Default: 50, with --preset openai 0.");

    /** Only the likeliest tokens up to this mass. */
    public static final GenerationOption<Double> TOP_P = real(
            "topP",
            1,
            AppliesTo.SAMPLING,
            v -> v >= 0 && v <= 1,
            "0 to 1",
            "Draw from the likeliest tokens that together reach this probability, 0 to 1.");

    /** Only tokens at least so likely, in parts of the likeliest one's probability. */
    public static final GenerationOption<Double> MIN_P = real(
            "minP",
            0,
            AppliesTo.SAMPLING,
            v -> v >= 0 && v <= 1,
            "0 to 1",
            "Drop tokens less likely than this part, 0 to 1, of the likeliest one's probability.");

    /** Only the tokens of the most typical surprise, up to this mass. */
    public static final GenerationOption<Double> TYPICAL_P = real(
            "typicalP",
            1,
            AppliesTo.SAMPLING,
            v -> v > 0 && v <= 1,
            "above 0, at most 1",
            "Draw from the tokens whose surprise is nearest to the expected one, up to this probability.");

    /** Only tokens at least so likely. */
    public static final GenerationOption<Double> EPSILON_CUTOFF = real(
            "epsilonCutoff",
            0,
            AppliesTo.SAMPLING,
            v -> v >= 0 && v < 1,
            "0 to below 1",
            "Drop tokens less likely than this; 3e-4 to 9e-4 is usual.");

    /** Only tokens at least so likely, less where the distribution is flat. */
    public static final GenerationOption<Double> ETA_CUTOFF = real(
            "etaCutoff",
            0,
            AppliesTo.SAMPLING,
            v -> v >= 0 && v < 1,
            "0 to below 1",
            "As --epsilon-cutoff, lower where the distribution is flat; 3e-4 to 4e-3 is usual.");

    /** Of the draws. */
    public static final GenerationOption<Long> SEED = new GenerationOption<>(
            "seed",
            OptionFormat.LONG,
            0L,
            AppliesTo.SAMPLING,
            v -> true,
            "a whole number",
            "The same seed gives the same text.");

    /** Sequences for each prompt: draws that are independent, or the best beams. */
    public static final GenerationOption<Integer> NUM_RETURN_SEQUENCES =
            whole("numReturnSequences", 1, AppliesTo.ALL, 1, "Sequences for the prompt. Default: 1.");

    /** Makes tokens that have occurred less likely. */
    public static final GenerationOption<Double> REPETITION_PENALTY = real(
            "repetitionPenalty",
            1,
            AppliesTo.ALL,
            GenerationOption::isPositive,
            "above 0, from 1.2E-38 to 3.4E38, where 1 changes nothing",
            "Above 1: tokens that have occurred become less likely; 1.1 to 1.3 is usual.");

    /** Subtracted once from the score of each token that has been generated. */
    public static final GenerationOption<Double> PRESENCE_PENALTY = real(
            "presencePenalty",
            0,
            AppliesTo.ALL,
            v -> v >= -2 && v <= 2,
            "-2 to 2",
            "-2 to 2: lowers the score of each token that has been generated (OpenAI's API).");

    /** Subtracted from the score of a token for each time that it has been generated. */
    public static final GenerationOption<Double> FREQUENCY_PENALTY = real(
            "frequencyPenalty",
            0,
            AppliesTo.ALL,
            v -> v >= -2 && v <= 2,
            "-2 to 2",
            "-2 to 2: lowers a token's score for each time that it has been generated (OpenAI's API).");

    /** No n-gram of this size comes twice. */
    public static final GenerationOption<Integer> NO_REPEAT_NGRAM_SIZE =
            whole("noRepeatNgramSize", 0, AppliesTo.ALL, 0, "No N tokens come twice in the same order; 0: no limit.");

    /** Added to the score of the last id of each sequence where the ids before it stand. */
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
            "Added to scores: 318=-5 for a token, 464,3290=2 for the second after the first; with ; between.");

    /** Sequences of ids that must not come. */
    public static final GenerationOption<List<List<Integer>>> BAD_WORDS_IDS = new GenerationOption<>(
            "badWordsIds",
            OptionFormat.SEQUENCES,
            List.of(),
            AppliesTo.ALL,
            v -> !v.isEmpty() && v.stream().noneMatch(List::isEmpty),
            "sequences of at least one id",
            "Sequences of ids that must not come, like 318;464,3290.");

    /** Ids that must not come. */
    public static final GenerationOption<List<Integer>> SUPPRESS_TOKENS = new GenerationOption<>(
            "suppressTokens",
            OptionFormat.IDS,
            List.of(),
            AppliesTo.ALL,
            v -> true,
            "ids",
            "Ids that must not come, like 318,257.");

    /** Ids that must not come first. */
    public static final GenerationOption<List<Integer>> BEGIN_SUPPRESS_TOKENS = new GenerationOption<>(
            "beginSuppressTokens",
            OptionFormat.IDS,
            List.of(),
            AppliesTo.ALL,
            v -> true,
            "ids",
            "Ids that must not be the first new token.");

    /** The id after a prompt of one id. */
    public static final GenerationOption<List<Integer>> FORCED_BOS_TOKEN_ID = new GenerationOption<>(
            "forcedBosTokenId",
            OptionFormat.IDS,
            List.of(),
            AppliesTo.ALL,
            v -> v.size() == 1,
            "one id",
            "The token that follows a prompt of one token.");

    /** The id that stands where a text reaches its greatest length; several: one of them. */
    public static final GenerationOption<List<Integer>> FORCED_EOS_TOKEN_ID = new GenerationOption<>(
            "forcedEosTokenId",
            OptionFormat.IDS,
            List.of(),
            AppliesTo.ALL,
            v -> !v.isEmpty(),
            "at least one id",
            "The last token of a text that reaches its greatest length.");

    /** Sequences that are followed at once; 1: no beam search. */
    public static final GenerationOption<Integer> NUM_BEAMS =
            whole("numBeams", 1, AppliesTo.ALL, 1, "Beam search that follows N sequences at once; 1: none.");

    /** Exponent of the length that a beam's log-probability is divided by. */
    public static final GenerationOption<Double> LENGTH_PENALTY = real(
            "lengthPenalty",
            1,
            AppliesTo.BEAMS,
            Double::isFinite,
            "a number",
            "A beam's log-probability is divided by its length to this power: above 0 favours long texts. Default: 1.");

    /** When beam search ends. */
    public static final GenerationOption<EarlyStopping> EARLY_STOPPING = new GenerationOption<>(
            "earlyStopping",
            OptionFormat.EARLY,
            EarlyStopping.FALSE,
            AppliesTo.BEAMS,
            v -> true,
            "true, false or never",
            "When beam search ends: true at enough complete sequences, false when others look worse, never at the end.");

    /** Contrastive search: how much a token's likeness to the text counts against it. */
    public static final GenerationOption<Double> PENALTY_ALPHA = real(
            "penaltyAlpha",
            0,
            AppliesTo.ALL,
            v -> v >= 0 && v <= 1,
            "0 to 1",
            "Contrastive search among --top-k tokens: how much likeness to the text counts against one; 0.6 is usual.");

    /** The most tokens to guess from the text so far and check at once; the text stays the same. */
    public static final GenerationOption<Integer> PROMPT_LOOKUP_NUM_TOKENS = new GenerationOption<>(
            "promptLookupNumTokens",
            OptionFormat.WHOLE,
            0,
            AppliesTo.ALL,
            v -> v >= 0 && v <= 64,
            "1 to 64, or 0 for none",
            "Guess up to N tokens, 1 to 64, from the text so far and check them at once: the same text, sooner where it"
                    + " repeats itself. Default: none.");

    /** Likeliest tokens that each token comes with. */
    public static final GenerationOption<Integer> TOP_LOGPROBS = whole(
            "topLogprobs", 0, AppliesTo.ALL, 0, "With --json: the N likeliest tokens at each step, under the model.");

    /** Tokens that each step's trace tells of. */
    public static final GenerationOption<Integer> TRACE =
            whole("trace", 0, AppliesTo.ALL, 0, "With --json: what each rule did at each step, for N tokens.");

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
            String name, int defaultValue, AppliesTo appliesTo, int least, String description) {
        return new GenerationOption<>(
                name, OptionFormat.WHOLE, defaultValue, appliesTo, v -> v >= least, "at least " + least, description);
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

    /** Scores are 32-bit floats, and so is what they are divided by: below its normal range it loses digits, up to 0. */
    private static boolean isPositive(double value) {
        return value >= Float.MIN_NORMAL && value <= Float.MAX_VALUE;
    }

    /** {@return all options, in the order in which they are declared here} */
    public static Collection<GenerationOption<?>> all() {
        return Collections.unmodifiableCollection(ALL.values());
    }

    /**
     * The option of a name.
     *
     * @param key transformers' name, {@code top_p}
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

    /** {@return what it does, for the command line} */
    public String description() {
        return description;
    }

    /** {@return whether its values are true and false} */
    public boolean isFlag() {
        return defaultValue instanceof Boolean;
    }

    /** {@return what stands for a value in a synopsis, like {@code N}} */
    public String placeholder() {
        return format.placeholder();
    }

    /**
     * Reads a value from its text.
     *
     * @param text a number, {@code true}, ids with commas, as {@link #placeholder} shows it
     * @return the value
     * @throws InvalidOptionException if it is malformed or out of range
     */
    public T parse(String text) {
        try {
            return checked(format.parse().apply(text));
        } catch (NumberFormatException e) {
            throw wrong(text, expected());
        }
    }

    /** The value itself if it is in range. */
    T checked(T value) {
        if (!valid.test(value)) {
            throw wrong(value, range);
        }
        return value;
    }

    /**
     * Reads a value from JSON as transformers writes it, {@code 0.9} or {@code [[318, 464]]}, and does not check its
     * range: {@link GenerationConfigBuilder#set} does.
     *
     * @param json a value
     * @return the option's value
     * @throws InvalidOptionException if it is malformed
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
     * @param value one of the option's
     * @return what {@link #parseJson} reads
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

    /** {@return the value where the option is not set, without a preset} */
    public T defaultValue() {
        return defaultValue;
    }

    /** {@return what the option needs in order to have an effect} */
    public AppliesTo appliesTo() {
        return appliesTo;
    }

    /** {@return its values in words, for messages: {@code a whole number at least 1}} */
    public String expected() {
        return format.form() + range;
    }

    @Override
    public String toString() {
        return name;
    }
}
