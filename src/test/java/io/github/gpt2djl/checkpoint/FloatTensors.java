package io.github.gpt2djl.checkpoint;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A copy of a file's tensors, whose numbers can be changed. */
public final class FloatTensors implements TensorFile {
    private final Map<String, TensorInfo> infos = new LinkedHashMap<>();
    private final Map<String, float[]> values = new LinkedHashMap<>();

    /** @param file of 32-bit tensors */
    public FloatTensors(TensorFile file) throws IOException {
        for (String name : file.names()) {
            infos.put(name, file.find(name));
            values.put(name, TensorBytes.floats(file, name));
        }
    }

    public float[] values(String name) {
        return values.get(name);
    }

    @Override
    public String name() {
        return "a copy";
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
        float[] numbers = values.get(tensor.name());
        ByteBuffer bytes = ByteBuffer.allocate(Float.BYTES * numbers.length).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(numbers);
        while (bytes.hasRemaining()) {
            buffer.clear();
            ByteBuffer piece = bytes.slice(bytes.position(), Math.min(bytes.remaining(), buffer.remaining()));
            bytes.position(bytes.position() + piece.remaining());
            pieces.accept(buffer.put(piece).flip());
        }
    }

    @Override
    public void close() {}
}
