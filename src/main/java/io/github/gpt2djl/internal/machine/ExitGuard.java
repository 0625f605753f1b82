package io.github.gpt2djl.internal.machine;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * Lets the process end in the middle of a native call.
 *
 * <p>At exit the C library destroys libtorch's static objects. The JVM waits for a thread in native code for 0.3 s only,
 * and one that still computes then crashes it. So the last handler of the C library's exit ends the process before
 * the destructors run. Waiting for the calls, or refusing new ones, would be no help: a shutdown hook cannot know
 * when the others are done, such as a server's that answers what has been asked.
 */
public final class ExitGuard {
    private static final AtomicInteger MODELS = new AtomicInteger();

    static {
        Runtime.getRuntime().addShutdownHook(new Thread(ExitGuard::skipDestructors, "gpt2-djl exit"));
    }

    private ExitGuard() {}

    /** A model is loaded from now on. */
    public static void opened() {
        MODELS.incrementAndGet();
    }

    /** None of its calls runs any more. */
    public static void closed() {
        MODELS.decrementAndGet();
    }

    private static void skipDestructors() {
        if (MODELS.get() > 0) {
            Glibc.endWithoutDestructors();
        }
    }
}
