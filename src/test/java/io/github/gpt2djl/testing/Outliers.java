package io.github.gpt2djl.testing;

import io.github.gpt2djl.ModelConfig;
import io.github.gpt2djl.checkpoint.Checkpoint;
import io.github.gpt2djl.checkpoint.TensorInfo.DType;
import io.github.gpt2djl.internal.files.SafetensorsWriter;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.stream.IntStream;

/**
 * A GPT-2 with the outliers that trained models have, planted into the shipped model, whose weights have none.
 *
 * <p>Channels and neurons are drawn. Where norms' channels are scaled, the next matrix takes the scale off: the function
 * stays the same in exact arithmetic.
 */
public final class Outliers {
    private final Path folder;
    private final ModelConfig config;
    private final MemoryTensors tensors;
    private final Random random;

    /** @param folder to write in */
    public Outliers(Path folder, long seed) throws IOException {
        this.folder = folder;
        random = new Random(seed);
        try (Checkpoint shipped = Checkpoint.open(Path.of("models/shakespeare"))) {
            shipped.save(folder.resolve("wide"), DType.F32);
        }
        try (Checkpoint wide = Checkpoint.open(folder.resolve("wide"))) {
            config = wide.config();
            tensors = new MemoryTensors(wide.tensors());
        }
    }

    /** The folder with what is planted, in the published form. */
    public Path write() throws IOException {
        Path target = folder.resolve("planted");
        Files.createDirectories(target);
        Files.copy(folder.resolve("wide/config.json"), target.resolve("config.json"));
        SafetensorsWriter.write(target.resolve("model.safetensors"), tensors, DType.F32, Map.of());
        return target;
    }

    /** Some channels of each layer's norms are louder, and the matrices' weights of them smaller. */
    public Outliers channels(int count, double scale) {
        for (int layer = 0; layer < config.layers(); layer++) {
            for (int channel : drawn(config.width(), count)) {
                norm("h." + layer + ".ln_1", "h." + layer + ".attn.c_attn", channel, scale);
                norm("h." + layer + ".ln_2", "h." + layer + ".mlp.c_fc", channel, scale);
            }
        }
        return this;
    }

    /** Some channels of each layer's norms are louder, and nothing takes the scale off: another function. */
    public Outliers gains(int count, double scale) {
        for (int layer = 0; layer < config.layers(); layer++) {
            for (int channel : drawn(config.width(), count)) {
                scale("h." + layer + ".ln_1.weight", channel, scale);
                scale("h." + layer + ".ln_2.weight", channel, scale);
            }
        }
        return this;
    }

    /** Some channels of each layer's norms have gains of 0: these inputs are the same for every token. */
    public Outliers silent(int count) {
        return gains(count, 0);
    }

    /** Some channels of what the head takes are louder: a head of its own takes the scale off. */
    public Outliers head(int count, double scale) {
        FloatBuffer table = floats("wte.weight");
        float[] head = new float[table.capacity()];
        table.duplicate().get(head);
        for (int channel : drawn(config.width(), count)) {
            scale("ln_f.weight", channel, scale);
            scale("ln_f.bias", channel, scale);
            for (int id = 0; id < config.vocabularySize(); id++) {
                head[id * config.width() + channel] /= (float) scale;
            }
        }
        tensors.put("lm_head.weight", head, config.vocabularySize(), config.width());
        return this;
    }

    /** Some neurons of each MLP are louder, and their outputs' weights smaller; GELU makes that another function. */
    public Outliers neurons(int count, double scale) {
        int inner = config.innerWidth();
        for (int layer = 0; layer < config.layers(); layer++) {
            String mlp = "h." + layer + ".mlp.";
            for (int neuron : drawn(inner, count)) {
                for (int in = 0; in < config.width(); in++) {
                    scale(mlp + "c_fc.weight", in * inner + neuron, scale);
                }
                scale(mlp + "c_fc.bias", neuron, scale);
                for (int out = 0; out < config.width(); out++) {
                    scale(mlp + "c_proj.weight", neuron * config.width() + out, 1 / scale);
                }
            }
        }
        return this;
    }

    /** The first position fires a neuron of the second layer, which writes about so much into one channel. */
    public Outliers firstToken(double massive) {
        List<Integer> channels = drawn(config.width(), 2);
        int neuron = random.nextInt(config.innerWidth());
        int width = config.width();
        for (int channel = 0; channel < width; channel++) {
            scale("wpe.weight", channel, .1);
        }
        FloatBuffer wpe = floats("wpe.weight");
        wpe.put(channels.get(0), wpe.get(channels.get(0)) + 8);
        float gain = floats("h.1.ln_2.weight").get(channels.get(0));
        for (int in = 0; in < width; in++) {
            floats("h.1.mlp.c_fc.weight").put(in * config.innerWidth() + neuron, in == channels.get(0) ? 30 / gain : 0);
        }
        floats("h.1.mlp.c_fc.bias").put(neuron, -250);
        for (int out = 0; out < width; out++) {
            floats("h.1.mlp.c_proj.weight")
                    .put(neuron * width + out, out == channels.get(1) ? (float) (massive / 100) : 0);
        }
        return this;
    }

    private void norm(String norm, String matrix, int channel, double scale) {
        scale(norm + ".weight", channel, scale);
        scale(norm + ".bias", channel, scale);
        int outputs = floats(matrix + ".bias").capacity();
        for (int out = 0; out < outputs; out++) {
            scale(matrix + ".weight", channel * outputs + out, 1 / scale);
        }
    }

    private List<Integer> drawn(int of, int count) {
        List<Integer> all = IntStream.range(0, of).boxed().collect(java.util.stream.Collectors.toList());
        Collections.shuffle(all, random);
        return all.subList(0, count);
    }

    private void scale(String tensor, int at, double by) {
        FloatBuffer numbers = floats(tensor);
        numbers.put(at, (float) (numbers.get(at) * by));
    }

    private FloatBuffer floats(String tensor) {
        String name = Objects.requireNonNull(tensors.names().stream()
                .filter(stored -> stored.endsWith(tensor))
                .findFirst()
                .orElse(null));
        return tensors.floats(name);
    }
}
