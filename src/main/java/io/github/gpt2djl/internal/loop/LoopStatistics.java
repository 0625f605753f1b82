package io.github.gpt2djl.internal.loop;

/**
 * The time that a loop spent, and the work that it did.
 *
 * <pre>{@code
 * try (Loop loop = new DraftLoop(decoder, request, new PromptLookup(10))) {
 *     while (loop.hasNext()) {
 *         loop.next();
 *     }
 *     LoopStatistics all = loop.statistics();
 *     System.out.println(all.accepted() + " of " + all.drafted() + " guesses were right");
 * }
 * }</pre>
 *
 * @param nativeNanos time in the model's native calls, in nanoseconds; 0 if it is not measured
 * @param samplingNanos time of drawing and choosing, in nanoseconds; 0 if it is not measured
 * @param slides how often a full context went on from its last ids
 * @param slideNanos the time that the slides took, in nanoseconds
 * @param drafted tokens that were guessed and computed at once
 * @param accepted guesses that were right: each saved a step
 * @param promptTokens prompt tokens that were computed: those of known beginnings are not, those of slides are
 */
public record LoopStatistics(
        long nativeNanos,
        long samplingNanos,
        int slides,
        long slideNanos,
        int drafted,
        int accepted,
        int promptTokens) {
    /** The statistics of a loop that measures nothing. */
    static final LoopStatistics NONE = new LoopStatistics(0, 0, 0, 0, 0, 0, 0);
}
