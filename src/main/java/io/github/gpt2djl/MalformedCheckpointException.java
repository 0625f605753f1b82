package io.github.gpt2djl;

import java.io.IOException;

/**
 * A checkpoint's file is not what its format says; the message names the file, the place and what was expected.
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
     * Names the file and what is wrong with it.
     *
     * @param file the file at fault
     * @param problem what was found and what was expected
     */
    public MalformedCheckpointException(String file, String problem) {
        super(file + ": " + problem);
    }

    /**
     * Names the file and what is wrong with it, after a parser's complaint.
     *
     * @param file the file at fault
     * @param problem what was found and what was expected
     * @param cause the parser's own complaint
     */
    public MalformedCheckpointException(String file, String problem, Throwable cause) {
        super(file + ": " + problem, cause);
    }
}
