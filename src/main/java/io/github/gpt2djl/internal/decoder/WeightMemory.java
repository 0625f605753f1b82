package io.github.gpt2djl.internal.decoder;

import io.github.gpt2djl.DeviceChoice;
import io.github.gpt2djl.InsufficientMemoryException;
import io.github.gpt2djl.ModelConfig;
import io.github.gpt2djl.Precision;
import io.github.gpt2djl.checkpoint.Checkpoint;
import io.github.gpt2djl.internal.machine.FreeMemory;
import java.util.function.ToLongFunction;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The memory that packing a model's weights takes. */
final class WeightMemory {
    private WeightMemory() {}

    /**
     * Rejects a model that is too large for this machine.
     *
     * @throws InsufficientMemoryException with the precisions that would fit
     */
    static void check(Checkpoint checkpoint, ExecutionTarget target, int workers, long free) {
        ModelConfig config = checkpoint.config();
        DeviceChoice device = target.device();
        ToLongFunction<Kernels> bytes =
                kernels -> device.isGpu() ? kernels.weightBytes(config) : kernels.loadingBytes(config, workers);
        long needed = bytes.applyAsLong(target.kernels());
        if (needed > free) {
            String fitting = Stream.of(
                            Precision.FP32,
                            Precision.FP16,
                            Precision.BF16,
                            Precision.MIXED,
                            Precision.INT8,
                            Precision.INT4)
                    .filter(p -> device.isGpu() ? p == Precision.FP16 : p.isAvailable())
                    .filter(p -> Kernels.of(p, device).fits(config))
                    .filter(p -> bytes.applyAsLong(Kernels.of(p, device).of(config)) <= free)
                    .map(p -> p + " ("
                            + FreeMemory.size(
                                    bytes.applyAsLong(Kernels.of(p, device).of(config))) + ")")
                    .collect(Collectors.joining(", "));
            throw new InsufficientMemoryException(
                    "loading " + checkpoint.name(),
                    needed,
                    free,
                    fitting.isEmpty()
                            ? "no precision of it would fit; take a smaller model, or end other programs"
                            : "what would fit: precision " + fitting);
        }
    }
}
