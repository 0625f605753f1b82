package io.github.gpt2djl.decoder;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.jni.IValue;
import io.github.gpt2djl.checkpoint.Checkpoint;
import io.github.gpt2djl.checkpoint.MalformedCheckpointException;
import io.github.gpt2djl.checkpoint.TensorFile;
import io.github.gpt2djl.checkpoint.TensorInfo;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/**
 * Hands a checkpoint's tensors to decoder.py: mapped, packed there, and unmapped.
 *
 * <p>Packing is the slow part, and FBGEMM does it on one thread: so several matrices are packed at once, and added in
 * order.
 */
final class Weights {
    /** Each packing needs memory of its own; more would not be waited for. */
    private static final int MOST_WORKERS = 4;

    private final TensorFile file;
    private final TorchModule module;
    private final NDManager manager;
    private final Precision.Kernels kernels;
    private final ThreadLocal<PtNDArray> scratch;

    private Weights(
            Checkpoint checkpoint,
            List<Layout.Step> steps,
            TorchModule module,
            NDManager manager,
            Precision.Kernels kernels) {
        this.file = checkpoint.tensors();
        this.module = module;
        this.manager = manager;
        this.kernels = kernels;
        long size = steps.stream().mapToLong(this::scratchSize).max().orElse(0);
        scratch = ThreadLocal.withInitial(() -> (PtNDArray) manager.create(new Shape(size), DataType.FLOAT32));
    }

    /** A matrix that is packed, its bias, and its outputs' scales if it is in 8 bits, until they are added. */
    private record Packed(IValue weight, PtNDArray bias, PtNDArray scale) {}

    /**
     * Loads all tensors of {@code checkpoint} into {@code module}.
     *
     * @throws MalformedCheckpointException if a tensor is missing, misshapen or of a type that is not a float
     */
    static void load(Checkpoint checkpoint, TorchModule module, NDManager parent, Precision.Kernels kernels)
            throws IOException {
        List<Layout.Step> steps = Layout.steps(checkpoint.tensors(), checkpoint.config());
        int workers = Math.min(TorchEngine.threads(), MOST_WORKERS);
        ExecutorService executor = Executors.newFixedThreadPool(workers, Weights::thread);
        try (NDManager manager = parent.newSubManager()) {
            try {
                new Weights(checkpoint, steps, module, manager, kernels).load(steps, executor, checkpoint);
            } finally {
                // Before the manager closes: a worker may be in the middle of a native call.
                stop(executor);
            }
        }
    }

    private void load(List<Layout.Step> steps, ExecutorService executor, Checkpoint checkpoint) throws IOException {
        List<Future<Packed>> packing = new ArrayList<>();
        for (Layout.Step step : steps) {
            switch (step.kind()) {
                case EMBEDDING -> call("add_embedding", step);
                case POSITIONS ->
                    call("add_positions", step, (long) checkpoint.config().unusedPositions());
                case NORM -> call("add_norm", step);
                case TIED_HEAD -> {
                    if (kernels.head() == Precision.Kernel.PLAIN) {
                        module.call("tie_head");
                    } else {
                        packing.add(executor.submit(() -> pack(step, kernels.head())));
                    }
                }
                case LINEAR, CONV1D, WITHOUT_BIAS, ATTENTION -> {
                    // The head is the first.
                    Precision.Kernel kernel = packing.isEmpty() ? kernels.head() : kernels.layers();
                    packing.add(executor.submit(() -> pack(step, kernel)));
                }
            }
        }
        for (Future<Packed> next : packing) {
            add(result(next));
        }
    }

    private void call(String method, Layout.Step step, Object... options) throws IOException {
        try (NDManager scope = manager.newSubManager();
                MappedArrays mapped = new MappedArrays(file, scope)) {
            List<Object> arguments = new ArrayList<>();
            for (TensorInfo tensor : step.tensors()) {
                arguments.add(mapped.array(tensor));
            }
            arguments.addAll(List.of(options));
            module.call(method, arguments.toArray());
        }
    }

    private Packed pack(Layout.Step step, Precision.Kernel kernel) throws IOException {
        List<TensorInfo> tensors = step.tensors();
        boolean transposed = step.kind() == Layout.Kind.CONV1D;
        try (NDManager scope = manager.newSubManager();
                MappedArrays mapped = new MappedArrays(file, scope)) {
            PtNDArray weight = step.kind() == Layout.Kind.ATTENTION
                    ? module.compute(
                            scope,
                            "join",
                            mapped.array(tensors.get(0)),
                            mapped.array(tensors.get(1)),
                            mapped.array(tensors.get(2)),
                            scratch.get())
                    : mapped.array(tensors.get(0));
            NDArray bias = switch (step.kind()) {
                case ATTENTION ->
                    NDArrays.concat(new NDList(
                            mapped.array(tensors.get(3)), mapped.array(tensors.get(4)), mapped.array(tensors.get(5))));
                case LINEAR, CONV1D -> mapped.array(tensors.get(1));
                default -> scope.zeros(new Shape(tensors.get(0).shape().get(0)));
            };
            // toType alone may give the same memory, which is the file's.
            PtNDArray kept = (PtNDArray) bias.toType(DataType.FLOAT32, false).duplicate();
            kept.attach(manager);
            PtNDArray scale = kernel == Precision.Kernel.FBGEMM_INT8
                    ? module.compute(manager, "scale", weight, transposed)
                    : (PtNDArray) manager.create(new float[0]);
            IValue packed = kernel.packs()
                    ? module.result("pack", weight, kept, transposed, scratch.get(), scale)
                    : module.result("prepare", weight, transposed, scratch.get());
            return new Packed(packed, kept, scale);
        }
    }

    private void add(Packed packed) {
        try (IValue weight = packed.weight()) {
            if (kernels.layers().packs()) {
                module.call("add_packed", weight, packed.bias(), packed.scale());
            } else {
                module.call("add_weight", weight, packed.bias());
            }
        }
        packed.bias().close();
        packed.scale().close();
    }

    private static Packed result(Future<Packed> future) throws IOException {
        try {
            return future.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("loading was interrupted");
        } catch (ExecutionException e) {
            if (e.getCause() instanceof IOException cause) {
                throw cause;
            }
            if (e.getCause() instanceof RuntimeException cause) {
                throw cause;
            }
            throw new IllegalStateException(e.getCause());
        }
    }

    private static Thread thread(Runnable task) {
        Thread thread = new Thread(task, "gpt2-djl packing");
        thread.setDaemon(true);
        return thread;
    }

    private static void stop(ExecutorService executor) {
        executor.shutdownNow();
        boolean interrupted = false;
        while (!executor.isTerminated()) {
            try {
                executor.awaitTermination(1, TimeUnit.MINUTES);
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** Elements of the memory that a matrix is brought into shape in; the head is too large to keep such for long. */
    private long scratchSize(Layout.Step step) {
        boolean plain = kernels.layers() == Precision.Kernel.PLAIN;
        return switch (step.kind()) {
            case ATTENTION -> 3 * elements(step.tensors().get(0));
            case LINEAR, CONV1D -> plain ? 0 : elements(step.tensors().get(0));
            default -> 0;
        };
    }

    private static long elements(TensorInfo tensor) {
        return tensor.shape().stream().mapToLong(Long::longValue).reduce(1, (a, b) -> a * b);
    }
}
