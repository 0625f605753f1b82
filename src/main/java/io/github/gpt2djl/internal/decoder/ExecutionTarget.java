package io.github.gpt2djl.internal.decoder;

import io.github.gpt2djl.DeviceChoice;
import io.github.gpt2djl.Precision;
import io.github.gpt2djl.internal.machine.CpuFeatures;
import io.github.gpt2djl.internal.machine.FreeMemory;

/**
 * Where and how a model computes.
 *
 * @param device the processor or a GPU, not {@link DeviceChoice#AUTO}
 * @param kernels that the device has
 * @param vnni whether FBGEMM's sums have room for activations of 8 bits, and not of 7
 */
record ExecutionTarget(DeviceChoice device, Kernels kernels, boolean vnni) {
    /** On this machine's processor or GPU. */
    ExecutionTarget(DeviceChoice device, Kernels kernels) {
        this(device, kernels, CpuFeatures.has("avx512_vnni"));
    }

    /**
     * What was asked for, as this machine has it.
     *
     * @throws IllegalArgumentException if it lacks the device, or the device the precision
     */
    static ExecutionTarget of(DeviceChoice choice, Precision precision) {
        DeviceChoice device = Gpu.resolved(choice);
        return new ExecutionTarget(device, Kernels.of(precision, device));
    }

    /** As torch names it. */
    String torchName() {
        return device.isGpu() ? "cuda:" + device.index() : "cpu";
    }

    /** Bytes of a number in keys and values. */
    int cacheBytes() {
        return kernels.layers().cacheBytes();
    }

    /** Bytes that the device can still give; {@link Long#MAX_VALUE} where that is not known. */
    long freeBytes() {
        return device.isGpu() ? Gpu.freeBytes(device.index()) : FreeMemory.bytes();
    }
}
