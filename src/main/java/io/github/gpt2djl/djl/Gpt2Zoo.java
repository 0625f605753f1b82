package io.github.gpt2djl.djl;

import ai.djl.repository.zoo.ModelZoo;
import java.util.Set;

/**
 * One model by its name, for {@code optModelZoo}: all that {@link io.github.gpt2djl.Gpt2#load(String)} takes. Nothing
 * is downloaded unless the argument {@code download} is true, or the Criteria's {@code downloadModel} is called.
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
 * <p>Arguments: {@code precision}, {@code threads}, {@code download}, and all that {@link Gpt2TranslatorFactory} takes,
 * which need not be named here. An unknown one is an {@link IllegalArgumentException}.
 */
public final class Gpt2Zoo extends ModelZoo {
    static final String GROUP = "io.github.gpt2djl";

    /**
     * A zoo of one model.
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
