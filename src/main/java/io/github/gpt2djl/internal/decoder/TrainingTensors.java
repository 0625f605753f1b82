package io.github.gpt2djl.internal.decoder;

import io.github.gpt2djl.InvalidOptionException;
import io.github.gpt2djl.ModelConfig;
import io.github.gpt2djl.ModelConfig.Architecture;
import io.github.gpt2djl.NamedOption;
import io.github.gpt2djl.checkpoint.Checkpoint;
import io.github.gpt2djl.checkpoint.TensorInfo;
import io.github.gpt2djl.training.Learning;
import java.io.IOException;
import java.util.List;

/** The tensors of a model that learns, and which of them are frozen. */
final class TrainingTensors {
    private TrainingTensors() {}

    /** Rejects a model that cannot learn in the given way. */
    static void check(Checkpoint checkpoint, Learning learning) {
        ModelConfig config = checkpoint.config();
        boolean neo = config.architecture() == Architecture.GPT_NEO;
        if (!(neo || config.architecture() == Architecture.GPT2) || !config.tiedHead()) {
            throw new IllegalArgumentException(checkpoint.name() + " is of the architecture " + config.architecture()
                    + (config.tiedHead() ? "" : " with a head of its own")
                    + ", expected a GPT2 or GPT_NEO whose head is its embedding table: gpt2, gpt2-medium,"
                    + " gpt2-large, gpt2-xl, distilgpt2, shakespeare, a TinyStories or a model like them");
        }
        if (neo && learning.adapterRank() > 0) {
            throw InvalidOptionException.value(
                            NamedOption.of("loraRank"),
                            learning.adapterRank(),
                            "0 for ",
                            checkpoint.name(),
                            ", a GPT_NEO: this library trains adapters of GPT2's c_attn only")
                    .withAdvice("let all weights learn, or freeze layers");
        }
        if (learning.frozenLayers() >= config.layers()) {
            throw InvalidOptionException.value(
                    NamedOption.of("freezeLayers"),
                    learning.frozenLayers(),
                    "less than ",
                    config.layers(),
                    ", the layers of ",
                    checkpoint.name());
        }
    }

    /** All tensors of a model in the order of training.py, which is the order of {@link Layout} with a tied head. */
    static List<TensorInfo> of(Checkpoint checkpoint) throws IOException {
        return Layout.steps(checkpoint.tensors(), checkpoint.config()).stream()
                .filter(step -> step.kind() != Layout.Kind.TIED_HEAD)
                .flatMap(step -> step.tensors().stream())
                .toList();
    }

    /**
     * The number of frozen tensors: all with an adapter; otherwise, if layers are frozen, the two embeddings and the
     * tensors of these layers. The two tensors of the last norm are left.
     */
    static int frozen(Learning learning, int layers, int all) {
        if (learning.adapterRank() > 0) {
            return all;
        }
        return learning.frozenLayers() == 0 ? 0 : 2 + (all - 4) / layers * learning.frozenLayers();
    }
}
