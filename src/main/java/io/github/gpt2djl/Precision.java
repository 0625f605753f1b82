package io.github.gpt2djl;

import io.github.gpt2djl.internal.decoder.Kernels;

/**
 * The number format of weights and products. Activations are 32-bit floats on the CPU, except with BF16, and have the
 * type of the weights on a GPU.
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
    /** 32-bit weights: exact. */
    FP32,
    /** Weights rounded to 16-bit floats; x86 CPUs (FBGEMM) and GPUs. */
    FP16,
    /**
     * Weights and activations rounded to bfloat16, which has the range of 32-bit floats; GPUs and x86 CPUs with
     * AVX512-BF16, fast with AMX. On a CPU the head is computed as in {@link #FP16}, and norms and sums have 32 bits.
     */
    BF16,
    /**
     * Weights rounded to 8 bits with a scale for each output, activations with a scale for each token; x86 CPUs (FBGEMM).
     * A row of a batch has the log-probabilities that the row has alone. A text that is scored in one call is rounded
     * differently from the same text token by token, as the sums of attention have another order. On CPUs with AMX, keys
     * and values are bfloat16, and models with up to a billion weights in their layers have these weights twice, for
     * single tokens and for several.
     */
    INT8,
    /**
     * Weights of the layers rounded to 4 bits with a scale for each 32 inputs of an output, activations rounded to
     * bfloat16, the head as in {@link #INT8}; Linux on x86 CPUs with AVX2. Widths must be multiples of 32. Models with up
     * to a billion weights in their layers keep a copy of 8 bits, with which prompts and batches of more than 3 rows take
     * as long as in INT8. Larger models need less memory than in any other precision, and more time for prompts.
     */
    INT4,
    /**
     * {@link #BF16} on CPUs with AMX, {@link #FP16} on others. The head, about a third of a small model, is computed as
     * in {@link #INT8}.
     */
    MIXED,
    /**
     * The library's choice: on the CPU {@link #FP32}, whose greedy ids equal those of Hugging Face transformers; on a
     * GPU {@link #FP16}.
     */
    AUTO;

    /**
     * Resolves {@link #AUTO}.
     *
     * @param device the device of the model: the processor or a GPU
     * @return the device's default precision for {@link #AUTO}; this precision otherwise
     */
    public Precision resolved(DeviceChoice device) {
        return this != AUTO ? this : device.isGpu() ? FP16 : FP32;
    }

    /** {@return whether libtorch has a kernel for this precision on this machine's processor} */
    public boolean isAvailable() {
        return Kernels.isAvailable(this);
    }

    /**
     * Returns the size of a model's packed weights in this precision on the CPU.
     *
     * @param model the model's architecture
     * @return number of bytes of tables, matrices and vectors, padding included
     * @throws IllegalArgumentException if this machine's libtorch has no kernel for this precision, or {@link #INT4} does
     *     not fit the model's widths
     */
    public long weightBytes(ModelConfig model) {
        return Kernels.of(this, DeviceChoice.CPU).of(model).weightBytes(model);
    }
}
