package io.github.gpt2djl.internal.decoder;

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
