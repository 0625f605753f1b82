package io.github.gpt2djl.internal.decoder;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.jni.IValue;
import io.github.gpt2djl.InsufficientMemoryException;
import io.github.gpt2djl.MalformedCheckpointException;
import io.github.gpt2djl.checkpoint.Checkpoint;
import io.github.gpt2djl.checkpoint.TensorInfo;
import java.io.IOException;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.stream.Stream;

/**
 * Hands a checkpoint's tensors to decoder.py, whose kernels pack them.
 *
 * <p>Packing is the slow part, and FBGEMM packs on one thread. So several matrices are packed at once, and added in
 * order.
 */
final class Weights {
    /** Each worker needs memory of its own. More workers would not shorten the loading. */
    private static final int MOST_WORKERS = 4;

    private static final Set<Layout.Kind> LAYERS =
            EnumSet.of(Layout.Kind.LINEAR, Layout.Kind.CONV1D, Layout.Kind.ATTENTION);

    private final FileArrays file;
    private final TorchModule module;
    private final NDManager manager;
    private final Kernels kernels;
    private final Gains gains;
    private final int width;
    private final PtNDArray nothing;
    private final ThreadLocal<PtNDArray> source;
    private final ThreadLocal<PtNDArray> scratch;

    private Weights(
            Checkpoint checkpoint, List<Layout.Step> steps, TorchModule module, NDManager manager, Kernels kernels) {
        this.file = new FileArrays(checkpoint.tensors(), module, manager);
        this.module = module;
        this.manager = manager;
        this.kernels = kernels;
        gains = new Gains(steps, checkpoint.config().postNorm());
        width = checkpoint.config().width();
        nothing = (PtNDArray) manager.create(new Shape(0), DataType.FLOAT32);
        source = memory(steps.stream().filter(step -> !stays(step, kernels.layers())));
        boolean turns = !kernels.layers().sharesTable();
        scratch = memory(steps.stream().filter(step -> turns && step.kind() == Layout.Kind.CONV1D));
    }

    /**
     * Makes memory for the largest matrix of these steps, except the head, which is too large to keep such memory for
     * long.
     */
    private ThreadLocal<PtNDArray> memory(Stream<Layout.Step> steps) {
        long size = steps.filter(step -> LAYERS.contains(step.kind()))
                .mapToLong(step -> step.rows() * step.columns())
                .max()
                .orElse(0);
        return ThreadLocal.withInitial(() -> (PtNDArray) manager.create(new Shape(size), DataType.FLOAT32));
    }

    /** Whether a matrix is used in the file's format. */
    private static boolean stays(Layout.Step step, Kernel kernel) {
        return kernel.sharesTable() && step.kind() != Layout.Kind.CONV1D;
    }

    /**
     * A matrix in the format of its kernel, until it is added to the model.
     *
     * @param factors that the norm before the matrix takes over, or empty
     */
    private record Prepared(Layout.Step step, IValue matrix, PtNDArray factors) {}

    /**
     * Loads all tensors of {@code checkpoint} into {@code module}.
     *
     * @throws MalformedCheckpointException if a tensor is missing, misshapen or of a type that is not a float
     * @throws InsufficientMemoryException if the weights are larger than the free memory
     */
    static void load(Checkpoint checkpoint, TorchModule module, NDManager parent, ExecutionTarget target)
            throws IOException {
        List<Layout.Step> steps = Layout.steps(checkpoint.tensors(), checkpoint.config());
        int workers = Math.min(TorchEngine.threads(), MOST_WORKERS);
        WeightMemory.check(checkpoint, target, workers, target.freeBytes());
        ExecutorService executor = PackingThreads.start(workers);
        try (NDManager manager = parent.newSubManager()) {
            try {
                new Weights(checkpoint, steps, module, manager, target.kernels()).load(steps, executor, checkpoint);
            } finally {
                // Before the manager closes: a worker may be in the middle of a native call.
                PackingThreads.stop(executor);
            }
        }
    }

    private void load(List<Layout.Step> steps, ExecutorService executor, Checkpoint checkpoint) throws IOException {
        List<Future<Prepared>> packing = new ArrayList<>();
        DataType table = kernels.halvesTables() ? DataType.FLOAT16 : DataType.FLOAT32;
        for (Layout.Step step : steps) {
            switch (step.kind()) {
                case EMBEDDING -> call(TorchMethod.ADD_TOKENS, step, table, eightBits());
                case POSITIONS ->
                    call(TorchMethod.ADD_POSITIONS, step, table, eightBits(), (long)
                            checkpoint.config().unusedPositions());
                case NORM -> {
                    if (!eightBits(kernels.layers()) || !gains.takesOver(step)) {
                        addNorm(step, nothing, false);
                    }
                }
                case TIED_HEAD -> {
                    if (kernels.head().sharesTable()) {
                        module.call(TorchMethod.TIE_HEAD);
                    } else {
                        packing.add(executor.submit(() -> prepare(step)));
                    }
                }
                case LINEAR, CONV1D, WITHOUT_BIAS, ATTENTION -> packing.add(executor.submit(() -> prepare(step)));
            }
            if (packing.size() == 1
                    && kernels.halvesTables()
                    && !kernels.layers().packs()) {
                // oneDNN packs so fast that all layers would be in memory next to the head's 32-bit numbers.
                PackingThreads.result(packing.get(0));
            }
        }
        for (Future<Prepared> next : packing) {
            add(PackingThreads.result(next));
        }
    }

