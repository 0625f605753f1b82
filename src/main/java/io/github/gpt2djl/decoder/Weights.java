package io.github.gpt2djl.decoder;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.github.gpt2djl.checkpoint.Checkpoint;
import io.github.gpt2djl.checkpoint.MalformedCheckpointException;
import io.github.gpt2djl.checkpoint.MappedBytes;
import io.github.gpt2djl.checkpoint.ModelConfig;
import io.github.gpt2djl.checkpoint.TensorFile;
import io.github.gpt2djl.checkpoint.TensorInfo;
import io.github.gpt2djl.checkpoint.TensorInfo.DType;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Hands a checkpoint's tensors to decoder.py, one at a time: mapped, packed there, and unmapped.
 *
 * <p>Names are the published ones, with or without the {@code transformer.} prefix; masks ({@code attn.bias}) and
 * whatever else a file holds are ignored. All shapes are checked before the first tensor is read.
 */
final class Weights {
    private final TensorFile file;
    private final ModelConfig config;
    private final String prefix;

    /** One call of decoder.py: the method and the tensors it takes. */
    private record Step(String method, boolean transposed, List<TensorInfo> tensors) {}

    private Weights(TensorFile file, ModelConfig config) {
        this.file = file;
        this.config = config;
        this.prefix =
                file.find("wte.weight") == null && file.find("transformer.wte.weight") != null ? "transformer." : "";
    }

    /**
     * Loads all tensors of {@code checkpoint} into {@code module}.
     *
     * @throws MalformedCheckpointException if a tensor is missing, misshapen or of a type that is not a float
     */
    static void load(Checkpoint checkpoint, TorchModule module, NDManager manager) throws IOException {
        Weights weights = new Weights(checkpoint.tensors(), checkpoint.config());
        for (Step step : weights.steps()) {
            weights.run(step, module, manager);
        }
        module.call("free_scratch");
    }

    private List<Step> steps() throws MalformedCheckpointException {
        int width = config.width();
        int inner = config.innerWidth();
        List<Step> steps = new ArrayList<>();
        TensorInfo head = head();
        TensorInfo wte = tensor("wte.weight", config.vocabularySize(), width);
        steps.add(step(head == null ? "add_tied_embedding" : "add_embedding", wte));
        if (head != null) {
            steps.add(step("add_linear", head));
        }
        steps.add(step("add_embedding", tensor("wpe.weight", config.positions(), width)));
        for (int layer = 0; layer < config.layers(); layer++) {
            String h = "h." + layer + ".";
            steps.add(norm(h + "ln_1"));
            steps.add(conv1d(h + "attn.c_attn", width, 3 * width));
            steps.add(conv1d(h + "attn.c_proj", width, width));
            steps.add(norm(h + "ln_2"));
            steps.add(conv1d(h + "mlp.c_fc", width, inner));
            steps.add(conv1d(h + "mlp.c_proj", inner, width));
        }
        steps.add(norm("ln_f"));
        return steps;
    }

    /** The explicit head, or null where the embedding table is the head. */
    private @Nullable TensorInfo head() throws MalformedCheckpointException {
        TensorInfo head = file.find("lm_head.weight");
        if (head == null && !config.tiedHead()) {
            throw new MalformedCheckpointException(
                    file.name(), "tensor lm_head.weight is missing, and config.json has tie_word_embeddings false");
        }
        return head == null ? null : checked(head, config.vocabularySize(), config.width());
    }

    private Step norm(String name) throws MalformedCheckpointException {
        return step("add_norm", tensor(name + ".weight", config.width()), tensor(name + ".bias", config.width()));
    }

    /** GPT-2's linear layers are stored [in, out]. */
    private Step conv1d(String name, int in, int out) throws MalformedCheckpointException {
        return new Step("add_linear", true, List.of(tensor(name + ".weight", in, out), tensor(name + ".bias", out)));
    }

    private static Step step(String method, TensorInfo... tensors) {
        return new Step(method, false, List.of(tensors));
    }

    private TensorInfo tensor(String name, long... shape) throws MalformedCheckpointException {
        TensorInfo info = file.find(prefix + name);
        if (info == null) {
            throw new MalformedCheckpointException(
                    file.name(),
                    "tensor " + prefix + name + " is missing; config.json describes " + config.layers() + " layers");
        }
        return checked(info, shape);
    }

    private TensorInfo checked(TensorInfo info, long... shape) throws MalformedCheckpointException {
        if (!info.hasShape(shape)) {
            throw new MalformedCheckpointException(
                    file.name(),
                    "tensor " + info.name() + " has shape " + info.shape() + ", expected "
                            + new Shape(shape).toString().replace("(", "[").replace(")", "]") + " by config.json");
        }
        if (info.dtype() != DType.F32 && info.dtype() != DType.F16 && info.dtype() != DType.BF16) {
            throw new MalformedCheckpointException(
                    file.name(), "tensor " + info.name() + " is " + info.dtype() + ", expected F32, F16 or BF16");
        }
        return info;
    }

    private void run(Step step, TorchModule module, NDManager manager) throws IOException {
        List<MappedBytes> open = new ArrayList<>();
        try (NDManager scope = manager.newSubManager()) {
            NDArray[] arrays = new NDArray[step.tensors().size()];
            for (int i = 0; i < arrays.length; i++) {
                TensorInfo info = step.tensors().get(i);
                MappedBytes piece = file.map(info);
                open.add(piece);
                arrays[i] = array(scope, info, piece.buffer());
            }
            if (step.method().equals("add_linear")) {
                NDArray bias = arrays.length == 2
                        ? arrays[1]
                        : scope.zeros(new Shape(step.tensors().get(0).shape().get(0)));
                module.call(step.method(), arrays[0], bias, step.transposed());
            } else {
                module.call(step.method(), (Object[]) arrays);
            }
        } finally {
            // Only now: the arrays above looked into the mapping.
            open.forEach(MappedBytes::close);
        }
    }

    private static NDArray array(NDManager manager, TensorInfo info, ByteBuffer bytes) {
        Shape shape = new Shape(info.shape().stream().mapToLong(Long::longValue).toArray());
        return switch (info.dtype()) {
            case F16 -> manager.create(bytes, shape, DataType.FLOAT16);
            case BF16 -> manager.create(widen(bytes), shape, DataType.FLOAT32);
            default -> manager.create(bytes, shape, DataType.FLOAT32);
        };
    }

    /** A bfloat16 is the upper half of a float. DJL 0.35.1 cannot create tensors of it. */
    private static ByteBuffer widen(ByteBuffer bfloat16) {
        int n = bfloat16.remaining() / 2;
        ByteBuffer wide = ByteBuffer.allocateDirect(4 * n).order(ByteOrder.nativeOrder());
        for (int i = 0; i < n; i++) {
            wide.putInt(4 * i, bfloat16.getShort(2 * i) << 16);
        }
        return wide;
    }
}
