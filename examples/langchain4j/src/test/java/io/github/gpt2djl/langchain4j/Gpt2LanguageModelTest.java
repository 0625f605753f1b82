package io.github.gpt2djl.langchain4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.langchain4j.model.input.Prompt;
import dev.langchain4j.model.language.LanguageModel;
import dev.langchain4j.model.output.FinishReason;
import dev.langchain4j.model.output.Response;
import dev.langchain4j.model.output.TokenUsage;
import io.github.gpt2djl.Generation;
import io.github.gpt2djl.GenerationConfig;
import io.github.gpt2djl.Gpt2;
import java.io.IOException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class Gpt2LanguageModelTest {
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
    void textUsageAndReasonAreTheGenerations() {
        Generation generation = gpt2.generate("ROMEO:", CONFIG);
        int prompt = gpt2.encode("ROMEO:").size();

        LanguageModel model = new Gpt2LanguageModel(gpt2, CONFIG);
        Response<String> response = model.generate("ROMEO:");
        assertThat(response.content()).isEqualTo(generation.text()).isNotBlank();
        assertThat(response.tokenUsage()).isEqualTo(new TokenUsage(prompt, 12, prompt + 12));
        assertThat(response.finishReason()).isEqualTo(FinishReason.LENGTH);
        assertThat(model.generate(Prompt.from("ROMEO:"))).isEqualTo(response);
    }

    @Test
    void aStopStringEndsTheTextBeforeIt() {
        String whole = new Gpt2LanguageModel(gpt2, CONFIG).generate("ROMEO:").content();
        String word = whole.strip().split("\\s+")[2];
        GenerationConfig config = CONFIG.toBuilder().stopStrings(word).build();

        Response<String> response = new Gpt2LanguageModel(gpt2, config).generate("ROMEO:");
        assertThat(response.finishReason()).isEqualTo(FinishReason.STOP);
        assertThat(response.content()).isEqualTo(whole.substring(0, whole.indexOf(word)));
    }

    @Test
    void anInterruptedThreadGetsWhatThereIs() {
        Thread.currentThread().interrupt();
        Response<String> response = new Gpt2LanguageModel(gpt2, CONFIG).generate("ROMEO:");
        assertThat(Thread.interrupted()).isTrue();
        assertThat(response.finishReason()).isEqualTo(FinishReason.OTHER);
        assertThat(response.tokenUsage().outputTokenCount()).isLessThan(12);
    }

    /** LangChain4j: STOP is the model's decision, LENGTH a limit of tokens. */
    @ParameterizedTest
    @CsvSource({"LENGTH, LENGTH", "CONTEXT, LENGTH", "EOS, STOP", "STOP, STOP", "CANCELLED, OTHER"})
    void reasons(io.github.gpt2djl.FinishReason reason, FinishReason theirs) {
        assertThat(Responses.reason(reason)).isEqualTo(theirs);
    }

    @Test
    void exceptionsAreTheLibrarys() {
        String tooLong = "word ".repeat(2000);
        Throwable own = catchThrowable(() -> gpt2.generate(tooLong, CONFIG));
        assertThatThrownBy(() -> new Gpt2LanguageModel(gpt2, CONFIG).generate(tooLong))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(own.getMessage());
    }
}
