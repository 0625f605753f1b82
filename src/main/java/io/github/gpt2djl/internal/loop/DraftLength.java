package io.github.gpt2djl.internal.loop;

/**
 * The number of tokens to guess: more while all guesses are right, fewer when a guess is wrong, and none for a while if
 * guesses keep failing. So text that cannot be guessed costs next to nothing.
 */
final class DraftLength {
    private static final double POOR = 0.4;
    private static final int LONGEST_PAUSE = 64;

    private final int most;
    private int length;
    private double rate = 1;
    private int pause;
    private int nextPause = 8;

    DraftLength(int most) {
        this.most = most;
        this.length = Math.min(most, 4);
    }

    /** The number of tokens to guess now; 0 during a pause. */
    int next(int room) {
        if (pause > 0) {
            pause--;
            return 0;
        }
        return Math.min(length, room);
    }

    void judge(int drafted, int accepted) {
        rate = 0.7 * rate + 0.3 * accepted / drafted;
        length = Math.min(most, accepted == drafted ? 2 * length : Math.max(2, accepted + 1));
        if (rate < POOR) {
            pause = nextPause;
            nextPause = Math.min(LONGEST_PAUSE, 2 * nextPause);
            rate = POOR;
        } else if (accepted > 0) {
            nextPause = 8;
        }
    }
}
