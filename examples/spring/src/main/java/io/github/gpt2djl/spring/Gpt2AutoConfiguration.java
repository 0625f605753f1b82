package io.github.gpt2djl.spring;

import io.github.gpt2djl.ContinuousBatch;
import io.github.gpt2djl.GenerationConfig;
import io.github.gpt2djl.Gpt2;
import io.github.gpt2djl.LoadOptions;
import java.io.IOException;
import org.springframework.ai.chat.model.ChatModel;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;

/**
 * Loads a model, starts a batch that all requests share, and offers both as Spring AI's {@link ChatModel}. A bean of the
 * application precedes each of them. Spring closes the batch, then the model.
 */
@AutoConfiguration
@EnableConfigurationProperties(Gpt2Properties.class)
public class Gpt2AutoConfiguration {
    /**
     * Loads the model.
     *
     * @param properties model and precision
     * @return the model
     * @throws IOException if the model is not on this machine, or cannot be read
     */
    @Bean
    @ConditionalOnMissingBean
    Gpt2 gpt2(Gpt2Properties properties) throws IOException {
        return Gpt2.load(properties.model(), LoadOptions.DEFAULT.withPrecision(properties.precision()));
    }

    /**
     * Starts the batch.
     *
     * @param gpt2 the model
     * @param properties places and capacity
     * @return the batch
     */
    @Bean
    @ConditionalOnMissingBean
    ContinuousBatch gpt2Batch(Gpt2 gpt2, Gpt2Properties properties) {
        return new ContinuousBatch(gpt2, properties.places(), properties.capacity());
    }

    /**
     * Makes the chat model.
     *
     * @param gpt2 the model
     * @param batch of the same model
     * @param properties length of an answer
     * @return the chat model
     */
    @Bean
    @ConditionalOnMissingBean(ChatModel.class)
    Gpt2ChatModel gpt2ChatModel(Gpt2 gpt2, ContinuousBatch batch, Gpt2Properties properties) {
        GenerationConfig config = GenerationConfig.builder()
                .maxNewTokens(properties.maxNewTokens())
                .build();
        return new Gpt2ChatModel(gpt2.name(), batch, config);
    }
}
