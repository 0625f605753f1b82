package io.github.gpt2djl.internal.loop;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.github.gpt2djl.DeviceChoice;
import io.github.gpt2djl.Precision;
import io.github.gpt2djl.checkpoint.Checkpoint;
import io.github.gpt2djl.internal.decoder.Decoder;
import io.github.gpt2djl.sampling.Greedy;
import io.github.gpt2djl.sampling.Multinomial;
import io.github.gpt2djl.sampling.Sampler;
import io.github.gpt2djl.sampling.TopK;
import io.github.gpt2djl.sampling.TopP;
import io.github.gpt2djl.testing.TestCheckpoint;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Nothing that grows with the vocabulary is allocated for a token. */
class AllocationTest {
    private static final int STEPS = 100;

    @TempDir
    Path folder;

    static Stream<Sampler> aWarmStepAllocatesLittle() {
        return Stream.of(
                new Greedy(),
                new Multinomial(List.of(new TopK(50), new TopP(0.95))),
                new Multinomial(List.of(new TopP(0.95))));
    }

    @ParameterizedTest
    @MethodSource
    void aWarmStepAllocatesLittle(Sampler sampler) throws IOException {
        TestCheckpoint model = new TestCheckpoint(1, 1, 8, 300, 50257, true, 4);
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long self = Thread.currentThread().getId();
        try (Checkpoint checkpoint = Checkpoint.open(model.write(folder));
                Decoder decoder = Decoder.load(checkpoint, Precision.FP32, DeviceChoice.CPU, 0);
                TokenLoop loop = new TokenLoop(
                        decoder,
                        List.of(new Request(new int[] {1}, 1, 250, 7, Decoding.plain(sampler)))
                                .iterator(),
                        1)) {
            for (int i = 0; i < STEPS; i++) {
                loop.next();
            }
            long before = threads.getThreadAllocatedBytes(self);
            for (int i = 0; i < STEPS; i++) {
                loop.next();
            }
            assertThat((threads.getThreadAllocatedBytes(self) - before) / STEPS)
                    .as("bytes a step; the logits alone are 201,028")
                    .isLessThan(4096);
        }
    }
}
