package io.github.gpt2djl.testing;

import io.github.gpt2djl.checkpoint.TensorFile;
import io.github.gpt2djl.checkpoint.TensorInfo;
import io.github.gpt2djl.checkpoint.TensorInfo.DType;
import io.github.gpt2djl.internal.tokenizer.Pieces;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** Tensors of a test's own. */
public class MemoryTensors implements TensorFile {
    private final Map<String, TensorInfo> infos = new LinkedHashMap<>();
    private final Map<String, byte[]> data = new LinkedHashMap<>();

    public MemoryTensors() {}

    /** A copy of a file's. */
    public MemoryTensors(TensorFile file) throws IOException {
        for (String name : file.names()) {
            TensorInfo tensor = Objects.requireNonNull(file.find(name));
            infos.put(name, tensor);
            data.put(name, TensorBytes.of(file, tensor).array());
        }
    }

    /** To read and to change. */
    public FloatBuffer floats(String name) {
        byte[] bytes = Objects.requireNonNull(data.get(name), name);
        return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer();
    }

    public MemoryTensors put(String name, DType dtype, byte[] bytes, long... shape) {
        infos.put(name, new TensorInfo(name, dtype, Arrays.stream(shape).boxed().toList(), 0, bytes.length));
        data.put(name, bytes);
        return this;
    }

    public MemoryTensors put(String name, float[] values, long... shape) {
        ByteBuffer bytes = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(values);
        return put(name, DType.F32, bytes.array(), shape);
    }

    /** Fewer bytes than it tells. */
    public MemoryTensors cut(String name, int bytes) {
        data.computeIfPresent(name, (key, all) -> Arrays.copyOf(all, bytes));
        return this;
    }

    @Override
    public String name() {
        return "memory";
    }

    @Override
    public TensorInfo find(String tensor) {
        return infos.get(tensor);
    }

    @Override
    public List<String> names() {
        return List.copyOf(infos.keySet());
    }

    @Override
    public boolean isSame(TensorInfo one, TensorInfo other) {
        return data.get(one.name()) == data.get(other.name());
    }

    @Override
    public void read(TensorInfo tensor, ByteBuffer buffer, Pieces pieces) throws IOException {
        byte[] all = data.get(tensor.name());
        for (int at = 0; at < all.length; ) {
            int size = Math.min(buffer.capacity(), all.length - at);
            pieces.accept(buffer.clear().put(all, at, size).flip());
            at += size;
        }
    }

    @Override
    public void close() {}
}
