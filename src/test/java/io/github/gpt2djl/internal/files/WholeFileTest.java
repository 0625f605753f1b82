package io.github.gpt2djl.internal.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.gpt2djl.testing.TestJvm;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Whatever happens in between, there is the old file or the new one. */
class WholeFileTest {
    @TempDir
    Path folder;

    private Path file;

    @BeforeEach
    void old() throws IOException {
        file = folder.resolve("x");
        Files.writeString(file, "old");
    }

    @AfterEach
    void nothingElseIsLeft() {
        assertThat(folder).isDirectoryNotContaining(other -> !other.equals(file));
    }

    @Test
    void theOldFileIsThereUntilTheNewOneIsWhole() throws IOException {
        WholeFile.write(file, 6, out -> {
            out.accept(ByteBuffer.wrap(new byte[] {'n', 'e', 'w'}));
            assertThat(file).hasContent("old");
            out.accept(ByteBuffer.wrap(new byte[] {'e', 's', 't'}));
        });
        assertThat(file).hasContent("newest");
        WholeFile.write(file, "ä");
        assertThat(file).hasContent("ä");
    }

    /** Windows has other permissions. */
    @Test
    @DisabledOnOs(OS.WINDOWS)
    void othersMayReadIt() throws IOException {
        Path usual = Files.createFile(folder.resolve("usual"));
        WholeFile.write(file, "new");
        assertThat(Files.getPosixFilePermissions(file)).isEqualTo(Files.getPosixFilePermissions(usual));
        Files.delete(usual);
    }

    @Test
    void aFailureIsPassedOn() {
        IOException failure = new IOException("of the source");
        assertThatThrownBy(() -> WholeFile.write(file, 3, out -> {
                    out.accept(ByteBuffer.wrap(new byte[1]));
                    throw failure;
                }))
                .isSameAs(failure);
        assertThat(file).hasContent("old");
    }

    @Test
    void anInterruptEndsIt() {
        Thread.currentThread().interrupt();
        assertThatThrownBy(() -> WholeFile.write(file, "new"))
                .isInstanceOf(InterruptedIOException.class)
                .hasMessage("writing " + file + " was interrupted; nothing is left of it");
        assertThat(Thread.interrupted()).isTrue();
        assertThat(file).hasContent("old");
    }

    /** Windows has no such signal. */
    @Test
    @DisabledOnOs(OS.WINDOWS)
    void aSignalEndsIt() throws Exception {
        Process process = TestJvm.command(Endless.class.getName(), file.toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        assertThat(process.getInputStream().read()).isEqualTo('.');
        process.destroy();
        assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
        assertThat(file).hasContent("old");
    }

    /** Tells when it is in the midst of it. */
    static final class Endless {
        public static void main(String[] args) throws IOException {
            WholeFile.write(Path.of(args[0]), 1, out -> {
                out.accept(ByteBuffer.wrap(new byte[1]));
                System.out.print('.');
                System.out.flush();
                try {
                    new CountDownLatch(1).await();
                } catch (InterruptedException e) {
                    throw new UncheckedIOException(new IOException(e));
                }
            });
        }
    }
}
