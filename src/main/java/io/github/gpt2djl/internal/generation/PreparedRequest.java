package io.github.gpt2djl.internal.generation;

import io.github.gpt2djl.GenerationConfig;
import io.github.gpt2djl.internal.loop.Request;
import java.util.OptionalLong;

/**
 * A prompt that has been encoded and checked.
 *
 * @param config how to continue it
 * @param asked new tokens that the user wants, which may be more than the context has room for
 * @param seed empty if nothing is drawn
 */
public record PreparedRequest(Request request, GenerationConfig config, int asked, OptionalLong seed) {}
