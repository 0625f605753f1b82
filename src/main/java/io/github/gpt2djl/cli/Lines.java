package io.github.gpt2djl.cli;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** Where a session's lines come from. */
interface Lines {
    /** The next line without its end; null after the last. */
    @Nullable
    String next() throws IOException;

    /** Those of a pipe or a file. */
    static Lines of(InputStream in) {
        return new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8))::readLine;
    }
}
