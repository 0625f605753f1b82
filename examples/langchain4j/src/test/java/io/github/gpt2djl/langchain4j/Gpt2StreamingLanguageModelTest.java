package io.github.gpt2djl.langchain4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.langchain4j.model.StreamingResponseHandler;
import dev.langchain4j.model.chat.TestStreamingResponseHandler;
import dev.langchain4j.model.input.Prompt;
import dev.langchain4j.model.output.FinishReason;
import dev.langchain4j.model.output.Response;
import io.github.gpt2djl.GenerationConfig;
import io.github.gpt2djl.Gpt2;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.ForkJoinPool;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * {@link TestStreamingResponseHandler} is LangChain4j's: it compares the tokens, put together, with the response.
 */
class Gpt2StreamingLanguageModelTest {
    private static final GenerationConfig CONFIG =
            GenerationConfig.builder().maxNewTokens(12).build();
    private static Gpt2 gpt2;

    @BeforeAll
    static void load() throws IOException {
        gpt2 = Gpt2.load("shakespeare");
    }

    @AfterAll
    static void close() {
        gpt2.close();
    }

    @Test
    void theResponseIsThatOfTheLanguageModel() {
        var handler = new TestStreamingResponseHandler<String>();
        streaming(CONFIG, ForkJoinPool.commonPool()).generate("ROMEO:", handler);
        assertThat(handler.get()).isEqualTo(new Gpt2LanguageModel(gpt2, CONFIG).generate("ROMEO:"));
    }

    @Test
    void aStopStringIsNeverSeen() {
        String whole = new Gpt2LanguageModel(gpt2, CONFIG).generate("ROMEO:").content();
        GenerationConfig config =
                CONFIG.toBuilder().stopStrings(whole.strip().split("\\s+")[2]).build();
        var handler = new TestStreamingResponseHandler<String>();
        streaming(config, ForkJoinPool.commonPool()).generate("ROMEO:", handler);
        assertThat(handler.get()).isEqualTo(new Gpt2LanguageModel(gpt2, config).generate("ROMEO:"));
        assertThat(handler.get().finishReason()).isEqualTo(FinishReason.STOP);
    }

    @Test
    void tokensThenOneResponse() {
        var calls = new Calls();
        streaming(CONFIG, Runnable::run).generate(Prompt.from("ROMEO:"), calls);
        assertThat(calls.names).hasSize(13).endsWith("onComplete");
        assertThat(calls.names.subList(0, 12)).allMatch(name -> name.startsWith("onNext:"));
    }

    @Test
    void textThatIsHeldBackIsNoEmptyToken() {
        String whole = new Gpt2LanguageModel(gpt2, CONFIG).generate("ROMEO:").content();
        String almost = whole.substring(0, whole.length() / 2) + "#";
        GenerationConfig config = CONFIG.toBuilder().stopStrings(almost).build();
        var calls = new Calls();
        streaming(config, Runnable::run).generate("ROMEO:", calls);
        assertThat(calls.response.content()).isEqualTo(whole);
        assertThat(calls.names).hasSizeLessThan(13).doesNotContain("onNext:");
    }

    @Test
    void itReturnsBeforeTheTextIsThere() {
        var returned = new CountDownLatch(1);
        var handler = new TestStreamingResponseHandler<String>();
        streaming(
                        CONFIG,
                        task -> new Thread(() -> {
                                    await(returned);
                                    task.run();
                                })
                                .start())
                .generate("ROMEO:", handler);
        returned.countDown();
        assertThat(handler.get().content()).isNotBlank();
    }

    @Test
    void aPromptThatCannotBeUsedIsOneError() {
        var calls = new Calls();
        streaming(CONFIG, Runnable::run).generate("word ".repeat(2000), calls);
        assertThat(calls.names).containsExactly("onError");
        assertThat(calls.error).isInstanceOf(IllegalArgumentException.class).hasMessageContaining("context");
    }

    @Test
    void theHandlersExceptionEndsTheGeneration() {
        var calls = new Calls() {
            @Override
            public void onNext(String token) {
                super.onNext(token);
                throw new AssertionError("enough");
            }
        };
        streaming(CONFIG, Runnable::run).generate("ROMEO:", calls);
        assertThat(calls.names).hasSize(2).endsWith("onError");
        assertThat(calls.error).hasMessage("enough");
    }

    @Test
    void anInterruptedThreadCompletesWithWhatThereIs() {
        var calls = new Calls() {
            @Override
            public void onNext(String token) {
                super.onNext(token);
                Thread.currentThread().interrupt();
            }
        };
        streaming(CONFIG, Runnable::run).generate("ROMEO:", calls);
        assertThat(Thread.interrupted()).isTrue();
        assertThat(calls.names).endsWith("onComplete").hasSizeLessThan(5);
        assertThat(calls.response.finishReason()).isEqualTo(FinishReason.OTHER);
    }

    @Test
    void aHandlerIsNeeded() {
        assertThatThrownBy(() -> streaming(CONFIG, Runnable::run).generate("ROMEO:", null))
                .isInstanceOf(NullPointerException.class)
                .hasMessage("handler");
    }

    private static Gpt2StreamingLanguageModel streaming(GenerationConfig config, Executor executor) {
        return new Gpt2StreamingLanguageModel(gpt2, config, executor);
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Records what is called. */
    private static class Calls implements StreamingResponseHandler<String> {
        final List<String> names = new ArrayList<>();
        Response<String> response;
        Throwable error;

        @Override
        public void onNext(String token) {
            names.add("onNext:" + token);
        }

        @Override
        public void onComplete(Response<String> response) {
            names.add("onComplete");
            this.response = response;
        }

        @Override
        public void onError(Throwable error) {
            names.add("onError");
            this.error = error;
        }
    }
}
