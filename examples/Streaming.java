import io.github.gpt2djl.GenerationConfig;
import io.github.gpt2djl.Gpt2;
import io.github.gpt2djl.Token;
import java.io.IOException;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import support.Lesson;

/** Prints each token when it is computed, and stops the work after the third line. */
@Command(name = "Streaming", description = "Text that appears token by token.")
public final class Streaming extends Lesson {
    public static void main(String... args) {
        run(new Streaming(), args);
    }

    @Override
    protected void teach() throws IOException {
        try (Gpt2 gpt2 = load()) {
            var config = GenerationConfig.builder()
                    .doSample(true)
                    .temperature(0.8)
                    .maxNewTokens(200)
                    .seed(1)
                    .build();
            try (Stream<Token> tokens = gpt2.stream("ROMEO:\n", config)) {
                int lines = 0;
                for (var it = tokens.iterator(); lines < 3 && it.hasNext(); ) {
                    Token token = it.next();
                    out.print(token.text());
                    out.flush();
                    lines += token.text().contains("\n") ? 1 : 0;
                }
            }
        }
    }
}
