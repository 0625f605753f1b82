package io.github.gpt2djl.internal.tokenizer;

import java.util.Map;
import java.util.Set;

/**
 * Turns pieces into text in SentencePiece's own way, part by part between special tokens, as GPTSw3Tokenizer calls it.
 * A part that a special token follows begins with an additional space.
 *
 * @see <a href="https://github.com/google/sentencepiece/blob/master/src/sentencepiece_processor.cc">Decode</a>
 * @see <a href="https://github.com/huggingface/transformers/blob/main/src/transformers/models/gpt_sw3/tokenization_gpt_sw3.py">convert_tokens_to_string</a>
 */
final class SentencePieceText implements TokenStep {
    private static final String SPACE = "▁";

    private final Pieces next;
    private final Map<String, SentencePieceModel.Type> types;
    private final boolean leavesFirstSpace;
    private final boolean leavesAllSpaces;
    private final Set<String> special;
    private final boolean waits;
    private final StringBuilder part = new StringBuilder();
    private final PieceDecoder bytes = new PieceDecoder(true);
    private boolean afterSpecial;
    /** Whether a space may still be left out, because nothing stands before it. */
    private boolean atStart = true;

    /**
     * Starts before the first token.
     *
     * @param types the types of the pieces, by text
     * @param settings the model's settings
     * @param special the special tokens
     * @param waits whether a special token may occur; the part before it then waits for it
     */
    SentencePieceText(
            Pieces next,
            Map<String, SentencePieceModel.Type> types,
            SentencePieceModel.Normalizer settings,
            Set<String> special,
            boolean waits) {
        this.next = next;
        this.types = types;
        leavesAllSpaces = settings.removeExtraWhitespaces();
        leavesFirstSpace = leavesAllSpaces || settings.addDummyPrefix();
        this.special = special;
        this.waits = waits;
    }

    @Override
    public void token(String token) {
        if (special.contains(token)) {
            part.append(bytes.finish(new byte[0]));
            next.part((afterSpecial ? "" : " ") + part + token, true);
            part.setLength(0);
            afterSpecial = true;
            atStart = true;
            return;
        }
        afterSpecial = false;
        SentencePieceModel.Type type = types.getOrDefault(token, SentencePieceModel.Type.UNKNOWN);
        if (type == SentencePieceModel.Type.BYTE) {
            add(bytes.add(new byte[] {(byte) ByteSteps.value(token)}));
            return;
        }
        add(bytes.finish(new byte[0]));
        switch (type) {
            case CONTROL -> {}
            case UNKNOWN -> add(types.containsKey(token) ? " \u2047 " : token);
            default -> piece(token);
        }
    }

    private void piece(String token) {
        boolean leaves = atStart && leavesFirstSpace && token.startsWith(SPACE);
        add((leaves ? token.substring(1) : token).replace(SPACE, " "));
        atStart &= !leaves || leavesAllSpaces;
    }

    private void add(String text) {
        atStart &= text.isEmpty();
        if (waits) {
            part.append(text);
        } else {
            next.part(text, true);
        }
    }

    @Override
    public void finish() {
        add(bytes.finish(new byte[0]));
        next.part(part.toString(), true);
        part.setLength(0);
    }
}
