package io.github.gpt2djl.internal.decoder;

/** The kernels for matrix products. Each is a file of torchscript/kernels. */
enum Kernel {
    /** torch.linear: runs everywhere, and shares the head's matrix with the embedding table. */
    PLAIN("plain", 4, 6, 6),
    /** PLAIN with 16-bit floats, for activations too; fast on GPUs. */
    HALF("plain", 2, 5, 5),
    /** HALF with bfloat16, the upper half of 32-bit floats. */
    BFLOAT16("plain", 2, 15, 15),
    /** oneDNN with packed 32-bit weights: about twice as fast as PLAIN for one row on AVX2, slower on AVX-512. */
    ONEDNN("onednn_f32", 4, 6, 6),
    FBGEMM_FP16("fbgemm_fp16", 2, 6, 6),
    FBGEMM_INT8("fbgemm_int8", 1, 6, 6),
    /**
     * FBGEMM_INT8 for one token, and a copy of the weights for several, for layers with AMX. Keys and values are
     * bfloat16, with which AMX multiplies fast.
     */
    AMX_INT8("amx_int8", 1, 6, 15),
    /** oneDNN with packed weights: with AMX, 16 rows take as long as one. */
    ONEDNN_BF16("onednn_bf16", 2, 6, 15),
    /**
     * oneDNN with packed weights, for a head: with AMX, many rows take half as long as with FBGEMM, and one row takes
     * as long.
     */
    ONEDNN_INT8("onednn_int8", 1, 6, 6),
    /** 4-bit weights for few rows, and an 8-bit copy of them for prompts and large batches. */
    INT4("int4", 1, 6, 6),
    /** INT4 with a copy, keys and values as AMX_INT8 has them. */
    AMX_INT4("int4", 1, 6, 15),
    /** INT4 without the copy, for models that are too large for it. */
    INT4_ALONE("int4", 1, 6, 6);

    /** The number of inputs of an output that share a scale in an INT4 kernel. */
    static final int GROUP = 32;

    /** The name of the file. */
    final String name;
    /** The size of a weight, in bytes; of an INT4 kernel, of a weight in the copy. */
    private final int bytes;
    /** The type of activations between products, as torch's number for the type. */
    final int dtype;
    /** The type of keys and values, as torch's number for the type. */
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

    /** The bytes of a matrix's weights that a step of one row reads. */
    long read(long in, long out) {
        return hasGroups() ? in * out / 2 + 4 * out * (in / GROUP) : bytes * in * out;
    }

    /** The bytes that a matrix's packed weights take. FBGEMM keeps 16-bit matrices in blocks filled up with zeros. */
    long held(long in, long out) {
        return switch (this) {
            case FBGEMM_FP16 -> bytes * ((in + 511) / 512 * 512) * ((out + 15) / 16 * 16);
            case AMX_INT8, AMX_INT4, INT4 -> read(in, out) + bytes * in * out;
            default -> read(in, out);
        };
    }

    /** Whether inputs share scales in groups, as in the INT4 kernels. */
    boolean hasGroups() {
        return this == INT4 || this == AMX_INT4 || this == INT4_ALONE;
    }

    /** Whether one of the products is FBGEMM's with 8 bits. */
    boolean isEightBitFbgemm() {
        return this == FBGEMM_INT8 || this == AMX_INT8 || this == INT4 || this == INT4_ALONE;
    }

    /** Whether weights have so few bits that inputs that stand out must be balanced. */
    boolean hasFewBits() {
        return bytes == 1;
    }

    /** The size of a number in the embedding tables, in bytes, unless they are halved. */
    int tableBytes() {
        return bytes;
    }

    /** The size of a number in biases and norms, in bytes. */
    int vectorBytes() {
        return dtype == PLAIN.dtype ? 4 : 2;
    }

    /** The size of a number in keys and values, in bytes. */
    int cacheBytes() {
        return cacheDtype == PLAIN.dtype ? 4 : 2;
    }

    /** Whether the head can be the embedding table. */
    boolean sharesTable() {
        return name.equals(PLAIN.name);
    }

    /** Whether packing takes long, unlike oneDNN's. */
    boolean packs() {
        return this == FBGEMM_FP16 || this == FBGEMM_INT8 || this == AMX_INT8 || hasGroups();
    }
}
