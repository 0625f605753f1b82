package io.github.gpt2djl.internal.machine;

import com.sun.jna.NativeLibrary;
import com.sun.jna.Platform;
import com.sun.jna.Pointer;
import com.sun.jna.ptr.IntByReference;
import com.sun.jna.ptr.LongByReference;
import com.sun.jna.ptr.PointerByReference;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * NVIDIA's driver, which every machine with an NVIDIA GPU has. DJL asks CUDA's runtime instead, which is found only if
 * a developer has installed it.
 *
 * @see <a href="https://docs.nvidia.com/cuda/cuda-driver-api/">CUDA's driver API</a>
 */
public final class CudaDriver {
    private final NativeLibrary library;

    private CudaDriver(NativeLibrary library) {
        this.library = library;
    }

    /** Finds the driver; null if there is none. */
    public static @Nullable CudaDriver find() {
        try {
            return new CudaDriver(NativeLibrary.getInstance(Platform.isWindows() ? "nvcuda" : "libcuda.so.1"));
        } catch (UnsatisfiedLinkError e) {
            return null;
        }
    }

    /** The newest version of CUDA that the driver can run, such as 12.8; null if the driver does not tell. */
    @Nullable
    public String version() {
        IntByReference version = new IntByReference();
        return call("cuDriverGetVersion", version)
                ? version.getValue() / 1000 + "." + version.getValue() % 1000 / 10
                : null;
    }

    /** The number of GPUs that the driver shows to this process; 0 if the driver does not tell. */
    public int count() {
        IntByReference count = new IntByReference();
        return call("cuInit", 0) && call("cuDeviceGetCount", count) ? count.getValue() : 0;
    }

    /** The name of a GPU, such as NVIDIA H100 80GB HBM3; null if the driver does not tell. */
    @Nullable
    public String name(int index) {
        IntByReference device = new IntByReference();
        byte[] name = new byte[256];
        if (!call("cuInit", 0) || !call("cuDeviceGet", device, index)) {
            return null;
        }
        return call("cuDeviceGetName", name, name.length, device.getValue())
                ? new String(name, StandardCharsets.UTF_8).trim().replace("\0", "")
                : null;
    }

    /** The free memory of a GPU in bytes; {@link Long#MAX_VALUE} if the driver does not tell. */
    public long freeBytes(int index) {
        IntByReference device = new IntByReference();
        PointerByReference context = new PointerByReference();
        if (!call("cuInit", 0)
                || !call("cuDeviceGet", device, index)
                // The context that PyTorch uses, too.
                || !call("cuDevicePrimaryCtxRetain", context, device.getValue())) {
            return Long.MAX_VALUE;
        }
        try {
            return free(context.getValue());
        } finally {
            call("cuDevicePrimaryCtxRelease_v2", device.getValue());
        }
    }

    private long free(Pointer context) {
        if (!call("cuCtxPushCurrent_v2", context)) {
            return Long.MAX_VALUE;
        }
        LongByReference free = new LongByReference();
        LongByReference total = new LongByReference();
        try {
            return call("cuMemGetInfo_v2", free, total) ? free.getValue() : Long.MAX_VALUE;
        } finally {
            call("cuCtxPopCurrent_v2", new PointerByReference());
        }
    }

    private boolean call(String function, Object... arguments) {
        return library.getFunction(function).invokeInt(arguments) == 0;
    }
}
