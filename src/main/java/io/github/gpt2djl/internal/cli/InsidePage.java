package io.github.gpt2djl.internal.cli;

import io.github.gpt2djl.Gpt2;
import io.github.gpt2djl.inspection.Attribution;
import io.github.gpt2djl.inspection.Attribution.Contribution;
import io.github.gpt2djl.inspection.Hook;
import io.github.gpt2djl.inspection.LogitLens;
import io.github.gpt2djl.inspection.TracedTensor;
import io.github.gpt2djl.sampling.TokenProbability;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The data of inside.html: all positions, in a form that is small. */
record InsidePage(Gpt2 gpt2, Inside inside) {
    /** The patterns of longer texts make a page too large for a browser. */
    static final int MOST_TOKENS = 128;

    /**
     * Writes the page.
     *
     * @param explain the link to the page that shows how the tokens were chosen; null for none
     * @param before number of tokens before the first one that was chosen
     */
    static void write(Gpt2 gpt2, Inside inside, Path file, @Nullable String explain, int before) throws IOException {
        int tokens = inside.ids().size();
        if (tokens > MOST_TOKENS) {
            throw new IllegalArgumentException("the text has " + tokens + " tokens, expected at most " + MOST_TOKENS
                    + " on the page of the inside; shorten the text, or use inside --json");
        }
        Map<String, @Nullable Object> fields = new InsidePage(gpt2, inside).fields();
        fields.put("explain", explain);
        fields.put("before", before);
        PageTemplate.write(file, "inside.html", Output.json(fields));
    }

    private Map<String, @Nullable Object> fields() {
        Map<String, @Nullable Object> fields = new LinkedHashMap<>();
        InsideJson json = new InsideJson(gpt2, inside);
        fields.put("model", gpt2.name());
        fields.put("heads", gpt2.config().heads());
        fields.put("tokens", inside.ids().stream().map(this::name).toList());
        fields.put("position", inside.position());
        List<LogitLens.Layer> layers = inside.lens().layers();
        List<Object> lens = new ArrayList<>();
        List<Object> lengths = new ArrayList<>();
        for (int layer = 0; layer < layers.size(); layer++) {
            lens.add(layers.get(layer).top().stream().map(this::tops).toList());
            lengths.add(InsideJson.rounded(json.norms(layer)));
        }
        fields.put("lens", lens);
        fields.put("lengths", lengths);
        int last = inside.position() == inside.ids().size() - 1
                ? inside.token()
                : Inside.next(inside.ids(), inside.lens(), inside.ids().size() - 1);
        List<Attribution> attributions = new ArrayList<>(gpt2.inspector().attributeAll(inside.prompt(), last));
        attributions.set(inside.position(), inside.attribution());
        List<String> explained = new ArrayList<>();
        for (int i = 0; i < inside.ids().size(); i++) {
            explained.add(name(i + 1 < inside.ids().size() ? inside.ids().get(i + 1) : last));
        }
        explained.set(inside.position(), name(inside.token()));
        fields.put("explained", explained);
        fields.put("instead", inside.instead() == null ? null : name(inside.instead()));
        fields.put(
                "parts",
                inside.attribution().contributions().stream()
                        .map(each -> List.of(each.name(), each.layer(), each.head()))
                        .toList());
        fields.put("values", attributions.stream().map(InsidePage::values).toList());
        fields.put("patterns", patterns());
        return fields;
    }

    private String name(int id) {
        return Visible.token(gpt2, id);
    }

    private List<List<Object>> tops(List<TokenProbability> tokens) {
        return tokens.stream()
                .map(each -> List.<Object>of(name(each.id()), Output.round(each.probability(), 4)))
                .toList();
    }

    private static List<Double> values(Attribution attribution) {
        return attribution.contributions().stream()
                .map(Contribution::value)
                .map(value -> Output.round(value, 3))
                .toList();
    }

    /** A byte for each key that a query sees, 255 for all of its attention: layer by layer, head by head. */
    private String patterns() {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        for (int layer = 0; layer < gpt2.config().layers(); layer++) {
            TracedTensor pattern = inside.trace().tensor(Hook.PATTERN, layer);
            for (int head = 0; head < pattern.shape()[0]; head++) {
                for (int query = 0; query < pattern.shape()[1]; query++) {
                    for (int key = 0; key <= query; key++) {
                        bytes.write(Math.round(255 * pattern.get(head, query, key)));
                    }
                }
            }
        }
        return Base64.getEncoder().encodeToString(bytes.toByteArray());
    }
}
