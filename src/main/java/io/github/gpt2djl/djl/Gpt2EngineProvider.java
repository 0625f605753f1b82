package io.github.gpt2djl.djl;

import ai.djl.engine.Engine;
import ai.djl.engine.EngineProvider;
import io.github.gpt2djl.internal.machine.DjlSettings;

/**
 * Registers the engine {@code Gpt2}, which loads a folder as {@link io.github.gpt2djl.Gpt2#load(Path)} does. DJL finds
 * it on the class path; it is never the default engine.
 *
 * <pre>{@code
 * var criteria = ai.djl.repository.zoo.Criteria.builder()
 *         .setTypes(String.class, String.class)
 *         .optModelPath(folder)
 *         .optEngine("Gpt2")
 *         .optTranslatorFactory(new Gpt2TranslatorFactory())
 *         .optArgument("precision", "int8")
 *         .optArgument("max_new_tokens", 30)
 *         .build();
 * }</pre>
 *
 * <p>For DJL Serving the same is a serving.properties in the folder, with {@code engine=Gpt2}, {@code
 * translatorFactory=io.github.gpt2djl.djl.Gpt2TranslatorFactory} and the arguments, one a line; {@code
 * model=gpt2} names a model where the folder has nothing else.
 */
public final class Gpt2EngineProvider implements EngineProvider {
    static {
        // DJL is about to choose its default engine, and then reports it over the network.
        DjlSettings.withoutReports();
    }

    /** For {@link java.util.ServiceLoader}. */
    public Gpt2EngineProvider() {}

    @Override
    public String getEngineName() {
        return Gpt2Engine.NAME;
    }

    @Override
    public int getEngineRank() {
        return Gpt2Engine.RANK;
    }

    @Override
    public Engine getEngine() {
        return Gpt2Engine.INSTANCE;
    }
}
