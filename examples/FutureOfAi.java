import io.github.gpt2djl.GenerationConfig;
import io.github.gpt2djl.Gpt2;

/** What transformers users write as model.generate(input_ids, max_length=50, top_p=0.95, do_sample=True). */
public final class FutureOfAi {
    private FutureOfAi() {}

    public static void main(String[] args) throws Exception {
        String model = args.length > 0 ? args[0] : "gpt2";
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
