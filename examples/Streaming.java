import io.github.gpt2djl.GenerationConfig;
import io.github.gpt2djl.Gpt2;
import io.github.gpt2djl.Token;
import java.util.stream.Stream;

/** Prints each token when it is computed, and stops the work after the third line. */
public final class Streaming {
    private Streaming() {}

    public static void main(String[] args) throws Exception {
        String model = args.length > 0 ? args[0] : "shakespeare";
        try (Gpt2 gpt2 = Gpt2.load(model)) {
            var config = GenerationConfig.builder()
                    .doSample(true)
                    .temperature(0.8)
                    .maxNewTokens(200)
                    .build();
            try (Stream<Token> tokens = gpt2.stream("ROMEO:\n", config)) {
                int lines = 0;
                for (var it = tokens.iterator(); lines < 3 && it.hasNext(); ) {
                    Token token = it.next();
                    System.out.print(token.text());
                    System.out.flush();
                    lines += token.text().contains("\n") ? 1 : 0;
                }
            }
        }
    }
}
