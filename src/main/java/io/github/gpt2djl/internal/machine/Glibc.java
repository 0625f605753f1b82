package io.github.gpt2djl.internal.machine;

import com.sun.jna.Function;
import com.sun.jna.NativeLibrary;
import com.sun.jna.Platform;
import com.sun.jna.Pointer;
import org.jspecify.annotations.Nullable;

/** Calls functions of Linux's C library. Does nothing on other systems, or with another C library. */
public final class Glibc {
    private Glibc() {}

    /**
     * Lets the process end before the destructors of the libraries that have been loaded so far run: exit handlers run
     * from the last to the first.
     */
    static void endWithoutDestructors() {
        Function exit = function("_exit");
        Function onExit = function("on_exit");
        if (onExit != null && exit != null) {
            onExit.invokeInt(new Object[] {exit, Pointer.NULL});
        }
    }

    /**
     * Gives freed memory back to the system: malloc keeps freed memory below memory that is in use, which can be
     * gigabytes.
     */
    public static void trim() {
        Function trim = function("malloc_trim");
        if (trim != null) {
            trim.invokeInt(new Object[] {0L});
        }
    }

    /** Sets an environment variable that native libraries read. A value that the process was started with stays. */
    public static void setIfAbsent(String variable, String value) {
        Function setenv = function("setenv");
        if (setenv != null) {
            setenv.invokeInt(new Object[] {variable, value, 0});
        }
    }

    private static @Nullable Function function(String name) {
        try {
            return Platform.isLinux() ? NativeLibrary.getInstance("c").getFunction(name) : null;
        } catch (UnsatisfiedLinkError e) {
            return null;
        }
    }
}
