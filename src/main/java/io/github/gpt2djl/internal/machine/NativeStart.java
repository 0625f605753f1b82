package io.github.gpt2djl.internal.machine;

import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The start of one of DJL's native libraries, which Java loads only once in a process, and not again after a failure.
 *
 * <pre>{@code
 * NativeStart start = new NativeStart("the native library of PyTorch");
 * String engine = start.run(() -> "started", () -> "expected its jar on the class path");
 * System.out.println(engine); // started
 * }</pre>
 */
public final class NativeStart {
    private static final String ELSEWHERE = "already loaded in another classloader";

    private final String library;
    private @Nullable String first;

    /**
     * Names a library.
     *
     * @param library the library's name in messages
     */
    public NativeStart(String library) {
        this.library = library;
    }

    /**
     * Starts the library with a context class loader by which DJL finds its files: a thread of a pool may have the
     * JVM's own loader.
     *
     * @param start starts the library, or returns what was started before
     * @param expected the requirements of the library, for the message
     * @param <T> what is started
     * @return what {@code start} returns
     * @throws IllegalStateException if the start fails; after the first failure, with the reason of the first one
     */
    public synchronized <T> T run(Supplier<T> start, Supplier<String> expected) {
        Thread thread = Thread.currentThread();
        ClassLoader before = thread.getContextClassLoader();
        if (!findsDjl(before)) {
            thread.setContextClassLoader(NativeStart.class.getClassLoader());
        }
        try {
            return start.get();
        } catch (RuntimeException | LinkageError | AssertionError e) {
            throw new IllegalStateException(reason(e, expected), e);
        } finally {
            thread.setContextClassLoader(before);
        }
    }

    /** Whether the loader finds the same DJL as this class. */
    private static boolean findsDjl(@Nullable ClassLoader loader) {
        try {
            String name = "ai.djl.util.Platform";
            return Class.forName(name, false, loader) == Class.forName(name, false, NativeStart.class.getClassLoader());
        } catch (ClassNotFoundException | LinkageError e) {
            return false;
        }
    }

    private String reason(Throwable e, Supplier<String> expected) {
        String causes = causes(e);
        if (causes.contains(ELSEWHERE)) {
            return library + " is loaded already by another class loader of this process, and Java loads it only once;"
                    + " put the jars of gpt2-djl and of DJL into one class loader that all applications share, like a"
                    + " container's folder of shared libraries, and start the process anew: closing the other class"
                    + " loader is not enough";
        }
        // Java names only the class that it has given up; the reason was in the first failure.
        if (first != null && causes.contains("Could not initialize class")) {
            return first + "; this was the first failure, and Java tries it only once: start the process anew";
        }
        first = library + " cannot be loaded: " + causes + "; " + expected.get();
        return first;
    }

    private static String causes(Throwable e) {
        String here = e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
        return e.getCause() == null ? here : here + ": " + causes(e.getCause());
    }
}