    /**
     * Whether activations are rounded to 8 bits, which turns NaN into numbers. Without this rounding, only a text with
     * a damaged token or position gets an error, and other texts are not affected.
     */
    private boolean eightBits() {
        return eightBits(kernels.layers()) || eightBits(kernels.head());
    }

    private static boolean eightBits(Kernel kernel) {
        return kernel.hasFewBits();
    }

    private void call(TorchMethod method, Layout.Step step, DataType type, boolean finite, Object... options)
            throws IOException {
        try (NDManager scope = manager.newSubManager()) {
            List<Object> arguments = new ArrayList<>();
            arguments.add(read(step.tensors().get(0), scope, type, finite));
            arguments.addAll(List.of(options));
            module.call(method, arguments.toArray());
        }
    }

    /** Adds a norm. A norm without tensors changes neither scale nor mean. */
    private void addNorm(Layout.Step step, PtNDArray factors, boolean absorbed) throws IOException {
        try (NDManager scope = manager.newSubManager()) {
            List<TensorInfo> tensors = step.tensors();
            NDArray weight = tensors.isEmpty()
                    ? scope.ones(new Shape(width))
                    : read(tensors.get(0), scope, DataType.FLOAT32, true);
            NDArray bias = tensors.isEmpty() || absorbed
                    ? scope.zeros(new Shape(width))
                    : read(tensors.get(1), scope, DataType.FLOAT32, true);
            if (!factors.isEmpty()) {
                weight.muli(factors);
            }
            module.call(TorchMethod.ADD_NORM, step.name(), weight, bias);
        }
    }

    private PtNDArray read(TensorInfo tensor, NDManager scope, DataType type, boolean finite) throws IOException {
        long[] shape = tensor.shape().stream().mapToLong(Long::longValue).toArray();
        PtNDArray array = (PtNDArray) scope.create(new Shape(shape), type);
        file.read(List.of(tensor), array, finite);
        return array;
    }

    private Prepared prepare(Layout.Step step) throws IOException {
        boolean transposed = step.kind() == Layout.Kind.CONV1D;
        Kernel kernel = step.isHead() ? kernels.head() : kernels.layers();
        TorchMethod method = step.isHead() ? TorchMethod.PREPARE_HEAD : TorchMethod.PREPARE_LAYER;
        try (NDManager scope = manager.newSubManager()) {
            PtNDArray memory = stays(step, kernel) ? nothing : source.get();
            PtNDArray weight = module.compute(scope, TorchMethod.SCRATCH_VIEW, memory, step.rows(), step.columns());
            file.read(step.weight(), weight, true);
            PtNDArray bias = (PtNDArray) scope.zeros(new Shape(transposed ? step.columns() : step.rows()));
            file.read(step.bias(), bias, true);
            Layout.Step norm = eightBits(kernel) ? gains.takingOver(step) : null;
            boolean takenOver = norm != null;
            if (norm != null) {
                PtNDArray added = read(norm.tensors().get(1), scope, DataType.FLOAT32, true);
                module.call(TorchMethod.ABSORB, weight, bias, added, transposed);
            }
            PtNDArray factors = eightBits(kernel) ? factors(step, weight, transposed, scope) : nothing;
            PtNDArray own = takenOver ? nothing : factors;
            IValue matrix = module.result(method, weight, bias, own, transposed, scratch.get());
            return new Prepared(step, matrix, takenOver ? factors : nothing);
        }
    }

    /**
     * Divides a matrix by factors of its inputs, and returns the factors, by which the inputs are to be multiplied;
     * empty if nothing is changed. For a neuron of the MLP, the checkpoint tells only the weights of the neuron's
     * outputs, not how large its activations are.
     */
    private PtNDArray factors(Layout.Step step, PtNDArray weight, boolean transposed, NDManager scope)
            throws IOException {
        TensorInfo norm = gains.before(step);
        boolean neurons = step.name().equals("mlp.c_proj");
        if (norm == null && !neurons) {
            return nothing;
        }
        PtNDArray loud = norm == null
                ? (PtNDArray) scope.ones(new Shape(transposed ? step.rows() : step.columns()))
                : read(norm, scope, DataType.FLOAT32, true);
        return module.compute(manager, TorchMethod.BALANCE, weight, loud, transposed, neurons);
    }

    private void add(Prepared prepared) throws IOException {
        Layout.Step norm = eightBits(kernels.layers()) ? gains.takingOver(prepared.step()) : null;
        if (norm != null) {
            addNorm(norm, prepared.factors(), true);
        }
        try (IValue matrix = prepared.matrix()) {
            if (prepared.step().isHead()) {
                module.call(TorchMethod.ADD_HEAD, matrix);
            } else {
                module.call(TorchMethod.ADD_LAYER, prepared.step().name(), matrix);
            }
        }
    }
}
