package io.github.gpt2djl.internal.decoder;

import io.github.gpt2djl.MalformedCheckpointException;
import io.github.gpt2djl.ModelConfig;
import io.github.gpt2djl.ModelConfig.Architecture;
import io.github.gpt2djl.checkpoint.TensorFile;
import io.github.gpt2djl.checkpoint.TensorInfo;
import io.github.gpt2djl.internal.checkpoint.PublishedNames;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The tensors of a checkpoint in the order in which decoder.py takes them: the head before the layers, so that the
 * largest matrix is packed while little else is in memory.
 *
 * <p>Names are the published ones, with or without a prefix; masks ({@code attn.bias}) and other tensors of a file are
 * ignored. All shapes are checked before the first tensor is read.
 */
final class Layout {
    private static final String HEAD = "lm_head";

    private final TensorFile file;
    private final ModelConfig config;
    private final String table;
    private final String prefix;
    private final List<Step> steps = new ArrayList<>();

    /** The kind of a group of tensors. */
    enum Kind {
        EMBEDDING,
        POSITIONS,
        /** Weight and bias; or no tensors, for a norm that has neither. */
        NORM,
        /** The head is the embedding table. */
        TIED_HEAD,
        /** Weight [out, in] and bias, or the weight alone. */
        LINEAR,
        /** Weight [in, out] and bias. */
        CONV1D,
        /**
         * Weight [out, in] alone: a head that is not the embedding table, or a projection that makes the vectors of a
         * table wider or narrower.
         */
        WITHOUT_BIAS,
        /** Weights of queries, keys and values, then their biases, or the weights alone. */
        ATTENTION
    }

    /**
     * Tensors that decoder.py takes together.
     *
     * @param name the place of the tensors in the model, under its name in the published checkpoints of GPT-2
     */
    record Step(Kind kind, String name, List<TensorInfo> tensors) {
        /** Whether the step is the head, the matrix of the logits. */
        boolean isHead() {
            return name.equals(HEAD);
        }

        /** The matrix, or the matrices that become one. */
        List<TensorInfo> weight() {
            return tensors.subList(0, kind == Kind.ATTENTION ? 3 : 1);
        }

        /** The bias of the matrix, or the biases; empty without one. */
        List<TensorInfo> bias() {
            return tensors.subList(weight().size(), tensors.size());
        }

        long rows() {
            return weight().size() * tensors.get(0).shape().get(0);
        }

        long columns() {
            return tensors.get(0).shape().get(1);
        }
    }

    private Layout(TensorFile file, ModelConfig config) throws MalformedCheckpointException {
        this.file = file;
        this.config = config;
        table = PublishedNames.table(config.architecture());
        boolean opt = config.architecture() == Architecture.OPT;
        List<String> prefixes = opt ? List.of("model.decoder.", "decoder.", "") : List.of("", "transformer.");
        prefix = prefixes.stream()
                .filter(p -> file.find(p + table) != null)
                .findFirst()
                .orElse(prefixes.get(0));
    }

    /**
     * Lists all steps that load a model.
     *
     * @throws MalformedCheckpointException if a tensor is missing, misshapen or of a type that is not a float
     */
    static List<Step> steps(TensorFile file, ModelConfig config) throws MalformedCheckpointException {
        Layout layout = new Layout(file, config);
        layout.embeddings();
        for (int layer = 0; layer < config.layers(); layer++) {
            String h = PublishedNames.layers(config.architecture()) + layer + ".";
            switch (config.architecture()) {
                case OPT ->
                    layout.linearLayer(
                            h + "self_attn_layer_norm",
                            h + "self_attn.",
                            config.enableBias(),
                            h + "final_layer_norm",
                            h + "fc1",
                            h + "fc2");
                case GPT_NEO ->
                    layout.linearLayer(
                            h + "ln_1", h + "attn.attention.", false, h + "ln_2", h + "mlp.c_fc", h + "mlp.c_proj");
                case GPT2, GPT -> layout.gptLayer(h);
            }
        }
        layout.last();
        return layout.steps;
    }

    private void embeddings() throws MalformedCheckpointException {
        int embedding = config.embeddingWidth();
        TensorInfo tokens = tensor(table, config.vocabularySize(), embedding);
        TensorInfo head = head(tokens);
        add(Kind.EMBEDDING, "wte", tokens);
        if (head == null) {
            add(Kind.TIED_HEAD, HEAD, tokens);
        } else {
            add(Kind.WITHOUT_BIAS, HEAD, head);
        }
        String positions = PublishedNames.positions(config.architecture());
        int unused = config.unusedPositions();
        add(Kind.POSITIONS, "wpe", tensor(positions, (long) config.positions() + unused, config.width()));
    }

