package io.github.gpt2djl.decoder;

/** Where to compute. */
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
