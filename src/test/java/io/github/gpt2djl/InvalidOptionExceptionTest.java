package io.github.gpt2djl;

import static io.github.gpt2djl.GenerationOption.*;
import static io.github.gpt2djl.testing.ShippedModel.SHAKESPEARE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.github.gpt2djl.InvalidOptionException.Setting;
import io.github.gpt2djl.testing.ShippedVocabulary;
import io.github.gpt2djl.tokenizer.BpeTrainer;
import io.github.gpt2djl.training.Corpus;
import io.github.gpt2djl.training.Learning;
import io.github.gpt2djl.training.TrainingOptions;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

/** The wording of all problems with options, in the names of each kind of reader: it is pinned here and nowhere else. */
class InvalidOptionExceptionTest {
    private static final OptionNaming COLUMNS = option -> "column " + option.key();

    private static final Map<String, ThrowingCallable> PROBLEMS = new LinkedHashMap<>();

    static {
        build("a number out of range", b -> b.topP(2));
        build("a score's divisor", b -> b.temperature(0));
        build("a text that is no number", b -> b.parse(MAX_LENGTH, "2.5"));
        build("a text that is no flag", b -> b.parse(DO_SAMPLE, "yes"));
        build("a text that is no policy", b -> b.parse(CONTEXT_POLICY, "roll"));
        build("a policy that keeps nothing", b -> b.parse(CONTEXT_POLICY, "slide:0"));
        build("JSON that is no number", b -> b.parse("{\"top_p\": \"x\"}"));
        build("JSON that is no list of ids", b -> b.parse("{\"eos_token_id\": [1, \"a\"]}"));
        build("an unknown option", b -> b.parse("{\"top_h\": 0.5}"));
        build("without effect in greedy decoding", b -> b.topP(0.9));
        build("without effect on one beam", b -> b.lengthPenalty(2));
        build("sequences that would be the same", b -> b.numReturnSequences(2));
        build("a least length without an end", b -> b.preset(Preset.OPENAI).minLength(3));
        build(
                "greedy decoding under OpenAI's preset",
                b -> b.preset(Preset.OPENAI).doSample(false));
        build("two lengths", b -> b.maxLength(50).maxNewTokens(20));
        build("a least length above the greatest", b -> b.minNewTokens(9).maxNewTokens(8));
        build("more sequences than beams", b -> b.numBeams(2).numReturnSequences(3));
        build("two searches", b -> b.numBeams(2).penaltyAlpha(0.6).topK(4));
        build("drawn beams", b -> b.numBeams(2).doSample(true));
        build("stop strings with beams", b -> b.numBeams(2).stopStrings("\n", "\"The end\""));
        build("contrastive search of one token", b -> b.penaltyAlpha(0.6).topK(1));
        check("a length that the prompt fills", "To be, or not to be", b -> b.maxLength(2));
        check("a prompt beyond the context", "O, ".repeat(200), b -> {});
        check("a prompt that cannot fit", "O, ".repeat(9999), b -> {});
        check("a policy that keeps the context", "O", b -> b.contextPolicy(ContextPolicy.slide(256)));
        check("an id beyond the vocabulary", "O", b -> b.suppressTokens(ShippedVocabulary.SIZE));
        check(
                "a ban of all tokens",
                "O",
                b -> b.suppressTokens(ids(0, 1024)).beginSuppressTokens(ids(1024, ShippedVocabulary.SIZE)));
        check("a forced end that is banned", "O", b -> b.forcedEosTokenId(7).suppressTokens(7));
        check("a power beyond floats", "O", b -> b.numBeams(2).lengthPenalty(60));
        GenerationConfig beams = b().numBeams(2).build();
        GenerationConfig guesses = b().promptLookupNumTokens(4).build();
        GenerationConfig several = b().doSample(true).numReturnSequences(3).build();
        Prompt prompt = Prompt.of("O");
        PROBLEMS.put("beams one by one", () -> SHAKESPEARE.stream(prompt, beams));
        PROBLEMS.put(
                "beams in a queue",
                () -> SHAKESPEARE.generateAll(List.of(prompt).iterator(), beams, 2));
        PROBLEMS.put("beams with an assistant", () -> SHAKESPEARE.generate(prompt, beams, SHAKESPEARE));
        PROBLEMS.put("guesses for two prompts", () -> SHAKESPEARE.generateAll(List.of(prompt, prompt), guesses));
        PROBLEMS.put("sequences where one is returned", () -> SHAKESPEARE.generate(prompt, several));
        PROBLEMS.put(
                "more sequences than places",
                () -> SHAKESPEARE.generateAll(List.of(prompt).iterator(), several, 2));
        Prompt text = Prompt.ofIds(new int[300]);
        PROBLEMS.put("a text beyond the context", () -> SHAKESPEARE.score(text));
        PROBLEMS.put("a text of one id", () -> SHAKESPEARE.score(Prompt.ofIds(5)));
        PROBLEMS.put("a stride", () -> SHAKESPEARE.score(text, ScoreOptions.DEFAULT.withStride(256)));
        PROBLEMS.put(
                "threads", () -> new LoadOptions(Precision.AUTO, DeviceChoice.AUTO, -1, ModelSource.local(), false));
        PROBLEMS.put("a cache of prompts", () -> LoadOptions.DEFAULT.withPrefixCache(-1));
        PROBLEMS.put("tokens between two steps", () -> new ContinuousBatch(SHAKESPEARE, 1, 1, 0));
        PROBLEMS.put(
                "a text that is rewound too far", () -> SHAKESPEARE.session().rewind(1));
        PROBLEMS.put("a shape", () -> ModelConfig.gpt2(1, 3, 8, 16, 300));
        PROBLEMS.put("a vocabulary", () -> BpeTrainer.train("a", 3));
        PROBLEMS.put("a share", () -> Corpus.split("a", 2));
        PROBLEMS.put(
                "a batch",
                () -> TrainingOptions.builder().batchSize(0).maxSteps(1).build());
        PROBLEMS.put("a training without end", () -> TrainingOptions.builder().build());
        PROBLEMS.put("an adapter and frozen layers", () -> new Learning(0, 2, 2, 4));
    }

