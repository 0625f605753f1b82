package io.github.gpt2djl.spring;

import io.github.gpt2djl.Precision;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * The properties below {@code gpt2}.
 *
 * @param model the model's name or folder; not downloaded
 * @param precision of the weights
 * @param places maximum number of texts that are generated at once
 * @param capacity maximum number of requests that wait for a place
 * @param maxNewTokens maximum number of tokens of an answer, where a request names none
 */
@ConfigurationProperties("gpt2")
public record Gpt2Properties(
        @DefaultValue("shakespeare") String model,
        @DefaultValue("auto") Precision precision,
        @DefaultValue("8") int places,
        @DefaultValue("100") int capacity,
        @DefaultValue("100") int maxNewTokens) {}
