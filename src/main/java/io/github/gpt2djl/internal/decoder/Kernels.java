package io.github.gpt2djl.internal.decoder;

import io.github.gpt2djl.DeviceChoice;
import io.github.gpt2djl.ModelConfig;
import io.github.gpt2djl.Precision;
import io.github.gpt2djl.internal.machine.Machine;
import java.util.function.LongBinaryOperator;

/**
 * The kernel of the layers and the kernel of the head. {@link Kernel#sharesTable} holds for both of them or for
 * neither.
 */
public record Kernels(Kernel layers, Kernel head) {
    /** Measured with the 124M model, in control groups that were slightly too small. */
    private static final long OTHER_BYTES = 64_000_000;

    /**
     * With up to so many weights in its layers, a model in INT4, or in INT8 with AMX, has a copy of 8 bits. Who takes a
     * larger one in so few bits wants the memory.
     */
    private static final long MOST_COPIED = 1_000_000_000;

    static Kernels all(Kernel kernel) {
        return new Kernels(kernel, kernel);
    }

    public long weightBytes(ModelConfig model) {
        long vectors = model.parameters()
                - table(model)
                - (long) model.positions() * model.width()
                - matrices(model, Kernels::weights)
                - (model.tiedHead() ? 0 : table(model));
        return matrices(model, layers::held)
                + (packsHead(model) ? head.held(model.embeddingWidth(), model.vocabularySize()) : 0)
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
        long copies = (4L + temporaryCopies) * table(model) + head.read(model.embeddingWidth(), model.vocabularySize());
        long early = tables(model) + (packsHead(model) ? copies : 0);
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
        return (halvesTables() ? 2 : layers.tableBytes()) * (table(model) + (long) model.positions() * model.width());
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
            case INT8, INT4, MIXED ->
                throw new IllegalArgumentException("precision " + precision
                        + " needs a CPU; on a GPU expected FP16, BF16 or" + " FP32, or take device cpu");
        };
    }

    private static Kernels onCpu(Precision precision, Machine machine) {
        if (precision == Precision.BF16 && machine.hasFbgemm() && !isAvailable(precision, machine)) {
            throw new IllegalArgumentException("precision BF16 needs a GPU, or Linux on a CPU with AVX512-BF16;"
                    + " here expected FP32, FP16, MIXED or INT8");
        }
        if (precision == Precision.INT4 && machine.hasFbgemm() && !isAvailable(precision, machine)) {
            throw new IllegalArgumentException(
                    "precision INT4 needs Linux on a CPU with AVX2;" + " here expected FP32, FP16, MIXED or INT8");
        }
        if (!isAvailable(precision, machine)) {
            throw new IllegalArgumentException("precision " + precision + " needs an x86 CPU with FBGEMM, found "
                    + machine.os() + " on " + machine.arch()
                    + "; available here: FP32");
        }
        return switch (precision) {
            case FP16 -> all(Kernel.FBGEMM_FP16);
            case INT8 -> new Kernels(hasAmx(machine) ? Kernel.AMX_INT8 : Kernel.FBGEMM_INT8, Kernel.FBGEMM_INT8);
            case INT4 -> new Kernels(hasAmx(machine) ? Kernel.AMX_INT4 : Kernel.INT4, Kernel.FBGEMM_INT8);
            // Without AMX, FBGEMM is faster with many rows.
            case MIXED ->
                hasAmx(machine)
                        ? new Kernels(Kernel.ONEDNN_BF16, Kernel.ONEDNN_INT8)
                        : new Kernels(Kernel.FBGEMM_FP16, Kernel.FBGEMM_INT8);
            case BF16 -> new Kernels(Kernel.ONEDNN_BF16, Kernel.FBGEMM_FP16);
            case FP32, AUTO -> all(machine.hasFbgemm() && !machine.has("avx512f") ? Kernel.ONEDNN : Kernel.PLAIN);
        };
    }

    private static boolean hasAmx(Machine machine) {
        return machine.has("amx_bf16") && machine.has("amx_int8");
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
            // PyTorch's build for Windows has a kernel without vectors, which takes a hundred times as long.
            case INT4 -> machine.hasFbgemm() && machine.has("avx2");
        };
    }

    /**
     * Adapts the choice to a model.
     *
     * @throws IllegalArgumentException if the model has widths that the kernel of the layers cannot have
     */
    public Kernels of(ModelConfig model) {
        boolean copies = matrices(model, Kernels::weights) <= MOST_COPIED;
        if (!layers.hasGroups()) {
            return copies || layers != Kernel.AMX_INT8 ? this : new Kernels(Kernel.FBGEMM_INT8, head);
        }
        if (!fits(model)) {
            throw new IllegalArgumentException("precision INT4 needs widths that are multiples of " + Kernel.GROUP
                    + ", found n_embd " + model.width() + " and n_inner " + model.innerWidth()
                    + (model.embeddingWidth() == model.width() ? "" : ", tables of width " + model.embeddingWidth())
                    + "; take INT8");
        }
        return copies ? this : new Kernels(Kernel.INT4_ALONE, head);
    }

    /** Whether the kernel of the layers can have a model's widths. */
    boolean fits(ModelConfig model) {
        return !layers.hasGroups()
                || (model.width() % Kernel.GROUP == 0
                        && model.innerWidth() % Kernel.GROUP == 0
                        && model.embeddingWidth() % Kernel.GROUP == 0);
    }

    /** The bytes of weights that a decoding step reads. */
    public long bytesPerStep(ModelConfig model) {
        return matrices(model, layers::read) + head.read(model.embeddingWidth(), model.vocabularySize());
    }

    /** Adds up the sizes of all matrices except the head. */
    private static long matrices(ModelConfig model, LongBinaryOperator size) {
        long e = model.width();
        long inner = model.innerWidth();
        long layer = size.applyAsLong(e, 3 * e)
                + size.applyAsLong(e, e)
                + size.applyAsLong(e, inner)
                + size.applyAsLong(inner, e);
        long embedding = model.embeddingWidth();
        long projections = embedding == e ? 0 : size.applyAsLong(embedding, e) + size.applyAsLong(e, embedding);
        return model.layers() * layer + projections;
    }

    private static long weights(long in, long out) {
        return in * out;
    }
}
