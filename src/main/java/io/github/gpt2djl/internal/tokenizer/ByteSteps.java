package io.github.gpt2djl.internal.tokenizer;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.regex.Pattern;

/** The steps of a decoder that make characters of bytes. */
final class ByteSteps {
    /** Rust reads a sign, too. */
    private static final Pattern BYTE = Pattern.compile("<0x[0-9A-Fa-f+][0-9A-Fa-f]>");

    private ByteSteps() {}

    /** Each character of a token is a byte; a token with another character is what it is. All become one token. */
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

    /** A token such as {@code <0xE4>} is a byte. A run of them that is not UTF-8 is U+FFFD for each. */
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

    /** The byte of a token such as {@code <0xE4>}, or -1. */
    static int value(String token) {
        if (!BYTE.matcher(token).matches()) {
            return -1;
        }
        return Integer.parseInt(token.substring(3, 5), 16);
    }
}
