package io.github.gpt2djl.inspection;

import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * A change to the numbers at one place: for all positions or some, for all heads or one.
 *
 * <pre>{@code
 * Inspector inspector = gpt2.inspector();
 * Trace other = inspector.trace("JULIET:\nI", TraceOptions.ALL);
 * Intervention patch = Intervention.replace(Hook.RESID_PRE.at(2), other).atPosition(0);
 * Trace patched = inspector.trace("ROMEO:\nI", TraceOptions.of("logits").with(patch));
 * }</pre>
 *
 * @param hook the name of the place
 * @param kind the change
 * @param factor of {@link Kind#SCALE}; 0 for the other kinds
 * @param other the tensor of {@link Kind#REPLACE}; null for the other kinds
 * @param function of {@link Kind#APPLY}; null for the other kinds
 * @param first the first position, from 0; of the queries at a place whose shape is [H, T, T]
 * @param last the last position, {@link #END} for the last one of the text
 * @param head from 0, or {@link #ALL_HEADS}
 */
public record Intervention(
        String hook,
        Kind kind,
        double factor,
        @Nullable TracedTensor other,
        @Nullable UnaryOperator<TracedTensor> function,
        int first,
        int last,
        int head) {
    /** The last position of a text, whatever its length. */
    public static final int END = Integer.MAX_VALUE;

    /** All heads. */
    public static final int ALL_HEADS = -1;

    /** The kinds of changes. */
    public enum Kind {
        /** Takes the numbers of another run. */
        REPLACE,
        /** Multiplies by a number; by 0 to leave a part of the model out. */
        SCALE,
        /** Takes the mean over all positions of the same run. */
        MEAN,
        /** Applies a function of Java. */
        APPLY
    }

    private Intervention(String hook, Kind kind) {
        this(hook, kind, 0, null, null, 0, END, ALL_HEADS);
    }

    /**
     * Returns a change to zeros (zero ablation).
     *
     * @param hook the name of the place
     * @return the change, for all positions and heads
     */
    public static Intervention zero(String hook) {
        return scale(hook, 0);
    }

    /**
     * Returns a change that multiplies.
     *
     * @param hook the name of the place
     * @param factor any finite number
     * @return the change, for all positions and heads
     */
    public static Intervention scale(String hook, double factor) {
        if (!Double.isFinite(factor)) {
            throw new IllegalArgumentException("found factor " + factor + ", expected a finite number");
        }
        return new Intervention(hook, Kind.SCALE, factor, null, null, 0, END, ALL_HEADS);
    }

    /**
     * Returns a change to the mean over all positions of the same run (mean ablation).
     *
     * @param hook the name of the place
     * @return the change, for all positions and heads
     */
    public static Intervention mean(String hook) {
        return new Intervention(hook, Kind.MEAN);
    }

    /**
     * Returns a change to the numbers of another run at the same place (activation patching).
     *
     * @param hook the name of the place
     * @param other a trace that has this place
     * @return the change, for all positions of {@code other} and all heads
     * @throws IllegalArgumentException if {@code other} does not have the place
     */
    public static Intervention replace(String hook, Trace other) {
        return replace(other.tensor(hook));
    }

    /**
     * Returns a change to given numbers.
     *
     * @param other names the place; its positions are those of the text to change, from 0 on
     * @return the change, for all positions of {@code other} and all heads
     */
    public static Intervention replace(TracedTensor other) {
        int positions = other.shape()[Hook.of(other.name()).isByHead() ? 1 : 0];
        return new Intervention(other.name(), Kind.REPLACE, 0, other, null, 0, positions - 1, ALL_HEADS);
    }

    /**
     * Returns a change by a function. The text up to this place is computed once more for each such change.
     *
     * @param hook the name of the place
     * @param function takes all numbers of the place, and returns numbers of the same shape; the positions and heads that
     *     are not to be changed are taken from its argument
     * @return the change, for all positions and heads
     */
    public static Intervention apply(String hook, UnaryOperator<TracedTensor> function) {
        return new Intervention(hook, Kind.APPLY, 0, null, function, 0, END, ALL_HEADS);
    }

    /**
     * Limits the change to one position.
     *
     * @param position from 0
     * @return a copy
     */
    public Intervention atPosition(int position) {
        return atPositions(position, position);
    }

    /**
     * Limits the change to some positions.
     *
     * @param from the first position, from 0
     * @param to the last position, included; {@link #END} for the last one of the text
     * @return a copy
     * @throws IllegalArgumentException if the range is empty, or begins before 0
     */
    public Intervention atPositions(int from, int to) {
        if (from < 0 || to < from) {
            throw new IllegalArgumentException("found positions " + from + " to " + to
                    + ", expected the first from 0 on, and the last not before it");
        }
        return new Intervention(hook, kind, factor, other, function, from, to, head);
    }

    /**
     * Limits the change to one head.
     *
     * @param number from 0; checked when a text is traced
     * @return a copy
     * @throws IllegalArgumentException if the place has no heads
     */
    public Intervention ofHead(int number) {
        if (!Hook.of(hook).hasHeads() || number < 0) {
            throw new IllegalArgumentException("found head " + number + " of " + hook
                    + ", expected a head from 0 on, and a place that has heads, such as blocks.0.attn.hook_z");
        }
        return new Intervention(hook, kind, factor, other, function, first, last, number);
    }
}
