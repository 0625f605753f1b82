package io.github.gpt2djl;

import io.github.gpt2djl.internal.machine.FreeMemory;

/**
 * Thrown when there is not enough memory for a model's weights or for a generation. Nothing stays allocated.
 *
 * <pre>{@code
 * try (Gpt2 xl = Gpt2.load("gpt2-xl")) {
 *     System.out.println(xl.generate("The future of AI is", GenerationConfig.builder().build()).text());
 * } catch (InsufficientMemoryException e) {
 *     System.err.println("a smaller precision may do: " + e.getMessage());
 * }
 * }</pre>
 */
public final class InsufficientMemoryException extends RuntimeException {
    private static final long serialVersionUID = 1;

    /**
     * Creates the exception for a need that exceeds the free memory.
     *
     * @param what the name of what needs memory, as the message's subject
     * @param needed number of bytes needed
     * @param free number of bytes free
     * @param advice what to do
     */
    public InsufficientMemoryException(String what, long needed, long free, String advice) {
        super(what + " needs " + FreeMemory.size(needed) + " of memory, and " + FreeMemory.size(free) + " are free; "
                + advice);
    }

    /**
     * Creates the exception for a failed allocation.
     *
     * @param message what was found, and what to do
     * @param cause the native library's failure
     */
    public InsufficientMemoryException(String message, Throwable cause) {
        super(message, cause);
    }
}
