package io.github.gpt2djl.internal.loop;

import io.github.gpt2djl.internal.decoder.JoiningRow;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** A prompt that is computed behind its known beginning, or in pieces while other rows run. */
final class PromptInPieces implements AutoCloseable {
    private final Admission admission;
    private final RunningRows rows;
    private @Nullable KnownStart start;
    private @Nullable JoiningRow row;
    private boolean complete;
    private int done;

    /** @param start the prompt's known beginning, which is closed when it has been copied; null if there is none */
    PromptInPieces(Admission admission, RunningRows rows, @Nullable KnownStart start) {
        this.admission = admission;
        this.rows = rows;
        this.start = start;
    }

    Admission admission() {
        return admission;
    }

    /** Whether the prompt's rows run. */
    boolean isComplete() {
        return complete;
    }

    /**
     * The number of tokens that take as long as {@code most} tokens at the beginning of a prompt. Later tokens take
     * longer, because a piece reads the keys and values of all tokens before it: of about {@code width / 15} tokens in
     * the time of one token's products (measured with INT8; with wider numbers the products take longer).
     */
    private int tokens(int most, int width) {
        return Math.max(Math.max(1, most / 8), (int) (most - 15L * done / width));
    }

    /**
     * Computes the next piece. After the last piece the rows run.
     *
     * @param most maximum number of tokens; fewer are computed towards the end of a long prompt
     * @param width of the model
     * @param step whether the running rows take a step in the same native call. After an exception, they can take the
     *     step
     * @return the number of tokens that were computed
     */
    int advance(int most, boolean step, int positions, int width) {
        JoiningRow joining = row == null ? begin(positions) : row;
        int[] ids = admission.ids();
        int[] piece = Arrays.copyOfRange(ids, done, Math.min(ids.length, done + tokens(most, width)));
        if (step) {
            rows.stepAndAppend(joining, piece);
        } else {
            joining.append(piece);
        }
        done += piece.length;
        if (done == ids.length) {
            joining.run();
            rows.add(admission);
            complete = true;
        }
        return piece.length;
    }

    private JoiningRow begin(int positions) {
        JoiningRow joining = rows.batch()
                .begin(admission.rows().size(), Math.max(admission.room(positions), admission.ids().length));
        row = joining;
        if (start != null) {
            try (KnownStart now = start) {
                start = null;
                now.restore(joining);
                done = now.tokens();
            }
        }
        return joining;
    }

    /** Forgets the prompt. */
    @Override
    public void close() {
        if (start != null) {
            start.close();
        }
        if (row != null && !complete) {
            row.abandon();
        }
    }
}
