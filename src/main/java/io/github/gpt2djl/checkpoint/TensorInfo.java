package io.github.gpt2djl.checkpoint;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * One tensor of a file.
 *
 * <pre>{@code
 * try (Checkpoint checkpoint = Checkpoint.shipped("shakespeare")) {
 *     for (String name : checkpoint.tensors().names()) {
 *         System.out.println(checkpoint.tensors().find(name));
 *     }
 * }
 * }</pre>
 *
 * @param name the tensor's name as stored
 * @param dtype the element type
 * @param shape sizes, outermost first; never negative
 * @param begin its first byte in the file
 * @param end one past the last byte
 */
public record TensorInfo(String name, DType dtype, List<Long> shape, long begin, long end) {

    /** Element types, by their names in the safetensors format. */
    public enum DType {
        /** A truth value in a byte. */
        BOOL(1),
        /** 8 bits, unsigned. */
        U8(1),
        /** 8 bits, signed. */
        I8(1),
        /** 8-bit float, 5 of them exponent. */
        F8_E5M2(1),
        /** 8-bit float, 4 of them exponent. */
        F8_E4M3(1),
        /** 16 bits, signed. */
        I16(2),
        /** 16 bits, unsigned. */
        U16(2),
        /** IEEE 754 half precision. */
        F16(2),
        /** The upper half of an {@link #F32}. */
        BF16(2),
        /** 32 bits, signed. */
        I32(4),
        /** 32 bits, unsigned. */
        U32(4),
        /** IEEE 754 single precision. */
        F32(4),
        /** IEEE 754 double precision. */
        F64(8),
        /** 64 bits, signed. */
        I64(8),
        /** 64 bits, unsigned. */
        U64(8);

        private final int bytes;

        DType(int bytes) {
            this.bytes = bytes;
        }

        /** {@return the bytes of one element} */
        public int bytes() {
            return bytes;
        }

        /** {@return whether it is one of F64, F32, F16 and BF16, in which weights are read} */
        public boolean isFloat() {
            return this == F64 || this == F32 || this == F16 || this == BF16;
        }
    }

    /**
     * Whether the shape is exactly this one.
     *
     * @param sizes outermost first
     * @return whether number and sizes of the dimensions are the same
     */
    public boolean hasShape(long... sizes) {
        return shape.equals(Arrays.stream(sizes).boxed().toList());
    }

    @Override
    public String toString() {
        return String.format(Locale.ROOT, "%s %s %s", name, dtype, shape);
    }
}