    private static GenerationConfigBuilder b() {
        return GenerationConfig.builder();
    }

    private static int[] ids(int from, int to) {
        return IntStream.range(from, to).toArray();
    }

    private static void build(String name, Consumer<GenerationConfigBuilder> options) {
        PROBLEMS.put(name, () -> {
            GenerationConfigBuilder builder = b();
            options.accept(builder);
            builder.build();
        });
    }

    private static void check(String name, String prompt, Consumer<GenerationConfigBuilder> options) {
        PROBLEMS.put(name, () -> {
            GenerationConfigBuilder builder = b();
            options.accept(builder);
            SHAKESPEARE.check(new GenerationRequest(Prompt.of(prompt), builder.build()));
        });
    }

    @Test
    void wording() throws IOException {
        StringBuilder table = new StringBuilder();
        PROBLEMS.forEach((name, problem) -> {
            InvalidOptionException e = invalid(problem);
            assertThat(e).as(name).hasMessage(e.message(OptionNaming.JAVA));
            table.append("# " + name + "\n");
            table.append("Java:    " + e.message(OptionNaming.JAVA) + "\n");
            table.append("flags:   " + e.message(OptionNaming.FLAGS) + "\n");
            table.append("JSON:    " + e.message(OptionNaming.KEYS) + "\n");
            table.append("columns: " + e.message(COLUMNS) + "\n\n");
        });
        try (var expected = InvalidOptionExceptionTest.class.getResourceAsStream("/wording.txt")) {
            String wording = new String(Objects.requireNonNull(expected).readAllBytes(), StandardCharsets.UTF_8)
                    .replace("{size}", Integer.toString(ShippedVocabulary.SIZE))
                    .replace("{end}", Integer.toString(ShippedVocabulary.END));
            assertThat(table.toString()).isEqualTo(wording);
        }
    }

    /** A message is found, expected and advice: nothing of it is only in the sentence. */
    @Test
    void messagesAreTheData() {
        PROBLEMS.forEach((name, problem) -> {
            InvalidOptionException e = invalid(problem);
            String end = (e.expected().isEmpty() ? "" : ", expected " + e.expected())
                    + (e.advice().isEmpty() ? "" : "; " + e.advice());
            assertThat(e.getMessage()).as(name).endsWith(end);
            assertThat(e.found()).as(name).isNotNull();
            assertThat(end).as("%s: what to do", name).isNotEmpty();
            assertThat(e.related()).as(name).doesNotContain(e.option()).doesNotHaveDuplicates();
        });
    }

    @Test
    void everyOptionHasItsNames() {
        for (GenerationOption<?> option : GenerationOption.all()) {
            assertThat(OptionNaming.JAVA.name(option)).isEqualTo(option.name());
            assertThat(OptionNaming.KEYS.name(option)).isEqualTo(option.key());
            assertThat(NamedOption.of(option.name()).key()).isEqualTo(option.key());
            assertThat(OptionNaming.FLAGS.name(option)).matches("--[a-z-]+");
        }
        assertThat(OptionNaming.FLAGS.setting(DO_SAMPLE, true)).isEqualTo("--do-sample");
        assertThat(OptionNaming.FLAGS.setting(DO_SAMPLE, false)).isEqualTo("--no-do-sample");
        assertThat(OptionNaming.KEYS.value(PRESET, Preset.HUGGING_FACE)).isEqualTo("hugging-face");
        assertThat(InvalidOptionException.message(new IOException(), OptionNaming.KEYS))
                .isEqualTo("java.io.IOException");
        assertThat(InvalidOptionException.message(new IOException("full"), OptionNaming.KEYS))
                .isEqualTo("full");
    }

    /** What users wrote is no name of an option, whatever it looks like. */
    @Test
    void whatWasFoundStaysAsItIs() {
        InvalidOptionException e = invalid(() -> TOP_K.parse("topK doSample top_k"));
        assertThat(e.message(OptionNaming.FLAGS))
                .isEqualTo("--top-k is \"topK doSample top_k\", expected a whole number at least 1, or 0 for no limit");
    }

    @Test
    void adviceIsAdded() {
        InvalidOptionException first =
                InvalidOptionException.value(TOP_K, -1, "more").withAdvice("count");
        InvalidOptionException second = first.withAdvice("or use ", new Setting(TOP_P, 0.9));
        assertThat(first).hasMessage("topK is -1, expected more; count");
        assertThat(second).hasMessage("topK is -1, expected more; count; or use topP 0.9");
        assertThat(second.related()).containsExactly(TOP_P);
    }

    @Test
    void anotherProcessGetsTheMessage() throws IOException, ClassNotFoundException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
            out.writeObject(invalid(() -> TOP_P.checked(2.0)));
        }
        try (ObjectInputStream in = new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
            assertThat((Throwable) in.readObject())
                    .isExactlyInstanceOf(IllegalArgumentException.class)
                    .hasMessage("topP is 2.0, expected 0 to 1");
        }
    }

    private static InvalidOptionException invalid(ThrowingCallable problem) {
        InvalidOptionException thrown = catchThrowableOfType(InvalidOptionException.class, problem);
        assertThat(thrown).isNotNull();
        return thrown;
    }
}
