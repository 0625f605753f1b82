package io.github.gpt2djl.internal.decoder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.gpt2djl.DeviceChoice;
import io.github.gpt2djl.Precision;
import io.github.gpt2djl.checkpoint.Checkpoint;
import io.github.gpt2djl.internal.loop.Decoding;
import io.github.gpt2djl.internal.loop.Request;
import io.github.gpt2djl.internal.loop.SampledToken;
import io.github.gpt2djl.internal.loop.TokenLoop;
import io.github.gpt2djl.sampling.Greedy;
import io.github.gpt2djl.sampling.Sampler;
import io.github.gpt2djl.testing.TestCheckpoint;
import java.io.IOException;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Memory outside the heap is freed at close, and nobody who still has logits reads it then. */
class FreedMemoryTest {
    private Checkpoint checkpoint;

    @BeforeEach
    void model(@TempDir Path folder) throws IOException {
        // A row is larger than what malloc keeps for later: to read it when it is freed would be a crash.
        checkpoint = Checkpoint.open(new TestCheckpoint(1, 1, 8, 64, 200_000, true, 4).write(folder));
    }

    private Decoder load() throws IOException {
        return Decoder.load(checkpoint, Precision.FP32, DeviceChoice.CPU, 0);
    }

    @Test
    void logitsOfAClosedCacheCanStillBeRead() throws IOException {
        try (Decoder decoder = load()) {
            List<FloatBuffer> kept = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                try (RunningBatch batch = decoder.prefill(List.of(new int[] {i, 2}), 1, 20)) {
                    kept.add(batch.logits(0));
                    kept.add(batch.verify(new int[] {3, 4}).logits(1));
                    assertThat(batch.logit(0, 17)).isEqualTo(kept.get(2 * i).get(17));
                    assertThat(LiveArrays.count(decoder)).isPositive();
                }
                assertThat(LiveArrays.count(decoder)).isZero();
            }
            for (FloatBuffer row : kept) {
                float[] values = new float[200_000];
                row.get(0, values);
                assertThat(values[199_999]).isFinite();
            }
        }
    }

    /** What a closed cache is asked for is an error, and no memory that is freed. */
    @Test
    void aClosedCacheGivesNothing() throws IOException {
        try (Decoder decoder = load()) {
            RunningBatch batch = decoder.prefill(List.of(new int[] {1, 2}), 1, 20);
            VerifiedLogits verified = batch.verify(new int[] {3, 4});
            CandidateCache candidates = decoder.candidates(2, 8);
            candidates.begin(new int[] {1, 2});
            candidates.look(new int[] {3, 4});
            batch.close();
            candidates.close();
            List<Runnable> uses = List.of(
                    () -> batch.logits(0),
                    () -> batch.logit(0, 1),
                    () -> batch.logSumExp(0),
                    () -> batch.verify(new int[] {5}),
                    () -> verified.logits(0),
                    () -> verified.logSumExp(0),
                    () -> batch.rewind(0),
                    () -> batch.step(new int[] {1}),
                    () -> batch.leave(0),
                    () -> batch.reorder(new int[] {0}, 0),
                    candidates::logits,
                    () -> candidates.maxCosine(0),
                    () -> candidates.look(new int[] {1}));
            for (Runnable use : uses) {
                assertThatThrownBy(use::run).isInstanceOf(IllegalStateException.class);
            }
        }
    }

    /** A sampler is in the middle of a row when another thread closes the model. */
    @Test
    void aModelCanBeClosedWhileASamplerReads() throws Exception {
        Decoder decoder = load();
        Sampler closing = (logits, text, draw) -> {
            CompletableFuture.runAsync(decoder::close).join();
            return new Greedy().sample(logits, text, draw);
        };
        Request request = new Request(new int[] {1}, 1, 20, 7, Decoding.plain(closing));
        try (TokenLoop loop = new TokenLoop(decoder, List.of(request).iterator(), 1)) {
            List<SampledToken> first = loop.next();
            assertThat(first).hasSize(1);
            assertThat(first.get(0).logProbability()).isNegative().isFinite();
            assertThatThrownBy(loop::next)
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessage("this model is closed; load it again");
        }
    }

    /** Java's direct buffers are freed by the garbage collector only: none is made for a load or a step. */
    @Test
    void noDirectBufferIsMade() throws IOException {
        try (Decoder warm = load()) {
            warm.prefill(List.of(new int[] {1, 2}), 1, 2).close();
        }
        long before = directBuffers();
        try (Decoder decoder = load();
                RunningBatch batch = decoder.prefill(List.of(new int[] {1, 2}, new int[] {3}), 2, 20)) {
            batch.step(new int[] {1, 2, 3, 4});
            batch.steps(
                    new int[] {1, 2, 3, 4},
                    Collections.nCopies(4, DeviceSampling.GREEDY),
                    new double[3][4],
                    List.of(5));
            batch.reorder(new int[] {1, 0, 3, 3}, 0);
            batch.leave(3);
            batch.stepAndJoin(new int[] {1, 2, 3}, List.of(new int[] {4, 5}), 1, 20);
            decoder.scores(new int[] {1, 2, 3}, 2);
        }
        try (Decoder decoder = load();
                CandidateCache candidates = decoder.candidates(2, 8)) {
            candidates.begin(new int[] {1, 2});
        }
        assertThat(directBuffers()).isEqualTo(before);
    }

    private static long directBuffers() {
        return ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class).stream()
                .filter(pool -> pool.getName().equals("direct"))
                .mapToLong(BufferPoolMXBean::getCount)
                .sum();
    }
}
