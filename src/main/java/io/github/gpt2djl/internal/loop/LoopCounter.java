package io.github.gpt2djl.internal.loop;

/** Counts the statistics of a running loop. */
final class LoopCounter {
    private long nativeNanos;
    private long samplingNanos;
    private int slides;
    private long slideNanos;
    private int drafted;
    private int accepted;
    private int promptTokens;

    /**
     * Counts a native call that has ended.
     *
     * @param start when the call began, by {@link System#nanoTime}
     * @return the nanoseconds that the call took
     */
    long addNative(long start) {
        long took = System.nanoTime() - start;
        nativeNanos += took;
        return took;
    }

    /** Counts the choice of a token that began at {@code start}. */
    void addSampling(long start) {
        samplingNanos += System.nanoTime() - start;
    }

    /** Counts full contexts that go on from their last ids, and the nanoseconds of the native calls for that. */
    void addSlides(int count, long nanos) {
        slides += count;
        slideNanos += nanos;
    }

    /** Counts prompt tokens that were computed, without padding. */
    void addPromptTokens(int count) {
        promptTokens += count;
    }

    /** Counts guesses that were computed at once. */
    void addGuesses(int count, int right) {
        drafted += count;
        accepted += right;
    }

    LoopStatistics statistics() {
        return new LoopStatistics(nativeNanos, samplingNanos, slides, slideNanos, drafted, accepted, promptTokens);
    }
}
