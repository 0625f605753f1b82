package io.github.gpt2djl.internal.tokenizer;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Decodes UTF-8 into pieces of text that never hold half a character: bytes wait until their character is whole.
 *
 * <p>Bytes that can never become a character turn into U+FFFD, one for each longest beginning of a character, as in
 * Hugging Face's tokenizers and in Python. Java's own decoder counts differently: an encoded surrogate is one U+FFFD
 * there, and three here.
 */
public final class PieceDecoder {
    private static final char REPLACEMENT = '\uFFFD';

    private final boolean eachByte;
    private byte[] waiting = new byte[0];

    public PieceDecoder() {
        this(false);
    }

    /** @param eachByte whether each byte outside a character turns into U+FFFD, as in SentencePiece */
    public PieceDecoder(boolean eachByte) {
        this.eachByte = eachByte;
    }

    /** Returns the text that these bytes complete; empty if a character is still incomplete. */
    public String add(byte[] bytes) {
        return decode(bytes, false);
    }

    /** Returns the text of the last bytes. An incomplete character turns into U+FFFD. */
    public String finish(byte[] bytes) {
        return decode(bytes, true);
    }

    private String decode(byte[] bytes, boolean last) {
        byte[] all = bytes;
        if (waiting.length > 0) {
            all = Arrays.copyOf(waiting, waiting.length + bytes.length);
            System.arraycopy(bytes, 0, all, waiting.length, bytes.length);
        } else if (isAscii(bytes)) {
            return new String(bytes, StandardCharsets.ISO_8859_1);
        }
        StringBuilder text = new StringBuilder(all.length);
        int next = 0;
        while (next < all.length) {
            int length = length(all[next] & 255);
            int end = valid(all, next, length);
            if (end == all.length && end < next + length && !last) {
                break;
            }
            if (length == 0 || end < next + length) {
                text.append(REPLACEMENT);
                next = eachByte ? next + 1 : end;
            } else {
                text.appendCodePoint(character(all, next, length));
                next = end;
            }
        }
        waiting = Arrays.copyOfRange(all, next, all.length);
        return text.toString();
    }

    private static boolean isAscii(byte[] bytes) {
        for (byte one : bytes) {
            if (one < 0) {
                return false;
            }
        }
        return true;
    }

    /** Returns the number of bytes of the character that begins with a byte; 0 if none does. */
    private static int length(int first) {
        if (first < 0x80) {
            return 1;
        }
        if (first < 0xC2 || first > 0xF4) {
            return 0;
        }
        return first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
    }

    /** Returns the end of the bytes that may belong to the character that begins at an index. */
    private static int valid(byte[] all, int from, int length) {
        int first = all[from] & 255;
        int end = from + 1;
        while (end < all.length && end < from + length) {
            int found = all[end] & 255;
            boolean second = end == from + 1;
            // These limits exclude overlong spellings, surrogates, and numbers beyond Unicode.
            int least = second && first == 0xE0 ? 0xA0 : second && first == 0xF0 ? 0x90 : 0x80;
            int most = second && first == 0xED ? 0x9F : second && first == 0xF4 ? 0x8F : 0xBF;
            if (found < least || found > most) {
                break;
            }
            end++;
        }
        return end;
    }

    private static int character(byte[] all, int from, int length) {
        int character = length == 1 ? all[from] : all[from] & (0xFF >> (length + 1));
        for (int i = 1; i < length; i++) {
            character = character << 6 | (all[from + i] & 0x3F);
        }
        return character;
    }
}
