package io.github.gpt2djl.djl;

import ai.djl.BaseModel;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import ai.djl.util.PairList;
import io.github.gpt2djl.Gpt2;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A {@link Gpt2} as a DJL model; the predictor's {@link BatchTranslator} computes. */
final class Gpt2Model extends BaseModel {
    private @Nullable Gpt2 gpt2;

    Gpt2Model(String name, NDManager manager) {
        super(name);
        this.manager = manager;
        dataType = DataType.FLOAT32;
    }

    /** Loads a folder, or the model that the argument {@code model} names. */
    @Override
    public void load(Path folder, @Nullable String prefix, @Nullable Map<String, ?> options) throws IOException {
        setModelDir(folder);
        Arguments.rejectAmongOptions(options == null ? Map.of() : options);
        open(properties.getOrDefault(Arguments.MODEL, modelDir.toString()));
    }

    /** Loads a model that {@link Gpt2#load(String)} knows, with the properties as arguments. */
    void open(String name) throws IOException {
        gpt2 = Gpt2.load(name, Arguments.loading(properties, manager.getDevice()));
    }

    Gpt2 gpt2() {
        if (gpt2 == null) {
            throw new IllegalStateException(modelName + " is not loaded yet; call load before");
        }
        return gpt2;
    }

    @Override
    public void setBlock(Block block) {
        throw new IllegalArgumentException("found a block, expected none: " + Gpt2Engine.NAME
                + " loads whole models; take optBlock or blockFactory out");
    }

    @Override
    public PairList<String, Shape> describeInput() {
        return new PairList<>();
    }

    @Override
    public PairList<String, Shape> describeOutput() {
        return new PairList<>();
    }

    @Override
    public void close() {
        if (gpt2 != null) {
            gpt2.close();
        }
        super.close();
    }

    /**
     * Overrides DJL's, which would warn that the model was not closed: this kind of manager always reports to be open.
     */
    @Override
    @SuppressWarnings({"deprecation", "removal", "Finalize"})
    protected void finalize() {}
}
