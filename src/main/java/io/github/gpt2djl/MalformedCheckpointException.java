package io.github.gpt2djl;

import java.io.IOException;

/**
 * Thrown when a file of a checkpoint violates its format; the message names the file, the place and what was expected.
 *
 * <pre>{@code
 * try (Gpt2 model = Gpt2.load(folder)) {
 *     System.out.println(model.config());
 * } catch (MalformedCheckpointException e) {
 *     System.err.println("download it again: " + e.getMessage());
 * }
 * }</pre>
 */
public final class MalformedCheckpointException extends IOException {
    private static final long serialVersionUID = 1L;

    /**
     * Creates the exception for a file.
     *
     * @param file the file at fault
     * @param problem what was found and what was expected
     */
    public MalformedCheckpointException(String file, String problem) {
        super(file + ": " + problem);
    }

    /**
     * Creates the exception for a file that a parser rejected.
     *
     * @param file the file at fault
     * @param problem what was found and what was expected
     * @param cause the parser's exception
     */
    public MalformedCheckpointException(String file, String problem, Throwable cause) {
        super(file + ": " + problem, cause);
    }
}
