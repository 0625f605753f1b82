package io.github.gpt2djl.internal.cli;

import io.github.gpt2djl.Gpt2;
import io.github.gpt2djl.inspection.Attribution.Contribution;
import io.github.gpt2djl.inspection.Hook;
import io.github.gpt2djl.inspection.LogitLens;
import io.github.gpt2djl.inspection.Trace;
import io.github.gpt2djl.inspection.TraceOptions;
import io.github.gpt2djl.inspection.TracedTensor;
import io.github.gpt2djl.sampling.TokenProbability;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Writes the inside of a model as {@code inside --json} prints it. */
record InsideJson(Gpt2 gpt2, Inside inside) {
    /** @param hooks the places whose numbers are written too */
    Map<String, @Nullable Object> fields(List<String> hooks) {
        Map<String, @Nullable Object> fields = new LinkedHashMap<>();
        fields.put("model", gpt2.name());
        fields.put("precision", Output.name(gpt2.precision()));
        fields.put("ids", inside.ids());
        if (gpt2.hasTokenizer()) {
            fields.put("tokens", inside.ids().stream().map(gpt2::decode).toList());
        }
        List<Object> lens = new ArrayList<>();
        for (LogitLens.Layer layer : inside.lens().layers()) {
            int index = lens.size();
            Map<String, Object> row = new LinkedHashMap<>();
            row.put("place", layer.place());
            row.put("lengths", rounded(norms(index)));
            row.put("top", layer.top().stream().map(this::tops).toList());
            lens.add(row);
        }
        fields.put("lens", lens);
        fields.put("position", inside.position());
        fields.put("token", named(inside.token()));
        Integer instead = inside.instead();
        fields.put("instead", instead == null ? null : named(instead));
        fields.put("logit", Output.round(inside.attribution().logit(), 6));
        fields.put(
                "attribution",
                inside.attribution().contributions().stream()
                        .map(InsideJson::part)
                        .toList());
        if (!hooks.isEmpty()) {
            fields.put("hooks", numbers(hooks));
        }
        return fields;
    }

    /** The lengths of the residual stream's vectors, by position. */
    double[] norms(int layer) {
        return layer == 0
                ? inside.trace().norms(Hook.RESID_PRE, 0)
                : inside.trace().norms(Hook.RESID_POST, layer - 1);
    }

    static List<Double> rounded(double[] values) {
        List<Double> rounded = new ArrayList<>();
        for (double value : values) {
            rounded.add(Output.round(value, 4));
        }
        return rounded;
    }

    private List<Map<String, Object>> tops(List<TokenProbability> tokens) {
        return tokens.stream()
                .map(each -> {
                    Map<String, Object> fields = named(each.id());
                    fields.put("p", Output.round(each.probability(), 8));
                    return fields;
                })
                .toList();
    }

    private Map<String, Object> named(int id) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("id", id);
        if (gpt2.hasTokenizer()) {
            fields.put("token", gpt2.decode(id));
        }
        return fields;
    }

    private static Map<String, Object> part(Contribution part) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("name", part.name());
        if (part.layer() >= 0) {
            fields.put("layer", part.layer());
        }
        if (part.head() >= 0) {
            fields.put("head", part.head());
        }
        fields.put("value", Output.round(part.value(), 6));
        return fields;
    }

    private Map<String, Object> numbers(List<String> hooks) {
        Trace trace = gpt2.inspector().trace(inside.prompt(), new TraceOptions(hooks, List.of()));
        Map<String, Object> all = new LinkedHashMap<>();
        for (TracedTensor tensor : trace.tensors().values()) {
            List<@Nullable Float> values = new ArrayList<>();
            for (float value : tensor.values()) {
                // JSON has no infinity: null stands where a query does not see a key.
                values.add(Float.isFinite(value) ? (Float) value : null);
            }
            all.put(tensor.name(), Map.of("shape", tensor.shape(), "values", values));
        }
        return all;
    }
}
