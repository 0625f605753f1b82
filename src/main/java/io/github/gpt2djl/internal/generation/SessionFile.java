package io.github.gpt2djl.internal.generation;

import io.github.gpt2djl.MalformedCheckpointException;
import io.github.gpt2djl.ModelConfig;
import io.github.gpt2djl.checkpoint.TensorFile;
import io.github.gpt2djl.internal.decoder.Decoder;
import io.github.gpt2djl.internal.decoder.KvPrefix;
import io.github.gpt2djl.internal.decoder.PrefixFloats;
import io.github.gpt2djl.internal.files.DataFile;
import io.github.gpt2djl.internal.files.WholeFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.zip.CRC32;
import org.jspecify.annotations.Nullable;

/**
 * The file of a session, all numbers little-endian: a header; the ids, 4 bytes each; the keys and values of the first
 * ids, as 32-bit floats in the order [layers, 2, heads, ids, head size].
 */
public final class SessionFile {
    private static final byte[] MAGIC = "GPT2SESS".getBytes(StandardCharsets.US_ASCII);
    private static final int VERSION = 1;
    private static final int NAME = 8;
    private static final int HEADER = MAGIC.length + 4 + NAME + 5 * 4 + 2 * 4;
    /** The number of tokens that are computed again to compare them with the file's. */
    private static final int PROBE = 8;

    private SessionFile() {}

    /** Writes ids, and the keys and values that are held of them. */
    public static void write(Path file, LoadedModel model, int[] ids, HeldPrefix held) throws IOException {
        KvPrefix prefix = held.prefix();
        try {
            int computed = held.matching(ids);
            ModelConfig config = model.config();
            ByteBuffer head = buffer(HEADER + 4 * ids.length);
            head.put(MAGIC).putInt(VERSION).put(name(model));
            for (int size : shape(config)) {
                head.putInt(size);
            }
            head.putInt(ids.length).putInt(computed);
            for (int id : ids) {
                head.putInt(id);
            }
            long size = head.capacity() + bytes(config, computed) + Long.BYTES;
            CRC32 sum = new CRC32();
            WholeFile.write(file, size, to -> {
                put(head.flip(), sum, to);
                if (prefix != null && computed > 0) {
                    try (PrefixFloats floats = PrefixFloats.of(model.decoder(), prefix, computed)) {
                        for (int layer = 0; layer < config.layers(); layer++) {
                            float[] values = floats.layer(layer);
                            ByteBuffer out = buffer(4 * values.length);
                            out.asFloatBuffer().put(values);
                            put(out, sum, to);
                        }
                    }
                }
                to.accept(buffer(Long.BYTES).putLong(sum.getValue()).flip());
            });
        } finally {
            if (prefix != null) {
                prefix.release();
            }
        }
    }

    private static void put(ByteBuffer bytes, CRC32 sum, TensorFile.Pieces to) throws IOException {
        sum.update(bytes.duplicate());
        to.accept(bytes);
    }

    /**
     * Reads a file.
     *
     * @param held receives the keys and values
     * @return the ids
     * @throws MalformedCheckpointException if the file is damaged, or of another model or precision
     */
    public static int[] read(Path file, LoadedModel model, HeldPrefix held) throws IOException {
        try (DataFile data = DataFile.open(file)) {
            return read(data, model, held);
        }
    }

