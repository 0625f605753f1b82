package io.github.gpt2djl.internal.files;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import io.github.gpt2djl.MalformedCheckpointException;
import io.github.gpt2djl.checkpoint.TensorFile;
import io.github.gpt2djl.checkpoint.TensorInfo;
import io.github.gpt2djl.checkpoint.TensorInfo.DType;
import io.github.gpt2djl.internal.json.StrictJson;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Reads the safetensors format: 8 bytes of header length (little-endian), a JSON header, the data.
 *
 * <p>The header is checked as a whole before any tensor is handed out. The data are read at any alignment and any
 * offset of a {@code long}.
 *
 * @see <a href="https://github.com/huggingface/safetensors#format">the format</a>
 */
public final class Safetensors {
    /** A tenth of the reference implementation's limit: a hostile header takes 40 times as much memory when parsed. */
    private static final long MAX_HEADER = 10_000_000;

    private Safetensors() {}

    /**
     * Reads and checks the header. Takes over {@code file}, and closes it on failure.
     *
     * @throws MalformedCheckpointException if the header contradicts the format or the file's size
     */
    public static TensorFile read(DataFile file) throws IOException {
        try {
            long headerLength = headerLength(file);
            long dataStart = 8 + headerLength;
            Map<String, TensorInfo> tensors = new LinkedHashMap<>();
            for (var entry : header(file, (int) headerLength).entrySet()) {
                if (!entry.getKey().equals("__metadata__")) {
                    tensors.put(entry.getKey(), entry(file, entry.getKey(), entry.getValue(), file.size() - dataStart));
                }
            }
            checkOverlaps(file, tensors);
            tensors.replaceAll((name, tensor) -> moved(tensor, dataStart));
            return new SingleFile(file, tensors, Map.of());
        } catch (IOException | RuntimeException e) {
            file.close();
            throw e;
        }
    }

    private static long headerLength(DataFile file) throws IOException {
        if (file.size() < 8) {
            throw new MalformedCheckpointException(
                    file.name(), "the file has " + file.size() + " bytes, expected at least 8; download it again");
        }
        ByteBuffer first = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN);
        file.read(0, first);
        long length = first.getLong(0);
        if (length < 2 || length > Math.min(MAX_HEADER, file.size() - 8)) {
            throw new MalformedCheckpointException(
                    file.name(),
                    "the header's length is " + Long.toUnsignedString(length) + ", expected 2 to "
                            + Math.min(MAX_HEADER, file.size() - 8)
                            + "; the file is truncated or not safetensors");
        }
        return length;
    }

    private static JsonObject header(DataFile file, int length) throws IOException {
        byte[] bytes = new byte[length];
        file.read(8, ByteBuffer.wrap(bytes));
        return StrictJson.read(
                        file.name(), new String(bytes, StandardCharsets.UTF_8), "the header is not a JSON object")
                .json();
    }

    private static TensorInfo entry(DataFile file, String name, JsonElement json, long dataSize)
            throws MalformedCheckpointException {
        try {
            JsonObject object = json.getAsJsonObject();
            String dtype = object.get("dtype").getAsString();
            if (Arrays.stream(DType.values()).noneMatch(known -> known.name().equals(dtype))) {
                throw bad(file, name, "the dtype is " + dtype + ", expected F32, F16 or BF16");
            }
            List<Long> shape = new ArrayList<>();
            long bytes = DType.valueOf(dtype).bytes();
            for (JsonElement size : object.getAsJsonArray("shape")) {
                long n = size.getAsBigDecimal().longValueExact();
                if (n < 0) {
                    throw bad(file, name, "the shape has the negative size " + n);
                }
                shape.add(n);
                bytes = Math.multiplyExact(bytes, n);
            }
            var offsets = object.getAsJsonArray("data_offsets");
            if (offsets.size() != 2) {
                throw bad(file, name, "data_offsets has " + offsets.size() + " numbers, expected 2");
            }
            long begin = offsets.get(0).getAsBigDecimal().longValueExact();
            long end = offsets.get(1).getAsBigDecimal().longValueExact();
            if (begin < 0 || end < begin || end > dataSize) {
                throw bad(
                        file,
                        name,
                        "data_offsets are [" + begin + ", " + end + "], expected a range within the " + dataSize
                                + " bytes of data that the file has; it is truncated or corrupt, download it again");
            }
            if (end - begin != bytes) {
                throw bad(
                        file,
                        name,
                        "data_offsets [" + begin + ", " + end + "] span " + (end - begin) + " bytes, expected " + bytes
                                + " for " + dtype + " " + shape);
            }
            return new TensorInfo(name, DType.valueOf(dtype), List.copyOf(shape), begin, end);
        } catch (RuntimeException e) {
            // Gson and BigDecimal report missing keys, other types, fractions and overflow.
            throw new MalformedCheckpointException(
                    file.name(),
                    "tensor " + name + ": expected {\"dtype\": …, \"shape\": […], \"data_offsets\": [begin, end]} with"
                            + " whole numbers",
                    e);
        }
    }

    private static void checkOverlaps(DataFile file, Map<String, TensorInfo> tensors)
            throws MalformedCheckpointException {
        List<TensorInfo> byOffset = tensors.values().stream()
                .filter(t -> t.end() > t.begin())
                .sorted(Comparator.comparingLong(TensorInfo::begin))
                .toList();
        for (int i = 1; i < byOffset.size(); i++) {
            TensorInfo before = byOffset.get(i - 1);
            TensorInfo next = byOffset.get(i);
            if (next.begin() < before.end()) {
                throw bad(
                        file,
                        next.name(),
                        "data_offsets begin at " + next.begin() + " inside tensor " + before.name() + ", which ends at "
                                + before.end());
            }
        }
    }

    private static MalformedCheckpointException bad(DataFile file, String tensor, String problem) {
        return new MalformedCheckpointException(file.name(), "tensor " + tensor + ": " + problem);
    }

    private static TensorInfo moved(TensorInfo tensor, long bytes) {
        return new TensorInfo(
                tensor.name(), tensor.dtype(), tensor.shape(), tensor.begin() + bytes, tensor.end() + bytes);
    }
}
