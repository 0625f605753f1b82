package io.github.gpt2djl.sampling;

/**
 * Keeps the k highest scores, and every tie with the lowest of them (Fan, Lewis and Dauphin 2018).
 *
 * <p>transformers' TopKLogitsWarper: drops scores below the k-th highest; a k above the vocabulary keeps all.
 *
 * @param k at least 1
 */
public record TopK(int k) implements Warper {
    public TopK {
        if (k < 1) {
            throw new IllegalArgumentException("top-k is " + k + ", expected at least 1");
        }
    }

    @Override
    public void apply(Candidates candidates) {
        if (k < candidates.size()) {
            float lowest = kthHighest(candidates);
            candidates.keepIf((id, score) -> score >= lowest);
        }
    }

    /** The root of a heap of the k highest seen so far is the lowest of them. */
    private float kthHighest(Candidates candidates) {
        float[] heap = new float[k];
        for (int i = 0; i < k; i++) {
            heap[i] = candidates.score(i);
        }
        for (int i = k / 2 - 1; i >= 0; i--) {
            sink(heap, i);
        }
        for (int i = k; i < candidates.size(); i++) {
            if (candidates.score(i) > heap[0]) {
                heap[0] = candidates.score(i);
                sink(heap, 0);
            }
        }
        return heap[0];
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
