import io.github.gpt2djl.GenerationConfig;
import io.github.gpt2djl.Gpt2;
import java.io.IOException;

/**
 * The library's first program: model.generate(input_ids, max_length=50, top_p=0.95, do_sample=True) of transformers.
 * The argument is a model's name or folder.
 */
public final class FutureOfAi {
    public static void main(String... args) throws IOException {
        String model = args.length > 0 ? args[0] : "shakespeare";
        try (Gpt2 gpt2 = Gpt2.load(model)) {
            var config = GenerationConfig.builder()
                    .doSample(true)
                    .topP(0.95)
                    .maxLength(50)
                    .build();
            String prompt = "The future of AI is";
            System.out.println(prompt + gpt2.generate(prompt, config).text());
        }
    }
}
