package io.github.gpt2djl.internal.files;

import io.github.gpt2djl.checkpoint.TensorFile;
import io.github.gpt2djl.checkpoint.TensorInfo;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A file in which some tensors are not row-major: transposed views, columns of a wider matrix, repeated numbers. The
 * elements of these tensors are collected while they are read.
 *
 * @param file the file with the places; a view's entry has the place of its first byte, and as many bytes as its
 *     elements have
 * @param views the tensors that are not row-major, by name
 */
record TensorViews(SingleFile file, Map<String, View> views) implements TensorFile {
    /**
     * The bytes of a block. Neighbours in a column are read together. Most matrices are at most as wide as the
     * number of blocks in memory.
     */
    private static final int BLOCK = 1 << 12;

    private static final int MOST_BLOCKS = 1 << 13;

    /**
     * The places of the elements.
     *
     * @param strides the distance between neighbours in each dimension, in elements
     * @param end one past the last byte that belongs to an element
     */
    record View(List<Long> strides, long end) {}

    @Override
    public String name() {
        return file.name();
    }

    @Override
    public @Nullable TensorInfo find(String tensor) {
        return file.find(tensor);
    }

    @Override
    public List<String> names() {
        return file.names();
    }

    @Override
    public boolean isSame(TensorInfo one, TensorInfo other) {
        View view = views.get(one.name());
        return file.isSame(one, other)
                && (view == null ? !views.containsKey(other.name()) : view.equals(views.get(other.name())));
    }

    @Override
    public void read(TensorInfo tensor, ByteBuffer buffer, Pieces pieces) throws IOException {
        View view = views.get(tensor.name());
        if (view == null) {
            file.read(tensor, buffer, pieces);
            return;
        }
        int bytes = tensor.dtype().bytes();
        long elements = (tensor.end() - tensor.begin()) / bytes;
        int most = buffer.capacity() / bytes;
        Blocks blocks = new Blocks(tensor, view);
        for (long first = 0; first < elements; first += most) {
            int count = (int) Math.min(most, elements - first);
            buffer.clear();
            for (long element = first; element < first + count; element++) {
                blocks.copy(place(element, tensor.shape(), view.strides()), buffer);
            }
            pieces.accept(buffer.flip());
        }
    }

    /** Returns the distance of an element from the first element, in elements. */
    private static long place(long element, List<Long> shape, List<Long> strides) {
        long rest = element;
        long place = 0;
        for (int i = shape.size() - 1; i >= 0; i--) {
            place += rest % shape.get(i) * strides.get(i);
            rest /= shape.get(i);
        }
        return place;
    }

    @Override
    public void close() throws IOException {
        file.close();
    }

    /** The parts of the tensor's storage that were read most recently. */
    private final class Blocks {
        private final TensorInfo tensor;
        private final View view;
        private final Map<Long, byte[]> recent = new LinkedHashMap<>(16, .75f, true) {
            private static final long serialVersionUID = 1L;

            @Override
            protected boolean removeEldestEntry(Map.Entry<Long, byte[]> eldest) {
                return size() > MOST_BLOCKS;
            }
        };

        private long number = -1;
        private byte[] block = {};

        Blocks(TensorInfo tensor, View view) {
            this.tensor = tensor;
            this.view = view;
        }

        void copy(long place, ByteBuffer target) throws IOException {
            int bytes = tensor.dtype().bytes();
            // A block's size is a multiple of each type's size.
            long at = place * bytes;
            if (at / BLOCK != number) {
                number = at / BLOCK;
                byte[] known = recent.get(number);
                block = known == null ? read(number) : known;
                recent.put(number, block);
            }
            target.put(block, (int) (at % BLOCK), bytes);
        }

        private byte[] read(long number) throws IOException {
            long begin = tensor.begin() + number * BLOCK;
            ByteBuffer bytes = ByteBuffer.allocate((int) Math.min(BLOCK, view.end() - begin));
            file.file().read(begin, bytes);
            return bytes.array();
        }
    }
}
