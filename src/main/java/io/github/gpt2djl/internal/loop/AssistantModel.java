package io.github.gpt2djl.internal.loop;

import io.github.gpt2djl.internal.decoder.Decoder;
import io.github.gpt2djl.internal.decoder.RunningBatch;
import io.github.gpt2djl.internal.decoder.VerifiedLogits;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Guesses with a smaller model of the same vocabulary. The smaller model draws with the same random numbers, so the two
 * models agree as often as their distributions allow.
 *
 * <p>Assisted or speculative decoding (Leviathan et al. 2023; transformers' {@code assistant_model}).
 *
 * <p>A model that assists itself is always right:
 *
 * <pre>{@code
 * try (DraftLoop loop = new DraftLoop(decoder, request, new AssistantModel(decoder, request, 5))) {
 *     while (loop.hasNext()) {
 *         loop.next();
 *     }
 *     System.out.println(loop.statistics().accepted() == loop.statistics().drafted()); // true
 * }
 * }</pre>
 */
public final class AssistantModel implements Drafter {
    private final Decoder decoder;
    private final Request request;
    private final DraftLength length;
    private @Nullable RunningBatch batch;
    /**
     * The number of the text's tokens that the batch holds; {@code guessed} is the number of tokens of the last guess.
     */
    private int fed;

    private int guessed;

    /**
     * Computes nothing before the first guess.
     *
     * @param decoder the smaller model
     * @param request the generation to guess for
     * @param most maximum number of tokens to guess at once, at least 1
     */
    public AssistantModel(Decoder decoder, Request request, int most) {
        this.decoder = decoder;
        this.request = request;
        length = new DraftLength(most);
    }

    @Override
    public int[] guess(int[] text, int n, int room, int step) {
        // The context of the smaller model may be shorter.
        int wanted = length.next(Math.min(room, decoder.positions() - n));
        if (wanted <= 0) {
            return new int[0];
        }
        int[] ahead = Arrays.copyOf(text, n + wanted);
        RunningBatch state = batch;
        if (state == null) {
            int left = Math.min(request.limit() - step, decoder.positions() - n);
            state = decoder.prefill(List.of(Arrays.copyOf(text, n)), 1, left + 1);
            batch = state;
            ahead[n] = choose(state, ahead, n);
        } else {
            int[] news = Arrays.copyOfRange(text, fed, n);
            VerifiedLogits verified = state.verify(news);
            verified.logSumExp(news.length - 1);
            ahead[n] = request.choose(verified.logits(news.length - 1), ahead, n, 0);
        }
        for (int i = 1; i < wanted; i++) {
            state.step(new int[] {ahead[n + i - 1]});
            ahead[n + i] = choose(state, ahead, n + i);
        }
        fed = n;
        guessed = wanted;
        return Arrays.copyOfRange(ahead, n, n + wanted);
    }

    private int choose(RunningBatch state, int[] ids, int length) {
        // Rejects logits that are NaN.
        state.logSumExp(0);
        return request.choose(state.logits(0), ids, length, 0);
    }

    @Override
    public void judge(int drafted, int accepted) {
        length.judge(drafted, accepted);
        if (batch != null) {
            // The last guess was never fed.
            int right = Math.min(accepted, guessed - 1);
            batch.rewind(guessed - 1 - right);
            fed += right;
        }
    }

    @Override
    public void close() {
        if (batch != null) {
            batch.close();
        }
    }
}
