package io.github.gpt2djl.internal.files;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import io.github.gpt2djl.checkpoint.SaveProgress;
import io.github.gpt2djl.checkpoint.TensorFile;
import io.github.gpt2djl.checkpoint.TensorInfo;
import io.github.gpt2djl.checkpoint.TensorInfo.DType;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

/**
 * Writes the safetensors format: 8 bytes of header length (little-endian), a JSON header, the data.
 *
 * <pre>{@code
 * Path file = Files.createTempFile("shakespeare", ".safetensors");
 * try (Checkpoint checkpoint = Checkpoint.shipped("shakespeare")) {
 *     SafetensorsWriter.write(file, checkpoint.tensors(), TensorInfo.DType.F32, Map.of("from", "the jar"));
 * }
 * System.out.println(Files.size(file) > 4 * 3_111_936); // true
 * Files.delete(file);
 * }</pre>
 *
 * @see <a href="https://github.com/huggingface/safetensors#format">the format</a>
 */
public final class SafetensorsWriter {
    private static final int PIECE = 1 << 20;

    private final TensorFile tensors;
    private final DType dtype;
    private final ByteBuffer in = ByteBuffer.allocate(PIECE);
    private final ByteBuffer out = ByteBuffer.allocate(2 * PIECE);
    private final float[] numbers = new float[PIECE / 2];
    private long written;

    private SafetensorsWriter(TensorFile tensors, DType dtype) {
        this.tensors = tensors;
        this.dtype = dtype;
    }

    /**
     * Writes tensors to a file, which is there as a whole or not at all. An existing file of that name is replaced at
     * the end.
     *
     * <p>The data are in the order of {@link TensorFile#names}, wider types first, and begin at a multiple of 8.
     * Tensors of other types than F64, F32, F16 or BF16 are copied as they are.
     *
     * @param file the file to write, in a folder that exists
     * @param tensors the tensors to write, of any format; they are read piece by piece
     * @param dtype the type to which weights are rounded, F32, F16 or BF16: to the nearest value, and of two equally
     *     near values to the even one; NaN stays NaN
     * @param metadata the entries of the header in addition to {@code "format": "pt"}
     * @throws IllegalArgumentException if {@code dtype} is another type, or a weight is beyond its range
     * @throws IOException if a file cannot be read or written; for a full disk, the message says how much space is
     *     needed
     */
    public static void write(Path file, TensorFile tensors, DType dtype, Map<String, String> metadata)
            throws IOException {
        write(file, tensors, tensors.names(), dtype, metadata, SaveProgress.NONE);
    }

    /** Writes only some tensors, as the other method does. */
    public static void write(
            Path file,
            TensorFile tensors,
            List<String> names,
            DType dtype,
            Map<String, String> metadata,
            SaveProgress progress)
            throws IOException {
        if (!Floats.isType(dtype)) {
            throw new IllegalArgumentException("dtype is " + dtype + ", expected F32, F16 or BF16");
        }
        SafetensorsWriter writer = new SafetensorsWriter(tensors, dtype);
        List<TensorInfo> entries = writer.entries(names);
        byte[] header = header(entries, metadata);
        long size = header.length
                + (entries.isEmpty() ? 0 : entries.get(entries.size() - 1).end());
        WholeFile.write(file, size, to -> {
            TensorFile.Pieces counted = piece -> {
                writer.written += piece.remaining();
                to.accept(piece);
                progress.at(writer.written, size);
            };
            counted.accept(ByteBuffer.wrap(header));
            for (TensorInfo entry : entries) {
                writer.write(entry, header.length, counted);
            }
        });
    }

    /**
     * Finds each tensor's place. Wider types come first, so that each tensor begins at a multiple of its element size.
     */
    private List<TensorInfo> entries(List<String> names) {
        List<TensorInfo> sources = new ArrayList<>();
        for (String name : names) {
            sources.add(source(name));
        }
        sources.sort(Comparator.comparingInt(tensor -> -target(tensor).bytes()));
        List<TensorInfo> entries = new ArrayList<>();
        long begin = 0;
        for (TensorInfo source : sources) {
            DType target = target(source);
            long end = begin + (source.end() - source.begin()) / source.dtype().bytes() * target.bytes();
            entries.add(new TensorInfo(source.name(), target, source.shape(), begin, end));
            begin = end;
        }
        return entries;
    }

    private TensorInfo source(String name) {
        TensorInfo source = tensors.find(name);
        if (source == null) {
            throw new IllegalArgumentException(tensors.name() + " names tensor " + name + ", and does not find it");
        }
        return source;
    }

    private DType target(TensorInfo source) {
        return source.dtype().isFloat() ? dtype : source.dtype();
    }

    /** Returns the header with its length in front. */
    private static byte[] header(List<TensorInfo> entries, Map<String, String> metadata) {
        JsonObject header = new JsonObject();
        JsonObject about = new JsonObject();
        about.addProperty("format", "pt");
        metadata.forEach(about::addProperty);
        header.add("__metadata__", about);
        for (TensorInfo entry : entries) {
            JsonObject tensor = new JsonObject();
            tensor.addProperty("dtype", entry.dtype().name());
            tensor.add("shape", array(entry.shape()));
            tensor.add("data_offsets", array(List.of(entry.begin(), entry.end())));
            header.add(entry.name(), tensor);
        }
        byte[] json = header.toString().getBytes(StandardCharsets.UTF_8);
        int padding = -json.length & 7;
        return ByteBuffer.allocate(8 + json.length + padding)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(json.length + padding)
                .put(json)
                .put(" ".repeat(padding).getBytes(StandardCharsets.UTF_8))
                .array();
    }

    private static JsonArray array(List<Long> numbers) {
        JsonArray array = new JsonArray();
        numbers.forEach(array::add);
        return array;
    }

    private void write(TensorInfo entry, long dataStart, TensorFile.Pieces to) throws IOException {
        TensorInfo source = source(entry.name());
        tensors.read(
                source, in, piece -> to.accept(source.dtype() == entry.dtype() ? piece : converted(source, piece)));
        if (written != dataStart + entry.end()) {
            throw new IllegalArgumentException(tensors.name() + ": tensor " + source + " has "
                    + (written - dataStart - entry.begin()) + " bytes as " + entry.dtype() + ", expected "
                    + (entry.end() - entry.begin()));
        }
    }

    private ByteBuffer converted(TensorInfo source, ByteBuffer piece) {
        int count = Floats.read(piece, source.dtype(), numbers);
        int beyond = Floats.overflow(numbers, count, dtype);
        if (beyond >= 0) {
            throw new IllegalArgumentException("tensor " + source.name() + " of " + tensors.name() + " has "
                    + numbers[beyond] + ", beyond the range of " + dtype + "; take "
                    + (dtype == DType.F16 ? "f32 or bf16" : "f32"));
        }
        return Floats.write(numbers, count, dtype, out);
    }
}
