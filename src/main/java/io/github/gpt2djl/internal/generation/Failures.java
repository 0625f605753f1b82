package io.github.gpt2djl.internal.generation;

/** Passes on what a request failed with, whatever it is. */
public final class Failures {
    private Failures() {}

    /**
     * Throws it, as it is: also a checked exception, which code in other languages than Java throws without saying so.
     *
     * @return never, so that it can stand behind {@code throw}
     */
    public static RuntimeException unchecked(Throwable failure) {
        return Failures.<RuntimeException>raise(failure);
    }

    // Generics are not checked when it runs: that is the trick.
    @SuppressWarnings("unchecked")
    private static <E extends Throwable> RuntimeException raise(Throwable failure) throws E {
        throw (E) failure;
    }
}
