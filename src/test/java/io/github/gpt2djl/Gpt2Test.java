package io.github.gpt2djl;

import static io.github.gpt2djl.testing.InvalidOptions.assertInvalid;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.gpt2djl.testing.ShippedVocabulary;
import io.github.gpt2djl.testing.TestCheckpoint;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The facade on the shipped model, and on small ones made here. */
class Gpt2Test {
    private static final GenerationConfig GREEDY =
            GenerationConfig.builder().maxNewTokens(24).build();

    private static Gpt2 shakespeare;

    @TempDir
    Path folder;

    @BeforeAll
    static void load() throws IOException {
        shakespeare = Gpt2.load("shakespeare");
    }

    @AfterAll
    static void close() {
        shakespeare.close();
    }

    @Test
    void continuesAText() {
        Generation generation = shakespeare.generate("ROMEO:", GREEDY);
        assertThat(generation.promptIds()).isEqualTo(shakespeare.encode("ROMEO:"));
        assertThat(generation.ids()).hasSize(24);
        assertThat(generation.text())
                .isEqualTo(shakespeare.decode(generation.ids()))
                .startsWith("\n");
        assertThat(generation.finishReason()).isEqualTo(FinishReason.LENGTH);
        assertThat(generation.seed()).isEmpty();
        assertThat(shakespeare.generate("ROMEO:", GREEDY)).isEqualTo(generation);
    }

    @Test
    void logProbabilitiesOfTokensAreThoseOfScore() {
        Generation generation = shakespeare.generate("ROMEO:", GREEDY);
        List<Integer> all = new ArrayList<>(generation.promptIds());
        all.addAll(generation.ids());
        Score score = shakespeare.score(
                Prompt.ofIds(all.stream().mapToInt(Integer::intValue).toArray()));
        int prompt = generation.promptIds().size();
        for (int i = 0; i < generation.tokens().size(); i++) {
            assertThat(generation.tokens().get(i).logProbability())
                    .isCloseTo(score.logProbabilities().get(prompt - 1 + i), within(1e-4));
        }
        assertThat(score.perplexity()).isBetween(1.0, 100.0);
    }

    @Test
    void theSameSeedGivesTheSameTextWhateverTheBatch() {
        GenerationConfig config = sampled(7).build();
        Generation alone = shakespeare.generate("JULIET:", config);
        assertThat(shakespeare.generate("JULIET:", config)).isEqualTo(alone);
        assertThat(alone.seed()).isEqualTo(OptionalLong.of(7));
        List<Generation> batch = shakespeare.generateAll(
                List.of(Prompt.of("To be, or not to be, that is"), Prompt.of("JULIET:"), Prompt.of("A")), config);
        assertThat(batch.get(1).ids()).isEqualTo(alone.ids());
        List<Generation> several = shakespeare.generateAll(
                List.of(Prompt.of("A"), Prompt.of("JULIET:")),
                sampled(7).numReturnSequences(3).build());
        assertThat(several).hasSize(6);
        assertThat(several.get(3).ids()).isEqualTo(alone.ids());
        assertThat(several.get(4).ids()).isNotEqualTo(alone.ids());
        assertThat(shakespeare.generate("JULIET:", sampled(8).build()).ids()).isNotEqualTo(alone.ids());
    }

    @Test
    void anUnseededGenerationTellsItsSeed() {
        GenerationConfig config =
                GenerationConfig.builder().doSample(true).maxNewTokens(10).build();
        Generation first = shakespeare.generate("ROMEO:", config);
        assertThat(shakespeare.generate("ROMEO:", config).seed()).isNotEqualTo(first.seed());
        GenerationConfig again = GenerationConfig.builder()
                .doSample(true)
                .maxNewTokens(10)
                .seed(first.seed().orElseThrow())
                .build();
        assertThat(shakespeare.generate("ROMEO:", again).ids()).isEqualTo(first.ids());
    }

