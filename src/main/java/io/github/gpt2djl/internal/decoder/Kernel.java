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
    /** oneDNN with packed weights: with AMX, 16 rows take as long as one. */
    ONEDNN_BF16("onednn_bf16", 2, 6, 15),
    /**
     * oneDNN with packed weights, for a head: with AMX, many rows take half as long as with FBGEMM, and one row takes
     * as long.
     */
    ONEDNN_INT8("onednn_int8", 1, 6, 6);

    /** The name of the file. */
    final String name;
    /** The size of a weight, in bytes. */
    final int bytes;
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

    /** Whether the weights become an object of FBGEMM instead of a tensor. */
    boolean packs() {
        return this == FBGEMM_FP16 || this == FBGEMM_INT8;
    }
}
