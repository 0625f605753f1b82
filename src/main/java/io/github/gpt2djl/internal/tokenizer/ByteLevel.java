package io.github.gpt2djl.internal.tokenizer;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * GPT-2's table between the 256 bytes and 256 printable characters, in which its vocabulary is written.
 *
 * @see <a href="https://github.com/openai/gpt-2/blob/master/src/encoder.py">bytes_to_unicode</a>
 */
public final class ByteLevel {
    private static final char[] CHARACTERS = new char[256];
    /** The byte of each character, or -1 if the character stands for no byte. The characters end below 256 + 256. */
    private static final short[] BYTES = new short[512];

    static {
        Arrays.fill(BYTES, (short) -1);
        char next = 256;
        for (int b = 0; b < 256; b++) {
            boolean printable = (b >= '!' && b <= '~') || (b >= '¡' && b <= '¬') || (b >= '®' && b <= 'ÿ');
            CHARACTERS[b] = printable ? (char) b : next++;
            BYTES[CHARACTERS[b]] = (short) b;
        }
    }

    private ByteLevel() {}

    /** Returns the character that stands for a byte (0 to 255). */
    public static char character(int b) {
        return CHARACTERS[b];
    }

    /** Returns the bytes of a vocabulary entry, or null if one of its characters stands for no byte. */
    static byte @Nullable [] bytes(String token) {
        byte[] bytes = new byte[token.length()];
        for (int i = 0; i < token.length(); i++) {
            char c = token.charAt(i);
            if (c >= BYTES.length || BYTES[c] < 0) {
                return null;
            }
            bytes[i] = (byte) BYTES[c];
        }
        return bytes;
    }

    /**
     * Returns the bytes of a vocabulary entry. An entry with a character that stands for no byte is spelled as it
     * stands.
     */
    static byte[] spelled(String token) {
        byte @Nullable [] bytes = bytes(token);
        return bytes == null ? token.getBytes(StandardCharsets.UTF_8) : bytes;
    }
}