    /** The explicit head, or null if the embedding table is the head. */
    private @Nullable TensorInfo head(TensorInfo tokens) throws MalformedCheckpointException {
        TensorInfo head = file.find(PublishedNames.HEAD);
        if (head == null && !config.tiedHead()) {
            throw new MalformedCheckpointException(
                    file.name(), "tensor lm_head.weight is missing, and config.json has tie_word_embeddings false");
        }
        if (head == null || file.isSame(head, tokens)) {
            return null;
        }
        return FloatTensor.check(file, head, config.vocabularySize(), config.embeddingWidth());
    }

    /** Adds a layer of GPT-2 or GPT, whose linear layers ("Conv1D") are stored [in, out]. */
    private void gptLayer(String h) throws MalformedCheckpointException {
        int width = config.width();
        norm("ln_1", h + "ln_1");
        conv1d("attn.c_attn", h + "attn.c_attn", width, 3 * width);
        conv1d("attn.c_proj", h + "attn.c_proj", width, width);
        norm("ln_2", h + "ln_2");
        conv1d("mlp.c_fc", h + "mlp.c_fc", width, config.innerWidth());
        conv1d("mlp.c_proj", h + "mlp.c_proj", config.innerWidth(), width);
    }

    /** Adds a layer of OPT or GPT-Neo, whose linear layers are stored [out, in]. */
    private void linearLayer(
            String firstNorm, String attention, boolean biases, String secondNorm, String up, String down)
            throws MalformedCheckpointException {
        int width = config.width();
        norm("ln_1", firstNorm);
        attention(attention, biases);
        linear("attn.c_proj", attention + "out_proj", width, width);
        norm("ln_2", secondNorm);
        linear("mlp.c_fc", up, width, config.innerWidth());
        linear("mlp.c_proj", down, config.innerWidth(), width);
    }

    private void attention(String h, boolean biases) throws MalformedCheckpointException {
        int width = config.width();
        List<TensorInfo> tensors = new ArrayList<>();
        for (String name : new String[] {"q_proj", "k_proj", "v_proj"}) {
            tensors.add(tensor(h + name + ".weight", width, width));
        }
        for (String name : biases ? new String[] {"q_proj", "k_proj", "v_proj"} : new String[0]) {
            tensors.add(tensor(h + name + ".bias", width));
        }
        steps.add(new Step(Kind.ATTENTION, "attn.c_attn", tensors));
    }

    private void last() throws MalformedCheckpointException {
        int width = config.width();
        int embedding = config.embeddingWidth();
        if (config.finalNorm()) {
            norm("ln_f", PublishedNames.finalNorm(config.architecture()));
        }
        if (embedding != width) {
            add(Kind.WITHOUT_BIAS, "project_in", tensor("project_in.weight", width, embedding));
            add(Kind.WITHOUT_BIAS, "project_out", tensor("project_out.weight", embedding, width));
        }
    }

    private void norm(String target, String name) throws MalformedCheckpointException {
        if (config.layerNormElementwiseAffine()) {
            add(Kind.NORM, target, tensor(name + ".weight", config.width()), tensor(name + ".bias", config.width()));
        } else {
            add(Kind.NORM, target);
        }
    }

    private void conv1d(String target, String name, int in, int out) throws MalformedCheckpointException {
        add(Kind.CONV1D, target, tensor(name + ".weight", in, out), tensor(name + ".bias", out));
    }

    private void linear(String target, String name, int in, int out) throws MalformedCheckpointException {
        if (config.enableBias()) {
            add(Kind.LINEAR, target, tensor(name + ".weight", out, in), tensor(name + ".bias", out));
        } else {
            add(Kind.LINEAR, target, tensor(name + ".weight", out, in));
        }
    }

    private void add(Kind kind, String target, TensorInfo... tensors) {
        steps.add(new Step(kind, target, List.of(tensors)));
    }

    private TensorInfo tensor(String name, long... shape) throws MalformedCheckpointException {
        TensorInfo info = file.find(prefix + name);
        if (info == null) {
            throw new MalformedCheckpointException(
                    file.name(), "tensor " + prefix + name + " is missing" + reason(name));
        }
        return FloatTensor.check(file, info, shape);
    }

    /** The likely reason why a tensor is missing: it has another name, or there are fewer layers. */
    private String reason(String name) {
        String other = file.names().stream()
                .filter(stored -> stored.endsWith("." + name))
                .findFirst()
                .orElse(null);
        if (other != null) {
            return ", the file has " + other + "; save it with the names of a state_dict that transformers loads";
        }
        if (name.equals(table) && file.find(PublishedNames.HEAD) != null) {
            return "; lm_head.weight stands for it only where tie_word_embeddings is true";
        }
        return "; config.json describes " + config.layers() + " layers";
    }
}
