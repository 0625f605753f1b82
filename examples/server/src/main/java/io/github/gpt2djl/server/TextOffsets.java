package io.github.gpt2djl.server;

import io.github.gpt2djl.Gpt2;
import io.github.gpt2djl.tokenizer.Detokenizer;
import java.util.List;

/**
 * Where tokens begin in a text, in characters (code points) from its first. A token that goes on with an unfinished
 * character begins where that character does.
 */
final class TextOffsets {
    private final Gpt2 gpt2;
    /** Null without a tokenizer: all offsets are the first one then, as there is no text. */
    private final Detokenizer pieces;

    /** A prompt's text and the pieces without special tokens; null for new tokens. */
    private final String prompt;

    private final Detokenizer ordinary;
    private int read;
    private int end;

    private TextOffsets(Gpt2 gpt2, Detokenizer pieces, String prompt, Detokenizer ordinary, int begin) {
        this.gpt2 = gpt2;
        this.pieces = pieces;
        this.prompt = prompt;
        this.ordinary = ordinary;
        end = begin;
    }

    /**
     * The offsets of a prompt's tokens.
     *
     * @param text of the prompt; it lacks special tokens that the tokenizer puts in front, like OPT's
     */
    static TextOffsets of(Gpt2 gpt2, String text) {
        if (!gpt2.hasTokenizer()) {
            return new TextOffsets(gpt2, null, null, null, 0);
        }
        Detokenizer pieces = gpt2.detokenizer(false, List.of());
        return new TextOffsets(gpt2, pieces, text, gpt2.detokenizer(true, List.of()), 0);
    }

    /**
     * The offsets of new tokens.
     *
     * @param skipSpecialTokens whether the text leaves special tokens out
     * @param before the prompt's ids
     * @param begin the first new token's offset
     */
    static TextOffsets after(Gpt2 gpt2, boolean skipSpecialTokens, List<Integer> before, int begin) {
        Detokenizer pieces = gpt2.hasTokenizer() ? gpt2.detokenizer(skipSpecialTokens, before) : null;
        return new TextOffsets(gpt2, pieces, null, null, begin);
    }

    /** The offset of the next token. */
    int add(int id) {
        if (pieces == null) {
            return end;
        }
        String piece = pieces.add(id, false);
        if (prompt != null) {
            String shown = ordinary.add(id, false);
            piece = prompt.startsWith(piece, read) ? piece : shown;
            read += piece.length();
        }
        // The space between two words of the first GPT belongs to the first word.
        boolean parted = piece.startsWith(" ") && !startsWithSpace(gpt2.bytes(id));
        int begin = parted ? end + 1 : end;
        end += piece.codePointCount(0, piece.length());
        return begin;
    }

    private static boolean startsWithSpace(byte[] bytes) {
        return bytes.length > 0 && bytes[0] == ' ';
    }
}
