package io.github.gpt2djl.internal.tokenizer;

import io.github.gpt2djl.MalformedCheckpointException;
import io.github.gpt2djl.internal.json.StrictJson;
import java.util.List;

/**
 * The step of SentencePiece that writes a space as a visible character, and its form in old files.
 *
 * @see <a href="https://github.com/huggingface/tokenizers/blob/main/tokenizers/src/pre_tokenizers/metaspace.rs">Metaspace</a>
 */
final class Metaspace {
    private static final List<String> SCHEMES = List.of("always", "first", "never");

    private Metaspace() {}

    static void check(StrictJson step) throws MalformedCheckpointException {
        step.onlyKeys(List.of("type", "replacement", "add_prefix_space", "prepend_scheme", "split", "str_rep"));
        String replacement = step.text("replacement");
        if (replacement == null || replacement.codePointCount(0, replacement.length()) != 1) {
            throw step.wrong("replacement", "one character");
        }
        step.flag("split");
        step.text("str_rep");
        String scheme = scheme(step);
        if (!SCHEMES.contains(scheme)) {
            throw step.wrong("prepend_scheme", String.join(", ", SCHEMES));
        }
        boolean contradicts = step.find("add_prefix_space") != null && !step.flag("add_prefix_space");
        if (contradicts && !scheme.equals("never")) {
            throw step.error("add_prefix_space is false and prepend_scheme is " + scheme
                    + ", expected never: Hugging Face's tokenizers rejects such a file, too");
        }
    }

    /** Tells whether a text begins with the character, even if the text has no space there. */
    static boolean prepends(StrictJson step) throws MalformedCheckpointException {
        return !scheme(step).equals("never");
    }

    private static String scheme(StrictJson step) throws MalformedCheckpointException {
        String scheme = step.text("prepend_scheme");
        return scheme == null ? "always" : scheme;
    }
}
