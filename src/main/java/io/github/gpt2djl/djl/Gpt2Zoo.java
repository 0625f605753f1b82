package io.github.gpt2djl.djl;

import ai.djl.repository.zoo.ModelZoo;
import java.util.Set;

/**
 * A model zoo of one model, for {@code optModelZoo}: any model that {@link io.github.gpt2djl.Gpt2#load(String)} knows.
 * Nothing is downloaded unless the argument {@code download} is true, or the Criteria's {@code downloadModel} is
 * called.
 *
 * <pre>{@code
 * var criteria = ai.djl.repository.zoo.Criteria.builder()
 *         .setTypes(String.class, String.class)
 *         .optModelZoo(new Gpt2Zoo("gpt2"))
 *         .optArgument("do_sample", true)
 *         .optArgument("top_p", 0.95)
 *         .optArgument("max_new_tokens", 50)
 *         .build();
 * try (var model = criteria.loadModel();
 *         var predictor = model.newPredictor()) {
 *     System.out.println(predictor.predict("The future of AI is"));
 * }
 * }</pre>
 *
 * <p>The arguments are {@code precision}, {@code threads}, {@code download}, and those of {@link
 * Gpt2TranslatorFactory}, which is the default factory. An unknown argument causes an {@link IllegalArgumentException}.
 */
public final class Gpt2Zoo extends ModelZoo {
    static final String GROUP = "io.github.gpt2djl";

    /**
     * Creates a zoo of one model.
     *
     * @param name {@code shakespeare}, {@code gpt2}, {@code org/name}, {@code org/name@revision}, or a folder
     */
    public Gpt2Zoo(String name) {
        addModel(new Gpt2Loader(name));
    }

    @Override
    public String getGroupId() {
        return GROUP;
    }

    @Override
    public Set<String> getSupportedEngines() {
        return Set.of(Gpt2Engine.NAME);
    }
}
