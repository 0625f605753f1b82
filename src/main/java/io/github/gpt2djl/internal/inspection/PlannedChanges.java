package io.github.gpt2djl.internal.inspection;

import io.github.gpt2djl.InvalidOptionException;
import io.github.gpt2djl.NamedOption;
import io.github.gpt2djl.inspection.Hook;
import io.github.gpt2djl.inspection.Intervention;
import io.github.gpt2djl.inspection.TracedTensor;
import io.github.gpt2djl.internal.decoder.Inspection.Change;
import io.github.gpt2djl.internal.decoder.Inspection.Kind;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The changes of one run in the order of computation. Those up to the next function are ready. */
final class PlannedChanges {
    static final NamedOption INTERVENTIONS = NamedOption.of("interventions");

    private final Places places;
    private final int text;
    private final int tokens;
    private final Deque<Intervention> waiting;
    private final List<Change> ready = new ArrayList<>();

    /**
     * Checks the changes.
     *
     * @param text the index of the run
     * @param tokens number of tokens
     */
    PlannedChanges(Places places, List<Intervention> run, int text, int tokens) {
        this.places = places;
        this.text = text;
        this.tokens = tokens;
        // Before they are sorted, which asks nothing of a single change.
        run.forEach(this::check);
        waiting = new ArrayDeque<>(run.stream()
                .sorted(Comparator.comparingInt(each -> places.index(each.hook())))
                .toList());
        makeReady();
    }

    /** The changes that the decoder can make. */
    List<Change> ready() {
        return ready;
    }

    /** The next function; null if there is none. */
    @Nullable
    Intervention function() {
        return waiting.peek();
    }

    /** Applies the next function to the numbers that the changes before it have led to. */
    void applyTo(TracedTensor before) {
        Intervention next = waiting.remove();
        TracedTensor after = Objects.requireNonNull(next.function()).apply(before);
        if (!Arrays.equals(after.shape(), before.shape()) || after.values().length != before.values().length) {
            throw new IllegalArgumentException("the function for " + next.hook() + " gave numbers of the shape "
                    + Arrays.toString(after.shape()) + ", expected " + Arrays.toString(before.shape()));
        }
        if (next.first() < tokens) {
            ready.add(change(next, Kind.REPLACE, numbers(next, after)));
        }
        makeReady();
    }

    private void makeReady() {
        while (!waiting.isEmpty() && waiting.element().kind() != Intervention.Kind.APPLY) {
            Intervention next = waiting.remove();
            if (next.first() < tokens) {
                ready.add(ready(next));
            }
        }
    }

    private Change ready(Intervention next) {
        return switch (next.kind()) {
            case REPLACE -> change(next, Kind.REPLACE, numbers(next, Objects.requireNonNull(next.other())));
            case SCALE -> change(next, Kind.SCALE, new float[] {(float) next.factor()});
            case MEAN -> change(next, Kind.MEAN, new float[0]);
            case APPLY -> throw new IllegalStateException("a function waits for its numbers");
        };
    }

    private Change change(Intervention from, Kind kind, float[] numbers) {
        return new Change(from.hook(), kind, text, from.first(), last(from), from.head(), numbers);
    }

    private int last(Intervention change) {
        return Math.min(change.last(), tokens - 1);
    }

    /** The numbers of the change's positions and heads, position by position. */
    private float[] numbers(Intervention change, TracedTensor all) {
        Hook hook = Hook.of(change.hook());
        int heads = hook.hasHeads() ? all.shape()[hook.isByHead() ? 0 : 1] : 1;
        int first = change.head() < 0 ? 0 : change.head();
        int end = change.head() < 0 ? heads : first + 1;
        int size = Arrays.stream(all.shape()).skip(hook.hasHeads() ? 2 : 1).reduce(1, (a, b) -> a * b);
        int positions = last(change) - change.first() + 1;
        float[] numbers = new float[positions * (end - first) * size];
        int next = 0;
        for (int position = change.first(); position <= last(change); position++) {
            for (int head = first; head < end; head++) {
                int row = hook.isByHead() ? head * all.shape()[1] + position : position * heads + head;
                System.arraycopy(all.values(), row * size, numbers, next, size);
                next += size;
            }
        }
        return numbers;
    }

    private void check(Intervention change) {
        places.index(change.hook());
        int[] shape = places.shape(change.hook(), tokens);
        Hook hook = Hook.of(change.hook());
        int heads = hook.hasHeads() ? shape[hook.isByHead() ? 0 : 1] : 0;
        if (change.head() >= heads) {
            throw InvalidOptionException.of(
                            INTERVENTIONS,
                            change.head(),
                            "the change of " + change.hook() + " is for head " + change.head())
                    .expecting(heads == 0 ? "no head: the place has none" : "0 to " + (heads - 1));
        }
        TracedTensor other = change.other();
        if (other != null
                && (!sameRow(shape, other.shape(), hook) || other.shape()[hook.isByHead() ? 1 : 0] <= last(change))) {
            throw InvalidOptionException.of(
                            INTERVENTIONS,
                            Arrays.toString(other.shape()),
                            "the numbers for " + change.hook() + " have the shape " + Arrays.toString(other.shape()))
                    .expecting(
                            Arrays.toString(shape),
                            ", but for the number of positions, which may be ",
                            last(change) + 1,
                            " or more");
        }
    }

    /** Whether two shapes differ at most in the number of positions. */
    private static boolean sameRow(int[] expected, int[] found, Hook hook) {
        if (expected.length != found.length) {
            return false;
        }
        for (int axis = 0; axis < expected.length; axis++) {
            if (axis != (hook.isByHead() ? 1 : 0) && expected[axis] != found[axis]) {
                return false;
            }
        }
        return true;
    }
}
