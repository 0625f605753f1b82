package io.github.gpt2djl.decoder;

import io.github.gpt2djl.checkpoint.ModelConfig;
import java.util.Locale;

/** How weights are held and multiplied; activations are 32-bit floats throughout. */
public enum Precision {
    /** Exact: 32-bit weights. */
    FP32,
    /** Weights rounded to 16-bit floats; x86 CPUs (FBGEMM). */
    FP16,
    /** Weights rounded to 8 bits with a scale for each output, activations for each product; x86 CPUs (FBGEMM). */
    INT8,
    /** The library's choice: {@link #FP32}, whose greedy ids equal those of Hugging Face transformers. */
    AUTO;

    /** What {@link #AUTO} stands for; any other itself. */
    public Precision resolved() {
        return this == AUTO ? FP32 : this;
    }

    /** Whether this machine's libtorch has a kernel for it. */
    public boolean isAvailable() {
        return this == FP32 || this == AUTO || hasFbgemm();
    }

    private static boolean hasFbgemm() {
        String arch = System.getProperty("os.arch").toLowerCase(Locale.ROOT);
        boolean mac = System.getProperty("os.name").toLowerCase(Locale.ROOT).contains("mac");
        return !mac && (arch.equals("amd64") || arch.equals("x86_64"));
    }

    /**
     * The kernel of decoder.py for this precision on this machine.
     *
     * @throws IllegalArgumentException if this machine's libtorch has no kernel for it
     */
    Kernel kernel() {
        if (!isAvailable()) {
            throw new IllegalArgumentException("precision " + this + " needs an x86 CPU with FBGEMM, found "
                    + System.getProperty("os.name") + " on " + System.getProperty("os.arch")
                    + "; available here: FP32");
        }
        return switch (this) {
            case FP16 -> Kernel.FBGEMM_FP16;
            case INT8 -> Kernel.FBGEMM_INT8;
            case FP32, AUTO -> hasFbgemm() && !CpuFeatures.has("avx512f") ? Kernel.ONEDNN : Kernel.PLAIN;
        };
    }

    /**
     * Bytes that a model's packed weights take in this precision.
     *
     * @throws IllegalArgumentException if this machine's libtorch has no kernel for it
     */
    public long weightBytes(ModelConfig model) {
        long head = (long) model.vocabularySize() * model.embeddingWidth();
        long tables = head + (long) model.positions() * model.width();
        long matrices = model.parameters() - tables + (model.tiedHead() ? head : 0);
        return switch (kernel()) {
            case PLAIN -> 4 * model.parameters();
            case ONEDNN -> 4 * (matrices + tables);
            // The embedding tables stay beside the packed head, in half precision.
            case FBGEMM_FP16 -> 2 * (paddedMatrices(model) + tables);
            case FBGEMM_INT8 -> matrices + 2 * tables;
        };
    }

    /**
     * Bytes of weights that a decoding step reads: every matrix once, whatever the batch.
     *
     * @throws IllegalArgumentException if this machine's libtorch has no kernel for it
     */
    public long bytesPerStep(ModelConfig model) {
        long e = model.width();
        long embedding = model.embeddingWidth();
        long layer = 4 * e * e + 2 * e * model.innerWidth();
        long projections = embedding == e ? 0 : 2 * e * embedding;
        long elements = model.layers() * layer + model.vocabularySize() * embedding + projections;
        return elements
                * switch (kernel()) {
                    case PLAIN, ONEDNN -> 4;
                    case FBGEMM_FP16 -> 2;
                    case FBGEMM_INT8 -> 1;
                };
    }

    /** FBGEMM keeps 16-bit matrices in blocks of 512 inputs and 16 outputs, the rest filled with zeros. */
    private static long paddedMatrices(ModelConfig model) {
        long e = model.width();
        long inner = model.innerWidth();
        long layer = padded(e, 3 * e) + padded(e, e) + padded(e, inner) + padded(inner, e);
        long embedding = model.embeddingWidth();
        long projections = embedding == e ? 0 : padded(embedding, e) + padded(e, embedding);
        return model.layers() * layer + padded(embedding, model.vocabularySize()) + projections;
    }

    private static long padded(long in, long out) {
        return (in + 511) / 512 * 512 * ((out + 15) / 16 * 16);
    }

    /** The matrix products of decoder.py, in its numbering. */
    enum Kernel {
        /** torch.linear: runs everywhere, and shares the head's matrix with the embedding table. */
        PLAIN(0),
        /** oneDNN with packed 32-bit weights: about twice as fast as PLAIN for one row on AVX2, slower on AVX-512. */
        ONEDNN(1),
        FBGEMM_FP16(2),
        FBGEMM_INT8(3);

        final int code;

        Kernel(int code) {
            this.code = code;
        }

        /** Whether the weights become an object of FBGEMM's, and not a tensor. */
        boolean packs() {
            return this == FBGEMM_FP16 || this == FBGEMM_INT8;
        }
    }
}
