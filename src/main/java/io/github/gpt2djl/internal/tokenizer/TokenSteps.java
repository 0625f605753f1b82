package io.github.gpt2djl.internal.tokenizer;

import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The steps of a decoder that change tokens one by one.
 *
 * @see <a href="https://github.com/huggingface/tokenizers/tree/main/tokenizers/src/decoders">the decoders of Hugging Face's tokenizers</a>
 */
final class TokenSteps {
    /** Changes the text of a token, which may be the first one. */
    @FunctionalInterface
    private interface Change {
        String apply(String token, boolean first);
    }

    private TokenSteps() {}

    /** Separates tokens by spaces, if there is no decoder. */
    static Pieces spaced(Pieces next) {
        return each(next, (token, first) -> first ? token : " " + token);
    }

    /** Begins a word with each token without the prefix. */
    static Pieces wordPiece(Pieces next, String prefix, boolean cleanup) {
        return each(next, (token, first) -> {
            String text = token;
            if (!first) {
                text = token.startsWith(prefix) ? token.substring(prefix.length()) : " " + token;
            }
            return cleanup ? CleanUp.words(text) : text;
        });
    }

    /**
     * Turns the replacement into a space, or into nothing in the first token.
     *
     * @param prepends whether encoding puts a replacement in front of a text
     */
    static Pieces metaspace(Pieces next, String replacement, boolean prepends) {
        return each(next, (token, first) -> token.replace(replacement, first && prepends ? "" : " "));
    }

    /** Replaces each match by a text. */
    static Pieces replace(Pieces next, Pattern expression, String to) {
        String replacement = Matcher.quoteReplacement(to);
        return each(next, (token, first) -> expression.matcher(token).replaceAll(replacement));
    }

    /** Joins equal tokens in a row, and removes the padding. */
    static Pieces ctc(Pieces next, String pad, String wordDelimiter, boolean cleanup) {
        Function<String, String> text = token -> {
            String shown = token.replace(pad, "");
            return cleanup ? CleanUp.words(shown).replace(wordDelimiter, " ") : shown;
        };
        return new WholeTokens(next, new TokenStep() {
            private String last = "";
            private boolean any;

            @Override
            public void token(String token) {
                String shown = any && token.equals(last) ? "" : text.apply(token);
                any = true;
                last = token;
                if (!shown.isEmpty()) {
                    next.part(shown, true);
                }
            }
        });
    }

    /** Turns a suffix into a space, or into nothing in the last token. */
    static Pieces suffix(Pieces next, String suffix) {
        return new WholeTokens(next, new TokenStep() {
            private String kept = "";
            private boolean any;

            @Override
            public void token(String token) {
                if (any) {
                    next.part(kept.replace(suffix, " "), true);
                }
                any = true;
                int found = token.indexOf(suffix);
                int certain = found < 0 ? token.length() : found;
                next.part(token.substring(0, certain), false);
                kept = token.substring(certain);
            }

            @Override
            public void finish() {
                if (any) {
                    next.part(kept.replace(suffix, ""), true);
                }
            }
        });
    }

    private static Pieces each(Pieces next, Change change) {
        return new WholeTokens(next, new TokenStep() {
            private boolean first = true;

            @Override
            public void token(String token) {
                next.part(change.apply(token, first), true);
                first = false;
            }
        });
    }
}
