package io.github.gpt2djl.langchain4j;

import dev.langchain4j.model.StreamingResponseHandler;
import dev.langchain4j.model.input.Prompt;
import dev.langchain4j.model.input.PromptTemplate;
import dev.langchain4j.model.language.LanguageModel;
import dev.langchain4j.model.language.StreamingLanguageModel;
import dev.langchain4j.model.output.Response;
import io.github.gpt2djl.GenerationConfig;
import io.github.gpt2djl.Gpt2;
import java.io.IOException;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ForkJoinPool;

/** A completion, and a streamed completion; of the shipped model, or of the one that is named. */
public final class Example {
    private Example() {}

    /**
     * Prints both.
     *
     * @param args a model's name, like gpt2, or nothing
     * @throws IOException if the model cannot be loaded
     */
    public static void main(String... args) throws IOException {
        try (Gpt2 gpt2 = Gpt2.load(args.length > 0 ? args[0] : "shakespeare")) {
            var config = GenerationConfig.builder()
                    .repetitionPenalty(1.2)
                    .maxNewTokens(40)
                    .build();

            LanguageModel model = new Gpt2LanguageModel(gpt2, config);
            Response<String> response = model.generate("To be, or not to");
            System.out.println("To be, or not to" + response.content());
            System.out.println(response.tokenUsage() + ", " + response.finishReason());

            StreamingLanguageModel streaming = new Gpt2StreamingLanguageModel(gpt2, config, ForkJoinPool.commonPool());
            var printer = new Printer();
            Prompt prompt = PromptTemplate.from("{{name}}:\n").apply(Map.of("name", "ROMEO"));
            System.out.print("\n" + prompt.text());
            streaming.generate(prompt, printer);
            // The call above has returned at once; the model must stay open until the end.
            System.out.println(printer.done.join().finishReason());
        }
    }

    /** Prints each token when it comes. */
    private static final class Printer implements StreamingResponseHandler<String> {
        final CompletableFuture<Response<String>> done = new CompletableFuture<>();

        @Override
        public void onNext(String token) {
            System.out.print(token);
            System.out.flush();
        }

        @Override
        public void onComplete(Response<String> response) {
            System.out.println();
            done.complete(response);
        }

        @Override
        public void onError(Throwable error) {
            done.completeExceptionally(error);
        }
    }
}
