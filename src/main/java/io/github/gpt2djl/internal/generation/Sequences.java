package io.github.gpt2djl.internal.generation;

import io.github.gpt2djl.Generation;
import io.github.gpt2djl.Token;
import io.github.gpt2djl.internal.loop.Request;
import io.github.gpt2djl.internal.loop.SampledToken;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.OptionalDouble;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** The sequences of one request on their way: they end well together, or the request has failed. */
public final class Sequences {
    private final @Nullable PreparedRequest entry;
    private final List<RunningText> all = new ArrayList<>();
    private @Nullable Throwable failure;
    /** Number of the first in the loop. */
    private int first;

    /** @param keeps whether their tokens are kept for their {@link Generation} */
    public Sequences(LoadedModel model, PreparedRequest entry, boolean keeps) {
        this.entry = entry;
        for (int copy = 0; copy < entry.request().copies(); copy++) {
            all.add(new RunningText(model, entry, keeps));
        }
    }

    /** Those of a request that cannot be used. */
    public Sequences(Throwable failure) {
        entry = null;
        this.failure = failure;
    }

    public Request request() {
        return Objects.requireNonNull(entry).request();
    }

    /** Takes the next numbers in the loop, from this one on; returns the one behind them. */
    public int begin(int number) {
        first = number;
        return number + rowCount();
    }

    /** One for a request that cannot be used, as the loop counts. */
    private int rowCount() {
        return Math.max(1, all.size());
    }

    /** The number of its first sequence in the loop. */
    public int first() {
        return first;
    }

    /** The numbers of its sequences in the loop. */
    public IntStream rows() {
        return IntStream.range(first, first + rowCount());
    }

    public boolean ended() {
        return failure != null || all.stream().allMatch(RunningText::ended);
    }

    /** Whether one of them takes no token any more. */
    public boolean ended(int row) {
        return failure != null || all.get(row - first).ended();
    }

    /** A token of the loop's; its exception is this request's. */
    public Token add(SampledToken sampled) {
        if (sampled.failure() != null) {
            throw Failures.unchecked(sampled.failure());
        }
        return all.get(sampled.row() - first).add(sampled);
    }

    void fail(Throwable e) {
        failure = e;
    }

    void cancel() {
        all.forEach(RunningText::cancel);
    }

    /** Why there are no sequences, or null. */
    @Nullable
    Throwable failure() {
        return failure;
    }

    /** @param score of a sequence, by its number in the loop */
    public List<Generation> generations(int drafted, int accepted, IntFunction<OptionalDouble> score) {
        List<Generation> generations = new ArrayList<>();
        for (int copy = 0; copy < all.size(); copy++) {
            generations.add(all.get(copy).generation(drafted, accepted, score.apply(first + copy)));
        }
        return generations;
    }
}
