package support;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Byte-pair encoding of a word, merge by merge. */
public final class BytePairs {
    private BytePairs() {}

    /**
     * The word after a merge.
     *
     * @param merged what was joined; empty at first
     * @param pieces of the word
     */
    public record Step(String merged, List<String> pieces) {
        public Step {
            pieces = List.copyOf(pieces);
        }
    }

    /**
     * Merges the adjacent pair whose join has the lowest id, again and again. That is byte-pair encoding where ids are
     * in the order of the merges that were learned, as GPT-2's are.
     *
     * @param word of characters of one byte
     * @param ids of all tokens, by their text
     * @return the word in characters, then after each merge
     */
    public static List<Step> merge(String word, Map<String, Integer> ids) {
        List<String> pieces = new ArrayList<>(List.of(word.split("")));
        List<Step> steps = new ArrayList<>(List.of(new Step("", pieces)));
        while (true) {
            int place = -1;
            int lowest = Integer.MAX_VALUE;
            for (int i = 0; i + 1 < pieces.size(); i++) {
                int id = ids.getOrDefault(pieces.get(i) + pieces.get(i + 1), Integer.MAX_VALUE);
                if (id < lowest) {
                    place = i;
                    lowest = id;
                }
            }
            if (place < 0) {
                return steps;
            }
            String merged = pieces.get(place) + pieces.remove(place + 1);
            pieces.set(place, merged);
            steps.add(new Step(merged, pieces));
        }
    }
}
