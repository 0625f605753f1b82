package io.github.gpt2djl.internal.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HubCacheTest {
    private static final String COMMIT = "1".repeat(40);

    @TempDir
    Path root;

    /** refs/pr/1 is a file in folders where a branch named refs would be a file. */
    @Test
    void aRefThatCannotBeWrittenLeavesNothing() throws IOException {
        HubCache cache = new HubCache(root);
        cache.setRef("someone/model", "refs/pr/1", COMMIT);
        Path refs = cache.folder("someone/model").resolve("refs");
        assertThatThrownBy(() -> cache.setRef("someone/model", "refs", COMMIT)).isInstanceOf(IOException.class);
        assertThat(refs).isDirectoryNotContaining(file -> !file.equals(refs.resolve("refs")));
        assertThat(refs.resolve("refs/pr/1")).hasContent(COMMIT);
        cache.setRef("someone/model", "main", COMMIT);
        cache.setRef("someone/model", "main", "2".repeat(40));
        assertThat(refs.resolve("main")).hasContent("2".repeat(40));
    }
}
