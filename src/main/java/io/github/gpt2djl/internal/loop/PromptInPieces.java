package io.github.gpt2djl.internal.loop;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** A prompt that is computed behind its known beginning, or in pieces while other rows run. */
final class PromptInPieces implements AutoCloseable {
    private final Admission admission;
    private final RunningRows rows;
    private @Nullable KnownStart start;
    private boolean begun;
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
     * Computes the next piece. After the last piece the rows run.
     *
     * @param most maximum number of tokens
     * @param step whether the running rows take a step in the same native call. After an exception, they can take the
     *     step
     * @return the number of tokens that were computed
     */
    int advance(int most, boolean step, int positions) {
        if (!begun) {
            begin(positions);
        }
        int[] ids = admission.ids();
        // Pieces of about the same size: a short last piece would read the weights for few tokens.
        int left = ids.length - done;
        int pieces = (left + most - 1) / most;
        int[] piece = Arrays.copyOfRange(ids, done, done + (left + pieces - 1) / pieces);
        if (step) {
            rows.stepAndAppend(piece);
        } else {
            rows.batch().append(piece);
        }
        done += piece.length;
        if (done == ids.length) {
            rows.batch().run(admission.rows().size());
            rows.add(admission);
            complete = true;
        }
        return piece.length;
    }

    private void begin(int positions) {
        rows.batch().begin(admission.rows().size(), Math.max(admission.room(positions), admission.ids().length));
        begun = true;
        if (start != null) {
            try (KnownStart now = start) {
                start = null;
                now.restore(rows.batch());
                done = now.tokens();
            }
        }
    }

    /** Forgets the prompt. */
    @Override
    public void close() {
        if (start != null) {
            start.close();
        }
        if (begun && !complete) {
            rows.batch().abandon();
        }
    }
}
