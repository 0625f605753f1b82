package io.github.gpt2djl;

import io.github.gpt2djl.generation.Request;
import io.github.gpt2djl.sampling.Sampler;
import io.github.gpt2djl.text.Detokenizer;
import java.security.SecureRandom;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** Prompts as the token loop takes them: encoded and checked. */
final class Requests implements Iterator<Request> {
    private static final SecureRandom SEEDS = new SecureRandom();

    private final Gpt2 gpt2;
    private final GenerationConfig config;
    private final Iterator<Prompt> prompts;
    private final Sampler sampler;
    private final Deque<Entry> read = new ArrayDeque<>();
    private final Deque<Entry> given = new ArrayDeque<>();
    private @Nullable RuntimeException failure;

    /**
     * A prompt on its way.
     *
     * @param asked new tokens that the user wants, which may be more than the context has room for
     * @param seed empty if nothing is drawn
     */
    record Entry(Request request, int asked, OptionalLong seed) {}

    Requests(Gpt2 gpt2, GenerationConfig config, Iterator<Prompt> prompts) {
        this.gpt2 = gpt2;
        this.config = config;
        this.prompts = prompts;
        sampler = config.sampler();
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

    @Nullable
    Detokenizer detokenizer(Entry entry) {
        return gpt2.detokenizer(!config.splitSpecialTokens(), entry.request().prompt());
    }

    private Entry entry(Prompt prompt) {
        int positions = gpt2.config().positions();
        int[] ids = gpt2.ids(prompt, config.splitSpecialTokens());
        if (ids.length > positions) {
            throw new IllegalArgumentException(
                    "the prompt has " + ids.length + " ids, but the model's context is " + positions + "; shorten it");
        }
        int asked = config.newTokens(ids.length, positions);
        int[] start = ids.length == 0 ? new int[] {bos()} : ids;
        gpt2.decoder().check(List.of(start));
        // The last token needs no position of its own: it is never fed back.
        int limit = Math.min(asked, positions - start.length + 1);
        OptionalLong seed = config.doSample() && config.seed().isEmpty()
                // Non-negative and exact in JSON's doubles, so that it can be copied anywhere.
                ? OptionalLong.of(SEEDS.nextLong() >>> 11)
                : config.seed();
        int eosId = config.preset() == Preset.OPENAI ? -1 : gpt2.config().eosId();
        Request request = new Request(start, config.numReturnSequences(), limit, sampler, seed.orElse(0), eosId);
        return new Entry(request, asked, seed);
    }

    private int bos() {
        if (gpt2.config().bosId() < 0) {
            throw new IllegalArgumentException("the prompt is empty, and config.json has no bos_token_id within the"
                    + " vocabulary to start from; expected at least one id");
        }
        return gpt2.config().bosId();
    }
}
