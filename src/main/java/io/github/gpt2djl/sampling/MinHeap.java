package io.github.gpt2djl.sampling;

/** A binary heap in an array, with the lowest number first: the k highest of many numbers. */
final class MinHeap {
    private MinHeap() {}

    /** Puts the numbers in the order of a heap. */
    static void build(float[] heap) {
        for (int i = heap.length / 2 - 1; i >= 0; i--) {
            sink(heap, i);
        }
    }

    /** Replaces the lowest number. */
    static void replaceLowest(float[] heap, float value) {
        heap[0] = value;
        sink(heap, 0);
    }

    private static void sink(float[] heap, int from) {
        float value = heap[from];
        int i = from;
        for (int child = 2 * i + 1; child < heap.length; child = 2 * i + 1) {
            if (child + 1 < heap.length && heap[child + 1] < heap[child]) {
                child++;
            }
            if (heap[child] >= value) {
                break;
            }
            heap[i] = heap[child];
            i = child;
        }
        heap[i] = value;
    }
}
