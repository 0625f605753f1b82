package io.github.gpt2djl.internal.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.Gson;
import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import io.github.gpt2djl.MalformedCheckpointException;
import io.github.gpt2djl.ModelConfig.Architecture;
import io.github.gpt2djl.checkpoint.TokenizerFiles;
import io.github.gpt2djl.tokenizer.Tokenizer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What each class of transformers makes of its files, which make_class_references.py asked. */
class PublishedClassesTest {
    /** What is null is as what stands before it. */
    /** What is null is as the one before it; decoded as the text. */
    private record Row(
            List<Long> ids,
            @Nullable List<Long> ordinary,
            @Nullable String decoded,
            @Nullable String visible) {}

    private record Case(
            String name,
            Map<String, JsonElement> files,
            @Nullable JsonObject whole,
            Map<Integer, List<String>> added,
            List<Row> rows,
            boolean cleans) {
        @Override
        public String toString() {
            return name;
        }
    }

    private record Reference(
            Map<String, String> known, List<String> texts, Map<String, JsonElement> shared, List<Case> cases) {}

    private static final Reference REFERENCE = reference();

    private static Reference reference() {
        try {
            return new Gson()
                    .fromJson(Files.readString(Path.of("src/test/resources/reference/classes.json")), Reference.class);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static List<Case> cases() {
        return REFERENCE.cases();
    }

    static List<Case> backed() {
        return REFERENCE.cases().stream().filter(one -> one.whole() != null).toList();
    }

    @Test
    void thereAreMany() {
        assertThat(cases()).hasSizeGreaterThan(90);
        assertThat(backed()).hasSizeBetween(85, cases().size() - 5);
    }

    /** None of them is taken for another by chance. */
    @Test
    void eachClassOfTransformersHasItsRulesOrIsRefused() throws IOException {
        int refused = 0;
        for (Map.Entry<String, String> known : REFERENCE.known().entrySet()) {
            JsonObject config = new JsonObject();
            config.addProperty("tokenizer_class", known.getKey());
            byte[] bytes = config.toString().getBytes(StandardCharsets.UTF_8);
            try {
                TokenizerClass rules = TokenizerClass.of(
                        new FilesBeside(new TokenizerFiles("", Map.of("tokenizer_config.json", bytes))),
                        Architecture.GPT2);
                String title = switch (known.getValue()) {
                    // Their rules are those of the others.
                    case "DistilBertTokenizer" -> "BertTokenizer";
                    case "CodeGenTokenizer" -> "GPT2Tokenizer";
                    case "PythonBackend" -> "TokenizersBackend";
                    default -> known.getValue();
                };
                assertThat(rules.title()).as(known.getKey()).isEqualTo(title);
            } catch (MalformedCheckpointException e) {
                assertThat(e).hasMessageContaining("\"" + known.getKey() + "\", expected one of");
                refused++;
            }
        }
        assertThat(refused).isGreaterThan(70);
    }

    @ParameterizedTest
    @MethodSource("backed")
    void sameSteps(Case one) throws IOException {
        JsonObject made = read(one).whole().json().deepCopy();
        made.add("model", described(made.getAsJsonObject("model")));
        JsonObject kept = new JsonObject();
        for (String key : one.whole().keySet()) {
            kept.add(key, made.get(key));
        }
        assertThat(plain(kept)).isEqualTo(plain(one.whole()));
    }

    @ParameterizedTest
    @MethodSource("cases")
    void sameAddedTokens(Case one) throws IOException {
        AddedTokens added = added(read(one));
        Map<Integer, List<String>> found = new HashMap<>();
        for (AddedToken token : added.tokens()) {
            String flags = (token.singleWord() ? "w" : "")
                    + (token.lstrip() ? "l" : "")
                    + (token.rstrip() ? "r" : "")
                    + (token.normalized() ? "n" : "")
                    + (token.special() ? "s" : "");
            int id = added.id(token.content());
            // A class in Python looks at a flag here and there only; what it finds and shows is compared otherwise.
            found.put(
                    id,
                    List.of(
                            token.content(),
                            one.whole() == null ? one.added().get(id).get(1) : flags));
        }
        assertThat(found).isEqualTo(one.added());
    }

    @ParameterizedTest
    @MethodSource("cases")
    void sameSpacesBeforePunctuation(Case one) throws IOException {
        assertThat(read(one).cleansUp()).isEqualTo(one.cleans());
    }

    @ParameterizedTest
    @MethodSource("cases")
    void sameIdsAndTexts(Case one) throws IOException {
        assertThat(one.rows()).hasSameSizeAs(REFERENCE.texts());
        try (Tokenizer tokenizer = Tokenizer.load(files(one), Architecture.GPT2, 1)) {
            for (int i = 0; i < one.rows().size(); i++) {
                Row row = one.rows().get(i);
                String text = REFERENCE.texts().get(i);
                assertThat(longs(tokenizer.encode(text, false, false)))
                        .as("ordinary " + text)
                        .isEqualTo(row.ordinary() == null ? row.ids() : row.ordinary());
                assertThat(longs(tokenizer.encode(text, false))).as(text).isEqualTo(row.ids());
                int[] ids = row.ids().stream().mapToInt(Long::intValue).toArray();
                String decoded = row.decoded() == null ? text : row.decoded();
                assertThat(tokenizer.decode(ids, false)).isEqualTo(decoded);
                assertThat(tokenizer.decode(ids, true)).isEqualTo(row.visible() == null ? decoded : row.visible());
            }
        }
    }

    private static List<Long> longs(int[] ids) {
        return IntStream.of(ids).asLongStream().boxed().toList();
    }

    private static AddedTokens added(PublishedTokenizer published) throws IOException {
        return AddedTokens.read(
                published.whole(),
                TokenizerModels.read(published.whole()),
                published.asWritten(),
                published.special(),
                new Pipeline(List.of(), List.of()));
    }

    private static PublishedTokenizer read(Case one) throws IOException {
        return PublishedTokenizer.read(files(one), Architecture.GPT2);
    }

    private static TokenizerFiles files(Case one) {
        Map<String, byte[]> files = new HashMap<>();
        one.files().forEach((name, content) -> {
            JsonElement found = shared(content);
            if (found instanceof JsonObject object && object.get("model") instanceof JsonObject model) {
                for (String key : List.of("vocab", "merges")) {
                    if (model.has(key)) {
                        model.add(key, shared(model.get(key)));
                    }
                }
            }
            String text = found.isJsonPrimitive() ? found.getAsString() : found.toString();
            files.put(
                    name,
                    name.endsWith(".model") ? Base64.getDecoder().decode(text) : text.getBytes(StandardCharsets.UTF_8));
        });
        return new TokenizerFiles("folder/", files);
    }

    private static JsonElement shared(JsonElement content) {
        boolean named = content.isJsonPrimitive() && content.getAsString().startsWith("@");
        return named ? REFERENCE.shared().get(content.getAsString().substring(1)) : content;
    }

    /** With digests for vocabulary and merges, as the script has them. */
    private static JsonObject described(JsonObject model) {
        JsonObject small = model.deepCopy();
        List<String> lines = new ArrayList<>();
        if (model.get("vocab") instanceof JsonArray pieces) {
            for (JsonElement piece : pieces) {
                JsonArray pair = piece.getAsJsonArray();
                lines.add(String.format(
                        Locale.ROOT,
                        "%s\t%.4f",
                        pair.get(0).getAsString(),
                        pair.get(1).getAsDouble()));
            }
        } else {
            model.getAsJsonObject("vocab").entrySet().stream()
                    .sorted(Comparator.comparing(token -> token.getValue().getAsInt()))
                    .forEach(token -> lines.add(token.getValue().getAsInt() + "\t" + token.getKey()));
        }
        small.addProperty("vocab", digest(lines));
        if (model.has("merges")) {
            List<String> merges = new ArrayList<>();
            for (JsonElement merge : model.getAsJsonArray("merges")) {
                merges.add(
                        merge instanceof JsonArray pair
                                ? pair.get(0).getAsString() + " " + pair.get(1).getAsString()
                                : merge.getAsString());
            }
            small.addProperty("merges", digest(merges));
        }
        return small;
    }

    private static String digest(List<String> lines) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256")
                    .digest(String.join("\n", lines).getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(hash).substring(0, 16);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Without what is left out in one and null, empty or false in the other. */
    private static JsonElement plain(@Nullable JsonElement json) {
        if (json instanceof JsonArray array) {
            JsonArray made = new JsonArray();
            array.forEach(one -> made.add(plain(one)));
            return made;
        }
        JsonObject made = new JsonObject();
        if (json instanceof JsonObject object) {
            for (Map.Entry<String, JsonElement> entry : object.entrySet()) {
                JsonElement value = entry.getValue();
                boolean step = value.isJsonObject() || value.isJsonArray();
                boolean nothing = value == null
                        || value.isJsonNull()
                        || !step && List.of("", "false").contains(value.getAsString());
                if (entry.getKey().equals("precompiled_charsmap")
                        && value.getAsString().length() > 16) {
                    made.addProperty(entry.getKey(), digest(List.of(value.getAsString())));
                } else if (!nothing) {
                    made.add(entry.getKey(), step ? plain(value) : value);
                }
            }
        }
        return made;
    }
}
