package io.github.gpt2djl.internal.decoder;

import ai.djl.Device;
import ai.djl.engine.Engine;
import ai.djl.pytorch.jni.JniUtils;
import ai.djl.pytorch.jni.LibUtils;
import ai.djl.util.Platform;
import ai.djl.util.Utils;
import io.github.gpt2djl.DeviceChoice;
import io.github.gpt2djl.InvalidOptionException;
import io.github.gpt2djl.NamedOption;
import io.github.gpt2djl.internal.machine.CudaDriver;
import io.github.gpt2djl.internal.machine.DjlSettings;
import io.github.gpt2djl.internal.machine.ExitGuard;
import io.github.gpt2djl.internal.machine.Glibc;
import io.github.gpt2djl.internal.machine.NativeStart;
import java.nio.file.Files;
import java.util.Optional;

/**
 * Starts DJL's PyTorch engine once for the process, without any use of the network.
 *
 * <pre>{@code
 * System.out.println(TorchEngine.version() + ", " + TorchEngine.threads() + " threads");
 * }</pre>
 */
public final class TorchEngine {
    /**
     * How often a thread of libgomp looks for work before it sleeps. libgomp's default of 300,000 turns takes time of a
     * core that the computing thread needs under a quota, or next to another process.
     */
    private static final String SPIN_COUNT = "1000";

    private static final NativeStart START = new NativeStart("PyTorch's native library");

    private static int threadsInUse;

    private TorchEngine() {}

    /**
     * @param threads of one native operation; 0: the engine's own number, but at most the number of Java's processors,
     *     which is lower under a container's quota
     * @throws IllegalStateException if the engine already runs with another number of threads, which libtorch takes
     *     only once; or if its native library is missing, is of another version, or cannot be unpacked
     */
    static synchronized Engine start(int threads) {
        if (threads < 0) {
            throw InvalidOptionException.value(NamedOption.of("threads"), threads, "at least 1, or 0 for the default");
        }
        if (threadsInUse == 0 && threads > 0) {
            System.setProperty("ai.djl.pytorch.num_threads", String.valueOf(threads));
        }
        prepare();
        Engine engine = engine();
        if (threadsInUse == 0 && threads == 0) {
            limitThreads();
        }
        threadsInUse = JniUtils.getNumThreads();
        if (threads > 0 && threads != threadsInUse) {
            throw new IllegalStateException("threads is " + threads + ", but PyTorch runs with " + threadsInUse
                    + " already in this process; set the number at the first load");
        }
        return engine;
    }

    /** Sets what the native library reads when it is loaded. */
    private static void prepare() {
        DjlSettings.prepare();
        if (threadsInUse == 0 && System.getenv("OMP_WAIT_POLICY") == null) {
            Glibc.setIfAbsent("GOMP_SPINCOUNT", SPIN_COUNT);
        }
    }

    /**
     * Begins to load the native library, which takes 0.3 s, in a thread of its own, if DJL has unpacked it before. The
     * load of a model waits for it. A failure is not reported: the load of a model tries again, and says why it failed.
     */
    public static void loadAhead() {
        ExitGuard.opened();
        Thread thread = new Thread(TorchEngine::loadLibrary, "gpt2-djl PyTorch");
        thread.setDaemon(true);
        thread.start();
    }

    private static synchronized void loadLibrary() {
        try {
            prepare();
            // A command that fails at once would leave half of the 450 MB behind.
            if (Files.isDirectory(Utils.getEngineCacheDir("pytorch"))) {
                LibUtils.loadLibrary();
            }
        } catch (RuntimeException | LinkageError | AssertionError e) {
            // See loadAhead.
        } finally {
            ExitGuard.closed();
        }
    }

    /**
     * Limits the threads to a container's quota: PyTorch knows only the machine's cores. A number that was set for the
     * process stays.
     */
    private static void limitThreads() {
        int processors = Runtime.getRuntime().availableProcessors();
        boolean given = System.getProperty("ai.djl.pytorch.num_threads") != null
                || System.getenv("OMP_NUM_THREADS") != null
                || System.getenv("MKL_NUM_THREADS") != null;
        if (!given && JniUtils.getNumThreads() > processors) {
            JniUtils.setNumThreads(processors);
        }
    }

    private static Engine engine() {
        return START.run(() -> Engine.getEngine("PyTorch"), () -> {
            Platform wanted = Platform.fromSystem("pytorch");
            return "expected ai.djl.pytorch:pytorch-native-cpu:" + wanted.getVersion() + ":" + wanted.getClassifier()
                    + " on the class path, and room in a folder that can be written: " + Utils.getEngineCacheDir()
                    + ", or what DJL_CACHE_DIR names; for CUDA's instead set PYTORCH_FLAVOR=cu128, and"
                    + " -Dai.djl.offline=false the first time, so that DJL fetches it";
        });
    }

    /** {@return threads of one native operation} */
    public static int threads() {
        return JniUtils.getNumThreads();
    }

    /** {@return DJL's and libtorch's versions, and where libtorch was found} */
    public static String version() {
        return LibUtils.getVersion() + " by DJL " + Engine.getDjlVersion() + ", from " + LibUtils.getLibtorchPath();
    }

    /**
     * Measures how much a device reads and writes when it copies, in GB/s (10<sup>9</sup> bytes).
     *
     * @param device a model's
     * @return the best of ten copies of 1 GiB
     */
    public static double copyBandwidth(DeviceChoice device) {
        return Gpu.copyBandwidth(device.isGpu() ? Device.gpu(device.index()) : Device.cpu(), 1 << 28);
    }

    /**
     * Explains why the processor computes on a machine with NVIDIA's driver.
     *
     * @return the reason, for a reader; empty without a driver, or if PyTorch can compute on the first GPU
     */
    public static Optional<String> whyNotGpu() {
        return CudaDriver.find() == null ? Optional.empty() : Optional.ofNullable(Gpu.whyNot(0));
    }

    /**
     * Describes a device.
     *
     * @param device a model's
     * @return the name of a GPU, or the reason why the processor computes instead of a GPU; for a reader
     */
    public static String about(DeviceChoice device) {
        String about = device.isGpu() ? Gpu.name(device.index()) : Gpu.whyNot(0);
        return about == null ? "" : about;
    }
}
