package io.github.gpt2djl.internal.generation;

import static io.github.gpt2djl.GenerationOption.*;
import static io.github.gpt2djl.internal.generation.LoadedModel.PROMPT;
import static io.github.gpt2djl.internal.generation.NewTokens.isOpenAi;

import io.github.gpt2djl.GenerationConfig;
import io.github.gpt2djl.GenerationRequest;
import io.github.gpt2djl.InvalidOptionException;
import io.github.gpt2djl.internal.loop.Decoding;
import io.github.gpt2djl.internal.loop.Request;
import io.github.gpt2djl.sampling.Explainer.Labelled;
import java.security.SecureRandom;
import java.util.List;
import java.util.Objects;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** Turns each prompt into a request for the token loop: encodes and checks the prompt. */
public final class RequestPreparer {
    private static final SecureRandom SEEDS = new SecureRandom();

    private static final Object[] SLIDE = {", or let ", CONTEXT_POLICY, " slide"};

    private final LoadedModel model;
    /** The config of the last prompt, which mostly is also the config of the next prompt. */
    private @Nullable GenerationConfig config;

    private @Nullable Decoding decoding;

    public RequestPreparer(LoadedModel model) {
        this.model = model;
    }

    /** Encodes the prompt of a request. Rejects a text that cannot fit into the context, before it is encoded. */
    public int[] ids(GenerationRequest asking) {
        GenerationConfig how = asking.config();
        if (how.get(CONTEXT_POLICY).keep() == 0) {
            model.checkFits(asking.prompt(), PROMPT, "the prompt", SLIDE);
        }
        return model.ids(asking.prompt(), isOpenAi(how));
    }

    public PreparedRequest prepare(GenerationRequest asking) {
        GenerationConfig how = asking.config();
        int positions = model.config().positions();
        int keep = how.get(CONTEXT_POLICY).keep();
        int[] ids = ids(asking);
        if (keep >= positions) {
            throw InvalidOptionException.value(
                    CONTEXT_POLICY,
                    how.get(CONTEXT_POLICY),
                    "to keep fewer ids than the model's context of ",
                    positions);
        }
        if (ids.length > positions && keep == 0) {
            throw model.tooLong(PROMPT, ids.length, "the prompt has " + ids.length, SLIDE);
        }
        if (how.isSet(STOP_STRINGS) && model.tokenizer() == null) {
            throw InvalidOptionException.of(
                            STOP_STRINGS,
                            how.get(STOP_STRINGS),
                            STOP_STRINGS,
                            " has no effect without a tokenizer, and ",
                            model.name(),
                            " has none")
                    .withAdvice("use ", EOS_TOKEN_ID);
        }
        int asked = NewTokens.of(how, ids.length, positions);
        int[] start = ids.length == 0 ? new int[] {model.bos()} : ids;
        model.decoder().checkRange(start);
        int limit = keep > 0 ? asked : Math.min(asked, free(how, start.length, positions));
        boolean seedless = how.get(DO_SAMPLE) && !how.isSet(SEED);
        // Non-negative and exact in JSON's doubles, so that it can be copied anywhere.
        long seed = seedless ? SEEDS.nextLong() >>> 11 : how.get(SEED);
        Request request = new Request(start, how.get(NUM_RETURN_SEQUENCES), limit, seed, decoding(how));
        Bans.check(how, request, model.config().vocabularySize());
        checkLengthPenalty(how, limit);
        return new PreparedRequest(
                request, how, asked, how.get(DO_SAMPLE) ? OptionalLong.of(seed) : OptionalLong.empty());
    }

    /** Rejects a length penalty out of range: beam scores are 32-bit floats, and so is their divisor. */
    private static void checkLengthPenalty(GenerationConfig how, int limit) {
        double most = Math.pow(limit, how.get(LENGTH_PENALTY));
        if (how.get(NUM_BEAMS) > 1 && !(most >= Float.MIN_NORMAL && most <= Float.MAX_VALUE)) {
            throw InvalidOptionException.value(
                            LENGTH_PENALTY,
                            how.get(LENGTH_PENALTY),
                            limit,
                            " new tokens to this power within 1.2E-38 to 3.4E38, not ",
                            most)
                    .withAdvice("use a ", LENGTH_PENALTY, " nearer to 0");
        }
    }

    /** The number of new tokens that the context has room for. */
    private static int free(GenerationConfig how, int prompt, int positions) {
        if (how.get(PENALTY_ALPHA) == 0) {
            // The last token needs no position of its own: it is never fed back.
            return positions - prompt + 1;
        }
        if (prompt == positions) {
            throw InvalidOptionException.of(PROMPT, prompt, "the prompt has ", prompt, " ids")
                    .expecting(
                            "at most ",
                            positions - 1,
                            ": with ",
                            PENALTY_ALPHA,
                            " each candidate needs a place in the model's context")
                    .withAdvice("shorten the prompt");
        }
        return positions - prompt;
    }

    private Decoding decoding(GenerationConfig how) {
        Decoding now = decoding;
        if (now == null || !Objects.equals(how, config)) {
            List<Integer> eosIds = eosIds(how);
            SamplingRules rules = SamplingRules.of(how, eosIds, model.config().vocabularySize());
            now = new Decoding(
                    rules.sampler(),
                    rules.processors().stream().map(Labelled::rule).toList(),
                    how.get(TRACE) > 0 ? rules.explainer(how.get(TRACE)) : null,
                    how.get(TOP_LOGPROBS),
                    eosIds,
                    how.get(CONTEXT_POLICY).keep());
            decoding = now;
            config = how;
        }
        return now;
    }

    private List<Integer> eosIds(GenerationConfig how) {
        return how.isSet(EOS_TOKEN_ID)
                ? how.get(EOS_TOKEN_ID)
                : isOpenAi(how) ? List.of() : model.defaults().eosIds();
    }
}
