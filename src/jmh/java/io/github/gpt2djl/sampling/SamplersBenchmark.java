package io.github.gpt2djl.sampling;

import io.github.gpt2djl.internal.sampling.CounterRandom;
import java.nio.FloatBuffer;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** Time to choose one of 50,257 tokens. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(1)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
public class SamplersBenchmark {
    private static final TokenSequence NONE = new TokenSequence(new int[0], 0, 0, 0);
    private static final int VOCABULARY = 50257;
    private static final int ROWS = 16;

    /** How peaked the distributions are: the standard deviation of the logits. GPT-2's are about 3. */
    @Param({"1", "3"})
    double spread;

    private final FloatBuffer[] rows = new FloatBuffer[ROWS];
    private final Sampler greedy = new Greedy();
    private final Sampler plain = new Multinomial(List.of());
    private final Sampler topK = new Multinomial(List.of(new TopK(50)));
    private final Sampler topP = new Multinomial(List.of(new TopP(0.95)));
    private final Sampler topKTopP = new Multinomial(List.of(new TopK(50), new TopP(0.95)));
    private final Sampler all = new Multinomial(List.of(new Temperature(0.8), new TopK(50), new TopP(0.95)));
    private int next;

    @Setup
    public void fill() {
        Random random = new Random(1);
        for (int row = 0; row < ROWS; row++) {
            // As in generation: on the heap.
            rows[row] = FloatBuffer.allocate(VOCABULARY);
            for (int id = 0; id < VOCABULARY; id++) {
                rows[row].put(id, (float) (-60 + spread * random.nextGaussian()));
            }
        }
    }

    private int sample(Sampler sampler) {
        int step = next++;
        return sampler.sample(rows[step % ROWS].asReadOnlyBuffer(), NONE, CounterRandom.uniform(1, 0, step));
    }

    @Benchmark
    public int greedy() {
        return sample(greedy);
    }

    @Benchmark
    public int plain() {
        return sample(plain);
    }

    @Benchmark
    public int topK() {
        return sample(topK);
    }

    @Benchmark
    public int topP() {
        return sample(topP);
    }

    @Benchmark
    public int topKTopP() {
        return sample(topKTopP);
    }

    @Benchmark
    public int temperatureTopKTopP() {
        return sample(all);
    }
}
