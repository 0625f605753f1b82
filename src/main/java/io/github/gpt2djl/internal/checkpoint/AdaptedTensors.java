package io.github.gpt2djl.internal.checkpoint;

import io.github.gpt2djl.checkpoint.Adapter;
import io.github.gpt2djl.checkpoint.TensorFile;
import io.github.gpt2djl.checkpoint.TensorInfo;
import io.github.gpt2djl.checkpoint.TensorInfo.DType;
import io.github.gpt2djl.internal.files.Floats;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A model's tensors with an adapter's changes, which are computed during reading. Changed numbers are F32. */
final class AdaptedTensors implements TensorFile {
    private final Adapter adapter;
    private final TensorFile base;
    private final Map<String, Change> changes;
    private final Map<String, TensorInfo> tensors = new LinkedHashMap<>();

    /**
     * The sources of a tensor.
     *
     * @param file the base's file or the adapter's
     * @param source the tensor in that file
     * @param pair the low-rank matrices to add, or null
     * @param shift the numbers to add to a bias, or null
     * @param rows the embeddings of single ids, which {@code ids} lists; or null
     * @param ids the ids of the rows
     */
    record Change(
            TensorFile file,
            TensorInfo source,
            AdapterParts.@Nullable Pair pair,
            AdapterParts.@Nullable Shift shift,
            @Nullable TensorInfo rows,
            List<Integer> ids) {

        Change(TensorFile file, TensorInfo source) {
            this(file, source, null, null, null, List.of());
        }

        boolean isComputed() {
            return pair != null || shift != null || rows != null;
        }
    }

    /**
     * Creates the base's tensors with some tensors replaced.
     *
     * @param changes by the base's stored names, or by a name that the base lacks
     * @param without a name to leave out, or empty
     */
    AdaptedTensors(Adapter adapter, TensorFile base, Map<String, Change> changes, String without) {
        this.adapter = adapter;
        this.base = base;
        this.changes = changes;
        for (String name : base.names()) {
            TensorInfo tensor = base.find(name);
            if (tensor != null && !name.equals(without)) {
                tensors.put(name, tensor);
            }
        }
        changes.forEach((name, change) -> tensors.put(name, target(name, change)));
    }

    private static TensorInfo target(String name, Change change) {
        TensorInfo source = change.source();
        DType dtype = change.isComputed() ? DType.F32 : source.dtype();
        long elements = (source.end() - source.begin()) / source.dtype().bytes();
        return new TensorInfo(name, dtype, source.shape(), 0, elements * dtype.bytes());
    }

    @Override
    public String name() {
        return base.name();
    }

    @Override
    public @Nullable TensorInfo find(String tensor) {
        return tensors.get(tensor);
    }

    @Override
    public List<String> names() {
        return List.copyOf(tensors.keySet());
    }

    @Override
    public boolean isSame(TensorInfo one, TensorInfo other) {
        boolean changed = changes.containsKey(one.name()) || changes.containsKey(other.name());
        return changed ? one.name().equals(other.name()) : base.isSame(one, other);
    }

    @Override
    public void read(TensorInfo tensor, ByteBuffer buffer, Pieces pieces) throws IOException {
        Change change = changes.get(tensor.name());
        if (change == null) {
            base.read(tensor, buffer, pieces);
        } else if (change.isComputed()) {
            compute(change, buffer, pieces);
        } else {
            change.file().read(change.source(), buffer, pieces);
        }
    }

    private void compute(Change change, ByteBuffer buffer, Pieces pieces) throws IOException {
        Numbers changed = change.pair() == null ? replaced(change) : added(change, change.pair());
        each(change, buffer, (numbers, count, first) -> {
            changed.accept(numbers, count, first);
            pieces.accept(Floats.write(numbers, count, DType.F32, buffer));
        });
    }

