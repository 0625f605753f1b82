package io.github.gpt2djl.internal.decoder;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDArray;
import io.github.gpt2djl.MalformedCheckpointException;
import io.github.gpt2djl.checkpoint.TensorFile;
import io.github.gpt2djl.checkpoint.TensorInfo;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** The weights that learn, their gradients, and AdamW's moments. */
final class TrainingArrays {
    /**
     * One number for each weight, in one piece of memory, which AdamW takes as a whole.
     *
     * @param all the numbers, those of matrices at the front, because only matrices decay
     * @param views of {@code all}, by the tensors' names in the order of training.py
     */
    record Piece(PtNDArray all, Map<String, PtNDArray> views) {}

    final Piece weights;
    final Piece gradients;
    final Piece means;
    final Piece squares;
    /** The number of weights in all matrices. */
    final long decayed;

    /** @param learning the tensors that learn, in the order of training.py */
    TrainingArrays(List<TensorInfo> learning, NDManager manager) {
        weights = piece(learning, manager);
        gradients = piece(learning, manager);
        means = piece(learning, manager);
        squares = piece(learning, manager);
        decayed = size(learning.stream().filter(TrainingArrays::isMatrix));
    }

    private static Piece piece(List<TensorInfo> learning, NDManager manager) {
        PtNDArray all = (PtNDArray) manager.zeros(new Shape(size(learning.stream())), DataType.FLOAT32);
        Map<String, PtNDArray> views = new LinkedHashMap<>();
        // Sets the order of the views. Their places in memory follow below.
        learning.forEach(tensor -> views.put(tensor.name(), all));
        long first = 0;
        for (TensorInfo tensor : (Iterable<TensorInfo>) Stream.concat(
                learning.stream().filter(TrainingArrays::isMatrix),
                learning.stream().filter(tensor -> !isMatrix(tensor)))::iterator) {
            long next = first + shape(tensor).size();
            try (NDArray part = all.get(new NDIndex("{}:{}", first, next))) {
                views.put(tensor.name(), (PtNDArray) part.reshape(shape(tensor)));
            }
            first = next;
        }
        return new Piece(all, views);
    }

    private static boolean isMatrix(TensorInfo tensor) {
        return tensor.shape().size() > 1;
    }

    /** The number of weights in all tensors. */
    static long size(Stream<TensorInfo> tensors) {
        return tensors.mapToLong(tensor -> shape(tensor).size()).sum();
    }

    static Shape shape(TensorInfo tensor) {
        return new Shape(tensor.shape());
    }

    /** All arrays that a training needs to go on, by name. */
    Map<String, PtNDArray> state() {
        Map<String, PtNDArray> state = new LinkedHashMap<>(weights.views);
        means.views.forEach((name, view) -> state.put("mean." + name, view));
        squares.views.forEach((name, view) -> state.put("square." + name, view));
        return state;
    }

    /** Reads the arrays of {@link #state} from a file. */
    void restore(TensorFile file, TorchModule module, NDManager manager) throws IOException {
        try (NDManager scope = manager.newSubManager()) {
            restore(file, new FileArrays(file, module, scope));
        }
    }

    private void restore(TensorFile file, FileArrays source) throws IOException {
        for (Map.Entry<String, PtNDArray> entry : state().entrySet()) {
            TensorInfo found = file.find(entry.getKey());
            Shape expected = entry.getValue().getShape();
            if (found == null || !found.hasShape(expected.getShape())) {
                throw new MalformedCheckpointException(
                        file.name(),
                        "found " + (found == null ? "no tensor " + entry.getKey() : found.toString()) + ", expected "
                                + entry.getKey() + " of shape " + expected + ": it is of a training of another model");
            }
            source.read(List.of(found), entry.getValue(), false);
        }
    }
}
