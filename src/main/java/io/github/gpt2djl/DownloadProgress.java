package io.github.gpt2djl;

/**
 * Told how a download goes, on the thread that downloads.
 *
 * <pre>{@code
 * DownloadProgress progress = new DownloadProgress() {
 *     public void finished(String file) {
 *         System.err.println(file);
 *     }
 * };
 * try (Gpt2 model = Gpt2.load("gpt2", LoadOptions.DEFAULT.withSource(ModelSource.download(progress)))) {
 *     System.out.println(model.config());
 * }
 * }</pre>
 */
public interface DownloadProgress {
    /** Tells nobody. */
    DownloadProgress NONE = new DownloadProgress() {};

    /**
     * A file's transfer begins, or goes on where it was broken off.
     *
     * @param file its name
     * @param done bytes that are here already
     * @param total its bytes, or -1 if the server does not say
     */
    default void started(String file, long done, long total) {}

    /**
     * More bytes of a file are here.
     *
     * @param file its name
     * @param done bytes that are here now
     */
    default void advanced(String file, long done) {}

    /**
     * A file is here, verified, and has its name.
     *
     * @param file its name
     */
    default void finished(String file) {}

    /**
     * Something makes it take longer: a retry, another process that downloads the same.
     *
     * @param message one line for the user
     */
    default void note(String message) {}
}
