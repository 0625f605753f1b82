package io.github.gpt2djl.sampling;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Adds a bias to the score of a sequence's last token where the text ends with the sequence's other tokens; the bias of
 * a sequence of one token always applies (transformers' SequenceBiasLogitsProcessor; with single tokens OpenAI's {@code
 * logit_bias}; with -Infinity transformers' {@code bad_words_ids} and {@code suppress_tokens}).
 *
 * <p>Token 2 becomes likelier, and token 1 cannot follow token 0:
 *
 * <pre>{@code
 * float[] scores = {2, 2, 2};
 * Map<List<Integer>, Double> biases = Map.of(List.of(2), 1.5, List.of(0, 1), Double.NEGATIVE_INFINITY);
 * new SequenceBias(biases).process(scores, new TokenSequence(new int[] {0}, 1, 1, 10));
 * System.out.println(Arrays.toString(scores)); // [2.0, -Infinity, 3.5]
 * }</pre>
 *
 * @param biases by sequence of at least one id, grouped by last id; no NaN and no +Infinity
 */
public record SequenceBias(Map<List<Integer>, Double> biases) implements LogitsProcessor {
    /**
     * Copies the map and checks it.
     *
     * @param biases copied; biases of the same last id are added up in this order, the single token's first
     * @throws IllegalArgumentException if a sequence is empty or has a negative id, or a bias is neither a number
     *     of 32 bits nor -Infinity
     */
    public SequenceBias {
        biases = grouped(biases);
        biases.forEach((sequence, bias) -> {
            if (sequence.isEmpty() || sequence.stream().anyMatch(id -> id < 0)) {
                throw new IllegalArgumentException(
                        "a biased sequence is " + sequence + ", expected at least one id, each 0 or above");
            }
            if (bias != Double.NEGATIVE_INFINITY && !(Math.abs(bias) <= Float.MAX_VALUE)) {
                throw new IllegalArgumentException(
                        "the bias of " + sequence + " is " + bias + ", expected a number of 32 bits or -Infinity");
            }
        });
    }

    private static Map<List<Integer>, Double> grouped(Map<List<Integer>, Double> biases) {
        List<Map.Entry<List<Integer>, Double>> entries = new ArrayList<>();
        biases.forEach((sequence, bias) -> entries.add(Map.entry(List.copyOf(sequence), bias)));
        // A stable sort. An empty sequence is rejected later.
        entries.sort(Comparator.<Map.Entry<List<Integer>, Double>>comparingInt(
                        entry -> entry.getKey().isEmpty() ? -1 : last(entry.getKey()))
                .thenComparing(entry -> entry.getKey().size() > 1));
        Map<List<Integer>, Double> grouped = new LinkedHashMap<>();
        entries.forEach(entry -> grouped.put(entry.getKey(), entry.getValue()));
        return Collections.unmodifiableMap(grouped);
    }

    private static int last(List<Integer> sequence) {
        return sequence.get(sequence.size() - 1);
    }

    /** Rounds as transformers does: the biases of a token are added up, and the sum is added to its score. */
    @Override
    public void process(float[] scores, TokenSequence text) {
        int id = -1;
        float sum = 0;
        for (Map.Entry<List<Integer>, Double> entry : biases.entrySet()) {
            int last = last(entry.getKey());
            if (last != id && sum != 0) {
                scores[id] += sum;
                sum = 0;
            }
            id = last;
            if (matches(entry.getKey(), text)) {
                sum += entry.getValue().floatValue();
            }
        }
        if (sum != 0) {
            scores[id] += sum;
        }
    }

    private static boolean matches(List<Integer> sequence, TokenSequence text) {
        int prefix = sequence.size() - 1;
        if (prefix > text.length()) {
            return false;
        }
        for (int i = 0; i < prefix; i++) {
            if (text.id(text.length() - prefix + i) != sequence.get(i)) {
                return false;
            }
        }
        return true;
    }
}
