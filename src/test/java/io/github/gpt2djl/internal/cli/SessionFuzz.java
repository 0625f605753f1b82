package io.github.gpt2djl.internal.cli;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.github.gpt2djl.Gpt2;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import org.junit.jupiter.params.provider.MethodSource;

/** The commands of an interactive session; prompts, which take long, are PromptFuzz's. */
class SessionFuzz {
    private static final Gpt2 GPT2 = load();

    @MethodSource("seeds")
    @FuzzTest(maxDuration = "10s")
    void run(byte[] bytes) throws IOException {
        PrintStream nowhere = new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8);
        Iterator<String> lines = Arrays.stream(new String(bytes, StandardCharsets.UTF_8).split("\n", 64))
                .map(line -> "/" + (line.startsWith("/") ? " " : "") + line)
                .iterator();
        new Session(GPT2, new SessionOptions(GPT2, new GenerationFlags()), nowhere, nowhere)
                .run(() -> lines.hasNext() ? lines.next() : null);
    }

    static List<byte[]> seeds() {
        return List.of(
                "set top_p 0.9\nset do-sample true\nset\nseed 5\nseed\nunset top_p\nreset\nexplain\nexplain all\nhelp\nquit"
                        .getBytes(StandardCharsets.UTF_8),
                "set do_sample true\nset preset openai\nset temperature 0.5\nset max_length 30\nset max_new_tokens 5\nset"
                        .getBytes(StandardCharsets.UTF_8),
                "set stop_strings a b\nset sequence_bias 1=2;3,4=5\nset context_policy slide:5\nset eos_token_id 1,2\nset"
                        .getBytes(StandardCharsets.UTF_8));
    }

    private static Gpt2 load() {
        try {
            return Gpt2.load("shakespeare");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