    @Test
    void streamsTheSameTokensOneByOne() {
        GenerationConfig config = sampled(3).build();
        Generation whole = shakespeare.generate("ROMEO:", config);
        try (Stream<Token> tokens = shakespeare.stream("ROMEO:", config)) {
            assertThat(tokens.toList()).isEqualTo(whole.tokens());
        }
        try (Stream<Token> tokens = shakespeare.stream("ROMEO:", config)) {
            assertThat(tokens.limit(5).toList()).isEqualTo(whole.tokens().subList(0, 5));
        }
    }

    @Test
    void closingAStreamStopsTheWork() {
        Stream<Token> stream = shakespeare.stream("ROMEO:", GREEDY);
        Iterator<Token> tokens = stream.iterator();
        tokens.next();
        stream.close();
        // The iterator may have looked one token ahead, never further.
        int rest = 0;
        while (tokens.hasNext()) {
            tokens.next();
            rest++;
        }
        assertThat(rest).isLessThanOrEqualTo(1);
    }

    @Test
    void anEmojiThatSpansTokensArrivesWhole() throws IOException {
        // An untrained model that is led through the emoji's bytes: each position's table entry forces the next id.
        int[] ids =
                shakespeare.encode("👍🏽é").stream().mapToInt(Integer::intValue).toArray();
        assertThat(ids.length).isGreaterThan(8);
        try (Gpt2 led = Gpt2.load(ledThrough(ids))) {
            GenerationConfig config =
                    GenerationConfig.builder().maxNewTokens(ids.length).build();
            try (Stream<Token> tokens = led.stream(Prompt.ofIds(0), config)) {
                List<Token> all = tokens.toList();
                assertThat(all.stream().map(Token::id)).containsExactlyElementsOf(boxed(ids));
                assertThat(all.stream().map(Token::text).filter(t -> !t.isEmpty()))
                        .containsExactly("👍", "🏽", "é");
            }
            assertThat(led.generate(Prompt.ofIds(0), config).text()).isEqualTo("👍🏽é");
            GenerationConfig cut = GenerationConfig.builder().maxNewTokens(2).build();
            assertThat(led.generate(Prompt.ofIds(0), cut).text()).isEqualTo("\uFFFD");
        }
    }

    @Test
    void eosEndsARowAndStaysInItsIds() throws IOException {
        int eos = ShippedVocabulary.END;
        try (Gpt2 led = Gpt2.load(ledThrough(new int[] {5, 6, eos, 7, 8}))) {
            Generation generation = led.generate(Prompt.ofIds(0), GREEDY);
            assertThat(generation.ids()).containsExactly(5, 6, eos);
            assertThat(generation.finishReason()).isEqualTo(FinishReason.EOS);
            assertThat(generation.text()).doesNotContain("<|endoftext|>");
            // sample.py stops at nothing and prints everything.
            Generation openAi = led.generate(
                    Prompt.ofIds(0),
                    GenerationConfig.builder()
                            .preset(Preset.OPENAI)
                            .topK(1)
                            .maxNewTokens(5)
                            .build());
            assertThat(openAi.ids()).containsExactly(5, 6, eos, 7, 8);
            assertThat(openAi.text()).contains("<|endoftext|>");
            // A row that has ended does not end the others: this prompt is one step further.
            List<Generation> both = led.generateAll(List.of(Prompt.ofIds(0, 0), Prompt.ofIds(0)), GREEDY);
            assertThat(both.get(0).ids()).containsExactly(6, eos);
            assertThat(both.get(1).ids()).containsExactly(5, 6, eos);
        }
    }

