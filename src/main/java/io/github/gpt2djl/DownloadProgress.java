package io.github.gpt2djl;

/**
 * A listener to the progress of a download, called on the thread that downloads.
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
    /** A listener that does nothing. */
    DownloadProgress NONE = new DownloadProgress() {};

    /**
     * Called when the transfer of a file starts, or resumes where it was interrupted.
     *
     * @param file the file's name
     * @param done number of bytes already downloaded
     * @param total size of the file in bytes, or -1 if the server does not report it
     */
    default void started(String file, long done, long total) {}

    /**
     * Called when more bytes of a file have arrived.
     *
     * @param file the file's name
     * @param done number of bytes downloaded so far
     */
    default void advanced(String file, long done) {}

    /**
     * Called when a file is complete, verified and in its place.
     *
     * @param file the file's name
     */
    default void finished(String file) {}

    /**
     * Called when something delays the download, such as a retry or another process that downloads the same file.
     *
     * @param message one line for the user
     */
    default void note(String message) {}
}
