package io.github.gpt2djl.internal.decoder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.github.gpt2djl.DeviceChoice;
import io.github.gpt2djl.Precision;
import io.github.gpt2djl.checkpoint.Checkpoint;
import io.github.gpt2djl.testing.TestCheckpoint;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Keys and values are not zeroed when they are allocated: what was never written must have no effect. */
class UnwrittenMemoryTest {
    private static final int VOCABULARY = 61;
    private static final int ROOM = 150;

    @TempDir
    Path folder;

    @Test
    void memoryThatWasNeverWrittenHasNoEffect() throws IOException {
        Random random = new Random(5);
        TestCheckpoint model = new TestCheckpoint(2, 2, 32, ROOM, VOCABULARY, true, 4);
        try (Checkpoint checkpoint = Checkpoint.open(model.write(folder));
                Decoder decoder = Decoder.load(checkpoint, Precision.FP32, DeviceChoice.CPU, 0)) {
            int compared = 0;
            for (int round = 0; round < 6; round++) {
                compared += check(decoder, random);
            }
            assertThat(compared).isGreaterThan(200);
        }
    }

    private static int check(Decoder decoder, Random random) {
        Lifetime lifetime = new Lifetime();
        ExecutionTarget target = ExecutionTarget.of(decoder.config(), DeviceChoice.CPU, Precision.FP32);
        BatchMemory memory = new BatchMemory(decoder.module(), decoder.manager(), decoder.config(), target, 6);
        RunningBatch batch =
                lifetime.add(() -> new RunningBatch(decoder.module(), memory, lifetime), RunningBatch::free);
        memory.reserve(6, ROOM);
        fillWithNaN(decoder, memory);
        List<List<Integer>> rows = new ArrayList<>();
        int compared = 0;
        for (int step = 0; step < 40; step++) {
            if (!rows.isEmpty() && random.nextInt(6) == 0) {
                int place = random.nextInt(rows.size());
                batch.leave(place);
                List<Integer> moved = rows.remove(rows.size() - 1);
                if (place < rows.size()) {
                    rows.set(place, moved);
                }
            }
            int[] next = random.ints(rows.size(), 0, VOCABULARY).toArray();
            for (int row = 0; row < next.length; row++) {
                rows.get(row).add(next[row]);
            }
            int[] prompt = random.ints(1 + random.nextInt(random.nextBoolean() ? 10 : 90), 0, VOCABULARY)
                    .toArray();
            boolean joins = rows.size() < 6 && random.nextInt(3) == 0;
            if (joins && next.length > 0 && random.nextBoolean()) {
                batch.stepAndJoin(next, List.of(prompt), 1, ROOM);
            } else {
                if (next.length > 0) {
                    batch.step(next);
                }
                if (joins) {
                    JoiningRow row = batch.begin(1, ROOM);
                    row.append(prompt);
                    row.run();
                }
            }
            if (joins) {
                rows.add(new ArrayList<>(Arrays.stream(prompt).boxed().toList()));
            }
            for (int row = 0; row < rows.size(); row++) {
                int[] ids = rows.get(row).stream().mapToInt(id -> id).toArray();
                float[] expected = decoder.logits(ids);
                for (int id = 0; id < VOCABULARY; id++) {
                    assertThat((double) batch.logit(row, id))
                            .isCloseTo(expected[(ids.length - 1) * VOCABULARY + id], within(1e-3));
                }
                compared++;
            }
        }
        batch.close();
        return compared;
    }

    private static void fillWithNaN(Decoder decoder, BatchMemory memory) {
        try (NDManager scope = decoder.manager().newSubManager()) {
            int capacity = memory.storage().capacity();
            NDArray nan = scope.full(new Shape(2, 2, 2, capacity, 16), Float.NaN);
            for (long place = 0; place < memory.storage().rows(); place++) {
                decoder.module().call(TorchMethod.RESTORE_ROW, memory.storage().get(), place, 0L, (long) capacity, nan);
            }
        }
    }
}
