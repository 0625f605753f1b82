package io.github.gpt2djl.internal.decoder;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.jna.Function;
import io.github.gpt2djl.testing.TestJvm;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** How many threads PyTorch takes, and how long they wait busily, each in a process of its own. */
@EnabledOnOs(value = OS.LINUX, disabledReason = "libgomp and setenv are those of Linux's build")
class ThreadsTest {
    /** Java's processors are those of a container's quota; a number that the process is given goes before them. */
    @ParameterizedTest
    @CsvSource({
        "'', 0, 1 1000",
        "'', 2, 2 1000",
        "OMP_NUM_THREADS=2, 0, 2 1000",
        "GOMP_SPINCOUNT=77, 0, 1 77",
        "OMP_WAIT_POLICY=active, 0, 1 null"
    })
    void threadsOfAProcessWithOneProcessor(String variables, int threads, String expected) throws Exception {
        ProcessBuilder builder =
                TestJvm.command("-XX:ActiveProcessorCount=1", Report.class.getName(), String.valueOf(threads));
        builder.environment().keySet().removeAll(List.of("OMP_NUM_THREADS", "MKL_NUM_THREADS", "GOMP_SPINCOUNT"));
        List<String> all = new ArrayList<>(Arrays.asList(variables.split(" ")));
        all.removeIf(String::isEmpty);
        all.forEach(each -> builder.environment().put(each.split("=")[0], each.split("=")[1]));
        Process process = builder.redirectError(ProcessBuilder.Redirect.INHERIT).start();
        String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(out.strip()).isEqualTo(expected);
        assertThat(process.waitFor()).isZero();
    }

    /** Prints the number of threads, and the variable as native code sees it. */
    static final class Report {
        private Report() {}

        public static void main(String[] args) {
            TorchEngine.start(Integer.parseInt(args[0]));
            Object[] name = {"GOMP_SPINCOUNT"};
            System.out.println(TorchEngine.threads() + " "
                    + Function.getFunction("c", "getenv").invokeString(name, false));
        }
    }
}
