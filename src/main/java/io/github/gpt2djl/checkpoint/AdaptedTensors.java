package io.github.gpt2djl.checkpoint;

import io.github.gpt2djl.checkpoint.TensorInfo.DType;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A model's tensors, to some of which scale · (B·A) is added while they are read; those are F32, [in, out]. */
final class AdaptedTensors implements TensorFile {
    private final Adapter adapter;
    private final TensorFile base;
    private final Map<String, Adapter.Pair> pairs;

    private AdaptedTensors(Adapter adapter, TensorFile base, Map<String, Adapter.Pair> pairs) {
        this.adapter = adapter;
        this.base = base;
        this.pairs = pairs;
    }

    /**
     * Checks all shapes; reads nothing yet.
     *
     * @throws MalformedCheckpointException if a tensor is missing or misshapen
     */
    static AdaptedTensors of(Adapter adapter, Checkpoint base) throws MalformedCheckpointException {
        TensorFile tensors = base.tensors();
        if (base.config().layers() > tensors.names().size()) {
            // Before a table of them is made.
            throw new MalformedCheckpointException(
                    tensors.name(),
                    "found " + tensors.names().size() + " tensors, and config.json describes "
                            + base.config().layers() + " layers");
        }
        Map<String, Adapter.Pair> pairs = new LinkedHashMap<>();
        for (Map.Entry<String, Adapter.Pair> entry :
                adapter.pairs(base.config()).entrySet()) {
            String name = entry.getKey() + ".weight";
            TensorInfo weight = tensors.find(name);
            if (weight == null) {
                weight = tensors.find("transformer." + name);
            }
            Adapter.Pair pair = entry.getValue();
            long in = pair.a().shape().get(1);
            long out = pair.b().shape().get(0);
            if (weight == null || !weight.hasShape(in, out) || !Floats.isType(weight.dtype())) {
                throw new MalformedCheckpointException(
                        tensors.name(),
                        "found " + (weight == null ? "no tensor " + name : weight.toString())
                                + ", expected F32, F16 or BF16 [" + in + ", " + out + "] to adapt");
            }
            pairs.put(weight.name(), pair);
        }
        return new AdaptedTensors(adapter, tensors, pairs);
    }

    @Override
    public String name() {
        return base.name();
    }

    @Override
    public @Nullable TensorInfo find(String tensor) {
        TensorInfo found = base.find(tensor);
        return found == null || !pairs.containsKey(tensor)
                ? found
                : new TensorInfo(
                        tensor,
                        DType.F32,
                        found.shape(),
                        0,
                        (found.end() - found.begin()) / found.dtype().bytes * DType.F32.bytes);
    }

    @Override
    public List<String> names() {
        return base.names();
    }

    @Override
    public boolean isSame(TensorInfo one, TensorInfo other) {
        boolean adapted = pairs.containsKey(one.name()) || pairs.containsKey(other.name());
        return adapted ? one.name().equals(other.name()) : base.isSame(one, other);
    }

    @Override
    public void read(TensorInfo tensor, ByteBuffer buffer, Pieces pieces) throws IOException {
        Adapter.Pair pair = pairs.get(tensor.name());
        TensorInfo weight = base.find(tensor.name());
        if (pair == null || weight == null) {
            base.read(tensor, buffer, pieces);
            return;
        }
        int most = buffer.capacity() / DType.F32.bytes;
        float[] numbers = new float[most];
        Product product = new Product(
                numbers(pair.a()), turned(pair.b()), adapter.config().scale());
        // As many numbers as fit when they are wide.
        ByteBuffer narrow = buffer.clear().slice(0, most * weight.dtype().bytes);
        base.read(weight, narrow, piece -> {
            int count = Floats.read(piece, weight.dtype(), numbers);
            product.addTo(numbers, count);
            pieces.accept(Floats.write(numbers, count, DType.F32, buffer));
        });
    }

    /** The adapter's, row-major. */
    private float[][] numbers(TensorInfo matrix) throws IOException {
        int columns = Math.toIntExact(matrix.shape().get(1));
        float[][] rows = new float[Math.toIntExact(matrix.shape().get(0))][columns];
        float[] piece = new float[1 << 12];
        int[] at = {0};
        adapter.tensors().read(matrix, ByteBuffer.allocate(piece.length * matrix.dtype().bytes), bytes -> {
            int count = Floats.read(bytes, matrix.dtype(), piece);
            for (int i = 0; i < count; i++, at[0]++) {
                rows[at[0] / columns][at[0] % columns] = piece[i];
            }
        });
        return rows;
    }

    private float[][] turned(TensorInfo matrix) throws IOException {
        float[][] rows = numbers(matrix);
        float[][] turned = new float[rows[0].length][rows.length];
        for (int i = 0; i < rows.length; i++) {
            for (int k = 0; k < turned.length; k++) {
                turned[k][i] = rows[i][k];
            }
        }
        return turned;
    }

    /** scale · (B·A) transposed, which is added to the weight [in, out] number after number. */
    private static final class Product {
        private final float[][] a;
        private final float[][] b;
        private final double scale;
        private final int out;
        private long next;

        /** With {@code a} [rank, in] and {@code b} [rank, out]. */
        Product(float[][] a, float[][] b, double scale) {
            this.a = a;
            this.b = b;
            this.scale = scale;
            out = b[0].length;
        }

        void addTo(float[] numbers, int count) {
            for (int done = 0; done < count; ) {
                int row = (int) (next / out);
                int column = (int) (next % out);
                int length = Math.min(out - column, count - done);
                for (int k = 0; k < a.length; k++) {
                    float factor = (float) (scale * a[k][row]);
                    for (int i = 0; i < length; i++) {
                        numbers[done + i] += factor * b[k][column + i];
                    }
                }
                done += length;
                next += length;
            }
        }
    }

    @Override
    public void close() throws IOException {
        try (base) {
            adapter.close();
        }
    }
}
