package io.github.gpt2djl.internal.files;

import io.github.gpt2djl.MalformedCheckpointException;
import io.github.gpt2djl.checkpoint.TensorFile;
import io.github.gpt2djl.checkpoint.TensorInfo;
import io.github.gpt2djl.checkpoint.TensorInfo.DType;
import java.io.IOException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Reads OpenAI's original release: a TensorFlow checkpoint of {@code model.ckpt.index} and {@code
 * model.ckpt.data-00000-of-00001}.
 *
 * <p>The index maps a name to a BundleEntryProto {1 dtype, 2 shape, 3 shard, 4 offset, 5 size, 6 checksum}. OpenAI's
 * names become Hugging Face's: {@code model/h0/attn/c_attn/w} is {@code h.0.attn.c_attn.weight}. A tensor's checksum
 * is compared when it is read.
 *
 * @see <a href="https://github.com/tensorflow/tensorflow/blob/master/tensorflow/core/protobuf/tensor_bundle.proto">
 *     the messages</a>
 */
public final class TensorBundle {
    private static final long MAX_INDEX = 4_000_000;
    /** The numbers of TensorFlow's DataType. */
    private static final Map<Long, DType> DTYPES = Map.of(1L, DType.F32, 19L, DType.F16, 14L, DType.BF16);

    private static final Pattern LAYER = Pattern.compile("h(\\d+)/(.+)");

    private TensorBundle() {}

    /**
     * Reads the index and opens the data file.
     *
     * @throws MalformedCheckpointException if the index is damaged or does not fit the data
     */
    public static TensorFile read(Path index, Path data) throws IOException {
        LfsPointer.reject(index);
        long size = Files.size(index);
        if (size > MAX_INDEX) {
            throw new MalformedCheckpointException(
                    index.toString(), "the index has " + size + " bytes, expected at most " + MAX_INDEX);
        }
        Map<String, ByteBuffer> entries = LevelDbTable.read(index.toString(), Files.readAllBytes(index));
        Map<String, TensorInfo> tensors = new LinkedHashMap<>();
        Map<String, Integer> checksums = new LinkedHashMap<>();
        DataFile file = DataFile.open(data);
        try {
            checkHeader(index, entries.remove(""));
            for (Map.Entry<String, ByteBuffer> entry : entries.entrySet()) {
                String name = huggingFaceName(entry.getKey());
                if (name != null) {
                    Message message = Message.read(index, entry.getKey(), entry.getValue());
                    tensors.put(name, message.tensor(name, file.size()));
                    checksums.put(name, LevelDbTable.unmask(message.checksum()));
                }
            }
            return new SingleFile(file, tensors, checksums);
        } catch (IOException | RuntimeException e) {
            file.close();
            throw e;
        }
    }

    /** Returns the name of a weight, or null if the key is not a weight of GPT-2. */
    private static @Nullable String huggingFaceName(String key) {
        if (!key.startsWith("model/")) {
            return null;
        }
        String name = key.substring("model/".length());
        if (name.equals("wte") || name.equals("wpe")) {
            return name + ".weight";
        }
        Matcher layer = LAYER.matcher(name);
        name = layer.matches() ? "h/" + layer.group(1) + "/" + layer.group(2) : name;
        name = name.replaceFirst("/[wg]$", "/weight").replaceFirst("/b$", "/bias");
        return name.replace('/', '.');
    }

    /** Checks a BundleHeaderProto {1 num_shards, 2 endianness: 0 is little}. */
    private static void checkHeader(Path index, @Nullable ByteBuffer value) throws MalformedCheckpointException {
        if (value == null) {
            throw new MalformedCheckpointException(index.toString(), "the index has no header");
        }
        Message header = Message.read(index, "the header", value);
        if (header.number(1) != 1 || header.number(2) != 0) {
            throw new MalformedCheckpointException(
                    index.toString(),
                    "the header says " + header.number(1) + " shards and endianness " + header.number(2)
                            + ", expected 1 and 0 (little), as OpenAI published");
        }
    }

