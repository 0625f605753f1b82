package io.github.gpt2djl.internal.tokenizer;

import io.github.gpt2djl.tokenizer.Detokenizer;
import io.github.gpt2djl.tokenizer.Tokenizer;
import java.util.Arrays;

/** The pieces of ids, one after the other. */
final class StreamedText {
    private StreamedText() {}

    /** Expects the pieces from a place on to be a text; the ids before are the prompt. */
    static void check(Tokenizer tokenizer, int[] ids, int from, boolean skipSpecialTokens, String expected) {
        Detokenizer pieces = tokenizer.detokenizer(skipSpecialTokens, Arrays.copyOf(ids, from));
        StringBuilder text = new StringBuilder();
        for (int i = from; i < ids.length; i++) {
            String piece = pieces.add(ids[i], i == ids.length - 1);
            if (Surrogates.lone(piece) >= 0) {
                throw new AssertionError("half a character in " + piece);
            }
            text.append(piece);
        }
        if (from < ids.length && !text.toString().equals(expected)) {
            throw new AssertionError("streamed from " + from + ": expected " + expected + ", was " + text + " for "
                    + Arrays.toString(ids));
        }
    }
}