    private Numbers added(Change change, AdapterParts.Pair pair) throws IOException {
        LowRank sum = new LowRank(matrix(pair.a()), turned(matrix(pair.b())), pair.scale(), pair.inputsFirst());
        if (pair.magnitude() == null) {
            return sum::addTo;
        }
        float[] factors = factors(change, pair.magnitude(), sum);
        return (numbers, count, first) -> {
            sum.addTo(numbers, count, first);
            sum.multiply(numbers, count, first, factors);
        };
    }

    /**
     * Divides each output's magnitude by the length of the output's weights. Reads all weights once for the lengths.
     */
    private float[] factors(Change change, TensorInfo magnitude, LowRank sum) throws IOException {
        float[] factors = vector(magnitude);
        double[] squares = new double[factors.length];
        each(change, ByteBuffer.allocate(1 << 16), (numbers, count, first) -> {
            sum.addTo(numbers, count, first);
            sum.addSquares(numbers, count, first, squares);
        });
        for (int i = 0; i < factors.length; i++) {
            factors[i] = (float) (factors[i] / Math.sqrt(squares[i]));
        }
        return factors;
    }

    private Numbers replaced(Change change) throws IOException {
        AdapterParts.Shift shift = change.shift();
        if (shift != null) {
            float[] values = vector(shift.values());
            return (numbers, count, first) -> {
                for (int i = 0; i < count; i++) {
                    numbers[i] += (float) (shift.scale() * values[(int) first + i]);
                }
            };
        }
        float[][] rows = change.rows() == null ? new float[0][] : matrix(change.rows());
        return (numbers, count, first) -> {
            for (int k = 0; k < rows.length; k++) {
                long begin = (long) change.ids().get(k) * rows[k].length - first;
                for (int i = (int) Math.min(rows[k].length, Math.max(0, -begin));
                        i < rows[k].length && begin + i < count;
                        i++) {
                    numbers[(int) (begin + i)] = rows[k][i];
                }
            }
        };
    }

    /** Takes some consecutive numbers of a tensor, which begin with number {@code first}. */
    private interface Numbers {
        void accept(float[] numbers, int count, long first) throws IOException;
    }

    /** Reads as many numbers at once as fit into the buffer, in the stored type and in F32. */
    private static void each(Change change, ByteBuffer buffer, Numbers target) throws IOException {
        DType dtype = change.source().dtype();
        int most = buffer.capacity() / Math.max(DType.F32.bytes(), dtype.bytes());
        float[] numbers = new float[most];
        long[] next = {0};
        change.file().read(change.source(), buffer.clear().slice(0, most * dtype.bytes()), piece -> {
            int count = Floats.read(piece, dtype, numbers);
            target.accept(numbers, count, next[0]);
            next[0] += count;
        });
    }

    /** Reads one of the adapter's matrices, row-major. */
    private float[][] matrix(TensorInfo matrix) throws IOException {
        int columns = Math.toIntExact(matrix.shape().get(1));
        float[][] rows = new float[Math.toIntExact(matrix.shape().get(0))][columns];
        each(new Change(adapter.tensors(), matrix), ByteBuffer.allocate(1 << 14), (numbers, count, first) -> {
            for (int i = 0; i < count; i++) {
                rows[(int) ((first + i) / columns)][(int) ((first + i) % columns)] = numbers[i];
            }
        });
        return rows;
    }

    private float[] vector(TensorInfo vector) throws IOException {
        float[] values = new float[Math.toIntExact(vector.shape().get(0))];
        each(
                new Change(adapter.tensors(), vector),
                ByteBuffer.allocate(1 << 14),
                (numbers, count, first) -> System.arraycopy(numbers, 0, values, (int) first, count));
        return values;
    }

    private static float[][] turned(float[][] rows) {
        float[][] turned = new float[rows[0].length][rows.length];
        for (int i = 0; i < rows.length; i++) {
            for (int k = 0; k < turned.length; k++) {
                turned[k][i] = rows[i][k];
            }
        }
        return turned;
    }

    @Override
    public void close() throws IOException {
        try (base) {
            adapter.close();
        }
    }
}
