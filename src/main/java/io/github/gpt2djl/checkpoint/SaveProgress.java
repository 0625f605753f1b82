package io.github.gpt2djl.checkpoint;

/**
 * Is told how far the writing of a model is.
 *
 * <pre>{@code
 * try (Checkpoint checkpoint = Checkpoint.shipped("shakespeare")) {
 *     checkpoint.save(folder, TensorInfo.DType.F16, (written, total) -> System.out.println(written + " of " + total));
 * }
 * }</pre>
 */
@FunctionalInterface
public interface SaveProgress {
    /** Is told nothing. */
    SaveProgress NONE = (written, total) -> {};

    /**
     * Some more is written.
     *
     * @param written bytes so far
     * @param total bytes of the whole file
     */
    void at(long written, long total);
}