    @Test
    void theContextEndsAGeneration() {
        int[] prompt = new int[250];
        Generation generation = shakespeare.generate(
                Prompt.ofIds(prompt),
                GenerationConfig.builder().maxNewTokens(500).build());
        // 256 positions; the last token needs none, for it is not fed back.
        assertThat(generation.ids()).hasSize(7);
        assertThat(generation.finishReason()).isEqualTo(FinishReason.CONTEXT);
        List<Generation> batch = shakespeare.generateAll(
                List.of(Prompt.ofIds(prompt), Prompt.of("A")),
                GenerationConfig.builder().maxNewTokens(30).build());
        assertThat(batch.get(0).ids()).isEqualTo(generation.ids());
        assertThat(batch.get(1).finishReason()).isEqualTo(FinishReason.LENGTH);
        assertThat(batch.get(1).ids()).hasSize(30);
        assertThat(shakespeare.generate(Prompt.ofIds(new int[256]), GREEDY).ids())
                .hasSize(1);
        assertInvalid(
                NamedOption.of("prompt"),
                257,
                "at most 256",
                () -> shakespeare.generate(Prompt.ofIds(new int[257]), GREEDY));
    }

    @Test
    void anEmptyPromptStartsFromBos() {
        Generation empty = shakespeare.generate("", GREEDY);
        assertThat(empty.promptIds()).containsExactly(ShippedVocabulary.END);
        assertThat(empty.ids())
                .isEqualTo(shakespeare
                        .generate(Prompt.ofIds(ShippedVocabulary.END), GREEDY)
                        .ids());
        assertThat(shakespeare.generate(Prompt.ofIds(), GREEDY)).isEqualTo(empty);
    }

    @Test
    void aTypedEndOfTextDependsOnThePreset() {
        assertThat(shakespeare.generate("<|endoftext|>", GREEDY).promptIds()).containsExactly(ShippedVocabulary.END);
        GenerationConfig openAi =
                GenerationConfig.builder().preset(Preset.OPENAI).maxNewTokens(2).build();
        assertThat(shakespeare.generate("<|endoftext|>", openAi).promptIds())
                .hasSizeGreaterThan(1)
                .doesNotContain(ShippedVocabulary.END);
    }

