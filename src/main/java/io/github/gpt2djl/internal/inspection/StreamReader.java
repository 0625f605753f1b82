package io.github.gpt2djl.internal.inspection;

import io.github.gpt2djl.ModelConfig;
import io.github.gpt2djl.inspection.Attribution;
import io.github.gpt2djl.inspection.Attribution.Contribution;
import io.github.gpt2djl.inspection.Attribution.Part;
import io.github.gpt2djl.inspection.Hook;
import io.github.gpt2djl.inspection.LogitLens;
import io.github.gpt2djl.inspection.Trace;
import io.github.gpt2djl.inspection.TracedTensor;
import io.github.gpt2djl.internal.generation.LoadedModel;
import io.github.gpt2djl.sampling.TokenProbability;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Reads the residual stream: the lens after each layer, and the sum that makes a logit. */
public record StreamReader(LoadedModel model) {
    /** @param trace with the places of {@link #lensPlaces} */
    public LogitLens lens(Trace trace, int top) {
        List<LogitLens.Layer> layers = new ArrayList<>();
        for (String place : lensPlaces()) {
            TracedTensor stream = trace.tensor(place);
            float[] logits = model.decoder().inspection().lens(stream.values());
            int size = model.config().vocabularySize();
            List<List<TokenProbability>> likeliest = new ArrayList<>();
            for (int begin = 0; begin < logits.length; begin += size) {
                likeliest.add(top(Arrays.copyOfRange(logits, begin, begin + size), top));
            }
            layers.add(new LogitLens.Layer(place, likeliest));
        }
        return new LogitLens(trace.ids(), layers);
    }

    private static List<TokenProbability> top(float[] logits, int top) {
        double most = Double.NEGATIVE_INFINITY;
        for (float logit : logits) {
            most = Math.max(most, logit);
        }
        double sum = 0;
        for (float logit : logits) {
            sum += Math.exp(logit - most);
        }
        return TokenProbability.top(FloatBuffer.wrap(logits), most + Math.log(sum), top);
    }

    /** The places of the residual stream between the layers, as the next layer reads it. */
    public List<String> lensPlaces() {
        ModelConfig config = model.config();
        List<String> names = new ArrayList<>(List.of(Hook.RESID_PRE.at(0)));
        for (int layer = 0; layer < config.layers(); layer++) {
            names.add((config.postNorm() ? Hook.NORMALIZED_RESID_POST : Hook.RESID_POST).at(layer));
        }
        return names;
    }

    /**
     * Attributes a logit at each of some positions.
     *
     * @param tokens for each position its token, or its token and one whose logit is subtracted
     */
    public List<Attribution> attribute(int[] ids, int[] positions, int[][] tokens) {
        float[] values = model.decoder().inspection().attribution(ids, attributionPlaces(), positions, tokens);
        List<Contribution> labels = labels();
        List<Attribution> all = new ArrayList<>();
        for (int i = 0; i < positions.length; i++) {
            List<Contribution> parts = new ArrayList<>();
            double sum = 0;
            for (Contribution label : labels) {
                int cell = (parts.size() * positions.length + i) * tokens[i].length;
                double value = tokens[i].length == 1 ? values[cell] : (double) values[cell] - values[cell + 1];
                sum += value;
                parts.add(new Contribution(label.part(), label.layer(), label.head(), value));
            }
            all.add(new Attribution(positions[i], sum, parts));
        }
        return all;
    }

    private List<String> attributionPlaces() {
        return new Places(model.config())
                .matching(List.of("hook_embed", "hook_pos_embed", "*.hook_result", "*_out", "*ln*.hook_scale"));
    }

    /** The parts in the order of attribution.py, without values. */
    private List<Contribution> labels() {
        ModelConfig config = model.config();
        List<Contribution> labels = new ArrayList<>(List.of(label(Part.EMBEDDING, -1), label(Part.POSITION, -1)));
        for (int layer = 0; layer < config.layers(); layer++) {
            for (int head = 0; head < config.heads(); head++) {
                labels.add(new Contribution(Part.HEAD, layer, head, 0));
            }
            labels.add(label(Part.ATTENTION_BIAS, layer));
            if (config.postNorm()) {
                labels.add(label(Part.LN1_BIAS, layer));
            }
            labels.add(label(Part.MLP, layer));
            if (config.postNorm()) {
                labels.add(label(Part.LN2_BIAS, layer));
            }
        }
        if (config.finalNorm()) {
            labels.add(label(Part.LN_FINAL_BIAS, -1));
        }
        return labels;
    }

    private static Contribution label(Part part, int layer) {
        return new Contribution(part, layer, -1, 0);
    }
}
