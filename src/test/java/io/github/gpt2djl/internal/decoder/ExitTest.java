package io.github.gpt2djl.internal.decoder;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.gpt2djl.DeviceChoice;
import io.github.gpt2djl.Precision;
import io.github.gpt2djl.checkpoint.Checkpoint;
import io.github.gpt2djl.testing.TestJvm;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** The process ends in the middle of native calls. */
class ExitTest {
    private static final String WORKING = "working";
    /** DJL's native method that runs one of ours. */
    private static final String NATIVE_CALL = "moduleRunMethod";

    @Test
    @Timeout(120)
    @EnabledOnOs(value = OS.LINUX, disabledReason = "SIGTERM and on_exit are those of Linux")
    void sigtermDuringANativeCallIsNoCrash() throws Exception {
        Process process = TestJvm.command(Worker.class.getName())
                .redirectErrorStream(true)
                .start();
        try (BufferedReader out = process.inputReader(StandardCharsets.UTF_8)) {
            String line = out.readLine();
            while (line != null && !line.equals(WORKING)) {
                line = out.readLine();
            }
            assertThat(line).isEqualTo(WORKING);
            process.toHandle().destroy();
            assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
            assertThat(out.lines()).isEmpty();
            assertThat(process.exitValue()).isEqualTo(128 + 15);
        } finally {
            process.destroyForcibly();
        }
    }

    /** Computes one long prefill after the other, and tells when it is in a call, which takes seconds. */
    static final class Worker {
        private Worker() {}

        public static void main(String[] args) throws IOException {
            try (Checkpoint checkpoint = Checkpoint.shipped("shakespeare");
                    Decoder decoder = Decoder.load(checkpoint, Precision.FP32, DeviceChoice.CPU, 1)) {
                int[] prompt = new int[decoder.positions()];
                Thread computing = Thread.currentThread();
                Thread watching = new Thread(() -> tellWhenInACall(computing));
                watching.setDaemon(true);
                watching.start();
                while (true) {
                    decoder.prefill(Collections.nCopies(64, prompt), 1, 1).close();
                }
            }
        }

        private static void tellWhenInACall(Thread computing) {
            StackTraceElement[] stack;
            do {
                Thread.onSpinWait();
                stack = computing.getStackTrace();
            } while (stack.length == 0 || !stack[0].getMethodName().equals(NATIVE_CALL));
            System.out.println(WORKING);
        }
    }
}
