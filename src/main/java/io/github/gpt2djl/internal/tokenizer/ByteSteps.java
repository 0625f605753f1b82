package io.github.gpt2djl.internal.tokenizer;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.regex.Pattern;

/** The steps of a decoder that turn bytes into characters. */
final class ByteSteps {
    /** The name of a byte. Rust also reads a sign. */
    private static final Pattern BYTE = Pattern.compile("<0x[0-9A-Fa-f+][0-9A-Fa-f]>");

    private ByteSteps() {}

    /**
     * Turns each character of a token into a byte. A token with another character stays as it is. All tokens become
     * one.
     */
    static Pieces byteLevel(Pieces next) {
        return new WholeTokens(next, new TokenStep() {
            private final PieceDecoder characters = new PieceDecoder();

            @Override
            public void token(String token) {
                next.part(characters.add(ByteLevel.spelled(token)), false);
            }

            @Override
            public void finish() {
                next.part(characters.finish(new byte[0]), true);
            }
        });
    }

    /**
     * Turns a token such as {@code <0xE4>} into a byte. If a run of such tokens is not UTF-8, each token becomes
     * U+FFFD.
     */
    static Pieces byteFallback(Pieces next) {
        return new WholeTokens(next, new TokenStep() {
            private final ByteArrayOutputStream run = new ByteArrayOutputStream();

            @Override
            public void token(String token) {
                int value = value(token);
                if (value >= 0) {
                    run.write(value);
                } else {
                    finish();
                    next.part(token, true);
                }
            }

            @Override
            public void finish() {
                byte[] bytes = run.toByteArray();
                run.reset();
                if (bytes.length > 0) {
                    characters(bytes, next);
                }
            }
        });
    }

    private static void characters(byte[] run, Pieces next) {
        try {
            next.part(
                    StandardCharsets.UTF_8
                            .newDecoder()
                            .decode(ByteBuffer.wrap(run))
                            .toString(),
                    true);
        } catch (CharacterCodingException e) {
            for (int i = 0; i < run.length; i++) {
                next.part("\uFFFD", true);
            }
        }
    }

    /** Returns the byte of a token such as {@code <0xE4>}, or -1. */
    static int value(String token) {
        if (!BYTE.matcher(token).matches()) {
            return -1;
        }
        return Integer.parseInt(token.substring(3, 5), 16);
    }
}
