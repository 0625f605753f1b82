package io.github.gpt2djl.internal.decoder;

import ai.djl.pytorch.engine.PtNDArray;
import io.github.gpt2djl.checkpoint.TensorFile;
import io.github.gpt2djl.checkpoint.TensorInfo;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Arrays of floats in memory as if they were a file; read while nothing changes them. */
final class ArrayTensors implements TensorFile {
    private final Map<String, PtNDArray> arrays;
    private final Map<String, TensorInfo> infos = new LinkedHashMap<>();

    ArrayTensors(Map<String, PtNDArray> arrays) {
        this.arrays = arrays;
        long begin = 0;
        for (Map.Entry<String, PtNDArray> entry : arrays.entrySet()) {
            long end = begin + Float.BYTES * entry.getValue().size();
            List<Long> shape = Arrays.stream(entry.getValue().getShape().getShape())
                    .boxed()
                    .toList();
            infos.put(entry.getKey(), new TensorInfo(entry.getKey(), TensorInfo.DType.F32, shape, begin, end));
            begin = end;
        }
    }

    @Override
    public String name() {
        return "the model that is trained";
    }

    @Override
    public @Nullable TensorInfo find(String tensor) {
        return infos.get(tensor);
    }

    @Override
    public List<String> names() {
        return List.copyOf(infos.keySet());
    }

    @Override
    public boolean isSame(TensorInfo one, TensorInfo other) {
        return one.equals(other);
    }

    @Override
    public void read(TensorInfo tensor, ByteBuffer buffer, Pieces pieces) throws IOException {
        PtNDArray array = arrays.get(tensor.name());
        if (array == null) {
            throw new IllegalArgumentException("no tensor " + tensor.name());
        }
        // The array's own memory.
        ByteBuffer bytes = array.toByteBuffer(true);
        while (bytes.hasRemaining()) {
            ByteBuffer next = bytes.slice(bytes.position(), Math.min(buffer.capacity(), bytes.remaining()));
            bytes.position(bytes.position() + next.remaining());
            pieces.accept(buffer.clear().put(next).flip());
        }
    }

    @Override
    public void close() {}
}
