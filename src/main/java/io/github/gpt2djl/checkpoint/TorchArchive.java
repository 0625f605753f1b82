package io.github.gpt2djl.checkpoint;

import io.github.gpt2djl.checkpoint.TensorInfo.DType;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Enumeration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.commons.compress.archivers.zip.ZipArchiveEntry;
import org.apache.commons.compress.archivers.zip.ZipFile;
import org.apache.commons.compress.archivers.zip.ZipMethod;

/**
 * Reader of pytorch_model.bin as torch.save writes it since PyTorch 1.6: a zip of stored entries, one a pickle that
 * describes the tensors ({@link Pickle}, which runs nothing), the others their bytes.
 */
final class TorchArchive {
    /** Storage types of torch by their name in the pickle. */
    static final Map<String, DType> DTYPES = Map.ofEntries(
            Map.entry("FloatStorage", DType.F32),
            Map.entry("HalfStorage", DType.F16),
            Map.entry("BFloat16Storage", DType.BF16),
            Map.entry("DoubleStorage", DType.F64),
            Map.entry("LongStorage", DType.I64),
            Map.entry("IntStorage", DType.I32),
            Map.entry("ShortStorage", DType.I16),
            Map.entry("CharStorage", DType.I8),
            Map.entry("ByteStorage", DType.U8),
            Map.entry("BoolStorage", DType.BOOL));

    /** The description of a checkpoint with thousands of tensors is far smaller; each byte may become an object. */
    private static final long MAX_PICKLE = 8_000_000;

    private static final int MOST_DIMENSIONS = 8;

    private TorchArchive() {}

    /** An entry's bytes within the file. */
    private record Range(long begin, long size) {}

    /**
     * Reads the description of all tensors.
     *
     * @throws MalformedCheckpointException if the file is not such an archive
     */
    static TensorFile read(Path path) throws IOException {
        DataFile file = DataFile.open(path);
        try {
            return new SingleFile(file, tensors(path), Map.of());
        } catch (IOException | RuntimeException e) {
            file.close();
            throw e;
        }
    }

    private static Map<String, TensorInfo> tensors(Path path) throws MalformedCheckpointException {
        Map<String, Range> ranges = new LinkedHashMap<>();
        try (ZipFile zip = ZipFile.builder().setPath(path).get()) {
            ZipArchiveEntry description = description(path, zip);
            String name = description.getName();
            String root = name.substring(0, name.length() - "data.pkl".length());
            byte[] pickle;
            try (InputStream in = zip.getInputStream(description)) {
                pickle = in.readNBytes((int) description.getSize());
            }
            for (Enumeration<ZipArchiveEntry> all = zip.getEntries(); all.hasMoreElements(); ) {
                ZipArchiveEntry entry = all.nextElement();
                if (entry.getName().startsWith(root + "data/") && isStored(entry)) {
                    // Only asking for the stream makes the library look up the offset.
                    zip.getRawInputStream(entry).close();
                    ranges.put(entry.getName(), new Range(entry.getDataOffset(), entry.getSize()));
                }
            }
            return new Description(path.toString(), root, ranges).tensors(Pickle.read(pickle));
        } catch (MalformedCheckpointException e) {
            throw e;
        } catch (Pickle.Malformed e) {
            throw new MalformedCheckpointException(path.toString(), String.valueOf(e.getMessage()), e);
        } catch (IOException | RuntimeException e) {
            // Whatever the zip library makes of a damaged file; that it can be opened was tried before.
            throw new MalformedCheckpointException(
                    path.toString(),
                    "not a whole zip archive, which torch.save writes since PyTorch 1.6; download it again, or"
                            + " model.safetensors, or save it with a newer PyTorch",
                    e);
        }
    }

    private static boolean isStored(ZipArchiveEntry entry) {
        return entry.getMethod() == ZipMethod.STORED.getCode();
    }

