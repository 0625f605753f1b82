package io.github.gpt2djl.training;

import io.github.gpt2djl.checkpoint.Adapter;
import io.github.gpt2djl.checkpoint.AdapterConfig;
import io.github.gpt2djl.checkpoint.Checkpoint;
import io.github.gpt2djl.checkpoint.SaveProgress;
import io.github.gpt2djl.checkpoint.TensorInfo.DType;
import io.github.gpt2djl.internal.decoder.TrainingModel;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * The result of a training: a model, or an adapter.
 *
 * @param folder the folder for the published files
 */
record LearnedModel(Checkpoint start, Learning learning, Path folder) {
    /** Returns the model in its current state, merged with its adapter. */
    Checkpoint model(TrainingModel weights) throws IOException {
        Checkpoint model = new Checkpoint(
                folder.toString(), start.config(), weights.weights(), start.tokenizer(), start.settings());
        return learning.adapterRank() == 0
                ? model
                : new Adapter(folder.toString(), adapter(), weights.adapter()).on(model);
    }

    /** Writes the published files of the model, or those of the adapter. */
    void keep(TrainingModel weights) throws IOException {
        if (learning.adapterRank() > 0) {
            Adapter.write(folder, adapter(), start.config(), weights.adapter());
        } else {
            model(weights).save(folder, DType.F32, learning.dropout(), 0, SaveProgress.NONE);
        }
    }

    private AdapterConfig adapter() {
        return new AdapterConfig(
                start.name(), learning.adapterRank(), learning.adapterAlpha(), List.of("c_attn"), learning.dropout());
    }
}
