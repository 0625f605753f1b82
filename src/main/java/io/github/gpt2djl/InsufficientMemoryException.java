package io.github.gpt2djl;

import io.github.gpt2djl.internal.machine.FreeMemory;

/**
 * There is not enough memory for a model's weights or for a generation; nothing of it was allocated.
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
     * A need that is too great.
     *
     * @param what needs memory
     * @param needed bytes
     * @param free bytes
     * @param advice what to do
     */
    public InsufficientMemoryException(String what, long needed, long free, String advice) {
        super(what + " needs " + FreeMemory.size(needed) + " of memory, and " + FreeMemory.size(free) + " are free; "
                + advice);
    }

    /**
     * A failure of the memory itself.
     *
     * @param message what was found, and what to do
     * @param cause as the native library tells it
     */
    public InsufficientMemoryException(String message, Throwable cause) {
        super(message, cause);
    }
}
