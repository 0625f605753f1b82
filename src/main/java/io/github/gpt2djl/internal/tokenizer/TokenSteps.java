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
    /** The text of a token, which may be the first one. */
    @FunctionalInterface
    private interface Change {
        String apply(String token, boolean first);
    }

    private TokenSteps() {}

    /** Without a decoder, spaces part the tokens. */
    static Pieces spaced(Pieces next) {
        return each(next, (token, first) -> first ? token : " " + token);
    }

    /** A token without the prefix begins a word. */
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
     * The replacement is a space, or nothing in the first token.
     *
     * @param prepends whether encoding puts one in front of a text
     */
    static Pieces metaspace(Pieces next, String replacement, boolean prepends) {
        return each(next, (token, first) -> token.replace(replacement, first && prepends ? "" : " "));
    }

    /** Each match becomes the same text. */
    static Pieces replace(Pieces next, Pattern expression, String to) {
        String replacement = Matcher.quoteReplacement(to);
        return each(next, (token, first) -> expression.matcher(token).replaceAll(replacement));
    }

    /** Equal tokens in a row are one; the padding is nothing. */
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

    /** A suffix is a space, or nothing in the last token. */
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
