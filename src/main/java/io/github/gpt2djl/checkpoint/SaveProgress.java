package io.github.gpt2djl.checkpoint;

/**
 * A listener to the progress of writing a model.
 *
 * <pre>{@code
 * try (Checkpoint checkpoint = Checkpoint.shipped("shakespeare")) {
 *     checkpoint.save(folder, TensorInfo.DType.F16, (written, total) -> System.out.println(written + " of " + total));
 * }
 * }</pre>
 */
@FunctionalInterface
public interface SaveProgress {
    /** A listener that does nothing. */
    SaveProgress NONE = (written, total) -> {};

    /**
     * Called when more bytes have been written.
     *
     * @param written number of bytes so far
     * @param total size of the whole file in bytes
     */
    void at(long written, long total);
}
