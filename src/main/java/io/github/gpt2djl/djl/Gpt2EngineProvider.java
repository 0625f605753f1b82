package io.github.gpt2djl.djl;

import ai.djl.engine.Engine;
import ai.djl.engine.EngineProvider;
import io.github.gpt2djl.internal.machine.DjlSettings;

/**
 * Registers the engine {@code Gpt2}, which loads a folder as {@link io.github.gpt2djl.Gpt2#load(Path)} does. DJL finds
 * the engine on the class path, and never uses it by default.
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
 * <p>DJL Serving reads the same from a serving.properties in the folder, with {@code engine=Gpt2}, {@code
 * translatorFactory=io.github.gpt2djl.djl.Gpt2TranslatorFactory} and the arguments, one per line. If the folder
 * contains nothing else, {@code model=gpt2} names a model.
 */
public final class Gpt2EngineProvider implements EngineProvider {
    static {
        // DJL is about to choose its default engine, which it would then report over the network.
        DjlSettings.withoutReports();
    }

    /** Creates the provider, for {@link java.util.ServiceLoader}. */
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
