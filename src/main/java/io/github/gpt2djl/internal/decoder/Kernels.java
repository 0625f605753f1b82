package io.github.gpt2djl.internal.decoder;

import io.github.gpt2djl.DeviceChoice;
import io.github.gpt2djl.ModelConfig;
import io.github.gpt2djl.Precision;
import io.github.gpt2djl.internal.machine.Machine;

/**
 * The kernel of the layers and the kernel of the head. {@link Kernel#sharesTable} holds for both of them or for
 * neither.
 */
public record Kernels(Kernel layers, Kernel head) {
    /** Measured with the 124M model, in control groups that were slightly too small. */
    private static final long OTHER_BYTES = 64_000_000;

    static Kernels all(Kernel kernel) {
        return new Kernels(kernel, kernel);
    }

    public long weightBytes(ModelConfig model) {
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
     * The maximum number of bytes that loading takes. The head is packed first, while only the tables are in memory:
     * from 32-bit numbers, and for 8-bit kernels through one or two temporary copies. Then each worker has room for one
     * matrix before and after its transposition. Code, buffers and memory that malloc cannot use come on top.
     */
    long loadingBytes(ModelConfig model, int workers) {
        int temporaryCopies = head == Kernel.FBGEMM_INT8 ? 1 : head == Kernel.ONEDNN_INT8 ? 2 : 0;
        long copies = 4L + head.bytes + temporaryCopies;
        long early = tables(model) + (packsHead(model) ? copies * table(model) : 0);
        long matrix = 4L * model.width() * Math.max(3 * model.width(), model.innerWidth());
        return Math.max(weightBytes(model), early) + 2 * matrix * workers + OTHER_BYTES;
    }

    /**
     * Whether the tables are read in half precision. They are if they stay in memory next to a packed head of reduced
     * precision.
     */
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

    /**
     * Chooses the kernels for a precision on this machine.
     *
     * @param precision any
     * @param device the processor or a GPU
     * @throws IllegalArgumentException if this machine's libtorch has no kernel for the precision
     */
    public static Kernels of(Precision precision, DeviceChoice device) {
        return of(precision, device, Machine.HERE);
    }

    static Kernels of(Precision precision, DeviceChoice device, Machine machine) {
        return device.isGpu() ? onGpu(precision) : onCpu(precision, machine);
    }

    private static Kernels onGpu(Precision precision) {
        return switch (precision) {
            case FP32 -> all(Kernel.PLAIN);
            case FP16, AUTO -> all(Kernel.HALF);
            case BF16 -> all(Kernel.BFLOAT16);
            case INT8, MIXED ->
                throw new IllegalArgumentException("precision " + precision
                        + " needs a CPU; on a GPU expected FP16, BF16 or" + " FP32, or take device cpu");
        };
    }

    private static Kernels onCpu(Precision precision, Machine machine) {
        if (precision == Precision.BF16 && machine.hasFbgemm() && !isAvailable(precision, machine)) {
            throw new IllegalArgumentException("precision BF16 needs a GPU, or Linux on a CPU with AVX512-BF16;"
                    + " here expected FP32, FP16, MIXED or INT8");
        }
        if (!isAvailable(precision, machine)) {
            throw new IllegalArgumentException("precision " + precision + " needs an x86 CPU with FBGEMM, found "
                    + machine.os() + " on " + machine.arch()
                    + "; available here: FP32");
        }
        return switch (precision) {
            case FP16 -> all(Kernel.FBGEMM_FP16);
            case INT8 -> all(Kernel.FBGEMM_INT8);
            // Without AMX, FBGEMM is faster with many rows.
            case MIXED ->
                machine.has("amx_bf16")
                        ? new Kernels(Kernel.ONEDNN_BF16, Kernel.ONEDNN_INT8)
                        : new Kernels(Kernel.FBGEMM_FP16, Kernel.FBGEMM_INT8);
            case BF16 -> new Kernels(Kernel.ONEDNN_BF16, Kernel.FBGEMM_FP16);
            case FP32, AUTO -> all(machine.hasFbgemm() && !machine.has("avx512f") ? Kernel.ONEDNN : Kernel.PLAIN);
        };
    }

    /** Whether libtorch has a kernel for a precision on this machine's processor. */
    public static boolean isAvailable(Precision precision) {
        return isAvailable(precision, Machine.HERE);
    }

    static boolean isAvailable(Precision precision, Machine machine) {
        return switch (precision) {
            case FP32, AUTO -> true;
            case BF16 -> machine.hasFbgemm() && machine.has("avx512_bf16");
            case FP16, INT8, MIXED -> machine.hasFbgemm();
        };
    }

    /** The bytes of weights that a decoding step reads. */
    public long bytesPerStep(ModelConfig model) {
        return layers.bytes * matrices(model, false) + headBytes(model, head, false);
    }

    private static long headBytes(ModelConfig model, Kernel kernel, boolean held) {
        return kernel.bytes
                * matrix(model.embeddingWidth(), model.vocabularySize(), held && kernel == Kernel.FBGEMM_FP16);
    }

    /** The number of weights of all matrices except the head. */
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
}
