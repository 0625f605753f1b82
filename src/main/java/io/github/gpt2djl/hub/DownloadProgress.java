package io.github.gpt2djl.hub;

/** Told how a download goes, on the thread that downloads. */
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

    /** So many bytes of the file are here now. */
    default void advanced(String file, long done) {}

    /** The file is here, verified, and has its name. */
    default void finished(String file) {}

    /** Something that makes it take longer: a retry, another process that downloads the same. */
    default void note(String message) {}
}
