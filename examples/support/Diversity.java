package support;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** How much texts differ from each other; their tokens may be ids or words. */
public final class Diversity {
    /** BLEU-4: runs of one to four tokens. */
    private static final int LONGEST = 4;

    /** What stands for no match at all, so that the product is not 0: NLTK's smoothing method 1. */
    private static final double EPSILON = 0.1;

    private Diversity() {}

    /**
     * The mean BLEU-4 of each text with all others as references (Zhu et al. 2018, Texygen): 1 where all are the same,
     * near 0 where nothing is shared.
     *
     * @param texts at least 2
     */
    public static <T> double selfBleu(List<List<T>> texts) {
        double sum = 0;
        for (int i = 0; i < texts.size(); i++) {
            List<List<T>> others = new ArrayList<>(texts);
            others.remove(i);
            sum += bleu(texts.get(i), others);
        }
        return sum / texts.size();
    }

    /** Different runs of n tokens in all texts, divided by the number of tokens (Li et al. 2016, distinct-n). */
    public static <T> double distinct(List<List<T>> texts, int n) {
        Set<List<T>> different = new HashSet<>();
        int tokens = 0;
        for (List<T> text : texts) {
            different.addAll(counts(text, n).keySet());
            tokens += text.size();
        }
        return (double) different.size() / tokens;
    }

    /** Papineni et al. 2002: the geometric mean of how many runs occur in a reference, less for a short text. */
    static <T> double bleu(List<T> text, List<List<T>> references) {
        double logarithms = 0;
        for (int n = 1; n <= LONGEST; n++) {
            Map<List<T>, Integer> inReferences = new HashMap<>();
            for (List<T> reference : references) {
                counts(reference, n).forEach((run, count) -> inReferences.merge(run, count, Math::max));
            }
            int matches = 0;
            for (Map.Entry<List<T>, Integer> run : counts(text, n).entrySet()) {
                matches += Math.min(run.getValue(), inReferences.getOrDefault(run.getKey(), 0));
            }
            if (n == 1 && matches == 0) {
                return 0;
            }
            int runs = Math.max(1, text.size() - n + 1);
            logarithms += Math.log((matches == 0 ? EPSILON : matches) / runs);
        }
        return brevity(text.size(), references) * Math.exp(logarithms / LONGEST);
    }

    private static <T> double brevity(int size, List<List<T>> references) {
        int nearest = Integer.MAX_VALUE;
        for (List<T> reference : references) {
            int difference = Math.abs(reference.size() - size) - Math.abs(nearest - size);
            if (difference < 0 || difference == 0 && reference.size() < nearest) {
                nearest = reference.size();
            }
        }
        return size > nearest ? 1 : Math.exp(1 - (double) nearest / size);
    }

    private static <T> Map<List<T>, Integer> counts(List<T> text, int n) {
        Map<List<T>, Integer> counts = new HashMap<>();
        for (int i = 0; i + n <= text.size(); i++) {
            counts.merge(List.copyOf(text.subList(i, i + n)), 1, Integer::sum);
        }
        return counts;
    }
}
