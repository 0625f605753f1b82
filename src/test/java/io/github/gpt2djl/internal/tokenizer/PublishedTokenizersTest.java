package io.github.gpt2djl.internal.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

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
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What transformers' AutoTokenizer makes of many folders, which make_tokenizer_references.py asked. */
class PublishedTokenizersTest {
    /**
     * Folders in which an id is other than the file says in transformers 5, and as the file says in others.
     */
    private static final Map<String, String> REFUSED = Map.of(
            "added_tokens.json with a hole", "\"[PAD]\" has id 300, expected 263, the next one after those before",
            "tokenizer_config.json, added_tokens_decoder, unsorted and a hole", "\"wombat\" has id 9, expected 262",
            "whole, a hole", "\"<x>\" has id 270, expected 262",
            "whole, ids out of order, fast", "\"<y>\" has id 263, expected 262");

    /** What is null is as what stands before it. */
    private record Row(
            String text,
            List<Integer> ids,
            @Nullable List<Integer> ordinary,
            @Nullable List<Integer> split,
            @Nullable String decoded,
            @Nullable String visible) {
        private String whole() {
            return decoded == null ? text : decoded;
        }
    }

    private record Case(
            String name,
            String model,
            JsonObject vocabulary,
            JsonObject config,
            JsonElement merges,
            Map<String, JsonObject> files,
            List<Row> rows,
            Map<String, Integer> added) {
        @Override
        public String toString() {
            return name;
        }
    }

    private record Reference(Map<String, JsonObject> vocabularies, Map<String, JsonArray> merges, List<Case> cases) {}

    private static final Reference REFERENCE = reference();

    private static Reference reference() {
        try {
            return new Gson()
                    .fromJson(
                            Files.readString(Path.of("src/test/resources/reference/tokenizers.json")), Reference.class);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static Stream<Case> taken() {
        return REFERENCE.cases().stream().filter(one -> !REFUSED.containsKey(one.name()));
    }

    static Stream<Case> refused() {
        return REFERENCE.cases().stream().filter(one -> REFUSED.containsKey(one.name()));
    }

    @ParameterizedTest
    @MethodSource("taken")
    void sameIdsAndTextsAsTransformers(Case one) throws IOException {
        try (Tokenizer tokenizer = load(one)) {
            for (Row row : one.rows()) {
                assertThat(tokenizer.encode(row.text(), false)).as(row.text()).containsExactly(ids(row.ids()));
                assertThat(tokenizer.encode(row.text(), false, false))
                        .as("ordinary " + row.text())
                        .containsExactly(ids(row.ordinary() == null ? row.ids() : row.ordinary()));
                assertThat(tokenizer.encode(row.text(), true))
                        .as("split " + row.text())
                        .containsExactly(ids(row.split() == null ? row.ids() : row.split()));
                assertThat(tokenizer.decode(ids(row.ids()), false)).isEqualTo(row.whole());
                assertThat(tokenizer.decode(ids(row.ids()), true))
                        .isEqualTo(row.visible() == null ? row.whole() : row.visible());
                assertThat(tokenizer.minTokenCount(row.text()))
                        .isLessThanOrEqualTo(row.ids().size());
            }
        }
        assertThat(Vocabulary.read(files(one), architecture(one), 261, false)
                        .tokenizer()
                        .added()
                        .ids())
                .isEqualTo(one.added());
    }

    @ParameterizedTest
    @MethodSource("refused")
    void whatIsRefusedIsToldWhy(Case one) {
        assertThatThrownBy(() -> load(one))
                .isInstanceOf(MalformedCheckpointException.class)
                .hasMessageContaining(REFUSED.get(one.name()));
    }

    @Test
    void thereAreMany() {
        assertThat(taken()).hasSizeGreaterThan(70);
        assertThat(refused()).hasSameSizeAs(REFUSED.keySet());
    }

    private static int[] ids(List<Integer> ids) {
        return ids.stream().mapToInt(Integer::intValue).toArray();
    }

    private static Tokenizer load(Case one) throws IOException {
        return Tokenizer.load(files(one), architecture(one), 261);
    }

    private static Architecture architecture(Case one) {
        return switch (one.model()) {
            case "opt" -> Architecture.OPT;
            case "openai-gpt" -> Architecture.GPT;
            default -> Architecture.GPT2;
        };
    }

    private static TokenizerFiles files(Case one) {
        JsonObject vocabulary = REFERENCE.vocabularies().get(one.model()).deepCopy();
        one.vocabulary().asMap().forEach(vocabulary::add);
        JsonArray merges = REFERENCE.merges().get(one.model());
        Map<String, String> beside = new HashMap<>();
        one.files().forEach((name, json) -> beside.put(name, json.toString()));
        beside.put("config.json", one.config().toString());
        JsonObject whole = one.files().get("tokenizer.json");
        if (whole == null) {
            StringBuilder lines = new StringBuilder("#version: 0.2\n");
            merges.forEach(merge -> lines.append(merge.getAsString()).append('\n'));
            String text = one.merges() == null ? lines.toString() : one.merges().getAsString();
            return new TokenizerFiles("folder/vocab.json", vocabulary.toString(), text, beside);
        }
        JsonObject filled = whole.deepCopy();
        JsonObject model = filled.getAsJsonObject("model");
        model.add("vocab", vocabulary);
        if (!model.has("merges")) {
            model.add("merges", merges);
        }
        beside.remove("tokenizer.json");
        return new TokenizerFiles("folder/tokenizer.json", filled.toString(), null, beside);
    }
}
