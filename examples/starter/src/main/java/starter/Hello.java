package starter;

import io.github.gpt2djl.GenerationConfig;
import io.github.gpt2djl.Gpt2;
import java.io.IOException;

/** Prints a text of the shipped model. */
public final class Hello {
    private Hello() {}

    public static void main(String... args) throws IOException {
        try (Gpt2 gpt2 = Gpt2.load("shakespeare")) {
            GenerationConfig config = GenerationConfig.builder()
                    .doSample(true)
                    .topP(0.9)
                    .maxNewTokens(40)
                    .build();
            String prompt = "ROMEO:";
            System.out.println(prompt + gpt2.generate(prompt, config).text());
        }
    }
}
