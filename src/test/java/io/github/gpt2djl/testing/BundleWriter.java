package io.github.gpt2djl.testing;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.zip.CRC32C;

/**
 * Writes TensorFlow's checkpoint format as OpenAI's release has it: one data block, restarts every 16 entries, float
 * tensors in the order of their names. It shares no code with the reader.
 */
public final class BundleWriter {
    private final SortedMap<String, byte[]> index = new TreeMap<>();
    private final ByteArrayOutputStream data = new ByteArrayOutputStream();

    public BundleWriter() {
        // num_shards 1, version {producer 1}
        index.put("", new byte[] {8, 1, 0x1a, 2, 8, 1});
    }

    /** The index alone, for tensors that are too large to make: offsets and sizes are right, checksums are not. */
    public static byte[] indexOf(SortedMap<String, long[]> shapes) {
        BundleWriter writer = new BundleWriter();
        long offset = 0;
        for (Map.Entry<String, long[]> entry : shapes.entrySet()) {
            long size = 4;
            for (long n : entry.getValue()) {
                size *= n;
            }
            writer.index.put(entry.getKey(), entry(entry.getValue(), offset, size, 0x12345678));
            offset += size;
        }
        return writer.index();
    }

    /** Tensors must be added in the order of their names. */
    public void add(String name, long[] shape, byte[] bytes) {
        CRC32C crc = new CRC32C();
        crc.update(bytes);
        index.put(name, entry(shape, data.size(), bytes.length, mask((int) crc.getValue())));
        data.writeBytes(bytes);
    }

    public byte[] data() {
        return data.toByteArray();
    }

    public byte[] index() {
        return table(List.of(index));
    }

    /** A table with these data blocks, whose keys rise. */
    public static byte[] table(List<SortedMap<String, byte[]>> blocks) {
        ByteArrayOutputStream file = new ByteArrayOutputStream();
        TreeMap<String, byte[]> handles = new TreeMap<>();
        for (SortedMap<String, byte[]> block : blocks) {
            // The shortest key not below the last one, "model/wte".
            handles.put(Character.toString('n' + handles.size()), block(file, block));
        }
        return table(file, handles);
    }

    /** Ends a table whose data blocks, which these handles name, are written. */
    public static byte[] table(ByteArrayOutputStream file, SortedMap<String, byte[]> handles) {
        byte[] metaindex = block(file, new TreeMap<>());
        byte[] main = block(file, handles);
        ByteBuffer footer = ByteBuffer.allocate(48).order(ByteOrder.LITTLE_ENDIAN);
        footer.put(metaindex).put(main).putLong(40, 0xdb4775248b80fb57L);
        file.writeBytes(footer.array());
        return file.toByteArray();
    }

    /** Appends a block with its trailer; returns its handle. */
    public static byte[] block(ByteArrayOutputStream file, SortedMap<String, byte[]> entries) {
        ByteArrayOutputStream block = new ByteArrayOutputStream();
        List<Integer> restarts = new ArrayList<>();
        String before = "";
        int count = 0;
        for (Map.Entry<String, byte[]> entry : entries.entrySet()) {
            String key = entry.getKey();
            int shared = 0;
            if (count++ % 16 == 0) {
                restarts.add(block.size());
            } else {
                while (shared < Math.min(before.length(), key.length())
                        && before.charAt(shared) == key.charAt(shared)) {
                    shared++;
                }
            }
            varint(block, shared);
            varint(block, key.length() - shared);
            varint(block, entry.getValue().length);
            block.writeBytes(key.substring(shared).getBytes(StandardCharsets.US_ASCII));
            block.writeBytes(entry.getValue());
            before = key;
        }
        if (restarts.isEmpty()) {
            restarts.add(0);
        }
        restarts.forEach(r -> block.writeBytes(int32(r)));
        block.writeBytes(int32(restarts.size()));
        ByteArrayOutputStream handle = new ByteArrayOutputStream();
        varint(handle, file.size());
        varint(handle, block.size());
        block.write(0);
        CRC32C crc = new CRC32C();
        crc.update(block.toByteArray());
        file.writeBytes(block.toByteArray());
        file.writeBytes(int32(mask((int) crc.getValue())));
        return handle.toByteArray();
    }

    private static byte[] entry(long[] shape, long offset, long size, int maskedCrc) {
        ByteArrayOutputStream dims = new ByteArrayOutputStream();
        for (long n : shape) {
            ByteArrayOutputStream dim = new ByteArrayOutputStream();
            dim.write(8);
            varint(dim, n);
            dims.write(0x12);
            varint(dims, dim.size());
            dims.writeBytes(dim.toByteArray());
        }
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes(new byte[] {8, 1, 0x12});
        varint(out, dims.size());
        out.writeBytes(dims.toByteArray());
        if (offset != 0) {
            out.write(0x20);
            varint(out, offset);
        }
        out.write(0x28);
        varint(out, size);
        out.write(0x35);
        out.writeBytes(int32(maskedCrc));
        return out.toByteArray();
    }

    public static int mask(int crc) {
        return ((crc >>> 15) | (crc << 17)) + 0xa282ead8;
    }

    private static byte[] int32(int value) {
        return ByteBuffer.allocate(4)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(value)
                .array();
    }

    private static void varint(ByteArrayOutputStream out, long value) {
        long rest = value;
        while (rest >= 128) {
            out.write((int) (rest & 127 | 128));
            rest >>>= 7;
        }
        out.write((int) rest);
    }
}