    static int[] read(DataFile data, LoadedModel model, HeldPrefix held) throws IOException {
        if (data.size() < HEADER + Long.BYTES) {
            throw bad(data, "the file has " + data.size() + " bytes, expected a saved session");
        }
        ByteBuffer head = part(data, 0, HEADER);
        checkOrigin(data, head, model);
        int length = head.getInt();
        int computed = head.getInt();
        ModelConfig config = model.config();
        long idsEnd = HEADER + 4L * length;
        if (length < 0
                || computed < 0
                || computed > Math.min(length, config.positions())
                || idsEnd + bytes(config, computed) + Long.BYTES != data.size()) {
            throw bad(
                    data,
                    "the file has " + data.size() + " bytes, " + length + " ids and " + computed
                            + " computed ids, which do not go together; it is truncated or corrupt");
        }
        CRC32 sum = new CRC32();
        sum.update(head.rewind());
        ByteBuffer bytes = part(data, HEADER, 4 * length);
        sum.update(bytes.duplicate());
        int[] ids = new int[length];
        bytes.asIntBuffer().get(ids);
        if (Arrays.stream(ids).anyMatch(id -> id < 0 || id >= config.vocabularySize())) {
            throw bad(data, "an id is out of range, expected 0 to " + (config.vocabularySize() - 1));
        }
        KvPrefix prefix =
                computed == 0 ? null : prefix(data, model.decoder(), Arrays.copyOf(ids, computed), idsEnd, sum);
        try {
            if (part(data, data.size() - Long.BYTES, Long.BYTES).getLong() != sum.getValue()) {
                throw bad(data, "the checksum is wrong; the file is corrupt");
            }
            hold(data, model.decoder(), held, prefix);
            prefix = null;
            return ids;
        } finally {
            if (prefix != null) {
                prefix.release();
            }
        }
    }

    /** Takes over the prefix. */
    private static void hold(DataFile data, Decoder decoder, HeldPrefix held, @Nullable KvPrefix prefix)
            throws IOException {
        if (prefix == null) {
            return;
        }
        if (!PrefixFloats.isFrom(decoder, prefix, PROBE)) {
            throw bad(data, "its first keys and values are not those of this model; it was saved with other weights");
        }
        held.hold(prefix);
    }

    private static void checkOrigin(DataFile data, ByteBuffer head, LoadedModel model) throws IOException {
        byte[] magic = new byte[MAGIC.length];
        head.get(magic);
        if (!Arrays.equals(magic, MAGIC)) {
            throw bad(data, "it is not a saved session");
        }
        int version = head.getInt();
        if (version != VERSION) {
            throw bad(data, "its version is " + version + ", expected " + VERSION);
        }
        byte[] name = new byte[NAME];
        head.get(name);
        if (!Arrays.equals(name, name(model))) {
            throw bad(
                    data,
                    "it was saved in another precision, and this model has " + model.precision()
                            + "; load the model in the precision of the session");
        }
        for (int size : shape(model.config())) {
            int found = head.getInt();
            if (found != size) {
                throw bad(data, "it is of a model of another shape: found " + found + ", expected " + size);
            }
        }
    }

    private static KvPrefix prefix(DataFile data, Decoder decoder, int[] ids, long begin, CRC32 sum)
            throws IOException {
        ModelConfig config = decoder.config();
        int numbers = 2 * config.width() * ids.length;
        try (PrefixFloats floats = PrefixFloats.empty(decoder, ids)) {
            for (int layer = 0; layer < config.layers(); layer++) {
                ByteBuffer bytes = part(data, begin + 4L * numbers * layer, 4 * numbers);
                sum.update(bytes.duplicate());
                float[] values = new float[numbers];
                bytes.asFloatBuffer().get(values);
                for (float value : values) {
                    // Multiplied by zero, it would damage other rows.
                    if (!Float.isFinite(value)) {
                        throw bad(data, "a number is NaN or infinite; the file is corrupt");
                    }
                }
                floats.setLayer(layer, values);
            }
            return floats.keep();
        }
    }

    private static ByteBuffer part(DataFile data, long position, int size) throws IOException {
        ByteBuffer bytes = buffer(size);
        data.read(position, bytes);
        return bytes.flip();
    }

    private static ByteBuffer buffer(int size) {
        return ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
    }

    private static byte[] name(LoadedModel model) {
        return Arrays.copyOf(model.precision().name().getBytes(StandardCharsets.US_ASCII), NAME);
    }

    private static int[] shape(ModelConfig config) {
        return new int[] {config.layers(), config.heads(), config.width(), config.positions(), config.vocabularySize()};
    }

    private static long bytes(ModelConfig config, long tokens) {
        return 4L * 2 * config.layers() * config.width() * tokens;
    }

    private static MalformedCheckpointException bad(DataFile data, String problem) {
        return new MalformedCheckpointException(data.name(), problem);
    }
}
