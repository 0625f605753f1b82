package io.github.gpt2djl.text;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;

/**
 * UTF-8 to text in pieces that never hold half a character: bytes wait until their character is whole.
 *
 * <p>Bytes that can never become a character turn into U+FFFD, as in Python's {@code errors="replace"}.
 */
final class PieceDecoder {
    private final CharsetDecoder decoder = StandardCharsets.UTF_8
            .newDecoder()
            .onMalformedInput(CodingErrorAction.REPLACE)
            .onUnmappableCharacter(CodingErrorAction.REPLACE);
    private byte[] waiting = new byte[0];

    /** The text that these bytes complete; empty if a character is still open. */
    String add(byte[] bytes) {
        return decode(bytes, false);
    }

    /** The text of the last bytes: what is still open is U+FFFD now. */
    String finish(byte[] bytes) {
        return decode(bytes, true);
    }

    private String decode(byte[] bytes, boolean last) {
        ByteBuffer in = ByteBuffer.allocate(waiting.length + bytes.length);
        in.put(waiting).put(bytes).flip();
        CharBuffer out = CharBuffer.allocate(in.remaining() + 2);
        decoder.reset();
        decoder.decode(in, out, last);
        if (last) {
            decoder.flush(out);
        }
        waiting = new byte[in.remaining()];
        in.get(waiting);
        return out.flip().toString();
    }
}
