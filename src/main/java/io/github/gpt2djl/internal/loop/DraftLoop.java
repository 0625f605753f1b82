package io.github.gpt2djl.internal.loop;

import io.github.gpt2djl.internal.decoder.Decoder;
import io.github.gpt2djl.internal.decoder.RunningBatch;
import io.github.gpt2djl.internal.decoder.VerifiedLogits;
import java.nio.FloatBuffer;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/**
 * The token loop for one row, with guesses of which several are verified at once.
 *
 * <p>Each token is chosen from its own logits with its own draw, as without guesses. A guess counts only if it equals
 * the chosen token. So guesses do not change the text, greedy or sampled, apart from the rounding of sums that are
 * computed together.
 *
 * <pre>{@code
 * try (DraftLoop loop = new DraftLoop(decoder, request, new PromptLookup(10))) {
 *     while (loop.hasNext()) {
 *         System.out.println(loop.next().get(0).id());
 *     }
 *     System.out.println(loop.statistics().accepted() + " of " + loop.statistics().drafted() + " guesses were right");
 * }
 * }</pre>
 *
 * @see <a href="https://arxiv.org/abs/2211.17192">Leviathan et al. 2023</a>: with a guess that is certain, accepting it
 *     if the model's own sample equals it is their rejection rule
 */
public final class DraftLoop implements Loop {
    private final Request request;
    private final Drafter drafter;
    private final Deque<SampledToken> ready = new ArrayDeque<>();
    private final LoopMemory<RunningBatch> memory;
    private final GeneratedSequence text;
    private final LoopCounter counter = new LoopCounter();

    /**
     * Computes nothing before the first {@link #next()}.
     *
     * @param decoder the model
     * @param request with one copy
     * @param drafter makes the guesses; closed with this loop
     */
    public DraftLoop(Decoder decoder, Request request, Drafter drafter) {
        this(decoder, request, drafter, Prefixes.NONE);
    }

    /**
     * Makes a loop that takes what is known of the prompt.
     *
     * @param decoder the model
     * @param request with one copy
     * @param drafter makes the guesses; closed with this loop
     * @param prefixes the texts whose beginnings are known
     */
    public DraftLoop(Decoder decoder, Request request, Drafter drafter, Prefixes prefixes) {
        this.request = request;
        this.drafter = drafter;
        text = new GeneratedSequence(request, 0, 0);
        memory = new LoopMemory<>(() -> start(decoder, request, prefixes), RunningBatch::close);
    }

    private static RunningBatch start(Decoder decoder, Request request, Prefixes prefixes) {
        decoder.check(List.of(request.prompt()));
        RunningBatch batch = decoder.batch(1);
        try {
            // The last token is never fed back.
            PromptStart.join(batch, request.prompt(), request.prompt().length + request.limit() - 1, prefixes);
            return batch;
        } catch (RuntimeException | Error e) {
            batch.close();
            throw e;
        }
    }

    @Override
    public boolean hasNext() {
        return !ready.isEmpty() || !memory.isClosed();
    }

    @Override
    public List<SampledToken> next() {
        if (ready.isEmpty()) {
            advance();
        }
        return List.of(ready.remove());
    }

    @Override
    public LoopStatistics statistics() {
        return counter.statistics();
    }

    @Override
    public void end(int row) {
        close();
    }

    @Override
    public void close() {
        ready.clear();
        free();
    }

    private void free() {
        drafter.close();
        memory.close();
    }

    private void advance() {
        long start = System.nanoTime();
        // The first time, this computes the prompt.
        RunningBatch batch = memory.get();
        if (text.tokens() == 0) {
            counter.addNative(start);
            choose(batch.logits(0), batch.logSumExp(0));
        } else {
            int[] guess = drafter.guess(text.ids(), text.length(), request.limit() - text.tokens() - 1, text.tokens());
            if (guess.length == 0) {
                step(batch);
            } else {
                check(batch, guess);
            }
        }
        if (ended()) {
            free();
        }
    }

    private void step(RunningBatch batch) {
        long start = System.nanoTime();
        batch.step(new int[] {text.last()});
        counter.addNative(start);
        choose(batch.logits(0), batch.logSumExp(0));
    }

    private void check(RunningBatch batch, int[] guess) {
        int[] fed = new int[guess.length + 1];
        fed[0] = text.last();
        System.arraycopy(guess, 0, fed, 1, guess.length);
        long start = System.nanoTime();
        VerifiedLogits verified = batch.verify(fed);
        counter.addNative(start);
        int right = 0;
        choose(verified.logits(0), verified.logSumExp(0));
        while (right < guess.length && !ended() && text.last() == guess[right]) {
            right++;
            choose(verified.logits(right), verified.logSumExp(right));
        }
        batch.rewind(guess.length - right);
        counter.addGuesses(guess.length, right);
        drafter.judge(guess.length, right);
    }

    private void choose(FloatBuffer logits, float logSumExp) {
        long start = System.nanoTime();
        ready.add(text.choose(logits, logSumExp));
        counter.addSampling(start);
    }

    private boolean ended() {
        return ready.getLast().last();
    }
}
