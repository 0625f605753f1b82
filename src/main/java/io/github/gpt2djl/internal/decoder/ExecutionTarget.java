package io.github.gpt2djl.internal.decoder;

import io.github.gpt2djl.DeviceChoice;
import io.github.gpt2djl.ModelConfig;
import io.github.gpt2djl.Precision;
import io.github.gpt2djl.internal.machine.CpuFeatures;
import io.github.gpt2djl.internal.machine.FreeMemory;

/**
 * The device and the kernels that a model computes with.
 *
 * @param device the processor or a GPU, not {@link DeviceChoice#AUTO}
 * @param kernels that the device has
 * @param vnni whether FBGEMM's sums have room for activations of 8 bits instead of 7
 */
record ExecutionTarget(DeviceChoice device, Kernels kernels, boolean vnni) {
    /** Makes a target on this machine's processor or GPU. */
    ExecutionTarget(DeviceChoice device, Kernels kernels) {
        this(device, kernels, CpuFeatures.has("avx512_vnni"));
    }

    /**
     * Chooses the target for a model, a device and a precision on this machine.
     *
     * @throws IllegalArgumentException if this machine lacks the device, the device lacks the precision, or the
     *     precision the model's widths
     */
    static ExecutionTarget of(ModelConfig model, DeviceChoice choice, Precision precision) {
        DeviceChoice device = Gpu.resolved(choice);
        return new ExecutionTarget(device, Kernels.of(precision, device).of(model));
    }

    /** The name of the device in torch. */
    String torchName() {
        return device.isGpu() ? "cuda:" + device.index() : "cpu";
    }

    /** The size of a number in keys and values, in bytes. */
    int cacheBytes() {
        return kernels.layers().cacheBytes();
    }

    /** The free memory of the device in bytes; {@link Long#MAX_VALUE} if it is not known. */
    long freeBytes() {
        return device.isGpu() ? Gpu.freeBytes(device.index()) : FreeMemory.bytes();
    }
}
