package io.github.gpt2djl.internal.generation;

/** Passes on the failure of a request, whatever its type. */
public final class Failures {
    private Failures() {}

    /**
     * Throws a failure unchanged, even a checked exception: code in other languages than Java throws checked exceptions
     * without declaring them.
     *
     * @return never; the type lets a call stand behind {@code throw}
     */
    public static RuntimeException unchecked(Throwable failure) {
        return Failures.<RuntimeException>raise(failure);
    }

    // Generics are not checked at run time, so any type can be thrown.
    @SuppressWarnings("unchecked")
    private static <E extends Throwable> RuntimeException raise(Throwable failure) throws E {
        throw (E) failure;
    }
}
