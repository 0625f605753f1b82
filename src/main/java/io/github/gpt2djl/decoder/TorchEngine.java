package io.github.gpt2djl.decoder;

import ai.djl.engine.Engine;
import ai.djl.pytorch.jni.JniUtils;
import ai.djl.pytorch.jni.LibUtils;
import ai.djl.util.Platform;
import ai.djl.util.Utils;
import io.github.gpt2djl.checkpoint.DjlSettings;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Starts DJL's PyTorch engine once for the process, without any use of the network.
 *
 * <pre>{@code
 * System.out.println(TorchEngine.version() + ", " + TorchEngine.threads() + " threads");
 * }</pre>
 */
public final class TorchEngine {
    private static int threadsInUse;

    private TorchEngine() {}

    /**
     * @param threads of one native operation; 0: the engine's default, one a core
     * @throws IllegalStateException if the engine runs already with another number: libtorch takes it only once; or if
     *     its native library is missing, is of another version, or cannot be unpacked
     */
    static synchronized Engine start(int threads) {
        DjlSettings.prepare();
        if (threads < 0) {
            throw new IllegalArgumentException("threads is " + threads + ", expected at least 1, or 0 for one a core");
        }
        if (threadsInUse == 0 && threads > 0) {
            System.setProperty("ai.djl.pytorch.num_threads", String.valueOf(threads));
        }
        Engine engine = engine();
        threadsInUse = JniUtils.getNumThreads();
        if (threads > 0 && threads != threadsInUse) {
            throw new IllegalStateException("threads is " + threads + ", but PyTorch runs with " + threadsInUse
                    + " already in this process; set the number at the first load");
        }
        return engine;
    }

    private static Engine engine() {
        try {
            return Engine.getEngine("PyTorch");
        } catch (RuntimeException | LinkageError e) {
            Platform wanted = Platform.fromSystem("pytorch");
            throw new IllegalStateException(
                    "PyTorch's native library cannot be loaded: " + causes(e)
                            + "; expected ai.djl.pytorch:pytorch-native-cpu:" + wanted.getVersion() + ":"
                            + wanted.getClassifier() + " on the class path, and room in a folder that can be written: "
                            + Utils.getEngineCacheDir() + ", or what DJL_CACHE_DIR names",
                    e);
        }
    }

    private static String causes(Throwable e) {
        String here = e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
        return e.getCause() == null ? here : here + ": " + causes(e.getCause());
    }

    /** {@return threads of one native operation} */
    public static int threads() {
        return JniUtils.getNumThreads();
    }

    /** {@return DJL's and libtorch's versions, and where libtorch was found} */
    public static String version() {
        return LibUtils.getVersion() + " by DJL " + Engine.getDjlVersion() + ", from " + LibUtils.getLibtorchPath();
    }

    /** {@return why a GPU is not used, for a reader} */
    public static String whyNotCuda() {
        return Files.exists(Path.of("/proc/driver/nvidia/version"))
                ? "this version does not use the NVIDIA GPU of this machine"
                : "no NVIDIA driver on this machine";
    }
}
