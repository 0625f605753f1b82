import io.github.gpt2djl.GenerationConfig;
import io.github.gpt2djl.Gpt2;
import java.io.IOException;
import picocli.CommandLine.Command;
import support.Lesson;

/** What transformers users write as model.generate(input_ids, max_length=50, top_p=0.95, do_sample=True). */
@Command(name = "FutureOfAi", description = "The library's first program.")
public final class FutureOfAi extends Lesson {
    public static void main(String... args) {
        run(new FutureOfAi(), args);
    }

    @Override
    protected void teach() throws IOException {
        try (Gpt2 gpt2 = load()) {
            var config = GenerationConfig.builder()
                    .doSample(true)
                    .topP(0.95)
                    .maxLength(50)
                    .build();
            String prompt = "The future of AI is";
            out.println(prompt + gpt2.generate(prompt, config).text());
        }
    }
}
