package io.github.gpt2djl;

import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The text or the token ids to continue. An empty prompt starts from the model's bos token.
 *
 * <pre>{@code
 * Prompt words = Prompt.of("ROMEO:");
 * System.out.println(gpt2.encode("ROMEO:")); // [818, 25]
 * Prompt ids = Prompt.ofIds(818, 25);
 * Prompt nothing = Prompt.of("");
 * }</pre>
 *
 * @param text the text, or null where {@code ids} is given
 * @param ids the ids, or null where {@code text} is given
 */
public record Prompt(@Nullable String text, @Nullable List<Integer> ids) {
    /**
     * Copies the ids.
     *
     * @param text the text, or null
     * @param ids copied, or null
     * @throws IllegalArgumentException if there are both text and ids, or neither
     */
    public Prompt {
        if ((text == null) == (ids == null)) {
            throw new IllegalArgumentException("a prompt has either text or ids, found "
                    + (text == null ? "neither; use Prompt.of(\"\") for an empty one" : "both"));
        }
        ids = ids == null ? null : List.copyOf(ids);
    }

    /**
     * Returns a prompt in text.
     *
     * @param text a text of any length. An empty text starts from the special tokens that the tokenizer adds to a text,
     *     or from bos if it adds none
     * @return the prompt
     */
    public static Prompt of(String text) {
        return new Prompt(text, null);
    }

    /**
     * Returns a prompt in token ids.
     *
     * @param ids checked against the model's vocabulary when they are used; no ids start from bos
     * @return the prompt
     */
    public static Prompt ofIds(int... ids) {
        return new Prompt(null, Arrays.stream(ids).boxed().toList());
    }

    /**
     * Returns a prompt in token ids, such as those of a {@link Generation}.
     *
     * @param ids copied; checked against the model's vocabulary when they are used; no ids start from bos
     * @return the prompt
     */
    public static Prompt ofIds(List<Integer> ids) {
        return new Prompt(null, ids);
    }
}
