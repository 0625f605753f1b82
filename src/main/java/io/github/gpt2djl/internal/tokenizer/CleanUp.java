package io.github.gpt2djl.internal.tokenizer;

import java.util.List;

/** Removes spaces before English punctuation, as Hugging Face's libraries do. */
final class CleanUp {
    /**
     * The replacements of {@code clean_up_tokenization_spaces}, in order.
     *
     * @see <a href="https://github.com/huggingface/transformers/blob/main/src/transformers/tokenization_utils_base.py">clean_up_tokenization</a>
     */
    private static final List<List<String>> TEXT = List.of(
            List.of(" .", "."),
            List.of(" ?", "?"),
            List.of(" !", "!"),
            List.of(" ,", ","),
            List.of(" ' ", "'"),
            List.of(" n't", "n't"),
            List.of(" 'm", "'m"),
            List.of(" 's", "'s"),
            List.of(" 've", "'ve"),
            List.of(" 're", "'re"));

    private CleanUp() {}

    /** Returns a step for a whole text. */
    static Pieces text(Pieces next) {
        Pieces first = next;
        for (int i = TEXT.size() - 1; i >= 0; i--) {
            first = new Replaced(first, TEXT.get(i).get(0), TEXT.get(i).get(1));
        }
        return new Fused(first);
    }

    /**
     * Cleans up a token of a decoder with {@code cleanup}.
     *
     * @see <a href="https://github.com/huggingface/tokenizers/blob/main/tokenizers/src/decoders/wordpiece.rs">cleanup</a>
     */
    static String words(String token) {
        return token.replace(" .", ".")
                .replace(" ?", "?")
                .replace(" !", "!")
                .replace(" ,", ",")
                .replace(" ' ", "'")
                .replace(" n't", "n't")
                .replace(" 'm", "'m")
                .replace(" do not", " don't")
                .replace(" 's", "'s")
                .replace(" 've", "'ve")
                .replace(" 're", "'re");
    }
}
