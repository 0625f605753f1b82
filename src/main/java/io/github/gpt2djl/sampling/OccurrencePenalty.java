package io.github.gpt2djl.sampling;

/**
 * Lowers the score of each generated token: once by the presence penalty, and by the frequency penalty for each
 * occurrence. The prompt does not count, as in OpenAI's API and in vLLM.
 *
 * <p>Token 0 has been generated twice, token 1 is the prompt:
 *
 * <pre>{@code
 * float[] scores = {2, 2, 2};
 * new OccurrencePenalty(0.5, 0.25).process(scores, new TokenSequence(new int[] {1, 0, 0}, 3, 1, 10));
 * System.out.println(Arrays.toString(scores)); // [1.0, 2.0, 2.0]
 * }</pre>
 *
 * @param presence -2 to 2; 0 changes nothing
 * @param frequency -2 to 2; 0 changes nothing
 * @see <a href="https://platform.openai.com/docs/api-reference/completions/create">OpenAI's API</a>
 */
public record OccurrencePenalty(double presence, double frequency) implements LogitsProcessor {
    /**
     * Checks the ranges.
     *
     * @param presence -2 to 2
     * @param frequency -2 to 2
     * @throws IllegalArgumentException if a penalty is out of range
     */
    public OccurrencePenalty {
        check("presencePenalty", presence);
        check("frequencyPenalty", frequency);
    }

    private static void check(String name, double value) {
        if (!(value >= -2 && value <= 2)) {
            throw new IllegalArgumentException(name + " is " + value + ", expected -2 to 2");
        }
    }

    @Override
    public void process(float[] scores, TokenSequence text) {
        int[] count = new int[scores.length];
        for (int i = text.promptLength(); i < text.length(); i++) {
            count[text.id(i)]++;
        }
        for (int i = text.promptLength(); i < text.length(); i++) {
            int id = text.id(i);
            if (count[id] > 0) {
                scores[id] -= (float) (presence + count[id] * frequency);
                count[id] = 0;
            }
        }
    }
}
