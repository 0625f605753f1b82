package io.github.gpt2djl.testing;

import java.util.stream.Stream;

/** The small models below src/test/resources/reference, one of each form, that transformers has computed. */
public final class ReferenceModels {
    /** The source of their names, for a parameterized test. */
    public static final String NAMES = "io.github.gpt2djl.testing.ReferenceModels#names";

    private ReferenceModels() {}

    /** {@return the models' folders} */
    public static Stream<String> names() {
        return Stream.of(
                "prefixed-f32",
                "untied-f16",
                "bare-bf16",
                "gpt1-f32",
                "opt-f16",
                "opt-projected-f16",
                "opt-no-bias-f16",
                "gpt-neo-f32");
    }
}
