package io.github.gpt2djl.internal.machine;

/**
 * The settings that DJL reads when its first class is loaded. They are in this package, because both packages that use
 * DJL know it.
 *
 * <pre>{@code
 * DjlSettings.prepare();
 * System.out.println(System.getProperty("ai.djl.offline"));
 * }</pre>
 */
public final class DjlSettings {
    private DjlSettings() {}

    /**
     * Switches DJL's usage reports, downloads and start-up messages off, unless the user has set these properties.
     *
     * <p>Must run before any DJL class: the reports are sent from static initialisers.
     */
    public static void prepare() {
        withoutReports();
        setIfAbsent("ai.djl.offline", "true");
        // On a machine with CUDA the tokenizer would look for another native build.
        setIfAbsent("RUST_FLAVOR", "cpu");
        // If slf4j-simple is the logger: a reader of a story has no use for the names of the native libraries that were
        // found.
        setIfAbsent("org.slf4j.simpleLogger.log.ai.djl", "warn");
        // Errors of these libraries come as exceptions, too.
        setIfAbsent("org.slf4j.simpleLogger.log.ai.djl.pytorch.jni", "off");
        setIfAbsent("org.slf4j.simpleLogger.log.ai.djl.huggingface.tokenizers.jni", "off");
    }

    /** Switches only the usage reports off: a program may have other models, which DJL may download. */
    public static void withoutReports() {
        setIfAbsent("OPT_OUT_TRACKING", "true");
    }

    private static void setIfAbsent(String key, String value) {
        if (System.getProperty(key) == null && System.getenv(key) == null) {
            System.setProperty(key, value);
        }
    }
}
