package io.github.gpt2djl.internal.loop;

import io.github.gpt2djl.internal.decoder.Decoder;
import io.github.gpt2djl.internal.decoder.KvCache;
import java.nio.FloatBuffer;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;

/**
 * The token loop for one row with guesses that are checked several at once.
 *
 * <p>Each token is chosen from its own logits with its own draw, as without guesses, and a guess counts only if it is
 * that token: the text is the same, greedy or sampled, but for the rounding of sums that are computed together.
 *
 * <pre>{@code
 * try (DraftLoop loop = new DraftLoop(decoder, request, new PromptLookup(10))) {
 *     while (loop.hasNext()) {
 *         System.out.println(loop.next().get(0).id());
 *     }
 *     System.out.println(loop.accepted() + " of " + loop.drafted() + " guesses were right");
 * }
 * }</pre>
 *
 * @see <a href="https://arxiv.org/abs/2211.17192">Leviathan et al. 2023</a>: with a guess that is certain, accepting it
 *     if the model's own sample equals it is their rejection rule
 */
public final class DraftLoop implements Loop {
    private final Decoder decoder;
    private final Request request;
    private final Drafter drafter;
    private final Deque<Sampled> ready = new ArrayDeque<>();
    private @Nullable KvCache cache;
    private final Sequence text;
    private boolean ended;
    private int drafted;
    private int accepted;
    private long nativeNanos;
    private long samplingNanos;

    /**
     * Nothing is computed before the first {@link #next()}.
     *
     * @param decoder the model
     * @param request with one copy
     * @param drafter makes the guesses; closed with this
     */
    public DraftLoop(Decoder decoder, Request request, Drafter drafter) {
        this.decoder = decoder;
        this.request = request;
        this.drafter = drafter;
        text = new Sequence(request, 0, 0);
    }

    @Override
    public boolean hasNext() {
        return !ready.isEmpty() || !ended;
    }

    @Override
    public List<Sampled> next() {
        if (ready.isEmpty()) {
            if (ended) {
                throw new NoSuchElementException("the generation has ended");
            }
            advance();
        }
        return List.of(ready.remove());
    }

    @Override
    public int drafted() {
        return drafted;
    }

    @Override
    public int accepted() {
        return accepted;
    }

    @Override
    public long nativeNanos() {
        return nativeNanos;
    }

    @Override
    public long samplingNanos() {
        return samplingNanos;
    }

    @Override
    public void end(int row) {
        close();
    }

    @Override
    public void close() {
        ended = true;
        ready.clear();
        drafter.close();
        if (cache != null) {
            cache.close();
        }
    }

    private void advance() {
        KvCache state = cache;
        if (state == null) {
            long start = System.nanoTime();
            state = decoder.prefill(List.of(request.prompt()), 1, request.limit());
            nativeNanos += System.nanoTime() - start;
            cache = state;
            choose(state.logits(0), state.logSumExp(0));
        } else {
            int[] guess = drafter.guess(text.ids(), text.length(), request.limit() - text.tokens() - 1, text.tokens());
            if (guess.length == 0) {
                long start = System.nanoTime();
                state.step(new int[] {text.last()});
                nativeNanos += System.nanoTime() - start;
                choose(state.logits(0), state.logSumExp(0));
            } else {
                check(state, guess);
            }
        }
        if (ended) {
            state.close();
            drafter.close();
        }
    }

    private void check(KvCache state, int[] guess) {
        int[] fed = new int[guess.length + 1];
        fed[0] = text.last();
        System.arraycopy(guess, 0, fed, 1, guess.length);
        long start = System.nanoTime();
        state.verify(fed);
        nativeNanos += System.nanoTime() - start;
        int right = 0;
        choose(state.verifiedLogits(0), state.verifiedLogSumExp(0));
        while (right < guess.length && !ended && text.last() == guess[right]) {
            right++;
            choose(state.verifiedLogits(right), state.verifiedLogSumExp(right));
        }
        state.rewind(guess.length - right);
        drafted += guess.length;
        accepted += right;
        drafter.judge(guess.length, right);
    }

    private void choose(FloatBuffer logits, float logSumExp) {
        long start = System.nanoTime();
        Sampled token = text.choose(logits, logSumExp);
        samplingNanos += System.nanoTime() - start;
        ended = token.last();
        ready.add(token);
    }
}
