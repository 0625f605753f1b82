package io.github.gpt2djl.internal.files;

import io.github.gpt2djl.MalformedCheckpointException;
import io.github.gpt2djl.checkpoint.TensorFile;
import io.github.gpt2djl.checkpoint.TensorInfo;
import io.github.gpt2djl.checkpoint.TensorInfo.DType;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Turns the dictionary of tensors that a pickle describes into places of a file, and checks each place against the
 * stored bytes.
 *
 * @param file the file's name, for messages
 * @param storages the place of each storage's bytes, by the storage's key in the pickle
 */
record StateDict(String file, Map<String, Storage> storages) {
    /** The storage types of torch, by their names in the pickle. */
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

    private static final Set<String> TENSORS = Set.of(
            "torch._utils _rebuild_tensor",
            "torch._utils _rebuild_tensor_v2",
            "torch._utils _rebuild_parameter",
            "torch._utils _rebuild_parameter_with_state",
            "torch._tensor _rebuild_from_type_v2");

    private static final int MOST_DIMENSIONS = 8;

    /** The maximum depth of wrappers. A parameter with attributes is a type around a parameter around a tensor. */
    private static final int MOST_WRAPPERS = 3;

    /**
     * The maximum size of a view that repeats numbers. Such a view may be larger than its storage, but no model needs a
     * larger view than this.
     */
    private static final long MOST_REPEATED = 1L << 30;

    /** The place of a storage's bytes within the file. */
    record Storage(long begin, long size) {}

    /** Opens the tensors of the file, by name. */
    TensorFile open(Object stateDict, DataFile data) throws MalformedCheckpointException {
        if (!(stateDict instanceof Map<?, ?> map)) {
            throw new MalformedCheckpointException(file, "the pickle holds no dictionary of tensors");
        }
        Map<String, TensorInfo> tensors = new LinkedHashMap<>();
        Map<String, TensorViews.View> views = new LinkedHashMap<>();
        for (Map.Entry<?, ?> entry : map.entrySet()) {
            if (entry.getKey() instanceof String name
                    && entry.getValue() instanceof Pickle.Call call
                    && TENSORS.contains(call.function().name())) {
                add(name, call, tensors, views);
            }
        }
        if (tensors.isEmpty()) {
            checkNested(map);
        }
        SingleFile whole = new SingleFile(data, tensors, Map.of());
        return views.isEmpty() ? whole : new TensorViews(whole, views);
    }

    /** Rejects a training program's own checkpoint, which transformers does not read either. */
    private void checkNested(Map<?, ?> map) throws MalformedCheckpointException {
        for (Map.Entry<?, ?> entry : map.entrySet()) {
            if (entry.getValue() instanceof Map<?, ?> inner
                    && inner.values().stream().anyMatch(Pickle.Call.class::isInstance)) {
                throw new MalformedCheckpointException(
                        file,
                        "the dictionary holds no tensors itself, but a dictionary of them under the key "
                                + entry.getKey() + "; save that one alone");
            }
        }
    }

    /** Adds the tensor of _rebuild_tensor_v2(storage, offset, size, stride, …), or of a parameter around it. */
    private void add(
            String name, Pickle.Call call, Map<String, TensorInfo> tensors, Map<String, TensorViews.View> views)
            throws MalformedCheckpointException {
        try {
            List<?> arguments = rebuild(call).arguments();
            List<?> storage = ((Pickle.Reference) arguments.get(0)).fields();
            String type = ((Pickle.Global) storage.get(1)).name().substring("torch ".length());
            DType dtype = DTYPES.get(type);
            String key = (String) storage.get(2);
            Storage place = storages.get(key);
            if (dtype == null) {
                // Complex and quantized tensors are no weights of these models.
                return;
            }
            if (place == null) {
                throw bad(name, "the file has no stored data for it (" + type + " " + key + ")");
            }
            List<Long> shape = longs((List<?>) arguments.get(2));
            List<Long> strides = longs((List<?>) arguments.get(3));
            long bytes = dtype.bytes();
            long span = 1;
            for (int i = 0; i < shape.size(); i++) {
                bytes = Math.multiplyExact(bytes, shape.get(i));
                span = Math.addExact(span, Math.multiplyExact(shape.get(i) - 1, strides.get(i)));
                if (shape.get(i) < 0 || strides.get(i) < 0) {
                    throw bad(name, "shape " + shape + " has strides " + strides + ", expected none below 0");
                }
            }
            span = bytes == 0 ? 0 : Math.multiplyExact(span, dtype.bytes());
            long offset = Math.multiplyExact((long) (Long) arguments.get(1), dtype.bytes());
            if (offset < 0 || offset > place.size() || span > place.size() - offset) {
                throw bad(
                        name,
                        "it takes bytes " + offset + " to " + (offset + span) + " of a storage that has " + place.size()
                                + "; the file is corrupt, download it again");
            }
            if (bytes > Math.max(place.size(), MOST_REPEATED)) {
                throw bad(
                        name,
                        "its numbers are repeated until they have " + bytes + " bytes, expected at most "
                                + MOST_REPEATED);
            }
            long begin = place.begin() + offset;
            tensors.put(name, new TensorInfo(name, dtype, shape, begin, Math.addExact(begin, bytes)));
            if (bytes > 0 && !isRowMajor(shape, strides)) {
                views.put(name, new TensorViews.View(strides, begin + span));
            }
        } catch (RuntimeException e) {
            throw new MalformedCheckpointException(
                    file, "tensor " + name + ": expected _rebuild_tensor_v2(storage, offset, size, stride, …)", e);
        }
    }

    /** Finds the call of _rebuild_tensor or _rebuild_tensor_v2. The first four arguments of the two are the same. */
    private static Pickle.Call rebuild(Pickle.Call call) {
        Pickle.Call inner = call;
        for (int i = 0; i < MOST_WRAPPERS; i++) {
            List<?> arguments = inner.arguments();
            switch (inner.function().name()) {
                case "torch._utils _rebuild_tensor", "torch._utils _rebuild_tensor_v2" -> {
                    return inner;
                }
                case "torch._tensor _rebuild_from_type_v2" ->
                    inner = new Pickle.Call((Pickle.Global) arguments.get(0), (List<?>) arguments.get(2));
                default -> inner = (Pickle.Call) arguments.get(0);
            }
        }
        // A list that holds its own call would cause an endless loop.
        throw new IllegalArgumentException("a parameter of a parameter");
    }

    private static boolean isRowMajor(List<Long> shape, List<Long> strides) {
        long expected = 1;
        for (int i = shape.size() - 1; i >= 0; i--) {
            if (shape.get(i) != 1 && strides.get(i) != expected) {
                return false;
            }
            expected *= shape.get(i);
        }
        return true;
    }

    private static List<Long> longs(List<?> values) {
        if (values.size() > MOST_DIMENSIONS) {
            // Thousands of tensors may share one list, and each would have a copy.
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
