package io.github.gpt2djl;

import io.github.gpt2djl.internal.decoder.Kernels;

/**
 * How weights are held and multiplied; activations are 32-bit floats on the CPU, but for BF16's, and of the weights' type
 * on a GPU.
 *
 * <pre>{@code
 * for (Precision precision : Precision.values()) {
 *     if (precision.isAvailable()) {
 *         System.out.println(precision + ": " + precision.weightBytes(gpt2.config()) / 1_000_000 + " MB");
 *     }
 * }
 * }</pre>
 */
public enum Precision {
    /** Exact: 32-bit weights. */
    FP32,
    /** Weights rounded to 16-bit floats; x86 CPUs (FBGEMM) and GPUs. */
    FP16,
    /**
     * Weights and what is multiplied with them rounded to 16 bits with the range of 32-bit floats; GPUs and x86 CPUs
     * with AVX512-BF16, fast with AMX. On a CPU the head is as {@link #FP16}, and norms and sums have 32 bits.
     */
    BF16,
    /** Weights rounded to 8 bits with a scale for each output, activations for each product; x86 CPUs (FBGEMM). */
    INT8,
    /**
     * {@link #BF16} on CPUs with AMX, {@link #FP16} on others, with the head, about a third of a small model, as
     * {@link #INT8}.
     */
    MIXED,
    /**
     * The library's choice: on the CPU {@link #FP32}, whose greedy ids equal those of Hugging Face transformers; on a
     * GPU {@link #FP16}.
     */
    AUTO;

    /**
     * What {@link #AUTO} stands for.
     *
     * @param device a model's: the processor or a GPU
     * @return the device's usual precision; any other itself
     */
    public Precision resolved(DeviceChoice device) {
        return this != AUTO ? this : device.isGpu() ? FP16 : FP32;
    }

    /** {@return whether libtorch has a kernel for it on this machine's processor} */
    public boolean isAvailable() {
        return Kernels.isAvailable(this);
    }

    /**
     * Bytes that a model's packed weights take in this precision on the CPU.
     *
     * @param model its architecture
     * @return tables, matrices and vectors, padding included
     * @throws IllegalArgumentException if this machine's libtorch has no kernel for it
     */
    public long weightBytes(ModelConfig model) {
        return Kernels.of(this, DeviceChoice.CPU).weightBytes(model);
    }
}
