package io.github.gpt2djl.internal.tokenizer;

import io.github.gpt2djl.MalformedCheckpointException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/**
 * Reads the fields of a message in the wire format of protocol buffers one after another. A length or a number that
 * does not fit is an error. No length is trusted before it is compared with the number of remaining bytes.
 *
 * @see <a href="https://protobuf.dev/programming-guides/encoding/">the format</a>
 */
final class Protobuf {
    static final int VARINT = 0;
    static final int FIXED64 = 1;
    static final int BYTES = 2;
    static final int FIXED32 = 5;

    private final String file;
    private final ByteBuffer bytes;
    private int tag;

    Protobuf(String file, ByteBuffer bytes) {
        this.file = file;
        this.bytes = bytes.order(ByteOrder.LITTLE_ENDIAN);
    }

    /** Goes to the next field. Returns false at the end. */
    boolean next() throws MalformedCheckpointException {
        if (!bytes.hasRemaining()) {
            return false;
        }
        long read = varint();
        if (read >>> 3 == 0 || read >>> 32 != 0) {
            throw error("a field has the number " + (read >>> 3) + ", expected 1 to 536870911");
        }
        tag = (int) read;
        return true;
    }

    /** Tells whether the field has this number and this wire type. A field with another wire type counts as unknown. */
    boolean is(int number, int wire) {
        return tag == (number << 3 | wire);
    }

    /** Reads a whole number of 32 bits. Higher bits are cut off. */
    int number() throws MalformedCheckpointException {
        return (int) varint();
    }

    boolean flag() throws MalformedCheckpointException {
        return varint() != 0;
    }

    float real() throws MalformedCheckpointException {
        return take(Float.BYTES).getFloat();
    }

    Protobuf message() throws MalformedCheckpointException {
        return new Protobuf(file, content());
    }

    byte[] content(int most) throws MalformedCheckpointException {
        ByteBuffer content = content();
        if (content.remaining() > most) {
            throw error("a field has " + content.remaining() + " bytes, expected at most " + most);
        }
        byte[] copy = new byte[content.remaining()];
        content.get(copy);
        return copy;
    }

    String text() throws MalformedCheckpointException {
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(content()).toString();
        } catch (CharacterCodingException e) {
            throw new MalformedCheckpointException(file, "a text before byte " + bytes.position() + " is not UTF-8", e);
        }
    }

    /** Skips a field that is not needed. */
    void skip() throws MalformedCheckpointException {
        switch (tag & 7) {
            case VARINT -> varint();
            case FIXED64 -> take(Long.BYTES);
            case BYTES -> content();
            case FIXED32 -> take(Float.BYTES);
            // No file of this kind has groups.
            default -> throw error("a field has the wire type " + (tag & 7) + ", expected 0, 1, 2 or 5");
        }
    }

    private ByteBuffer content() throws MalformedCheckpointException {
        return take(varint());
    }

    private ByteBuffer take(long size) throws MalformedCheckpointException {
        if (size < 0 || size > bytes.remaining()) {
            throw error("a field at byte " + bytes.position() + " has " + Long.toUnsignedString(size)
                    + " bytes, expected at most " + bytes.remaining() + "");
        }
        ByteBuffer taken = bytes.slice(bytes.position(), (int) size).order(ByteOrder.LITTLE_ENDIAN);
        bytes.position(bytes.position() + (int) size);
        return taken;
    }

    private long varint() throws MalformedCheckpointException {
        long value = 0;
        for (int shift = 0; shift < Long.SIZE; shift += 7) {
            if (!bytes.hasRemaining()) {
                throw error("ends within a number");
            }
            byte part = bytes.get();
            value |= (part & 0x7FL) << shift;
            if (part >= 0) {
                return value;
            }
        }
        throw error("a number at byte " + bytes.position() + " takes more than 10 bytes");
    }

    private MalformedCheckpointException error(String problem) {
        return new MalformedCheckpointException(
                file, "is no whole SentencePiece model: " + problem + "; download it again");
    }
}
