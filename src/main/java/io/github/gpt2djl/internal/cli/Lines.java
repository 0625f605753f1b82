package io.github.gpt2djl.internal.cli;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** A source of a session's lines. */
interface Lines {
    /** Returns the next line without its line break, or null after the last line. */
    @Nullable
    String next() throws IOException;
}