    /**
     * The fields of one protocol buffer: the last number of each field, and the sizes in a TensorShapeProto in field 2.
     */
    private record Message(String file, String key, Map<Integer, Long> numbers, List<Long> shape, int checksum) {

        static Message read(Path index, String key, ByteBuffer in) throws MalformedCheckpointException {
            Map<Integer, Long> numbers = new LinkedHashMap<>();
            List<Long> shape = new ArrayList<>();
            int checksum = 0;
            try {
                while (in.hasRemaining()) {
                    long tag = LevelDbTable.varint(in);
                    int field = (int) (tag >>> 3);
                    switch ((int) tag & 7) {
                        case 0 -> numbers.put(field, LevelDbTable.varint(in));
                        case 2 -> {
                            ByteBuffer nested = nested(in);
                            if (field == 2) {
                                shape = shape(nested);
                            }
                        }
                        case 5 -> checksum = in.getInt();
                        default -> throw new IllegalArgumentException("wire type " + (tag & 7));
                    }
                }
                return new Message(index.toString(), key, numbers, shape, checksum);
            } catch (IllegalArgumentException | IndexOutOfBoundsException | BufferUnderflowException e) {
                throw new MalformedCheckpointException(
                        index.toString(), "the entry of " + key + " is damaged; download it again", e);
            }
        }

        long number(int field) {
            return numbers.getOrDefault(field, 0L);
        }

        TensorInfo tensor(String name, long dataSize) throws MalformedCheckpointException {
            DType dtype = DTYPES.get(number(1));
            if (dtype == null || number(3) != 0) {
                throw bad("type " + number(1) + " in shard " + number(3) + ", expected a float in shard 0");
            }
            // A convolution of width 1 is a matrix.
            List<Long> sizes = shape.size() == 3 && shape.get(0) == 1 ? shape.subList(1, 3) : shape;
            long bytes = dtype.bytes();
            for (long size : sizes) {
                if (size < 0 || (size > 0 && bytes > dataSize / size)) {
                    throw bad("shape " + shape + ", which the data's " + dataSize + " bytes cannot hold");
                }
                bytes *= size;
            }
            long offset = number(4);
            if (number(5) != bytes || offset < 0 || bytes > dataSize || offset > dataSize - bytes) {
                throw bad("offset " + offset + " and size " + number(5) + ", expected " + bytes + " bytes for " + shape
                        + " within the data's " + dataSize + "; it is truncated or corrupt, download it again");
            }
            return new TensorInfo(name, dtype, List.copyOf(sizes), offset, offset + bytes);
        }

        private MalformedCheckpointException bad(String found) {
            return new MalformedCheckpointException(file, "the entry of " + key + " has " + found);
        }

        /** Reads a TensorShapeProto {2 dim {1 size}}. */
        private static List<Long> shape(ByteBuffer in) {
            List<Long> sizes = new ArrayList<>();
            while (in.hasRemaining()) {
                if (LevelDbTable.varint(in) != (2 << 3 | 2)) {
                    throw new IllegalArgumentException("a shape of unknown rank");
                }
                ByteBuffer dimension = nested(in);
                boolean sized = dimension.hasRemaining();
                if (sized && LevelDbTable.varint(dimension) != 1 << 3) {
                    throw new IllegalArgumentException("a dimension without a size");
                }
                sizes.add(sized ? LevelDbTable.varint(dimension) : 0);
            }
            return sizes;
        }

        private static ByteBuffer nested(ByteBuffer in) {
            int length = Math.toIntExact(Math.min(Integer.MAX_VALUE, LevelDbTable.varint(in) & Long.MAX_VALUE));
            ByteBuffer nested = in.slice(in.position(), length).order(ByteOrder.LITTLE_ENDIAN);
            in.position(in.position() + length);
            return nested;
        }
    }
}
