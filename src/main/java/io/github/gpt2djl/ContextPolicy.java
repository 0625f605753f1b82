package io.github.gpt2djl;

import io.github.gpt2djl.InvalidOptionException.Setting;

/**
 * The policy for a full context: when all positions of the model are used (1,024 ids for the published GPT-2).
 *
 * <pre>{@code
 * var config = GenerationConfig.builder().contextPolicy(ContextPolicy.slide(128)).maxNewTokens(300).build();
 * Generation generation = gpt2.generate("ROMEO:", config);
 * System.out.println("the context was full " + generation.slides() + " times");
 * }</pre>
 *
 * @param keep number of last ids to keep; 0 ends the text, with {@link FinishReason#CONTEXT}. The kept ids are
 *     recomputed from the first position on, and the text continues. Keeping fewer ids is faster and forgets more
 */
public record ContextPolicy(int keep) {
    private static final NamedOption OPTION = NamedOption.of("contextPolicy");

    /** Ends the text when the context is full. */
    public static final ContextPolicy STOP = new ContextPolicy(0);

    /**
     * Checks the range.
     *
     * @param keep at least 0
     * @throws InvalidOptionException if {@code keep} is negative
     */
    public ContextPolicy {
        if (keep < 0) {
            throw wrong(keep);
        }
    }

    /**
     * Continues the text from its last ids when the context is full.
     *
     * @param keep number of last ids to keep: at least 1 and fewer than the model has positions, which the generation
     *     checks
     * @return the policy
     * @throws InvalidOptionException if {@code keep} is less than 1
     */
    public static ContextPolicy slide(int keep) {
        if (keep < 1) {
            throw wrong(keep);
        }
        return new ContextPolicy(keep);
    }

    private static InvalidOptionException wrong(int keep) {
        return InvalidOptionException.value(
                        OPTION, "slide:" + keep, "at least 1 id to keep, and fewer than the model has positions")
                .withAdvice(new Setting(OPTION, STOP), " ends the text");
    }

    /**
     * Reads {@code stop} or {@code slide:768}.
     *
     * @param text one of them
     * @return the policy
     * @throws IllegalArgumentException if it is neither
     */
    public static ContextPolicy parse(String text) {
        if (text.equals("stop")) {
            return STOP;
        }
        if (text.matches("slide:\\d{1,9}")) {
            return slide(Integer.parseInt(text.substring("slide:".length())));
        }
        throw new NumberFormatException(text);
    }

    /** {@return {@code stop} or {@code slide:768}} */
    @Override
    public String toString() {
        return keep == 0 ? "stop" : "slide:" + keep;
    }
}
