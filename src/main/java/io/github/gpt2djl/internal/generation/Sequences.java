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

/** The running sequences of one request. Either all of them end well, or the request has failed. */
public final class Sequences {
    private final @Nullable PreparedRequest entry;
    private final List<RunningText> all = new ArrayList<>();
    private @Nullable Throwable failure;
    /** The number of the first sequence in the loop. */
    private int first;

    /** @param keeps whether their tokens are kept for their {@link Generation} */
    public Sequences(LoadedModel model, PreparedRequest entry, boolean keeps) {
        this.entry = entry;
        for (int copy = 0; copy < entry.request().copies(); copy++) {
            all.add(new RunningText(model, entry, keeps));
        }
    }

    /** Makes the sequences of a request that cannot be used. */
    public Sequences(Throwable failure) {
        entry = null;
        this.failure = failure;
    }

    public Request request() {
        return Objects.requireNonNull(entry).request();
    }

    /** Takes the next numbers in the loop, from {@code number} on. Returns the number behind them. */
    public int begin(int number) {
        first = number;
        return number + rowCount();
    }

    /** The number of rows as the loop counts: a request that cannot be used has one. */
    private int rowCount() {
        return Math.max(1, all.size());
    }

    /** The number of the request's first sequence in the loop. */
    public int first() {
        return first;
    }

    /** The numbers of the request's sequences in the loop. */
    public IntStream rows() {
        return IntStream.range(first, first + rowCount());
    }

    public boolean ended() {
        return failure != null || all.stream().allMatch(RunningText::ended);
    }

    /** Whether one of the sequences takes no further token. */
    public boolean ended(int row) {
        return failure != null || all.get(row - first).ended();
    }

    /** Adds a token of the loop. An exception here is a failure of this request. */
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

    /** The reason why there are no sequences, or null. */
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
