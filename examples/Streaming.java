import io.github.gpt2djl.GenerationConfig;
import io.github.gpt2djl.Gpt2;
import io.github.gpt2djl.Token;
import java.io.IOException;
import java.util.Iterator;
import java.util.stream.Stream;

/** Prints each token when it is computed, and stops after the third line. The argument is a model's name or folder. */
public final class Streaming {
    public static void main(String... args) throws IOException {
        String model = args.length > 0 ? args[0] : "shakespeare";
        var config = GenerationConfig.builder()
                .doSample(true)
                .temperature(0.8)
                .maxNewTokens(200)
                .seed(1)
                .build();
        try (Gpt2 gpt2 = Gpt2.load(model);
                Stream<Token> tokens = gpt2.stream("ROMEO:\n", config)) {
            int lines = 0;
            for (Iterator<Token> each = tokens.iterator(); lines < 3 && each.hasNext(); ) {
                String text = each.next().text();
                System.out.print(text);
                System.out.flush();
                lines += text.contains("\n") ? 1 : 0;
            }
        }
    }
}
