package io.github.gpt2djl.internal.machine;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * Lets the process end in the middle of a native call.
 *
 * <p>At exit the C library destroys libtorch's static objects. The JVM waits only 0.3 s for a thread in native code,
 * and a thread that still computes then crashes the process. So the last handler of the C library's exit ends the
 * process before the destructors run. Waiting for the calls, or refusing new ones, would not help: a shutdown hook
 * cannot know when the other hooks are done, such as the hook of a server that answers its last requests.
 */
public final class ExitGuard {
    private static final AtomicInteger MODELS = new AtomicInteger();

    static {
        Runtime.getRuntime().addShutdownHook(new Thread(ExitGuard::skipDestructors, "gpt2-djl exit"));
    }

    private ExitGuard() {}

    /** Counts a model that is loaded from now on. */
    public static void opened() {
        MODELS.incrementAndGet();
    }

    /** Counts a closed model, of which no call runs any more. */
    public static void closed() {
        MODELS.decrementAndGet();
    }

    private static void skipDestructors() {
        if (MODELS.get() > 0) {
            Glibc.endWithoutDestructors();
        }
    }
}
