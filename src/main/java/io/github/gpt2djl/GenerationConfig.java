package io.github.gpt2djl;

import io.github.gpt2djl.sampling.Greedy;
import io.github.gpt2djl.sampling.Multinomial;
import io.github.gpt2djl.sampling.OpenAiTopP;
import io.github.gpt2djl.sampling.Sampler;
import io.github.gpt2djl.sampling.Temperature;
import io.github.gpt2djl.sampling.TopK;
import io.github.gpt2djl.sampling.TopP;
import io.github.gpt2djl.sampling.Warper;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * How to generate. Names, defaults and meanings are those of transformers' {@code GenerationConfig}, or of OpenAI's
 * sample.py under {@link Preset#OPENAI}.
 *
 * <p>An option that is out of range, or that would have no effect, is an {@link IllegalArgumentException} when the
 * config is built.
 *
 * @param preset whose defaults and meaning of top-p
 * @param doSample draw at random instead of taking the likeliest token
 * @param temperature above 0; 1 changes nothing
 * @param topK keep the k likeliest tokens; 0: all
 * @param topP keep the likeliest tokens up to this mass, 0 to 1; 1: all
 * @param maxLength ids in all, the prompt's included; empty where {@code maxNewTokens} counts
 * @param maxNewTokens ids beyond the prompt; both lengths are empty only under {@link Preset#OPENAI}: half the
 *     model's context then, or all of it after an empty prompt
 * @param seed of the draws; empty: a new one for each prompt
 * @param numReturnSequences sequences for each prompt, independent of each other
 * @param promptLookupNumTokens the most tokens to guess from the text so far and check at once, which leaves the text
 *     as it is and saves time where it repeats itself; one prompt, one sequence; 0: none
 */
public record GenerationConfig(
        Preset preset,
        boolean doSample,
        double temperature,
        int topK,
        double topP,
        OptionalInt maxLength,
        OptionalInt maxNewTokens,
        OptionalLong seed,
        int numReturnSequences,
        int promptLookupNumTokens) {
    private static final int MOST_GUESSES = 64;

    public GenerationConfig {
        Temperature.check(temperature);
        TopP.check(topP);
        if (topK < 0) {
            throw new IllegalArgumentException("topK is " + topK + ", expected at least 1, or 0 for no limit");
        }
        atLeastOne("maxLength", maxLength);
        atLeastOne("maxNewTokens", maxNewTokens);
        atLeastOne("numReturnSequences", OptionalInt.of(numReturnSequences));
        if (maxLength.isPresent() && maxNewTokens.isPresent()) {
            throw new IllegalArgumentException("maxLength is " + maxLength.getAsInt() + " and maxNewTokens is "
                    + maxNewTokens.getAsInt() + ", expected only one: maxNewTokens would override maxLength");
        }
        if (preset != Preset.OPENAI && maxLength.isEmpty() && maxNewTokens.isEmpty()) {
            throw new IllegalArgumentException("neither maxLength nor maxNewTokens is set, expected one");
        }
        if (preset == Preset.OPENAI && !doSample) {
            throw new IllegalArgumentException("doSample is false, but the preset OPENAI always samples; for the"
                    + " likeliest token use topK 1, or the preset HUGGING_FACE");
        }
        if (promptLookupNumTokens < 0 || promptLookupNumTokens > MOST_GUESSES) {
            throw new IllegalArgumentException("promptLookupNumTokens is " + promptLookupNumTokens + ", expected 1 to "
                    + MOST_GUESSES + ", or 0 for none");
        }
        if (promptLookupNumTokens > 0 && numReturnSequences > 1) {
            throw new IllegalArgumentException("promptLookupNumTokens is " + promptLookupNumTokens
                    + " and numReturnSequences is " + numReturnSequences + ", expected only one of them");
        }
        if (!doSample) {
            noEffect("temperature", temperature != 1);
            noEffect("topK", topK != 0);
            noEffect("topP", topP != 1);
            noEffect("seed", seed.isPresent());
            noEffect("numReturnSequences", numReturnSequences != 1);
        }
    }

    /** Starts a config with the defaults. */
    public static Builder builder() {
        return new Builder();
    }

    /** Whether a typed {@code <|endoftext|>} is ordinary text and a generated one is printed. */
    boolean splitSpecialTokens() {
        return preset == Preset.OPENAI;
    }

    /**
     * New tokens after a prompt, before the context's limit.
     *
     * @param promptLength its ids; 0 for an empty prompt, though it starts from bos
     */
    int newTokens(int promptLength, int positions) {
        if (maxNewTokens.isPresent()) {
            return maxNewTokens.getAsInt();
        }
        if (maxLength.isEmpty()) {
            // sample.py: a whole context without a prompt, half of it with one.
            return promptLength == 0 ? positions : Math.max(1, positions / 2);
        }
        int total = maxLength.getAsInt();
        int taken = Math.max(1, promptLength);
        if (taken >= total) {
            throw new IllegalArgumentException("the prompt has " + taken + " ids and maxLength is " + total
                    + ", which counts the prompt; expected at least " + (taken + 1) + ", or use maxNewTokens");
        }
        return total - taken;
    }

    /** A sampler for one generation. */
    Sampler sampler() {
        if (!doSample) {
            return new Greedy();
        }
        List<Warper> rules = new ArrayList<>();
        if (temperature != 1) {
            rules.add(new Temperature(temperature));
        }
        if (topK > 0) {
            rules.add(new TopK(topK));
        }
        if (topP < 1) {
            rules.add(preset == Preset.OPENAI ? new OpenAiTopP(topP) : new TopP(topP));
        }
        return new Multinomial(rules);
    }

    private static void atLeastOne(String option, OptionalInt value) {
        if (value.isPresent() && value.getAsInt() < 1) {
            throw new IllegalArgumentException(option + " is " + value.getAsInt() + ", expected at least 1");
        }
    }

    private static void noEffect(String option, boolean set) {
        if (set) {
            throw new IllegalArgumentException(
                    option + " has no effect while doSample is false; set doSample, or leave " + option + " out");
        }
    }

    /** Collects options; {@link #build()} fills in the preset's defaults and checks. */
    public static final class Builder {
        private Preset preset = Preset.HUGGING_FACE;
        private @Nullable Boolean doSample;
        private @Nullable Double temperature;
        private @Nullable Integer topK;
        private @Nullable Double topP;
        private OptionalInt maxLength = OptionalInt.empty();
        private OptionalInt maxNewTokens = OptionalInt.empty();
        private OptionalLong seed = OptionalLong.empty();
        private @Nullable Integer numReturnSequences;
        private int promptLookupNumTokens;

        private Builder() {}

        /** Default {@link Preset#HUGGING_FACE}. */
        public Builder preset(Preset value) {
            preset = value;
            return this;
        }

        /** Default false; under {@link Preset#OPENAI} true. */
        public Builder doSample(boolean value) {
            doSample = value;
            return this;
        }

        /** Above 0, default 1. */
        public Builder temperature(double value) {
            temperature = value;
            return this;
        }

        /** At least 1, or 0 for no limit; default 50 when sampling, under {@link Preset#OPENAI} 0. */
        public Builder topK(int value) {
            topK = value;
            return this;
        }

        /** 0 to 1, default 1. */
        public Builder topP(double value) {
            topP = value;
            return this;
        }

        /** Ids in all with the prompt's, at least 1; not together with {@link #maxNewTokens}. */
        public Builder maxLength(int value) {
            maxLength = OptionalInt.of(value);
            return this;
        }

        /**
         * Ids beyond the prompt, at least 1; default 20 where {@link #maxLength} is not set either, under
         * {@link Preset#OPENAI} half the model's context.
         */
        public Builder maxNewTokens(int value) {
            maxNewTokens = OptionalInt.of(value);
            return this;
        }

        /** Any number; the same seed gives the same ids on one machine and precision. */
        public Builder seed(long value) {
            seed = OptionalLong.of(value);
            return this;
        }

        /** At least 1, default 1; more than 1 needs {@link #doSample}. */
        public Builder numReturnSequences(int value) {
            numReturnSequences = value;
            return this;
        }

        /** 1 to 64, or 0 for none, which is the default; 10 is usual. */
        public Builder promptLookupNumTokens(int value) {
            promptLookupNumTokens = value;
            return this;
        }

        /**
         * Fills in the preset's defaults and checks.
         *
         * @throws IllegalArgumentException if an option is out of range or would have no effect
         */
        public GenerationConfig build() {
            boolean openAi = preset == Preset.OPENAI;
            boolean sample = doSample == null ? openAi : doSample;
            if (!sample && !openAi) {
                noEffect("temperature", temperature != null);
                noEffect("topK", topK != null);
                noEffect("topP", topP != null);
            }
            boolean noLength = maxLength.isEmpty() && maxNewTokens.isEmpty();
            return new GenerationConfig(
                    preset,
                    sample,
                    temperature == null ? 1 : temperature,
                    topK != null ? topK : sample && !openAi ? 50 : 0,
                    topP == null ? 1 : topP,
                    maxLength,
                    noLength && !openAi ? OptionalInt.of(20) : maxNewTokens,
                    seed,
                    numReturnSequences == null ? 1 : numReturnSequences,
                    promptLookupNumTokens);
        }
    }
}
