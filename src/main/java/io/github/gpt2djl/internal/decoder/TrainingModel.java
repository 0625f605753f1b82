package io.github.gpt2djl.internal.decoder;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.jni.IValue;
import io.github.gpt2djl.InsufficientMemoryException;
import io.github.gpt2djl.ModelConfig;
import io.github.gpt2djl.checkpoint.Checkpoint;
import io.github.gpt2djl.checkpoint.TensorFile;
import io.github.gpt2djl.checkpoint.TensorInfo;
import io.github.gpt2djl.internal.machine.ExitGuard;
import io.github.gpt2djl.internal.machine.FreeMemory;
import io.github.gpt2djl.internal.machine.Glibc;
import io.github.gpt2djl.training.AdamW;
import io.github.gpt2djl.training.Learning;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A GPT-2 or GPT-Neo that learns: its weights in 32 bits, their gradients, and AdamW's moments.
 *
 * <p>The computation is in training.py. Only one thread at a time may use a model. Dropout draws from PyTorch's
 * generator, of which the process has only one, so models learn one at a time.
 *
 * <pre>{@code
 * int[][] rows = {{20, 30, 40, 50}, {60, 70, 80, 90}};
 * try (Checkpoint start = Checkpoint.shipped("shakespeare");
 *         TrainingModel model = TrainingModel.load(start, Learning.all(0.1), 1, 6, 0)) {
 *     AdamW optimizer = new AdamW(1e-4, 0.1, 1, 0.9, 0.99);
 *     for (int step = 1; step <= 10; step++) {
 *         System.out.println(model.learn(rows, step));
 *         model.update(step, 1, optimizer);
 *     }
 * }
 * }</pre>
 */
public final class TrainingModel implements AutoCloseable {
    private final ModelConfig config;
    private final NDManager manager;
    private final TorchModule module;
    private final TrainingArrays arrays;
    /**
     * The weights by name, in the order of training.py: first the weights that are frozen, then the weights that learn.
     */
    private final Map<String, PtNDArray> weights = new LinkedHashMap<>();

    private final TensorFile adapter;

    private TrainingModel(Checkpoint checkpoint, Learning learning, long seed, long batchTokens, NDManager manager)
            throws IOException {
        this.config = checkpoint.config();
        this.manager = manager;
        List<TensorInfo> stored = TrainingTensors.of(checkpoint);
        adapter = InitialTensors.adapter(config, learning.adapterRank(), seed);
        int frozen = TrainingTensors.frozen(learning, config.layers(), stored.size());
        List<TensorInfo> changing = new ArrayList<>(stored.subList(frozen, stored.size()));
        adapter.names().stream().map(adapter::find).forEach(changing::add);
        long numbers = TrainingArrays.size(changing.stream());
        TrainingMemory.check(checkpoint.name(), config, numbers, batchTokens, FreeMemory.bytes());
        module = TorchModule.load(
                DecoderArchive.packTraining(config, learning.dropout(), frozen, learning.adapterScale()),
                manager,
                true);
        for (TensorInfo tensor : stored.subList(0, frozen)) {
            weights.put(tensor.name(), (PtNDArray) manager.create(TrainingArrays.shape(tensor), DataType.FLOAT32));
        }
        arrays = new TrainingArrays(changing, manager);
        weights.putAll(arrays.weights.views());
        fill(checkpoint.tensors());
        fill(adapter);
        weights.values().forEach(array -> array.setName("weights[]"));
        arrays.gradients.views().values().forEach(array -> array.setName("gradients[]"));
    }

    /**
     * Makes a model that learns, starting with the weights of a checkpoint. The checkpoint may be closed afterwards.
     *
     * @param checkpoint a GPT-2 or GPT-Neo whose head is its embedding table; the tensors of {@link InitialTensors} are
     *     one too
     * @param learning which of its weights learn
     * @param seed of an adapter's first weights
     * @param batchTokens tokens of the largest batch that the model will be given
     * @param threads of one native operation, process-wide: the first load decides; 0: one per core
     * @return the model, to be closed
     * @throws IOException if the checkpoint cannot be read or is malformed
     * @throws IllegalArgumentException if the checkpoint has another architecture, has fewer layers than are to be
     *     frozen, or is to have an adapter and is not a GPT-2
     * @throws InsufficientMemoryException if the weights and the largest batch are larger than the free memory
     * @throws IllegalStateException if PyTorch cannot be loaded, or runs with another number of threads
     */
    public static TrainingModel load(Checkpoint checkpoint, Learning learning, long seed, long batchTokens, int threads)
            throws IOException {
        TrainingTensors.check(checkpoint, learning);
        ExitGuard.opened();
        NDManager manager = TorchEngine.start(threads).newBaseManager(Device.cpu());
        try {
            return new TrainingModel(checkpoint, learning, seed, batchTokens, manager);
        } catch (IOException | RuntimeException | Error e) {
            manager.close();
            ExitGuard.closed();
            throw e;
        }
    }

