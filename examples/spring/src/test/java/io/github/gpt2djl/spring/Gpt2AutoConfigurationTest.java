package io.github.gpt2djl.spring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.gpt2djl.ContinuousBatch;
import io.github.gpt2djl.Gpt2;
import java.io.FileNotFoundException;
import org.junit.jupiter.api.Test;
import org.springframework.ai.chat.model.ChatModel;
import org.springframework.ai.chat.prompt.Prompt;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

class Gpt2AutoConfigurationTest {
    private final ApplicationContextRunner runner =
            new ApplicationContextRunner().withConfiguration(AutoConfigurations.of(Gpt2AutoConfiguration.class));

    @Test
    void theShippedModelIsTheDefault() {
        Gpt2[] model = new Gpt2[1];
        runner.withPropertyValues("gpt2.max-new-tokens=5", "gpt2.precision=int8")
                .run(context -> {
                    assertThat(context).hasSingleBean(Gpt2.class).hasSingleBean(ContinuousBatch.class);
                    assertThat(context.getBean(ChatModel.class)
                                    .call(new Prompt("Who art thou?"))
                                    .getMetadata()
                                    .getUsage()
                                    .getCompletionTokens())
                            .isEqualTo(5);
                    model[0] = context.getBean(Gpt2.class);
                });
        assertThatThrownBy(() -> model[0].encode("closed")).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void anApplicationsOwnChatModelPrecedes() {
        ChatModel own = prompt -> null;
        runner.withBean(ChatModel.class, () -> own)
                .run(context -> assertThat(context.getBean(ChatModel.class)).isSameAs(own));
    }

    @Test
    void aModelThatIsNotHereFailsTheStart() {
        runner.withPropertyValues("gpt2.model=no/such-model")
                .run(context -> assertThat(context)
                        .hasFailed()
                        .getFailure()
                        .hasRootCauseInstanceOf(FileNotFoundException.class));
    }
}
