package io.github.gpt2djl.internal.tokenizer;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import org.jspecify.annotations.Nullable;

/**
 * The number of times that two tokens are neighbours, and the words in which they are. A merge therefore looks only at
 * the words that have its pair.
 *
 * <p>The queue does not learn that a count has fallen: a pair that leaves the queue with an outdated count enters it
 * again with the current count. Counts do not rise in the queue, because new neighbours are pairs with the new token.
 */
public final class Pairs {
    /**
     * A pair in the queue.
     *
     * @param count the pair's count when it entered the queue
     * @param words the words that had the pair at that time
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

    /** Subtracts a pair that a word no longer has. */
    void subtract(int first, int second, Word word) {
        counts.computeIfPresent(
                new Pair(first, second), (pair, count) -> count == word.count() ? null : count - word.count());
    }

    /** Adds the pairs to the queue that were found since the last call. */
    public void queueFound() {
        found.forEach((pair, words) -> {
            Long count = counts.get(pair);
            if (count != null) {
                queue.add(new Waiting(pair, count, words));
            }
        });
        found.clear();
    }

    /**
     * Removes the most frequent pair from the queue; of several, the one of the lowest ids. Returns null if there is
     * none.
     */
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
