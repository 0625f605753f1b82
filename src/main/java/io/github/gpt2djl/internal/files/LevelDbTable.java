package io.github.gpt2djl.internal.files;

import io.github.gpt2djl.MalformedCheckpointException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.CRC32C;

/**
 * Reads an uncompressed LevelDB table, in which TensorFlow keeps the index of a checkpoint.
 *
 * <p>The last 48 bytes lead to the index block, whose values lead to the data blocks. A block has entries and then
 * restart points. Each entry has the length that its key shares with the key before. 1 byte of compression and 4 bytes
 * of checksum follow the block.
 *
 * @see <a href="https://github.com/google/leveldb/blob/main/doc/table_format.md">the format</a>
 */
final class LevelDbTable {
    private static final int FOOTER = 48;
    private static final long MAGIC = 0xdb4775248b80fb57L;
    private static final int MOST_KEY = 256;
    private static final int MASK_DELTA = 0xa282ead8;

    private final String file;
    private final byte[] bytes;
    private long read;

    private LevelDbTable(String file, byte[] bytes) {
        this.file = file;
        this.bytes = bytes;
    }

    /** Reads all entries in order. Keys are ASCII in TensorFlow's checkpoints. */
    static Map<String, ByteBuffer> read(String file, byte[] bytes) throws MalformedCheckpointException {
        LevelDbTable table = new LevelDbTable(file, bytes);
        try {
            if (bytes.length < FOOTER) {
                throw table.bad("it has " + bytes.length + " bytes, expected at least " + FOOTER);
            }
            ByteBuffer footer = table.slice(bytes.length - FOOTER, FOOTER);
            if (footer.getLong(FOOTER - 8) != MAGIC) {
                throw table.bad("it does not end with a LevelDB table's magic number; it is truncated, or no index");
            }
            varint(footer);
            varint(footer);
            Map<String, ByteBuffer> entries = new LinkedHashMap<>();
            for (ByteBuffer handle : table.block(footer).values()) {
                entries.putAll(table.block(handle));
            }
            return entries;
        } catch (IndexOutOfBoundsException
                | IllegalArgumentException
                | ArithmeticException
                | BufferUnderflowException e) {
            throw new MalformedCheckpointException(file, "the table is damaged; download it again", e);
        }
    }

    /** Inverts the rotation and the offset that LevelDB applies to stored checksums. */
    static int unmask(int masked) {
        return Integer.rotateLeft(masked - MASK_DELTA, 15);
    }

    /** Reads a LEB128 number of protocol buffers and LevelDB: 7 bits a byte, the lowest first. */
    static long varint(ByteBuffer in) {
        long value = 0;
        for (int shift = 0; shift < 64; shift += 7) {
            byte b = in.get();
            value |= (b & 127L) << shift;
            if (b >= 0) {
                return value;
            }
        }
        throw new IllegalArgumentException("a varint of more than 64 bits");
    }

    /** Returns the block that a handle (offset and size) names. */
    private Map<String, ByteBuffer> block(ByteBuffer handle) throws MalformedCheckpointException {
        int offset = Math.toIntExact(checked(varint(handle)));
        int size = Math.toIntExact(checked(varint(handle)));
        read += size;
        if (read > bytes.length) {
            throw bad("its blocks overlap");
        }
        ByteBuffer trailer = slice(offset + size, 5);
        if (trailer.get(0) != 0) {
            throw bad("the block at " + offset + " is compressed (type " + trailer.get(0) + "), expected type 0");
        }
        CRC32C crc = new CRC32C();
        crc.update(bytes, offset, size + 1);
        if ((int) crc.getValue() != unmask(trailer.getInt(1))) {
            throw bad("the checksum of the block at " + offset + " is wrong; download it again");
        }
        return entries(slice(offset, size));
    }

    private static Map<String, ByteBuffer> entries(ByteBuffer block) {
        int restarts = block.getInt(block.limit() - 4);
        ByteBuffer in = block.slice(0, block.limit() - 4 - Math.multiplyExact(4, restarts));
        Map<String, ByteBuffer> entries = new LinkedHashMap<>();
        String key = "";
        while (in.hasRemaining()) {
            int shared = Math.toIntExact(varint(in));
            byte[] rest = new byte[length(in, varint(in))];
            int valueLength = Math.toIntExact(varint(in));
            in.get(rest);
            if (shared > MOST_KEY - rest.length) {
                // Without this limit, each further byte of the file could repeat the key before, however long.
                throw new IllegalArgumentException("a key of " + shared + " and " + rest.length + " bytes");
            }
            key = key.substring(0, shared) + new String(rest, StandardCharsets.ISO_8859_1);
            entries.put(key, in.slice(in.position(), valueLength).order(ByteOrder.LITTLE_ENDIAN));
            in.position(in.position() + valueLength);
        }
        return entries;
    }

    private static int length(ByteBuffer in, long length) {
        if (length < 0 || length > in.remaining()) {
            throw new IllegalArgumentException("a key of " + length + " bytes");
        }
        return (int) length;
    }

    private long checked(long value) throws MalformedCheckpointException {
        if (value < 0 || value > bytes.length) {
            throw bad("a block begins or ends at byte " + Long.toUnsignedString(value) + " of " + bytes.length);
        }
        return value;
    }

    private ByteBuffer slice(int offset, int length) {
        return ByteBuffer.wrap(bytes).slice(offset, length).order(ByteOrder.LITTLE_ENDIAN);
    }

    private MalformedCheckpointException bad(String problem) {
        return new MalformedCheckpointException(file, problem);
    }
}