    /** Reads the weights that a file has. */
    private void fill(TensorFile file) throws IOException {
        try (NDManager scope = manager.newSubManager()) {
            FileArrays source = new FileArrays(file, module, scope);
            for (Map.Entry<String, PtNDArray> entry : weights.entrySet()) {
                TensorInfo tensor = file.find(entry.getKey());
                if (tensor != null) {
                    source.read(List.of(tensor), entry.getValue(), false);
                }
            }
        }
    }

    NDManager manager() {
        return manager;
    }

    /** {@return the number of weights that learn} */
    public long learning() {
        return arrays.weights.all().size();
    }

    /**
     * Adds a batch's gradients to those of the batches since the last update.
     *
     * @param rows of one length, 2 to {@link ModelConfig#positions()} + 1 ids each: each id but the last predicts the
     *     next id
     * @param seed of dropout: equal seeds, weights and rows give equal gradients
     * @return the mean loss of a token, in nats, with dropout
     */
    public double learn(int[][] rows, long seed) {
        try (NDManager scope = manager.newSubManager();
                NDArray method = SharedMemory.copy(scope, new Shape(), 0)) {
            method.setName("module_method:" + TorchMethod.LEARN.key());
            NDList arguments = new NDList();
            arguments.addAll(weights.values());
            arguments.addAll(arrays.gradients.views().values());
            arguments.add(TrainingRows.ids(config, rows, scope));
            arguments.add(SharedMemory.copy(scope, new Shape(), seed));
            arguments.add(method);
            synchronized (TrainingModel.class) {
                return module.learn(arguments);
            }
        }
    }

    /**
     * Changes the weights by one step of AdamW, with the mean of the gradients since the last step.
     *
     * @param step the number of this step, from 1
     * @param batches number of batches whose gradients were added
     * @param optimizer learning rate, decay, clipping and moments
     * @return the norm of the gradients before they were clipped; not finite if a gradient is not finite
     */
    public double update(int step, int batches, AdamW optimizer) {
        try (NDManager scope = manager.newSubManager()) {
            return module.compute(
                            scope,
                            TorchMethod.UPDATE,
                            arrays.weights.all(),
                            arrays.gradients.all(),
                            arrays.means.all(),
                            arrays.squares.all(),
                            (long) batches,
                            (long) step,
                            optimizer.rate(),
                            arrays.decayed,
                            optimizer.decay(),
                            optimizer.clip(),
                            optimizer.beta1(),
                            optimizer.beta2())
                    .getFloat();
        }
    }

    /**
     * The loss of each token but the rows' first, without dropout.
     *
     * @param rows as for {@link #learn}
     * @return nats, row after row
     */
    public float[] losses(int[][] rows) {
        try (NDManager scope = manager.newSubManager()) {
            PtNDArray[] all = weights.values().toArray(new PtNDArray[0]);
            try (IValue list = IValue.listFrom(all)) {
                return module.compute(scope, TorchMethod.EVALUATE, list, TrainingRows.ids(config, rows, scope))
                        .toFloatArray();
            }
        }
    }

    /** {@return the model's own weights as they are now, by the names that the checkpoint has for them} */
    public TensorFile weights() {
        Map<String, PtNDArray> own = new LinkedHashMap<>(weights);
        own.keySet().removeAll(adapter.names());
        return ArrayTensors.of(own);
    }

    /** {@return an adapter's weights as they are now, by PEFT's names; none without an adapter} */
    public TensorFile adapter() {
        Map<String, PtNDArray> own = new LinkedHashMap<>(weights);
        own.keySet().retainAll(adapter.names());
        return ArrayTensors.of(own);
    }

    TensorFile gradients() {
        return ArrayTensors.of(arrays.gradients.views());
    }

    /**
     * {@return everything that another process needs to go on from here: the weights that learn, and AdamW's moments}
     */
    public TensorFile state() {
        return ArrayTensors.of(arrays.state());
    }

    /**
     * Restores an earlier or later state.
     *
     * @param state the tensors of {@link #state}, from a file
     * @throws io.github.gpt2djl.MalformedCheckpointException if the state is of another model
     * @throws IOException if the state cannot be read
     */
    public void restore(TensorFile state) throws IOException {
        arrays.restore(state, module, manager);
    }

    @Override
    public void close() {
        module.close();
        manager.close();
        Glibc.trim();
        ExitGuard.closed();
    }
}
