package io.github.gpt2djl.generation;

import io.github.gpt2djl.decoder.Decoder;
import io.github.gpt2djl.decoder.KvCache;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Guesses with a smaller model of the same vocabulary, which draws with the same random numbers: so the two agree as
 * often as their distributions allow.
 *
 * <p>Assisted or speculative decoding (Leviathan et al. 2023; transformers' {@code assistant_model}).
 */
public final class AssistantModel implements Drafter {
    private final Decoder decoder;
    private final int positions;
    private final Request request;
    private final DraftLength length;
    private @Nullable KvCache cache;
    /** Tokens of the text that the cache holds, and of the last guess behind them. */
    private int fed;

    private int guessed;

    /**
     * @param decoder the smaller model
     * @param positions its context
     * @param request the generation that it helps
     * @param most tokens to guess at once, at least 1
     */
    public AssistantModel(Decoder decoder, int positions, Request request, int most) {
        this.decoder = decoder;
        this.positions = positions;
        this.request = request;
        length = new DraftLength(most);
    }

    @Override
    public int[] guess(int[] text, int n, int room, int step) {
        // Its context may be shorter.
        int wanted = length.next(Math.min(room, positions - n));
        if (wanted <= 0) {
            return new int[0];
        }
        int[] guess = new int[wanted];
        KvCache state = cache;
        if (state == null) {
            int left = Math.min(request.limit() - step, positions - n);
            state = decoder.prefill(List.of(Arrays.copyOf(text, n)), 1, left + 1);
            cache = state;
            guess[0] = request.choose(state.logits(0), 0, step);
        } else {
            int[] news = Arrays.copyOfRange(text, fed, n);
            state.verify(news);
            guess[0] = request.choose(state.verifiedLogits(news.length - 1), 0, step);
        }
        for (int i = 1; i < wanted; i++) {
            state.step(new int[] {guess[i - 1]});
            guess[i] = request.choose(state.logits(0), 0, step + i);
        }
        fed = n;
        guessed = wanted;
        return guess;
    }

    @Override
    public void judge(int drafted, int accepted) {
        length.judge(drafted, accepted);
        if (cache != null) {
            // The last guess was never fed.
            int right = Math.min(accepted, guessed - 1);
            cache.rewind(guessed - 1 - right);
            fed += right;
        }
    }

    @Override
    public void close() {
        if (cache != null) {
            cache.close();
        }
    }
}
