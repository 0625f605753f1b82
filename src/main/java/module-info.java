/**
 * GPT-2, GPT, OPT and GPT-Neo in Java: start at {@link io.github.gpt2djl.Gpt2}.
 *
 * <p>The exported packages are the API; {@code io.github.gpt2djl.internal} may change in any release.
 */
module io.github.gpt2djl {
    requires transitive ai.djl.api;
    requires ai.djl.pytorch_engine;
    requires ai.djl.tokenizers;
    requires com.google.gson;
    requires com.sun.jna;
    requires java.net.http;
    requires org.apache.commons.compress;
    requires static transitive org.jspecify;
    // Needed by DJL, whose automatic modules cannot require it.
    requires org.slf4j;

    // Needed by the command line.
    requires static info.picocli;
    requires static java.desktop;
    requires static me.tongfei.progressbar;
    requires static org.jline.reader;
    requires static org.jline.terminal;
    requires static org.knowm.xchart;

    exports io.github.gpt2djl;
    exports io.github.gpt2djl.checkpoint;
    exports io.github.gpt2djl.djl;
    exports io.github.gpt2djl.inspection;
    exports io.github.gpt2djl.sampling;
    exports io.github.gpt2djl.tokenizer;
    exports io.github.gpt2djl.training;

    opens io.github.gpt2djl.internal.bench to
            com.google.gson;
    opens io.github.gpt2djl.internal.cli to
            com.google.gson,
            info.picocli;
    opens io.github.gpt2djl.internal.hub to
            com.google.gson;
    opens io.github.gpt2djl.training to
            com.google.gson;

    provides ai.djl.engine.EngineProvider with
            io.github.gpt2djl.djl.Gpt2EngineProvider;
}
