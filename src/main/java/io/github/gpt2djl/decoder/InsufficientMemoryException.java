package io.github.gpt2djl.decoder;

import java.util.Locale;

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

    InsufficientMemoryException(String what, long needed, long free, String advice) {
        super(what + " needs " + size(needed) + " of memory, and " + size(free) + " are free; " + advice);
    }

    InsufficientMemoryException(String message, Throwable cause) {
        super(message, cause);
    }

    static String size(long bytes) {
        return bytes < 1_000_000_000
                ? String.format(Locale.ROOT, "%.0f MB", bytes / 1e6)
                : String.format(Locale.ROOT, "%.1f GB", bytes / 1e9);
    }
}
