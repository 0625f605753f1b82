package io.github.gpt2djl.internal.cli;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** Where a session's lines come from. */
interface Lines {
    /** The next line without its end; null after the last. */
    @Nullable
    String next() throws IOException;
}
