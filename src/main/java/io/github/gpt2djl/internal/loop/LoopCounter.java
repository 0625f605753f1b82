package io.github.gpt2djl.internal.loop;

/** The statistics of a loop that runs. */
final class LoopCounter {
    private long nativeNanos;
    private long samplingNanos;
    private int slides;
    private long slideNanos;
    private int drafted;
    private int accepted;

    /**
     * A native call has ended.
     *
     * @param start when it began, by {@link System#nanoTime}
     * @return the nanoseconds that it took
     */
    long addNative(long start) {
        long took = System.nanoTime() - start;
        nativeNanos += took;
        return took;
    }

    /** A token has been chosen, which began at {@code start}. */
    void addSampling(long start) {
        samplingNanos += System.nanoTime() - start;
    }

    /** Full contexts go on from their last ids, which took native calls of so many nanoseconds. */
    void addSlides(int count, long nanos) {
        slides += count;
        slideNanos += nanos;
    }

    /** Guesses have been computed at once. */
    void addGuesses(int count, int right) {
        drafted += count;
        accepted += right;
    }

    LoopStatistics statistics() {
        return new LoopStatistics(nativeNanos, samplingNanos, slides, slideNanos, drafted, accepted);
    }
}
