package io.github.gpt2djl.internal.decoder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.gpt2djl.DeviceChoice;
import io.github.gpt2djl.InsufficientMemoryException;
import io.github.gpt2djl.ModelConfig;
import io.github.gpt2djl.Precision;
import io.github.gpt2djl.checkpoint.Checkpoint;
import io.github.gpt2djl.internal.machine.FreeMemory;
import io.github.gpt2djl.testing.TestCheckpoint;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FreeMemoryTest {
    @TempDir
    Path root;

    @Test
    void withoutLinuxItIsNotKnown() {
        assertThat(FreeMemory.bytes(root)).isEqualTo(Long.MAX_VALUE);
    }

    @Test
    @EnabledOnOs(value = OS.LINUX, disabledReason = "other systems do not tell")
    void thisMachineHasSome() {
        assertThat(FreeMemory.bytes()).isBetween(1_000_000L, 1L << 50);
    }

    /** Files in the form of Linux 6's, in each place that may limit. */
    @ParameterizedTest
    @CsvSource({
        "max, max, 1024000000",
        "max, 300000000, 250000000",
        "200000000, 300000000, 110000000",
        "50000000, 300000000, 0",
        "9000000000, max, 1024000000"
    })
    void theLeastOfMachineAndGroups(String inner, String outer, long expected) throws IOException {
        write("proc/meminfo", "MemTotal: 8000000 kB\nMemFree: 1 kB\nMemAvailable:  900000 kB\nSwapFree: 100000 kB\n");
        write("proc/self/cgroup", "1:name=systemd:/\n0::/system.slice/java.service\n");
        write("sys/fs/cgroup/system.slice/java.service/memory.max", inner + "\n");
        write("sys/fs/cgroup/system.slice/java.service/memory.current", "100000000\n");
        write(
                "sys/fs/cgroup/system.slice/java.service/memory.stat",
                "anon 90000000\nfile 10000000\nactive_file 6000000\ninactive_file 4000000\n");
        write("sys/fs/cgroup/system.slice/memory.max", outer + "\n");
        write("sys/fs/cgroup/system.slice/memory.current", "60000000\n");
        write("sys/fs/cgroup/system.slice/memory.stat", "active_file 10000000\n");
        assertThat(FreeMemory.bytes(root)).isEqualTo(expected);
    }

    /** As Docker shows version 1: the path is the host's, the mount is the container's. */
    @Test
    void groupsOfTheFirstVersion() throws IOException {
        write("proc/meminfo", "MemAvailable:  900000 kB\n");
        write("proc/self/cgroup", "12:cpu,cpuacct:/docker/1f\n4:memory:/docker/1f\n");
        write("sys/fs/cgroup/memory/memory.limit_in_bytes", "500000000\n");
        write("sys/fs/cgroup/memory/memory.usage_in_bytes", "120000000\n");
        write(
                "sys/fs/cgroup/memory/memory.stat",
                "inactive_file 1\ntotal_inactive_file 20000000\ntotal_active_file 0\n");
        assertThat(FreeMemory.bytes(root)).isEqualTo(400_000_000);
    }

    @Test
    void tooLargeAModelIsRejectedWithWhatFits() throws IOException {
        new TestCheckpoint(8, 4, 64, 100, 500, true, 3).write(root);
        try (Checkpoint checkpoint = Checkpoint.open(root)) {
            ExecutionTarget plain = new ExecutionTarget(DeviceChoice.CPU, Kernels.all(Kernel.PLAIN));
            long needed = plain.kernels().loadingBytes(checkpoint.config(), 1);
            assertThatCode(() -> WeightMemory.check(checkpoint, plain, 1, needed))
                    .doesNotThrowAnyException();
            assertThatThrownBy(() -> WeightMemory.check(checkpoint, plain, 1, needed - 1))
                    .isInstanceOf(InsufficientMemoryException.class)
                    .hasMessageStartingWith("loading " + root + " needs 66 MB of memory, and 66 MB are free; ");
            assertThatThrownBy(() -> WeightMemory.check(checkpoint, plain, 1, 1000))
                    .hasMessage("loading " + root
                            + " needs 66 MB of memory, and 0 MB are free; no precision of it would fit;"
                            + " take a smaller model, or end other programs");
            if (Precision.INT8.isAvailable()) {
                long small = Kernels.of(Precision.INT8, DeviceChoice.CPU).loadingBytes(checkpoint.config(), 1);
                assertThatThrownBy(() -> WeightMemory.check(checkpoint, plain, 1, small))
                        // With AMX, INT8 keeps a second copy, so that others may fit too.
                        .hasMessageContaining("what would fit: precision ")
                        .hasMessageContaining("INT8 (65 MB)");
            }
        }
    }

    /** 1000 tokens of 500 sequences are 512 MB, and 500 rows of logits 20 MB, twice. */
    @Test
    void tooLargeACacheIsRejected() throws IOException {
        new TestCheckpoint(2, 4, 64, 4096, 10_000, true, 3).write(root);
        ExecutionTarget plain = new ExecutionTarget(DeviceChoice.CPU, Kernels.of(Precision.FP32, DeviceChoice.CPU));
        try (Checkpoint checkpoint = Checkpoint.open(root)) {
            ModelConfig config = checkpoint.config();
            assertThatThrownBy(() -> KvStorage.check(config, plain, 500, 1000, () -> 551_999_999))
                    .isInstanceOf(InsufficientMemoryException.class)
                    .hasMessage(
                            "the KV cache of 500 sequences of 1000 tokens, with their logits, needs 552 MB of memory,"
                                    + " and 552 MB are free; generate fewer sequences at once, or shorter ones");
            assertThatCode(() -> KvStorage.check(config, plain, 500, 1000, () -> 552_000_000))
                    .doesNotThrowAnyException();
        }
    }

    /** What a long guess takes is checked before it is allocated: 1000 rows of logits are 40 MB, twice. */
    @Test
    void tooManyVerifiedTokensAreRejected() {
        assertThatThrownBy(() -> KvStorage.checkVerified(1000, 10_000, () -> 79_999_999))
                .isInstanceOf(InsufficientMemoryException.class)
                .hasMessage("verifying 1000 tokens at once needs 80 MB of memory, and 80 MB are free; guess fewer");
        assertThatCode(() -> KvStorage.checkVerified(1000, 10_000, () -> 80_000_000))
                .doesNotThrowAnyException();
    }

    private void write(String file, String text) throws IOException {
        Path path = root.resolve(file);
        Files.createDirectories(path.getParent());
        Files.writeString(path, text);
    }
}
