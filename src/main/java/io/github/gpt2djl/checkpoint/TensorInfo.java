package io.github.gpt2djl.checkpoint;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * The entry of a tensor in a file.
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
 * @param shape sizes of the dimensions, outermost first; never negative
 * @param begin offset of the first byte in the file
 * @param end offset after the last byte
 */
public record TensorInfo(String name, DType dtype, List<Long> shape, long begin, long end) {

    /** The element types, with their names in the safetensors format. */
    public enum DType {
        /** A boolean in one byte. */
        BOOL(1),
        /** 8-bit unsigned integer. */
        U8(1),
        /** 8-bit signed integer. */
        I8(1),
        /** 8-bit float with 5 bits of exponent. */
        F8_E5M2(1),
        /** 8-bit float with 4 bits of exponent. */
        F8_E4M3(1),
        /** 16-bit signed integer. */
        I16(2),
        /** 16-bit unsigned integer. */
        U16(2),
        /** 16-bit float: IEEE 754 half precision. */
        F16(2),
        /** 16-bit float: the upper half of an {@link #F32}. */
        BF16(2),
        /** 32-bit signed integer. */
        I32(4),
        /** 32-bit unsigned integer. */
        U32(4),
        /** 32-bit float: IEEE 754 single precision. */
        F32(4),
        /** 64-bit float: IEEE 754 double precision. */
        F64(8),
        /** 64-bit signed integer. */
        I64(8),
        /** 64-bit unsigned integer. */
        U64(8);

        private final int bytes;

        DType(int bytes) {
            this.bytes = bytes;
        }

        /** {@return the size of one element in bytes} */
        public int bytes() {
            return bytes;
        }

        /** {@return whether the type is F64, F32, F16 or BF16, the types of weights} */
        public boolean isFloat() {
            return this == F64 || this == F32 || this == F16 || this == BF16;
        }
    }

    /**
     * Tells whether the tensor has a shape.
     *
     * @param sizes sizes of the dimensions, outermost first
     * @return whether the number and the sizes of the dimensions are equal
     */
    public boolean hasShape(long... sizes) {
        return shape.equals(Arrays.stream(sizes).boxed().toList());
    }

    @Override
    public String toString() {
        return String.format(Locale.ROOT, "%s %s %s", name, dtype, shape);
    }
}