    private static ZipArchiveEntry description(Path path, ZipFile zip) throws MalformedCheckpointException {
        for (Enumeration<ZipArchiveEntry> all = zip.getEntries(); all.hasMoreElements(); ) {
            ZipArchiveEntry entry = all.nextElement();
            if (entry.getName().endsWith("/data.pkl") && isStored(entry)) {
                if (entry.getSize() > MAX_PICKLE) {
                    throw new MalformedCheckpointException(
                            path.toString(),
                            "data.pkl has " + entry.getSize() + " bytes, expected at most " + MAX_PICKLE);
                }
                return entry;
            }
        }
        throw new MalformedCheckpointException(path.toString(), "the archive has no data.pkl, which torch.save writes");
    }

    /** Turns what the pickle says into tensors, and checks each against the bytes that are there. */
    private record Description(String file, String root, Map<String, Range> ranges) {

        Map<String, TensorInfo> tensors(Object stateDict) throws MalformedCheckpointException {
            if (!(stateDict instanceof Map<?, ?> map)) {
                throw new MalformedCheckpointException(file, "the pickle holds no dictionary of tensors");
            }
            Map<String, TensorInfo> tensors = new LinkedHashMap<>();
            for (Map.Entry<?, ?> entry : map.entrySet()) {
                if (entry.getKey() instanceof String name && entry.getValue() instanceof Pickle.Call call) {
                    tensors.put(name, tensor(name, call));
                }
            }
            return tensors;
        }

        /** _rebuild_tensor_v2(storage, offset, size, stride, …), or _rebuild_parameter(tensor, …). */
        private TensorInfo tensor(String name, Pickle.Call call) throws MalformedCheckpointException {
            try {
                // One level: a list that holds its own call would lead round and round.
                boolean wrapped = call.function().name().endsWith("_rebuild_parameter");
                List<?> arguments = (wrapped ? (Pickle.Call) call.arguments().get(0) : call).arguments();
                List<?> storage = ((Pickle.Reference) arguments.get(0)).fields();
                String type = ((Pickle.Global) storage.get(1)).name().substring("torch ".length());
                DType dtype = DTYPES.get(type);
                String key = (String) storage.get(2);
                Range range = ranges.get(root + "data/" + key);
                if (dtype == null || range == null) {
                    throw bad(name, "the archive has no stored data for it (" + type + " " + key + ")");
                }
                List<Long> shape = longs((List<?>) arguments.get(2));
                checkRowMajor(name, shape, longs((List<?>) arguments.get(3)));
                long bytes = dtype.bytes;
                for (long size : shape) {
                    bytes = Math.multiplyExact(bytes, size);
                }
                long offset = Math.multiplyExact((long) (Long) arguments.get(1), dtype.bytes);
                if (offset < 0 || bytes < 0 || offset > range.size() || bytes > range.size() - offset) {
                    throw bad(
                            name,
                            "it takes bytes " + offset + " to " + (offset + bytes) + " of a storage that has "
                                    + range.size() + "; the file is corrupt, download it again");
                }
                long begin = range.begin() + offset;
                return new TensorInfo(name, dtype, shape, begin, begin + bytes);
            } catch (RuntimeException e) {
                throw new MalformedCheckpointException(
                        file, "tensor " + name + ": expected _rebuild_tensor_v2(storage, offset, size, stride, …)", e);
            }
        }

        private void checkRowMajor(String name, List<Long> shape, List<Long> stride)
                throws MalformedCheckpointException {
            long expected = 1;
            for (int i = shape.size() - 1; i >= 0; i--) {
                if (shape.get(i) != 1 && stride.get(i) != expected) {
                    throw bad(
                            name,
                            "shape " + shape + " has strides " + stride + ", expected row-major ones; save it"
                                    + " again with .contiguous()");
                }
                expected = Math.multiplyExact(expected, shape.get(i));
            }
        }

        private static List<Long> longs(List<?> values) {
            if (values.size() > MOST_DIMENSIONS) {
                // Thousands of tensors may share one list, of which each would have a copy.
                throw new IllegalArgumentException(values.size() + " dimensions");
            }
            List<Long> all = new ArrayList<>();
            for (Object value : values) {
                all.add((Long) value);
            }
            return List.copyOf(all);
        }

        private MalformedCheckpointException bad(String tensor, String problem) {
            return new MalformedCheckpointException(file, "tensor " + tensor + ": " + problem);
        }
    }
}
