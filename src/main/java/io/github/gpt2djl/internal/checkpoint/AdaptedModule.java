package io.github.gpt2djl.internal.checkpoint;

import io.github.gpt2djl.ModelConfig;
import io.github.gpt2djl.ModelConfig.Architecture;
import java.util.ArrayList;
import java.util.List;

/**
 * A layer that PEFT can adapt.
 *
 * @param name the name in the whole model, like {@code transformer.h.0.attn.c_attn}
 * @param kind the way in which the weight is stored
 * @param in the weight's inputs; the ids of an embedding
 * @param out the weight's outputs
 */
record AdaptedModule(String name, Kind kind, long in, long out) {
    static final String HEAD = "lm_head";

    /** The way in which a weight is stored. */
    enum Kind {
        /** [out, in]. */
        LINEAR,
        /** [in, out]. */
        CONV1D,
        /** [ids, out]. */
        EMBEDDING
    }

    /** Tells whether PEFT's all-linear includes the layer. */
    boolean isInner() {
        return kind != Kind.EMBEDDING && !name.equals(HEAD);
    }

    /** Returns the prefix of the weights' names in the whole model. */
    static String prefix(Architecture architecture) {
        return TensorNames.prefixes(architecture).get(0);
    }

    /** Returns the name of the embedding table. */
    static String table(Architecture architecture) {
        return prefix(architecture) + PublishedNames.table(architecture).replace(".weight", "");
    }

    /** Returns all layers of a model, in the model's order. */
    static List<AdaptedModule> of(ModelConfig config) {
        List<AdaptedModule> all = new ArrayList<>();
        Architecture architecture = config.architecture();
        String prefix = prefix(architecture);
        int width = config.width();
        int inner = config.innerWidth();
        int embedding = config.embeddingWidth();
        all.add(new AdaptedModule(table(architecture), Kind.EMBEDDING, config.vocabularySize(), embedding));
        if (architecture == Architecture.OPT) {
            // The positions are left out, because PEFT ignores that they begin at 2.
            if (embedding != width) {
                all.add(new AdaptedModule(prefix + "project_out", Kind.LINEAR, width, embedding));
                all.add(new AdaptedModule(prefix + "project_in", Kind.LINEAR, embedding, width));
            }
            for (int layer = 0; layer < config.layers(); layer++) {
                String block = prefix + "layers." + layer + ".";
                attention(all, block + "self_attn.", width);
                all.add(new AdaptedModule(block + "fc1", Kind.LINEAR, width, inner));
                all.add(new AdaptedModule(block + "fc2", Kind.LINEAR, inner, width));
            }
        } else {
            String positions = architecture == Architecture.GPT ? "positions_embed" : "wpe";
            all.add(new AdaptedModule(prefix + positions, Kind.EMBEDDING, config.positions(), width));
            for (int layer = 0; layer < config.layers(); layer++) {
                String block = prefix + "h." + layer + ".";
                boolean neo = architecture == Architecture.GPT_NEO;
                Kind kind = neo ? Kind.LINEAR : Kind.CONV1D;
                if (neo) {
                    attention(all, block + "attn.attention.", width);
                } else {
                    all.add(new AdaptedModule(block + "attn.c_attn", kind, width, 3L * width));
                    all.add(new AdaptedModule(block + "attn.c_proj", kind, width, width));
                }
                all.add(new AdaptedModule(block + "mlp.c_fc", kind, width, inner));
                all.add(new AdaptedModule(block + "mlp.c_proj", kind, inner, width));
            }
        }
        all.add(new AdaptedModule(HEAD, Kind.LINEAR, embedding, config.vocabularySize()));
        return all;
    }

    private static void attention(List<AdaptedModule> all, String prefix, int width) {
        for (String name : List.of("k_proj", "v_proj", "q_proj", "out_proj")) {
            all.add(new AdaptedModule(prefix + name, Kind.LINEAR, width, width));
        }
    }
}
