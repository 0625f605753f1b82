package io.github.gpt2djl;

import io.github.gpt2djl.checkpoint.TensorFile;
import io.github.gpt2djl.checkpoint.TensorInfo;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;

/** The tensors of make_inspection_references.py. */
record ReferenceTensors(TensorFile file) implements AutoCloseable {
    static ReferenceTensors open() throws IOException {
        return new ReferenceTensors(
                TensorFile.safetensors(Path.of("src/test/resources/reference/inspection.safetensors")));
    }

    List<Integer> ids(String name) throws IOException {
        float[] ids = read(name);
        return IntStream.range(0, ids.length).mapToObj(i -> (int) ids[i]).toList();
    }

    int[] shape(String name) {
        return info(name).shape().stream().mapToInt(Long::intValue).toArray();
    }

    float[] read(String name) throws IOException {
        TensorInfo info = info(name);
        ByteBuffer all = ByteBuffer.allocate((int) (info.end() - info.begin())).order(ByteOrder.LITTLE_ENDIAN);
        file.read(info, ByteBuffer.allocate(1 << 16), all::put);
        float[] values = new float[all.position() / 4];
        all.flip().asFloatBuffer().get(values);
        return values;
    }

    private TensorInfo info(String name) {
        return Objects.requireNonNull(file.find(name), name);
    }

    @Override
    public void close() throws IOException {
        file.close();
    }
}
