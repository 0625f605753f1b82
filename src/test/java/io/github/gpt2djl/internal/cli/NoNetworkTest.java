package io.github.gpt2djl.internal.cli;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.engine.Engine;
import ai.djl.repository.zoo.Criteria;
import ai.djl.util.Ec2Utils;
import io.github.gpt2djl.djl.Gpt2TranslatorFactory;
import io.github.gpt2djl.testing.TestJvm;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Nothing but a download asks for the network: a proxy that all connections are sent to sees none. */
class NoNetworkTest {
    private static final String FOLDER = "a temporary folder";

    private static final String[][] COMMANDS = {
        {"--help"},
        // The first that asks for DJL: it begins with the tokenizer.
        {
            "train",
            "--text-file",
            "examples/data/cbtest.txt",
            "--vocab-size",
            "300",
            "--layers",
            "1",
            "--heads",
            "1",
            "--width",
            "8",
            "--context",
            "8",
            "--max-steps",
            "1",
            "--out",
            FOLDER
        },
        {"generate", "ROMEO:", "--max-new-tokens", "3"},
        {"generate", "ROMEO:", "--max-new-tokens", "3", "--precision", "int8"},
        {"generate", "ROMEO:", "--model", "gpt2"},
        {"generate", "ROMEO:", "--model", "someone/model"},
        {"explain", "ROMEO:", "--max-new-tokens", "2"},
        {"score", "--text", "To be, or not to be"},
        {"rank", "To be", " or", " not"},
        {"bench", "--max-new-tokens", "2", "--warm-up", "0", "--repetitions", "1"},
        {"models"},
        {"selfcheck", "shakespeare"},
        {"convert", "--model", "someone/model", "--out", "absent"},
        {"interactive"}
    };

    @TempDir
    Path folder;

    @Test
    void noCommandAsksForIt() throws Exception {
        // The native libraries, too, are found without it: their cache is empty.
        assertThat(attempts(AllCommands.class, "-DDJL_CACHE_DIR=" + folder.resolve("djl")))
                .isZero();
        assertThat(folder.resolve("djl")).isNotEmptyDirectory();
    }

    @Test
    void djlsOwnWayDoesNotAskForItEither() throws Exception {
        assertThat(attempts(ByDjl.class)).isZero();
    }

    /** The three ways out that this process has: the JDK's two clients, and bare sockets. */
    @Test
    void theProxySeesWhatAsks() throws Exception {
        assertThat(attempts(Asking.class, "-DOPT_OUT_TRACKING=false")).isGreaterThanOrEqualTo(3);
    }

    private int attempts(Class<?> program, String... properties) throws Exception {
        AtomicInteger attempts = new AtomicInteger();
        ServerSocket listening = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        Thread counter = new Thread(() -> count(listening, attempts));
        counter.start();
        try (ServerSocket proxy = listening) {
            List<String> command = new ArrayList<>(List.of(properties));
            for (String kind : new String[] {"http.", "https.", "socks"}) {
                boolean socks = kind.equals("socks");
                command.add("-D" + kind + (socks ? "ProxyHost" : "proxyHost") + "=127.0.0.1");
                command.add("-D" + kind + (socks ? "ProxyPort" : "proxyPort") + "=" + proxy.getLocalPort());
            }
            command.add(program.getName());
            command.add(folder.resolve("model").toString());
            ProcessBuilder builder = TestJvm.command(command.toArray(String[]::new));
            builder.environment().put("HF_HOME", folder.resolve("hf").toString());
            builder.environment().keySet().removeAll(List.of("OPT_OUT_TRACKING", "DJL_OFFLINE", "HF_HUB_CACHE"));
            Path out = folder.resolve("out");
            Process process = builder.redirectInput(ProcessBuilder.Redirect.from(
                            Files.writeString(folder.resolve("in"), "O\n").toFile()))
                    .redirectErrorStream(true)
                    .redirectOutput(out.toFile())
                    .start();
            try {
                assertThat(process.waitFor(3, TimeUnit.MINUTES)).isTrue();
                assertThat(process.exitValue()).as(Files.readString(out)).isZero();
            } finally {
                process.destroyForcibly();
            }
        }
        counter.join();
        return attempts.get();
    }

    private static void count(ServerSocket proxy, AtomicInteger attempts) {
        try {
            while (true) {
                proxy.accept().close();
                attempts.incrementAndGet();
            }
        } catch (IOException e) {
            // The end: the proxy is closed.
            return;
        }
    }

    /** Every command, in a process of its own for the start of DJL. */
    static final class AllCommands {
        private AllCommands() {}

        public static void main(String[] args) {
            PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
            for (String[] command : COMMANDS) {
                String[] line = Arrays.stream(command)
                        .map(word -> word.equals(FOLDER) ? args[0] : word)
                        .toArray(String[]::new);
                int code = Main.run(line, out, out);
                boolean absent = List.of(command).contains("--model");
                if (code != (absent ? 1 : 0)) {
                    System.exit(100 + code);
                }
            }
        }
    }

    /** DJL is started by its own classes here, before any of the library's; its report goes past the proxy. */
    static final class ByDjl {
        private ByDjl() {}

        public static void main(String[] args) throws Exception {
            // DJL reports when it has found its engines.
            Engine.getAllEngines();
            if (!Boolean.getBoolean("OPT_OUT_TRACKING")) {
                throw new IllegalStateException("DJL's usage reports are on");
            }
            var criteria = Criteria.builder()
                    .setTypes(String.class, String.class)
                    .optModelPath(Path.of("models/shakespeare"))
                    .optEngine("Gpt2")
                    .optTranslatorFactory(new Gpt2TranslatorFactory());
            try (var model = criteria.build().loadModel();
                    var predictor = model.newPredictor()) {
                System.out.println(predictor.predict("ROMEO:"));
            }
        }
    }

    /** What would be seen. */
    static final class Asking {
        private Asking() {}

        public static void main(String[] args) {
            // DJL's usage report, which the library switches off.
            Ec2Utils.callHome("PyTorch");
            try (Socket socket = new Socket(InetAddress.getByAddress(new byte[] {(byte) 192, 0, 2, 1}), 80)) {
                throw new IllegalStateException("connected to " + socket);
            } catch (IOException e) {
                System.out.println(e);
            }
            System.exit(Main.run(new String[] {"download", "distilgpt2"}, System.out, System.out) == 1 ? 0 : 1);
        }
    }
}
