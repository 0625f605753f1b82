package io.github.gpt2djl.internal.tokenizer;

import io.github.gpt2djl.MalformedCheckpointException;
import io.github.gpt2djl.internal.json.StrictJson;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * The contents of a SentencePiece model's file: a tokenizer.model, spiece.model or sentencepiece.bpe.model.
 *
 * @param file the file's name, for messages
 * @param pieces the pieces by id
 * @param trainer the settings with which the pieces were found
 * @param normalizer the changes to a text before encoding
 * @see <a href="https://github.com/google/sentencepiece/blob/master/src/sentencepiece_model.proto">the format</a>
 */
record SentencePieceModel(String file, List<Piece> pieces, Trainer trainer, Normalizer normalizer) {
    private static final int MOST_PIECES = 1_000_000;
    private static final int LONGEST_PIECE = 10_000;
    private static final int LONGEST_CHARSMAP = 16_000_000;

    /**
     * A token.
     *
     * @param text the token's text, in which ▁ stands for a space
     * @param score the larger the score, the more likely the token is taken
     */
    record Piece(String text, float score, Type type) {}

    /** The types in the order of the format's numbers, which begin with 1. */
    enum Type {
        NORMAL,
        UNKNOWN,
        CONTROL,
        USER_DEFINED,
        UNUSED,
        BYTE
    }

    /** The algorithms in the order of the format's numbers, which begin with 1. */
    enum Algorithm {
        UNIGRAM,
        BPE,
        WORD,
        CHAR
    }

    /**
     * A piece that the trainer knows by name.
     *
     * @param id the piece's id; below 0 if the model has none
     */
    record Named(int id, String text) {
        Named withId(int other) {
            return new Named(other, text);
        }

        Named withText(String other) {
            return new Named(id, other);
        }
    }

    /**
     * The settings with which the pieces were found.
     *
     * @param byteFallback whether a character without a piece becomes its bytes
     * @param whitespaceAsSuffix whether a space belongs to the piece before it
     */
    record Trainer(
            Algorithm algorithm,
            boolean byteFallback,
            boolean whitespaceAsSuffix,
            Named unknown,
            Named bos,
            Named eos) {
        Trainer with(Algorithm other) {
            return new Trainer(other, byteFallback, whitespaceAsSuffix, unknown, bos, eos);
        }

        Trainer with(boolean fallback, boolean suffix) {
            return new Trainer(algorithm, fallback, suffix, unknown, bos, eos);
        }

        Trainer with(Named otherUnknown, Named otherBos, Named otherEos) {
            return new Trainer(algorithm, byteFallback, whitespaceAsSuffix, otherUnknown, otherBos, otherEos);
        }
    }

    /** @param charsmap the table in the form of Hugging Face's tokenizers; may be empty */
    record Normalizer(
            byte[] charsmap, boolean addDummyPrefix, boolean removeExtraWhitespaces, boolean escapeWhitespaces) {
        Normalizer withoutDummyPrefix() {
            return new Normalizer(charsmap, false, removeExtraWhitespaces, escapeWhitespaces);
        }
    }

    static SentencePieceModel read(String file, byte[] bytes) throws MalformedCheckpointException {
        Protobuf message = new Protobuf(file, ByteBuffer.wrap(bytes));
        List<Piece> pieces = new ArrayList<>();
        Trainer trainer = new Trainer(
                Algorithm.UNIGRAM, false, false, new Named(0, "<unk>"), new Named(1, "<s>"), new Named(2, "</s>"));
        Normalizer normalizer = new Normalizer(new byte[0], true, true, true);
        while (message.next()) {
            if (message.is(1, Protobuf.BYTES)) {
                pieces.add(piece(file, message.message()));
                if (pieces.size() > MOST_PIECES) {
                    throw new MalformedCheckpointException(
                            file, "has more than " + MOST_PIECES + " pieces, expected at most as many");
                }
            } else if (message.is(2, Protobuf.BYTES)) {
                trainer = trainer(trainer, message.message());
            } else if (message.is(3, Protobuf.BYTES)) {
                normalizer = normalizer(normalizer, message.message());
            } else {
                message.skip();
            }
        }
        if (pieces.isEmpty()) {
            throw new MalformedCheckpointException(
                    file, "is no SentencePiece model: there are no pieces; download it again");
        }
        if (trainer.algorithm != Algorithm.UNIGRAM && trainer.algorithm != Algorithm.BPE) {
            throw new MalformedCheckpointException(
                    file, "trainer_spec.model_type is " + trainer.algorithm + ", expected UNIGRAM or BPE");
        }
        return new SentencePieceModel(file, pieces, trainer, normalizer);
    }

