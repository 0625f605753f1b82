package io.github.gpt2djl.internal.decoder;

import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Texts that continue a batch's first row, scored in one native call.
 *
 * @param texts at least one id each
 */
record Continuations(List<int[]> texts) {
    /** Scores each text's ids. */
    List<ContinuationScores> score(TorchModule module, BatchMemory memory) {
        int past = Math.toIntExact(memory.buffers().length(0));
        // The last token of a text predicts nothing.
        int fed = texts.stream().mapToInt(text -> text.length - 1).sum();
        if (past + fed > memory.storage().capacity()) {
            throw new IllegalStateException("cannot score " + fed + " ids behind " + past + " in a cache of "
                    + memory.storage().capacity() + " tokens");
        }
        Logits logits = memory.buffers().logits();
        float[] next = fed == 0 ? new float[0] : next(module, memory, past, fed);
        List<ContinuationScores> all = new ArrayList<>();
        int begin = 0;
        for (int[] text : texts) {
            float[] scores = new float[text.length];
            int[] ranks = new int[text.length];
            scores[0] = logits.get(0, text[0]) - logits.norm(0);
            ranks[0] = rank(logits.row(0), logits.get(0, text[0]));
            for (int i = 1; i < text.length; i++) {
                scores[i] = Logits.requireNumber(next[begin + i - 1]);
                ranks[i] = (int) next[fed + begin + i - 1];
            }
            all.add(new ContinuationScores(scores, ranks));
            begin += text.length - 1;
        }
        return all;
    }

    private static int rank(FloatBuffer logits, float own) {
        int rank = 1;
        for (int id = 0; id < logits.limit(); id++) {
            rank += logits.get(id) > own ? 1 : 0;
        }
        return rank;
    }

    /** The log-probabilities of all ids but the first of each text, then their ranks. */
    private float[] next(TorchModule module, BatchMemory memory, int past, int fed) {
        long[] ids = texts.stream()
                .flatMapToInt(text -> Arrays.stream(text, 0, text.length - 1))
                .asLongStream()
                .toArray();
        long[] targets = texts.stream()
                .flatMapToInt(text -> Arrays.stream(text, 1, text.length))
                .asLongStream()
                .toArray();
        long[] positions = texts.stream()
                .flatMapToInt(text -> IntStream.range(past, past + text.length - 1))
                .asLongStream()
                .toArray();
        long[] owners = IntStream.range(0, texts.size())
                .flatMap(owner -> IntStream.generate(() -> owner).limit(texts.get(owner).length - 1L))
                .asLongStream()
                .toArray();
        try (NDManager scope = memory.scope()) {
            return module.compute(
                            scope,
                            TorchMethod.CONTINUATIONS,
                            SharedMemory.copy(scope, new Shape(fed, 1), ids),
                            (long) past,
                            SharedMemory.copy(scope, new Shape(fed), positions),
                            SharedMemory.copy(scope, new Shape(fed), owners),
                            SharedMemory.copy(scope, new Shape(fed), targets),
                            memory.storage().get())
                    .toFloatArray();
        }
    }
}
