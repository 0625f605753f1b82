package io.github.gpt2djl.internal.tokenizer;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import org.jspecify.annotations.Nullable;

/**
 * How often tokens are neighbours in the words, and in which: so a merge looks only at the words that have its pair.
 *
 * <p>The queue is not told when a count falls: a pair that comes out of it with a count of old goes in again with the
 * count of now. Counts do not rise in the queue, for new neighbours are pairs with the new token.
 */
public final class Pairs {
    /**
     * A pair in the queue.
     *
     * @param count when it went in
     * @param words that had it then
     */
    public record Waiting(Pair pair, long count, List<Word> words) {}

    private static final Comparator<Waiting> ORDER =
            Comparator.comparingLong(Waiting::count).reversed().thenComparing(Waiting::pair);

    private final Map<Pair, Long> counts = new HashMap<>();
    private final Map<Pair, List<Word>> found = new HashMap<>();
    private final PriorityQueue<Waiting> queue = new PriorityQueue<>(ORDER);

    /** Counts a pair of a word that is not in the queue yet. */
    void add(int first, int second, Word word) {
        Pair pair = new Pair(first, second);
        counts.merge(pair, word.count(), Long::sum);
        List<Word> words = found.computeIfAbsent(pair, p -> new ArrayList<>(1));
        if (words.isEmpty() || words.get(words.size() - 1) != word) {
            words.add(word);
        }
    }

    /** Counts off a pair that a word no longer has. */
    void subtract(int first, int second, Word word) {
        counts.computeIfPresent(
                new Pair(first, second), (pair, count) -> count == word.count() ? null : count - word.count());
    }

    /** Puts the pairs into the queue that were found since the last time. */
    public void queueFound() {
        found.forEach((pair, words) -> {
            Long count = counts.get(pair);
            if (count != null) {
                queue.add(new Waiting(pair, count, words));
            }
        });
        found.clear();
    }

    /** Takes out the most frequent pair, of several the one of the lowest ids; null if there is none. */
    @Nullable
    public Waiting next() {
        while (true) {
            Waiting next = queue.poll();
            if (next == null) {
                return null;
            }
            Long now = counts.get(next.pair());
            if (now != null && now == next.count()) {
                counts.remove(next.pair());
                return next;
            }
            if (now != null) {
                queue.add(new Waiting(next.pair(), now, next.words()));
            }
        }
    }
}
