package io.github.gpt2djl.internal.decoder;

import io.github.gpt2djl.ModelConfig;
import io.github.gpt2djl.checkpoint.Adapter;
import io.github.gpt2djl.checkpoint.TensorFile;
import io.github.gpt2djl.checkpoint.TensorInfo;
import io.github.gpt2djl.internal.sampling.CounterRandom;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;

/**
 * The weights before the first step of a training, as a tensor file. Equal seeds give equal weights.
 *
 * <pre>{@code
 * ModelConfig config = ModelConfig.gpt2(6, 6, 192, 256, 2048);
 * System.out.println(InitialTensors.of(config, 1).find("wte.weight").shape()); // [2048, 192]
 * }</pre>
 *
 * @see <a href="https://cdn.openai.com/better-language-models/language_models_are_unsupervised_multitask_learners.pdf">
 *     Radford et al. 2019, 2.3: what is added to the residual stream is scaled down by the number of additions</a>
 */
public final class InitialTensors {
    /** The standard deviation of the weights (Radford et al. 2018). */
    private static final double DEVIATION = 0.02;

    /** A tensor's number at an index, from the tensor's own stream of random numbers. */
    private interface Value {
        double at(int stream, long index);
    }

    private final FloatTensors tensors = new FloatTensors("a new model", this::read);
    private final Map<String, Value> values = new HashMap<>();
    private final long seed;

    private InitialTensors(long seed) {
        this.seed = seed;
    }

    /**
     * Makes the weights of a whole model.
     *
     * @param config of a GPT-2 whose head is the embedding table
     * @param seed any
     * @return tensors with the published names
     */
    public static TensorFile of(ModelConfig config, long seed) {
        InitialTensors initial = new InitialTensors(seed);
        int width = config.width();
        int inner = config.innerWidth();
        double added = DEVIATION / Math.sqrt(2.0 * config.layers());
        initial.add("wte.weight", initial.normal(DEVIATION), config.vocabularySize(), width);
        initial.add("wpe.weight", initial.normal(DEVIATION), config.positions(), width);
        for (int layer = 0; layer < config.layers(); layer++) {
            String h = "h." + layer + ".";
            initial.norm(h + "ln_1", width);
            initial.conv1d(h + "attn.c_attn", DEVIATION, width, 3L * width);
            initial.conv1d(h + "attn.c_proj", added, width, width);
            initial.norm(h + "ln_2", width);
            initial.conv1d(h + "mlp.c_fc", DEVIATION, width, inner);
            initial.conv1d(h + "mlp.c_proj", added, inner, width);
        }
        initial.norm("ln_f", width);
        return initial.tensors;
    }

    /**
     * Makes LoRA's pairs of matrices for c_attn, under PEFT's names. The product of a pair is zero at first (Hu et al.
     * 2021, 4.1).
     */
    static TensorFile adapter(ModelConfig config, int rank, long seed) {
        InitialTensors initial = new InitialTensors(seed);
        int width = config.width();
        // The bound in PEFT: Kaiming's with a = sqrt(5).
        double bound = 1 / Math.sqrt(width);
        for (int layer = 0; layer < config.layers() && rank > 0; layer++) {
            String module = "h." + layer + ".attn.c_attn";
            initial.add(
                    Adapter.tensor(module, Adapter.Matrix.A),
                    (stream, index) -> bound * (2 * CounterRandom.uniform(seed, stream, Math.toIntExact(index)) - 1),
                    rank,
                    width);
            initial.add(Adapter.tensor(module, Adapter.Matrix.B), (stream, index) -> 0, 3L * width, rank);
        }
        return initial.tensors;
    }

    private Value normal(double deviation) {
        return (stream, index) -> deviation * CounterRandom.gaussian(seed, stream, index);
    }

    private void norm(String name, int width) {
        add(name + ".weight", (stream, index) -> 1, width);
        add(name + ".bias", (stream, index) -> 0, width);
    }

    private void conv1d(String name, double deviation, long in, long out) {
        add(name + ".weight", normal(deviation), in, out);
        add(name + ".bias", (stream, index) -> 0, out);
    }

    private void add(String name, Value value, long... shape) {
        tensors.add(name, shape);
        values.put(name, value);
    }

    private void read(TensorInfo tensor, ByteBuffer buffer, TensorFile.Pieces pieces) throws IOException {
        Value value = Objects.requireNonNull(values.get(tensor.name()));
        // Each tensor has its own numbers, whatever the order of reading. Java's specification defines the hash of a
        // name.
        int stream = tensor.name().hashCode();
        long count = (tensor.end() - tensor.begin()) / Float.BYTES;
        long index = 0;
        while (index < count) {
            ByteBuffer numbers = buffer.clear().duplicate().order(ByteOrder.LITTLE_ENDIAN);
            for (; index < count && numbers.remaining() >= Float.BYTES; index++) {
                numbers.putFloat((float) value.at(stream, index));
            }
            pieces.accept(buffer.limit(numbers.position()));
        }
    }
}
