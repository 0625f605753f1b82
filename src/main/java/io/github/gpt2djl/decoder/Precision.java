package io.github.gpt2djl.decoder;

import io.github.gpt2djl.checkpoint.ModelConfig;
import java.util.Locale;

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
        return this == FP32 || this == AUTO || (hasFbgemm() && (this != BF16 || CpuFeatures.has("avx512_bf16")));
    }

    private static boolean hasFbgemm() {
        String arch = System.getProperty("os.arch").toLowerCase(Locale.ROOT);
        boolean mac = System.getProperty("os.name").toLowerCase(Locale.ROOT).contains("mac");
        return !mac && (arch.equals("amd64") || arch.equals("x86_64"));
    }

    /**
     * The kernels for this precision on this machine.
     *
     * @param device the processor or a GPU
     * @throws IllegalArgumentException if this machine's libtorch has no kernel for it
     */
    Kernels kernels(DeviceChoice device) {
        return device.isGpu() ? gpuKernels() : cpuKernels();
    }

    private Kernels gpuKernels() {
        return switch (this) {
            case FP32 -> Kernels.all(Kernel.PLAIN);
            case FP16, AUTO -> Kernels.all(Kernel.HALF);
            case BF16 -> Kernels.all(Kernel.BFLOAT16);
            case INT8, MIXED ->
                throw new IllegalArgumentException("precision " + this + " needs a CPU; on a GPU expected FP16, BF16 or"
                        + " FP32, or take device cpu");
        };
    }

    private Kernels cpuKernels() {
        if (this == BF16 && hasFbgemm() && !isAvailable()) {
            throw new IllegalArgumentException("precision BF16 needs a GPU, or Linux on a CPU with AVX512-BF16;"
                    + " here expected FP32, FP16, MIXED or INT8");
        }
        if (!isAvailable()) {
            throw new IllegalArgumentException("precision " + this + " needs an x86 CPU with FBGEMM, found "
                    + System.getProperty("os.name") + " on " + System.getProperty("os.arch")
                    + "; available here: FP32");
        }
        return switch (this) {
            case FP16 -> Kernels.all(Kernel.FBGEMM_FP16);
            case INT8 -> Kernels.all(Kernel.FBGEMM_INT8);
            // Without AMX, FBGEMM is faster with many rows.
            case MIXED ->
                CpuFeatures.has("amx_bf16")
                        ? new Kernels(Kernel.ONEDNN_BF16, Kernel.ONEDNN_INT8)
                        : new Kernels(Kernel.FBGEMM_FP16, Kernel.FBGEMM_INT8);
            case BF16 -> new Kernels(Kernel.ONEDNN_BF16, Kernel.FBGEMM_FP16);
            case FP32, AUTO -> Kernels.all(hasFbgemm() && !CpuFeatures.has("avx512f") ? Kernel.ONEDNN : Kernel.PLAIN);
        };
    }

    /**
     * Bytes that a model's packed weights take in this precision on the CPU.
     *
     * @param model its architecture
     * @return tables, matrices and vectors, padding included
     * @throws IllegalArgumentException if this machine's libtorch has no kernel for it
     */
    public long weightBytes(ModelConfig model) {
        return cpuKernels().weightBytes(model);
    }

    /**
     * Bytes of weights that a decoding step reads: every matrix once, whatever the batch.
     *
     * @param model its architecture
     * @param device where it computes
     * @return the matrices of all layers and of the head, which is the embedding table where it is tied
     * @throws IllegalArgumentException if this machine's libtorch has no kernel for it
     */
    public long bytesPerStep(ModelConfig model, DeviceChoice device) {
        Kernels kernels = kernels(device);
        return kernels.layers().bytes * matrices(model, false) + headBytes(model, kernels.head(), false);
    }

    private static long headBytes(ModelConfig model, Kernel kernel, boolean held) {
        return kernel.bytes
                * matrix(model.embeddingWidth(), model.vocabularySize(), held && kernel == Kernel.FBGEMM_FP16);
    }

    /** Weights of all matrices but the head. */
    private static long matrices(ModelConfig model, boolean padded) {
        long e = model.width();
        long inner = model.innerWidth();
        long layer =
                matrix(e, 3 * e, padded) + matrix(e, e, padded) + matrix(e, inner, padded) + matrix(inner, e, padded);
        long embedding = model.embeddingWidth();
        long projections = embedding == e ? 0 : matrix(embedding, e, padded) + matrix(e, embedding, padded);
        return model.layers() * layer + projections;
    }

    /** FBGEMM keeps 16-bit matrices in blocks of 512 inputs and 16 outputs, the rest filled with zeros. */
    private static long matrix(long in, long out, boolean padded) {
        return padded ? (in + 511) / 512 * 512 * ((out + 15) / 16 * 16) : in * out;
    }

    /** The matrix products: each is a file of torchscript/kernels. */
    enum Kernel {
        /** torch.linear: runs everywhere, and shares the head's matrix with the embedding table. */
        PLAIN("plain", 4, 6, 6),
        /** The same with 16-bit floats, activations too; fast on GPUs. */
        HALF("plain", 2, 5, 5),
        /** The same with the upper half of 32-bit floats. */
        BFLOAT16("plain", 2, 15, 15),
        /** oneDNN with packed 32-bit weights: about twice as fast as PLAIN for one row on AVX2, slower on AVX-512. */
        ONEDNN("onednn_f32", 4, 6, 6),
        FBGEMM_FP16("fbgemm_fp16", 2, 6, 6),
        FBGEMM_INT8("fbgemm_int8", 1, 6, 6),
        /** oneDNN with packed weights: with AMX, 16 rows take as long as one. */
        ONEDNN_BF16("onednn_bf16", 2, 6, 15),
        /** oneDNN with packed weights, for a head: with AMX, many rows take half as long as with FBGEMM, one as long. */
        ONEDNN_INT8("onednn_int8", 1, 6, 6);

        /** The file's name. */
        final String name;
        /** A weight's. */
        final int bytes;
        /** Of activations between products, as torch counts types. */
        final int dtype;
        /** Of keys and values. */
        final int cacheDtype;

        Kernel(String name, int bytes, int dtype, int cacheDtype) {
            this.name = name;
            this.bytes = bytes;
            this.dtype = dtype;
            this.cacheDtype = cacheDtype;
        }

        /** {@return the path below torchscript, without its ending} */
        String file() {
            return "kernels/" + name;
        }

        /** Bytes of a number in biases and norms. */
        int vectorBytes() {
            return dtype == PLAIN.dtype ? 4 : 2;
        }

        /** Bytes of a number in keys and values. */
        int cacheBytes() {
            return cacheDtype == PLAIN.dtype ? 4 : 2;
        }

        /** Whether the head can be the embedding table. */
        boolean sharesTable() {
            return name.equals(PLAIN.name);
        }

        /** Whether the weights become an object of FBGEMM's, and not a tensor. */
        boolean packs() {
            return this == FBGEMM_FP16 || this == FBGEMM_INT8;
        }
    }

    /** Which matrices take which kernel: both may be the embedding table, or neither. */
    record Kernels(Kernel layers, Kernel head) {
        /** As measured with 124M in control groups that were too small by little. */
        private static final long OTHER_BYTES = 64_000_000;

        static Kernels all(Kernel kernel) {
            return new Kernels(kernel, kernel);
        }

        long weightBytes(ModelConfig model) {
            long vectors = model.parameters()
                    - table(model)
                    - (long) model.positions() * model.width()
                    - matrices(model, false)
                    - (model.tiedHead() ? 0 : table(model));
            return layers.bytes * matrices(model, layers == Kernel.FBGEMM_FP16)
                    + (packsHead(model) ? headBytes(model, head, true) : 0)
                    + tables(model)
                    + layers.vectorBytes() * vectors;
        }

        /**
         * Bytes that loading takes at most: the head is packed when there are only the tables beside it, from 32 bits,
         * with 8-bit kernels by way of a copy or two; then each worker has room for a matrix before and after it is
         * turned. Code, buffers and what malloc cannot use come on top.
         */
        long loadingBytes(ModelConfig model, int workers) {
            int byWayOf = head == Kernel.FBGEMM_INT8 ? 1 : head == Kernel.ONEDNN_INT8 ? 2 : 0;
            long copies = 4L + head.bytes + byWayOf;
            long early = tables(model) + (packsHead(model) ? copies * table(model) : 0);
            long matrix = 4L * model.width() * Math.max(3 * model.width(), model.innerWidth());
            return Math.max(weightBytes(model), early) + 2 * matrix * workers + OTHER_BYTES;
        }

        /** Whether the tables are read in half precision: where they stay beside a head of reduced precision. */
        boolean halvesTables() {
            return head.packs() || head == Kernel.ONEDNN_INT8;
        }

        private long tables(ModelConfig model) {
            return (halvesTables() ? 2 : layers.bytes) * (table(model) + (long) model.positions() * model.width());
        }

        private boolean packsHead(ModelConfig model) {
            return !head.sharesTable() || !model.tiedHead();
        }

        private static long table(ModelConfig model) {
            return (long) model.vocabularySize() * model.embeddingWidth();
        }
    }
}
