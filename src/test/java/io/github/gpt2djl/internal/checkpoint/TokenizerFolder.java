package io.github.gpt2djl.internal.checkpoint;

import io.github.gpt2djl.checkpoint.TokenizerFiles;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Objects;

/** The tokenizer of a folder without weights, as a checkpoint's folder is read, for tests of other packages. */
public final class TokenizerFolder {
    private static final long MOST = 64_000_000;

    private TokenizerFolder() {}

    public static TokenizerFiles read(Path folder) throws IOException {
        return Objects.requireNonNull(
                CheckpointFolder.tokenizer(folder, MOST, null), () -> folder + ": no tokenizer found");
    }
}
