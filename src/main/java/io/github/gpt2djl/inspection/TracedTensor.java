package io.github.gpt2djl.inspection;

import java.util.Arrays;

/**
 * The numbers at one place of the model.
 *
 * <pre>{@code
 * Trace trace = gpt2.inspector().trace("ROMEO:\nI", TraceOptions.ALL);
 * TracedTensor pattern = trace.tensor(Hook.PATTERN, 0);
 * System.out.println(Arrays.toString(pattern.shape())); // [6, 4, 4]
 * System.out.println(pattern.get(0, 0, 0)); // 1.0
 * }</pre>
 *
 * @param name of the place, such as {@code blocks.0.attn.hook_pattern}
 * @param shape as {@link Hook} states it
 * @param values row-major; shared, not copied
 */
public record TracedTensor(String name, int[] shape, float[] values) {
    /**
     * Returns one number.
     *
     * @param index one number per axis, from 0
     * @return the number
     * @throws IllegalArgumentException if the indexes do not fit the shape
     */
    public float get(int... index) {
        if (index.length != shape.length) {
            throw outside(index);
        }
        return values[offset(index)];
    }

    /**
     * Returns the numbers along the last axes, such as one query's attention, {@code row(head, query)}.
     *
     * @param index fewer numbers than there are axes, from 0
     * @return a copy
     * @throws IllegalArgumentException if the indexes do not fit the shape
     */
    public float[] row(int... index) {
        int size = 1;
        for (int axis = index.length; axis < shape.length; axis++) {
            size *= shape[axis];
        }
        int begin = offset(index) * size;
        return Arrays.copyOfRange(values, begin, begin + size);
    }

    private int offset(int[] index) {
        if (index.length > shape.length) {
            throw outside(index);
        }
        int offset = 0;
        for (int axis = 0; axis < index.length; axis++) {
            if (index[axis] < 0 || index[axis] >= shape[axis]) {
                throw outside(index);
            }
            offset = offset * shape[axis] + index[axis];
        }
        return offset;
    }

    private IllegalArgumentException outside(int[] index) {
        return new IllegalArgumentException("found index " + Arrays.toString(index) + " of " + name
                + ", expected one within the shape " + Arrays.toString(shape));
    }
}
