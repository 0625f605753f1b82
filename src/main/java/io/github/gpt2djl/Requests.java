package io.github.gpt2djl;

import static io.github.gpt2djl.GenerationOption.*;

import io.github.gpt2djl.generation.Decoding;
import io.github.gpt2djl.generation.Request;
import io.github.gpt2djl.sampling.Explainer.Labelled;
import io.github.gpt2djl.text.Detokenizer;
import java.security.SecureRandom;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Objects;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** Prompts as the token loop takes them: encoded and checked. */
final class Requests implements Iterator<Request> {
    private static final SecureRandom SEEDS = new SecureRandom();

    private final Gpt2 gpt2;
    private final Iterator<GenerationRequest> prompts;
    private final Deque<Entry> read = new ArrayDeque<>();
    private final Deque<Entry> given = new ArrayDeque<>();
    private @Nullable RuntimeException failure;
    /** The last prompt's, which mostly is the next one's. */
    private @Nullable GenerationConfig config;

    private @Nullable Decoding decoding;

    /**
     * A prompt on its way.
     *
     * @param config how to continue it
     * @param asked new tokens that the user wants, which may be more than the context has room for
     * @param seed empty if nothing is drawn
     */
    record Entry(Request request, GenerationConfig config, int asked, OptionalLong seed) {}

    Requests(Gpt2 gpt2, Iterator<GenerationRequest> prompts) {
        this.gpt2 = gpt2;
        this.prompts = prompts;
    }

    /** Encodes and checks all prompts now. */
    void readAll() {
        while (prompts.hasNext()) {
            read.add(entry(prompts.next()));
        }
    }

    /** A prompt that cannot be used ends the queue; {@link #rethrow} tells. */
    @Override
    public boolean hasNext() {
        if (read.isEmpty() && failure == null) {
            try {
                if (prompts.hasNext()) {
                    read.add(entry(prompts.next()));
                }
            } catch (RuntimeException e) {
                failure = e;
            }
        }
        return !read.isEmpty();
    }

    @Override
    public Request next() {
        if (!hasNext()) {
            throw new NoSuchElementException("no prompt is left");
        }
        Entry entry = read.remove();
        given.add(entry);
        return entry.request();
    }

    /** What the prompts ended with, if they did not end well. */
    void rethrow() {
        if (failure != null) {
            throw failure;
        }
    }

    /** Each prompt that the loop has been given, once, in order. */
    Entry begun() {
        return given.remove();
    }

    /** What the loop has not asked for, and never will. */
    void giveRest() {
        given.addAll(read);
        read.clear();
    }

    /** Whether the loop has taken prompts whose rows {@link #begun} has not given yet. */
    boolean hasBegun() {
        return !given.isEmpty();
    }

    @Nullable
    Detokenizer detokenizer(Entry entry) {
        return gpt2.detokenizer(
                !entry.config().splitSpecialTokens(), entry.request().prompt());
    }

    private Entry entry(GenerationRequest asking) {
        GenerationConfig how = asking.config();
        int positions = gpt2.config().positions();
        int keep = how.get(CONTEXT_POLICY).keep();
        if (keep == 0) {
            gpt2.checkFits(asking.prompt(), "the prompt", ", or let contextPolicy slide");
        }
        int[] ids = gpt2.ids(asking.prompt(), how.splitSpecialTokens());
        if (keep >= positions) {
            throw new IllegalArgumentException(
                    "contextPolicy keeps " + keep + " ids, expected fewer than the model's context of " + positions);
        }
        if (ids.length > positions && keep == 0) {
            throw new IllegalArgumentException("the prompt has " + ids.length + " ids, but the model's context is "
                    + positions + "; shorten it, or let contextPolicy slide");
        }
        if (how.isSet(STOP_STRINGS) && !gpt2.hasTokenizer()) {
            throw new IllegalArgumentException(
                    "stopStrings has no effect without a tokenizer, and " + gpt2.name() + " has none; use eosTokenId");
        }
        int asked = how.newTokens(ids.length, positions);
        int[] start = ids.length == 0 ? new int[] {gpt2.bos()} : ids;
        gpt2.decoder().checkRange(start);
        int limit = keep > 0 ? asked : Math.min(asked, free(how, start.length, positions));
        boolean seedless = how.get(DO_SAMPLE) && !how.isSet(SEED);
        // Non-negative and exact in JSON's doubles, so that it can be copied anywhere.
        long seed = seedless ? SEEDS.nextLong() >>> 11 : how.get(SEED);
        Request request = new Request(start, how.get(NUM_RETURN_SEQUENCES), limit, seed, decoding(how));
        return new Entry(request, how, asked, how.get(DO_SAMPLE) ? OptionalLong.of(seed) : OptionalLong.empty());
    }

    /** New tokens that the context has room for. */
    private static int free(GenerationConfig how, int prompt, int positions) {
        if (how.get(PENALTY_ALPHA) == 0) {
            // The last token needs no position of its own: it is never fed back.
            return positions - prompt + 1;
        }
        if (prompt == positions) {
            throw new IllegalArgumentException("the prompt has " + prompt + " ids and fills the model's context, but"
                    + " penaltyAlpha compares each candidate's own position; expected at most " + (positions - 1));
        }
        return positions - prompt;
    }

    private Decoding decoding(GenerationConfig how) {
        Decoding now = decoding;
        if (now == null || !Objects.equals(how, config)) {
            List<Integer> eosIds = eosIds(how);
            Rules rules = Rules.of(how, eosIds, gpt2.config().vocabularySize());
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
        boolean own = how.isSet(EOS_TOKEN_ID);
        int usual = how.openAi() ? -1 : gpt2.config().eosId();
        return own ? how.get(EOS_TOKEN_ID) : usual < 0 ? List.of() : List.of(usual);
    }
}
