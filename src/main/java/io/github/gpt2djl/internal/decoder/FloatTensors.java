package io.github.gpt2djl.internal.decoder;

import io.github.gpt2djl.checkpoint.TensorFile;
import io.github.gpt2djl.checkpoint.TensorInfo;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Presents float tensors that are not in a file as a tensor file that holds one after the other. */
final class FloatTensors implements TensorFile {
    private final String name;
    private final Content content;
    private final Map<String, TensorInfo> infos = new LinkedHashMap<>();
    private long end;

    /** Supplies the bytes of a tensor. */
    interface Content {
        void read(TensorInfo tensor, ByteBuffer buffer, Pieces pieces) throws IOException;
    }

    /** @param name for messages */
    FloatTensors(String name, Content content) {
        this.name = name;
        this.content = content;
    }

    /** Appends a tensor. */
    void add(String tensor, long... shape) {
        long begin = end;
        end += Float.BYTES * Arrays.stream(shape).reduce(1, Math::multiplyExact);
        List<Long> sizes = Arrays.stream(shape).boxed().toList();
        infos.put(tensor, new TensorInfo(tensor, TensorInfo.DType.F32, sizes, begin, end));
    }

    @Override
    public String name() {
        return name;
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
        if (!infos.containsKey(tensor.name())) {
            throw new IllegalArgumentException("no tensor " + tensor.name());
        }
        content.read(tensor, buffer, pieces);
    }

    @Override
    public void close() {}
}
