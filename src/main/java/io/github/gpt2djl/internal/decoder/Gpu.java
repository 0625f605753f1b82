package io.github.gpt2djl.internal.decoder;

import ai.djl.Device;
import ai.djl.engine.Engine;
import ai.djl.engine.EngineException;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.jni.JniUtils;
import ai.djl.pytorch.jni.LibUtils;
import io.github.gpt2djl.DeviceChoice;
import io.github.gpt2djl.InsufficientMemoryException;
import io.github.gpt2djl.internal.machine.CudaDriver;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The CUDA GPUs that PyTorch can compute on. */
final class Gpu {
    private static final Pattern OUT_OF_MEMORY = Pattern.compile("CUDA out of memory.*");

    private Gpu() {}

    /**
     * Resolves the choice of a device on this machine.
     *
     * @throws IllegalArgumentException if the device cannot be used, with the reason
     */
    static DeviceChoice resolved(DeviceChoice choice) {
        if (choice.kind() == DeviceChoice.Kind.CPU) {
            return choice;
        }
        String reason = whyNot(choice.index());
        if (reason == null) {
            return new DeviceChoice(DeviceChoice.Kind.GPU, choice.index());
        }
        if (choice.isGpu()) {
            throw new IllegalArgumentException(
                    "device " + choice + " cannot be used: " + reason + "; expected cpu or auto");
        }
        return DeviceChoice.CPU;
    }

    /**
     * Why PyTorch, which must be running, cannot compute on a GPU; null if it can.
     *
     * @param index of the GPU
     */
    static @Nullable String whyNot(int index) {
        if (!JniUtils.getFeatures().contains("CUDA")) {
            boolean built = Files.exists(Path.of(LibUtils.getLibtorchPath(), System.mapLibraryName("torch_cuda")));
            return whyNone(built, CudaDriver.find());
        }
        try (NDManager manager = Engine.getEngine("PyTorch").newBaseManager(Device.gpu(index))) {
            float two = manager.ones(new Shape(1)).add(1).toFloatArray()[0];
            return two == 2 ? null : "it computed 1 + 1 = " + two;
        } catch (EngineException e) {
            CudaDriver driver = CudaDriver.find();
            return firstLine(e)
                    + (driver == null
                            ? ""
                            : "; there are " + driver.count() + " GPUs, counted from 0, and this is "
                                    + driver.name(index));
        }
    }

    /** @param built whether PyTorch is a build for CUDA */
    static String whyNone(boolean built, @Nullable CudaDriver driver) {
        if (driver == null) {
            return "this machine has no NVIDIA driver";
        }
        if (!built) {
            return "PyTorch in " + LibUtils.getLibtorchPath() + " is built for the CPU; with pytorch-native-cpu off the"
                    + " class path (mvn -Pcuda), DJL takes CUDA's: see docs/gpu.md";
        }
        return driver.count() == 0
                ? "NVIDIA's driver shows no GPU to this process; is CUDA_VISIBLE_DEVICES set?"
                : "NVIDIA's driver can run CUDA up to " + driver.version() + ", which is too old for the PyTorch in "
                        + LibUtils.getLibtorchPath();
    }

    /** The name of the GPU; null if the driver does not tell. */
    static @Nullable String name(int index) {
        CudaDriver driver = CudaDriver.find();
        return driver == null ? null : driver.name(index);
    }

    /** The bytes that a tensor on the GPU can take; {@link Long#MAX_VALUE} if the number is not known. */
    static long freeBytes(int index) {
        CudaDriver driver = CudaDriver.find();
        if (driver == null) {
            return Long.MAX_VALUE;
        }
        // PyTorch keeps freed memory for later use.
        JniUtils.emptyCudaCache();
        return driver.freeBytes(index);
    }

    /** The bytes that the fastest of ten copies reads and writes per nanosecond. */
    static double copyBandwidth(Device device, long floats) {
        try (NDManager manager = Engine.getEngine("PyTorch").newBaseManager(device)) {
            NDArray from = manager.zeros(new Shape(floats));
            NDArray to = manager.zeros(new Shape(floats));
            double best = 0;
            for (int copy = 0; copy < 10; copy++) {
                long start = System.nanoTime();
                from.copyTo(to);
                // Waits for the copy.
                to.getFloat(0);
                best = Math.max(best, 2.0 * Float.BYTES * floats / (System.nanoTime() - start));
            }
            return best;
        }
    }

    /**
     * Explains the error if the GPU's memory was too small, and releases the memory that PyTorch keeps. Returns any
     * other error unchanged.
     */
    static RuntimeException explained(EngineException e) {
        // The message stands behind the position in decoder.py, if the error happened there.
        Matcher told = OUT_OF_MEMORY.matcher(String.valueOf(e.getMessage()));
        if (!told.find()) {
            return e;
        }
        JniUtils.emptyCudaCache();
        return new InsufficientMemoryException(
                told.group() + "; generate fewer sequences at once, shorter ones, or take a smaller model", e);
    }

    private static String firstLine(EngineException e) {
        String message = String.valueOf(e.getMessage());
        return message.lines().findFirst().orElse(message);
    }
}
