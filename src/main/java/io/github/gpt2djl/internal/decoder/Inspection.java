package io.github.gpt2djl.internal.decoder;

import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.jni.IValue;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/**
 * Runs texts through inspection.py: the model without a cache, whose vectors can be read and changed.
 *
 * <pre>{@code
 * List<float[]> first = decoder.inspection().trace(List.of(new int[] {20, 30}), List.of("hook_embed"), List.of());
 * System.out.println(first.get(0).length == 2 * decoder.config().width()); // true
 * }</pre>
 */
public final class Inspection {
    private final int width;
    private final Consumer<List<int[]>> check;
    private final TorchModule module;
    private final NDManager manager;
    private final Lifetime lifetime;

    /**
     * @param width of the layers
     * @param check rejects texts and ids that the model does not take
     */
    Inspection(int width, Consumer<List<int[]>> check, TorchModule module, NDManager manager, Lifetime lifetime) {
        this.width = width;
        this.check = check;
        this.module = module;
        this.manager = manager;
        this.lifetime = lifetime;
    }

    /**
     * A change to the numbers at a place, in one text.
     *
     * @param place its name
     * @param text its index
     * @param first the first position
     * @param last the last position; positions behind the text are left out
     * @param head from 0, or -1 for all
     * @param numbers [positions, ...] of {@link Kind#REPLACE}, position by position; the factor of {@link Kind#SCALE}
     */
    public record Change(String place, Kind kind, int text, int first, int last, int head, float[] numbers) {}

    /** The kinds of changes, with their numbers in hooks.py. */
    public enum Kind {
        REPLACE(0),
        SCALE(1),
        MEAN(2);

        private final long number;

        Kind(long number) {
            this.number = number;
        }
    }

    /**
     * Computes texts of the same length.
     *
     * @param texts at least one, of the same number of ids, in range
     * @param wanted the names of places, in the order of computation
     * @param changes applied in this order at the same place
     * @return for each place, the numbers of all texts, row-major
     */
    public List<float[]> trace(List<int[]> texts, List<String> wanted, List<Change> changes) {
        check.accept(texts);
        return lifetime.compute(() -> {
            try (NDManager scope = manager.newSubManager();
                    IValue result = module.result(
                            TorchMethod.TRACE,
                            ids(scope, texts),
                            String.join("\n", wanted),
                            changes.stream().map(Change::place).collect(Collectors.joining("\n")),
                            table(scope, changes),
                            numbers(scope, changes))) {
                List<float[]> all = new ArrayList<>();
                for (PtNDArray tensor : result.toTensorArray((PtNDManager) scope)) {
                    all.add(tensor.toFloatArray());
                    tensor.close();
                }
                return all;
            }
        });
    }

    /**
     * The logits that vectors of the residual stream would give behind the last layer.
     *
     * @param stream row-major [N, width]
     * @return row-major [N, vocabulary]
     */
    public float[] lens(float[] stream) {
        return lifetime.compute(() -> {
            try (NDManager scope = manager.newSubManager()) {
                PtNDArray x = (PtNDArray) scope.create(stream, new Shape(stream.length / width, width));
                return module.compute(scope, TorchMethod.LENS, x).toFloatArray();
            }
        });
    }

    /**
     * What each part of the model adds to the logits of some tokens at some positions.
     *
     * @param ids of the text
     * @param wanted the places that attribution.py reads
     * @param positions in the text, from 0
     * @param tokens [positions, n], in range
     * @return row-major [parts, positions, n]
     */
    public float[] attribution(int[] ids, List<String> wanted, int[] positions, int[][] tokens) {
        check.accept(List.of(ids));
        check.accept(List.of(tokens));
        return lifetime.compute(() -> {
            try (NDManager scope = manager.newSubManager()) {
                PtNDArray where = SharedMemory.copy(scope, new Shape(positions.length), wide(positions));
                return module.compute(
                                scope,
                                TorchMethod.ATTRIBUTION,
                                ids(scope, List.of(ids)),
                                String.join("\n", wanted),
                                where,
                                ids(scope, List.of(tokens)))
                        .toFloatArray();
            }
        });
    }

    private static PtNDArray ids(NDManager scope, List<int[]> texts) {
        int length = texts.get(0).length;
        long[] all = texts.stream().flatMapToInt(Arrays::stream).asLongStream().toArray();
        return SharedMemory.copy(scope, new Shape(texts.size(), length), all);
    }

    private static long[] wide(int[] ids) {
        return Arrays.stream(ids).asLongStream().toArray();
    }

    /** [changes, 6]. */
    private static PtNDArray table(NDManager scope, List<Change> changes) {
        long[] table = new long[6 * changes.size()];
        int next = 0;
        long begin = 0;
        for (Change each : changes) {
            for (long cell : new long[] {each.kind.number, each.text, each.first, each.last, each.head, begin}) {
                table[next++] = cell;
            }
            begin += each.numbers.length;
        }
        return SharedMemory.copy(scope, new Shape(changes.size(), 6), table);
    }

    private static PtNDArray numbers(NDManager scope, List<Change> changes) {
        int size = changes.stream().mapToInt(each -> each.numbers.length).sum();
        float[] all = new float[size];
        int begin = 0;
        for (Change each : changes) {
            System.arraycopy(each.numbers, 0, all, begin, each.numbers.length);
            begin += each.numbers.length;
        }
        return size == 0
                ? (PtNDArray) scope.create(new Shape(0), DataType.FLOAT32)
                : (PtNDArray) scope.create(all, new Shape(size));
    }
}