    @Test
    void badCallsAreRejected() {
        assertThatThrownBy(() -> shakespeare.generate(Prompt.ofIds(ShippedVocabulary.SIZE), GREEDY))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("id " + ShippedVocabulary.SIZE + " at index 0 is out of range, expected 0 to "
                        + ShippedVocabulary.END);
        assertThatThrownBy(() -> shakespeare.generate((String) null, GREEDY))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("a prompt has either text or ids, found neither");
        assertThatThrownBy(() -> shakespeare.generateAll(List.of(), GREEDY))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("found no prompt, expected at least one");
        assertInvalid(
                GenerationOption.NUM_RETURN_SEQUENCES,
                2,
                "1 here",
                () -> shakespeare.generate("A", sampled(1).numReturnSequences(2).build()));
        assertInvalid(NamedOption.of("text"), 1, "at least 2", () -> shakespeare.score(Prompt.ofIds(5)));
        assertThatThrownBy(() -> shakespeare.decode(List.of(1, ShippedVocabulary.SIZE)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("id " + ShippedVocabulary.SIZE);
    }

    @Test
    void everyMethodSaysThatTheModelIsClosed() throws IOException {
        Gpt2 closed = Gpt2.load("shakespeare");
        Stream<Token> running = closed.stream("A", GREEDY);
        closed.close();
        closed.close();
        List<Callable<?>> calls = List.of(
                () -> closed.generate("A", GREEDY),
                () -> closed.generate(Prompt.ofIds(1), GREEDY),
                () -> closed.stream("A", GREEDY),
                () -> closed.score(Prompt.ofIds(1, 2)),
                () -> closed.encode("A"),
                running::toList);
        for (Callable<?> call : calls) {
            assertThatThrownBy(call::call)
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("closed");
        }
    }

    @Test
    void threadsShareAModel() throws Exception {
        List<List<Integer>> expected = new ArrayList<>();
        for (int seed = 0; seed < 4; seed++) {
            expected.add(shakespeare.generate("ROMEO:", sampled(seed).build()).ids());
        }
        ExecutorService pool = Executors.newFixedThreadPool(4);
        try {
            List<Future<List<Integer>>> found = new ArrayList<>();
            for (int i = 0; i < 24; i++) {
                int seed = i % 4;
                found.add(pool.submit(() ->
                        shakespeare.generate("ROMEO:", sampled(seed).build()).ids()));
            }
            for (int i = 0; i < 24; i++) {
                assertThat(found.get(i).get()).isEqualTo(expected.get(i % 4));
            }
        } finally {
            pool.shutdown();
        }
    }

    @Test
    void precisionsAgreeOnTheShippedModel() throws IOException {
        Prompt text = Prompt.of("ROMEO:\nBut soft, what light through yonder window breaks?");
        Score exact = shakespeare.score(text);
        List<Precision> precisions = new ArrayList<>(List.of(Precision.values()));
        precisions.removeIf(precision -> !precision.isAvailable());
        for (Precision precision : precisions) {
            try (Gpt2 other = Gpt2.load("shakespeare", LoadOptions.DEFAULT.withPrecision(precision))) {
                // The weights are F16, so FP16 differs by rounding only; INT8's perplexity moves by about 1 %.
                double tolerance = precision == Precision.INT4
                        ? 1
                        : precision == Precision.INT8 || precision == Precision.MIXED ? .5 : 2e-2;
                Score score = other.score(text);
                for (int i = 0; i < score.logProbabilities().size(); i++) {
                    assertThat(score.logProbabilities().get(i))
                            .isCloseTo(exact.logProbabilities().get(i), within(tolerance));
                }
                assertThat(other.generate("ROMEO:", GREEDY).ids()).hasSize(24);
            }
        }
    }

    @Test
    void whatThisMachineLacksIsAnError() {
        assertThatThrownBy(() -> Gpt2.load(
                        "shakespeare",
                        new LoadOptions(Precision.AUTO, DeviceChoice.parse("gpu:99"), 0, ModelSource.local())))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("device gpu:99 cannot be used: ")
                .hasMessageEndingWith("; expected cpu or auto");
        assertThatThrownBy(() -> Gpt2.load(
                        "shakespeare", new LoadOptions(Precision.AUTO, DeviceChoice.CPU, 977, ModelSource.local())))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("threads is 977, but PyTorch runs with");
        assertThatThrownBy(() -> new LoadOptions(Precision.AUTO, DeviceChoice.CPU, -1, ModelSource.local()))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void aFolderWithoutATokenizerServesIds() throws IOException {
        try (Gpt2 tiny = Gpt2.load(TestCheckpoint.tiny().write(folder))) {
            assertThat(tiny.hasTokenizer()).isFalse();
            Generation generation = tiny.generate(Prompt.ofIds(1, 2), GREEDY);
            List<Integer> text = new ArrayList<>(List.of(1, 2));
            for (int id : generation.ids()) {
                float[] logits = tiny.model()
                        .decoder()
                        .logits(text.stream().mapToInt(i -> i).toArray());
                int last = logits.length - tiny.config().vocabularySize();
                for (int other = last; other < logits.length; other++) {
                    assertThat(logits[other]).isLessThanOrEqualTo(logits[last + id]);
                }
                text.add(id);
            }
            assertThat(text).hasSize(2 + 24);
            assertThat(generation.text()).isEmpty();
            assertThatThrownBy(() -> tiny.generate("text", GREEDY))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("has no tokenizer, which text needs: found none of tokenizer.json");
        }
    }

    @Test
    void withoutABosAnEmptyPromptIsRejected() throws IOException {
        TestCheckpoint.tiny().write(folder);
        rewrite("config.json", "\"bos_token_id\": 60", "\"bos_token_id\": 50256");
        rewrite("config.json", "\"eos_token_id\": 60", "\"eos_token_id\": 50256");
        try (Gpt2 tiny = Gpt2.load(folder)) {
            assertThat(tiny.generate(Prompt.ofIds(1), GREEDY).ids()).hasSize(24);
            assertThatThrownBy(() -> tiny.generate(Prompt.ofIds(), GREEDY))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("no bos_token_id within the vocabulary");
        }
    }

    @Test
    void tensorsThatContradictTheConfigAreRejected() throws IOException {
        TestCheckpoint.tiny().write(folder);
        rewrite("config.json", "\"n_layer\": 2", "\"n_layer\": 3");
        assertMalformed("tensor h.2.ln_1.weight is missing; config.json describes 3 layers");
        rewrite("config.json", "\"n_layer\": 3", "\"n_layer\": 2");
        rewrite("config.json", "\"n_positions\": 40", "\"n_positions\": 41");
        assertMalformed("tensor wpe.weight has shape [40, 16], expected [41, 16] by config.json");
        rewrite("config.json", "\"n_positions\": 41", "\"n_positions\": 40");
        rewrite("config.json", "\"tie_word_embeddings\": true", "\"tie_word_embeddings\": false");
        assertMalformed("tensor lm_head.weight is missing, and config.json has tie_word_embeddings false");
        rewrite("config.json", "\"tie_word_embeddings\": false", "\"tie_word_embeddings\": true");
        rewrite("model.safetensors", "\"ln_f.bias\":{\"dtype\":\"F32\"", "\"ln_f.bias\":{\"dtype\":\"I32\"");
        assertMalformed("tensor ln_f.bias is I32, expected F64, F32, F16 or BF16");
    }

    @Test
    void aTruncatedFileIsRejected() throws IOException {
        TestCheckpoint.tiny().write(folder);
        try (RandomAccessFile file =
                new RandomAccessFile(folder.resolve("model.safetensors").toFile(), "rw")) {
            file.setLength(file.length() - 1);
        }
        assertMalformed("bytes of data that the file has; it is truncated or corrupt, download it again");
    }

    @Test
    void nothingTouchesTheNetwork() {
        assertThat(System.getProperty("OPT_OUT_TRACKING")).isEqualTo("true");
        assertThat(System.getProperty("ai.djl.offline")).isEqualTo("true");
        assertThat(System.getProperty("RUST_FLAVOR")).isEqualTo("cpu");
    }

    private void assertMalformed(String message) {
        assertThatThrownBy(() -> Gpt2.load(folder))
                .isInstanceOf(MalformedCheckpointException.class)
                .hasMessageContaining("model.safetensors: ")
                .hasMessageContaining(message);
    }

    private void rewrite(String name, String from, String to) throws IOException {
        Path file = folder.resolve(name);
        String text = new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1);
        assertThat(text).contains(from);
        Files.write(file, text.replace(from, to).getBytes(StandardCharsets.ISO_8859_1));
    }

    private static GenerationConfigBuilder sampled(long seed) {
        return GenerationConfig.builder()
                .doSample(true)
                .topP(.95)
                .maxNewTokens(20)
                .seed(seed);
    }

    private static List<Integer> boxed(int[] ids) {
        return java.util.Arrays.stream(ids).boxed().toList();
    }

    /**
     * A model with the shipped vocabulary that says {@code ids} whatever it reads: position t alone decides, for the
     * layers add nothing and the head finds in wpe's row t the id that comes next.
     */
    private Path ledThrough(int[] ids) throws IOException {
        TestCheckpoint model = new TestCheckpoint(1, 1, 32, 32, ShippedVocabulary.SIZE, false, 1);
        for (String name : List.of(
                "wte.weight",
                "wpe.weight",
                "h.0.attn.c_proj.weight",
                "h.0.attn.c_proj.bias",
                "h.0.mlp.c_proj.weight",
                "h.0.mlp.c_proj.bias",
                "ln_f.bias",
                "lm_head.weight")) {
            java.util.Arrays.fill(model.values(name), 0);
        }
        java.util.Arrays.fill(model.values("ln_f.weight"), 1);
        for (int t = 0; t < ids.length; t++) {
            model.values("wpe.weight")[t * 32 + t] = 1;
            model.values("lm_head.weight")[ids[t] * 32 + t] += 1;
        }
        model.write(folder);
        Files.copy(Path.of("models/shakespeare/tokenizer.json"), folder.resolve("tokenizer.json"));
        return folder;
    }
}
