package io.github.gpt2djl.decoder;

/**
 * Where to compute.
 *
 * <pre>{@code
 * LoadOptions options = new LoadOptions(Precision.FP32, DeviceChoice.CPU, 2, ModelSource.local());
 * try (Gpt2 model = Gpt2.load(folder, options)) {
 *     System.out.println(model.config());
 * }
 * }</pre>
 */
public enum DeviceChoice {
    /** The library's choice: the CPU in this version. */
    AUTO,
    /** The processor. */
    CPU,
    /** A CUDA GPU; not in this version. */
    GPU;

    /** @throws IllegalArgumentException for {@link #GPU} */
    void check() {
        if (this == GPU) {
            throw new IllegalArgumentException("device gpu is not supported by this version; available here: cpu");
        }
    }
}