    private static Piece piece(String file, Protobuf message) throws MalformedCheckpointException {
        String text = "";
        float score = 0;
        Type type = Type.NORMAL;
        while (message.next()) {
            if (message.is(1, Protobuf.BYTES)) {
                text = message.text();
            } else if (message.is(2, Protobuf.FIXED32)) {
                score = message.real();
            } else if (message.is(3, Protobuf.VARINT)) {
                type = constant(Type.values(), message.number(), type);
            } else {
                message.skip();
            }
        }
        if (text.length() > LONGEST_PIECE || !Float.isFinite(score)) {
            throw new MalformedCheckpointException(
                    file,
                    "the piece \"" + StrictJson.shown(text) + "\" has " + text.length() + " characters and the score "
                            + score + ", expected at most " + LONGEST_PIECE + " characters and a number");
        }
        return new Piece(text, score, type);
    }

    private static Trainer trainer(Trainer before, Protobuf message) throws MalformedCheckpointException {
        Trainer now = before;
        while (message.next()) {
            if (message.is(3, Protobuf.VARINT)) {
                now = now.with(constant(Algorithm.values(), message.number(), now.algorithm));
            } else if (message.is(24, Protobuf.VARINT)) {
                now = now.with(now.byteFallback, message.flag());
            } else if (message.is(35, Protobuf.VARINT)) {
                now = now.with(message.flag(), now.whitespaceAsSuffix);
            } else if (message.is(40, Protobuf.VARINT)) {
                now = now.with(now.unknown.withId(message.number()), now.bos, now.eos);
            } else if (message.is(41, Protobuf.VARINT)) {
                now = now.with(now.unknown, now.bos.withId(message.number()), now.eos);
            } else if (message.is(42, Protobuf.VARINT)) {
                now = now.with(now.unknown, now.bos, now.eos.withId(message.number()));
            } else if (message.is(45, Protobuf.BYTES)) {
                now = now.with(now.unknown.withText(message.text()), now.bos, now.eos);
            } else if (message.is(46, Protobuf.BYTES)) {
                now = now.with(now.unknown, now.bos.withText(message.text()), now.eos);
            } else if (message.is(47, Protobuf.BYTES)) {
                now = now.with(now.unknown, now.bos, now.eos.withText(message.text()));
            } else {
                message.skip();
            }
        }
        return now;
    }

    private static Normalizer normalizer(Normalizer before, Protobuf message) throws MalformedCheckpointException {
        byte[] charsmap = before.charsmap;
        boolean[] flags = {before.addDummyPrefix, before.removeExtraWhitespaces, before.escapeWhitespaces};
        while (message.next()) {
            if (message.is(2, Protobuf.BYTES)) {
                charsmap = message.content(LONGEST_CHARSMAP);
            } else if (message.is(3, Protobuf.VARINT)) {
                flags[0] = message.flag();
            } else if (message.is(4, Protobuf.VARINT)) {
                flags[1] = message.flag();
            } else if (message.is(5, Protobuf.VARINT)) {
                flags[2] = message.flag();
            } else {
                message.skip();
            }
        }
        return new Normalizer(charsmap, flags[0], flags[1], flags[2]);
    }

    /** Returns the constant of a number. A number that the format does not have is ignored. */
    private static <T> T constant(T[] all, int number, T before) {
        return number >= 1 && number <= all.length ? all[number - 1] : before;
    }
}
