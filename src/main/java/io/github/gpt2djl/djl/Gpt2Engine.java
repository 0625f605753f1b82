package io.github.gpt2djl.djl;

import ai.djl.Device;
import ai.djl.engine.Engine;
import ai.djl.ndarray.NDManager;
import ai.djl.util.passthrough.PassthroughNDManager;
import org.jspecify.annotations.Nullable;

/** Creates models for DJL. Their inputs and outputs are texts, not arrays. */
final class Gpt2Engine extends Engine {
    static final String NAME = "Gpt2";
    /** DJL's default engine is the one with the lowest rank, and never one with this rank. */
    static final int RANK = Integer.MAX_VALUE;

    static final Gpt2Engine INSTANCE = new Gpt2Engine();

    private Gpt2Engine() {}

    @Override
    public @Nullable Engine getAlternativeEngine() {
        return null;
    }

    @Override
    public String getEngineName() {
        return NAME;
    }

    @Override
    public int getRank() {
        return RANK;
    }

    @Override
    public String getVersion() {
        return getDjlVersion();
    }

    @Override
    public boolean hasCapability(String capability) {
        return false;
    }

    @Override
    public Gpt2Model newModel(String name, @Nullable Device device) {
        return new Gpt2Model(name, newBaseManager(device));
    }

    @Override
    public NDManager newBaseManager() {
        return newBaseManager(null);
    }

    @Override
    public NDManager newBaseManager(@Nullable Device device) {
        return new PassthroughNDManager(this, device);
    }
}
