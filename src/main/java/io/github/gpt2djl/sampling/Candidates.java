package io.github.gpt2djl.sampling;

import java.nio.FloatBuffer;

/** The tokens still in the draw with their scores, by rising id. Rules change scores or drop tokens. */
final class Candidates {
    private int[] ids = new int[0];
    private float[] scores = new float[0];
    private int size;

    /** A test of one candidate. */
    interface Test {
        boolean keep(int id, float score);
    }

    /** Starts over with every token of the vocabulary. */
    void fill(FloatBuffer logits) {
        size = logits.limit();
        if (ids.length < size) {
            ids = new int[size];
            scores = new float[size];
        }
        logits.get(0, scores, 0, size);
        for (int i = 0; i < size; i++) {
            ids[i] = i;
        }
    }

    int size() {
        return size;
    }

    int id(int i) {
        return ids[i];
    }

    float score(int i) {
        return scores[i];
    }

    void setScore(int i, float score) {
        scores[i] = score;
    }

    float highest() {
        float highest = Float.NEGATIVE_INFINITY;
        for (int i = 0; i < size; i++) {
            highest = Math.max(highest, scores[i]);
        }
        if (!Float.isFinite(highest)) {
            throw notNumbers();
        }
        return highest;
    }

    /** Drops every token that fails the test. */
    void keepIf(Test test) {
        int kept = 0;
        for (int i = 0; i < size; i++) {
            if (test.keep(ids[i], scores[i])) {
                ids[kept] = ids[i];
                scores[kept++] = scores[i];
            }
        }
        size = kept;
    }

    static IllegalStateException notNumbers() {
        return new IllegalStateException("the model's logits are NaN or infinite; are its weights damaged,"
                + " or too large for the chosen precision?");
    }
}
