package io.github.gpt2djl;

import static io.github.gpt2djl.testing.ShippedModel.SHAKESPEARE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.gpt2djl.testing.ReferenceModels;
import io.github.gpt2djl.testing.TestCheckpoint;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A session gives what the model gives for the whole text: after any calls, with every architecture and loop. */
class SessionTest {
    private static final LoadOptions FP32 = LoadOptions.DEFAULT.withPrecision(Precision.FP32);
    private static final Path REFERENCES = Path.of("src/test/resources/reference");

    @TempDir
    Path folder;

    @ParameterizedTest
    @MethodSource(ReferenceModels.NAMES)
    void equalsAFreshRun(String name) throws IOException {
        try (Gpt2 model = Gpt2.load(REFERENCES.resolve(name), FP32)) {
            checkRandomCalls(model, 40, name.hashCode());
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 40_000, 100_000_000})
    void equalsAFreshRunInALongerContext(long cacheBytes) throws IOException {
        Path model = new TestCheckpoint(2, 2, 16, 200, 61, true, 3).write(folder);
        try (Gpt2 gpt2 = Gpt2.load(model, FP32.withPrefixCache(cacheBytes))) {
            checkRandomCalls(gpt2, 120, cacheBytes);
            if (cacheBytes > 0) {
                assertThat(gpt2.prefixCache().bytes()).isLessThanOrEqualTo(cacheBytes);
                assertThat(gpt2.prefixCache().hits()).isPositive();
            }
        }
    }

    /** Random appends, rewinds, forks and generations; each result is compared with a run of the whole text. */
    private static void checkRandomCalls(Gpt2 gpt2, int calls, long seed) throws IOException {
        Random random = new Random(seed);
        int vocabulary = gpt2.config().vocabularySize();
        int positions = gpt2.config().positions();
        List<Session> sessions = new ArrayList<>(List.of(gpt2.session()));
        List<List<Integer>> texts = new ArrayList<>(List.of(new ArrayList<>()));
        for (int call = 0; call < calls; call++) {
            int which = random.nextInt(sessions.size());
            Session session = sessions.get(which);
            List<Integer> text = texts.get(which);
            switch (random.nextInt(8)) {
                case 0, 1 -> {
                    List<Integer> more = random.ints(random.nextInt(positions / 3), 0, vocabulary)
                            .boxed()
                            .toList();
                    session.append(Prompt.ofIds(more));
                    text.addAll(more);
                }
                case 2 -> {
                    int length = random.nextInt(text.size() + 1);
                    session.rewind(length);
                    text.subList(length, text.size()).clear();
                }
                case 3 -> {
                    if (sessions.size() < 4) {
                        sessions.add(session.fork());
                        texts.add(new ArrayList<>(text));
                    } else {
                        sessions.remove(which).close();
                        texts.remove(which);
                        continue;
                    }
                }
                case 4 -> session.prefill();
                default -> {
                    if (text.isEmpty()) {
                        continue;
                    }
                    generate(gpt2, session, text, random);
                }
            }
            assertThat(session.ids()).isEqualTo(text);
            assertThat(session.length()).isEqualTo(text.size());
            assertThat(session.computed()).isLessThanOrEqualTo(text.size());
        }
        sessions.forEach(Session::close);
    }

    private static void generate(Gpt2 gpt2, Session session, List<Integer> text, Random random) {
        GenerationConfigBuilder builder = GenerationConfig.builder()
                .maxNewTokens(1 + random.nextInt(12))
                .doSample(true)
                .seed(random.nextInt(100))
                .topK(5)
                .contextPolicy(ContextPolicy.slide(gpt2.config().positions() / 2));
        boolean plain = text.size() + 14 < gpt2.config().positions();
        if (plain && random.nextInt(3) == 0) {
            builder = GenerationConfig.builder().maxNewTokens(8);
            switch (random.nextInt(3)) {
                case 0 -> builder.numBeams(3);
                case 1 -> builder.promptLookupNumTokens(4);
                default -> builder.penaltyAlpha(0.6).topK(4);
            }
        }
        GenerationConfig config = builder.build();
        Prompt whole = Prompt.ofIds(text);
        if (plain && random.nextBoolean()) {
            Prompt more = Prompt.ofIds(
                    random.ints(1 + random.nextInt(8), 0, gpt2.config().vocabularySize())
                            .toArray());
            List<Double> found = session.score(more).logProbabilities();
            List<Double> all =
                    gpt2.score(Prompt.ofIds(joined(text, more.ids()))).logProbabilities();
            for (int i = 0; i < found.size(); i++) {
                assertThat(found.get(i)).isCloseTo(all.get(text.size() - 1 + i), within(1e-4));
            }
        }
        Generation fresh = gpt2.generate(whole, config);
        Generation found;
        if (config.get(GenerationOption.NUM_BEAMS) == 1 && random.nextBoolean()) {
            int some = random.nextInt(fresh.ids().size() + 1);
            List<Token> tokens;
            try (Stream<Token> stream = session.stream(config)) {
                tokens = stream.limit(some).toList();
            }
            assertThat(tokens.stream().map(Token::id)).isEqualTo(fresh.ids().subList(0, some));
            text.addAll(fresh.ids().subList(0, some));
            return;
        }
        found = random.nextBoolean() && config.get(GenerationOption.NUM_BEAMS) == 1
                ? session.generate(config, token -> {})
                : session.generate(config);
        assertThat(found.ids()).isEqualTo(fresh.ids());
        assertThat(found.finishReason()).isEqualTo(fresh.finishReason());
        text.addAll(fresh.ids());
    }

    private static List<Integer> joined(List<Integer> a, List<Integer> b) {
        List<Integer> both = new ArrayList<>(a);
        both.addAll(b);
        return both;
    }

    @Test
    void computesEachTokenOnce() {
        GenerationConfig config = GenerationConfig.builder().maxNewTokens(10).build();
        try (Session session = SHAKESPEARE.session()) {
            session.append("ROMEO:\nBut soft, what light through yonder window breaks?\n");
            assertThat(session.computed()).isZero();
            session.prefill();
            assertThat(session.computed()).isEqualTo(session.length());
            int before = session.length();
            session.generate(config);
            // The last token has not been fed back.
            assertThat(session.length()).isEqualTo(before + 10);
            assertThat(session.computed()).isEqualTo(session.length() - 1);
            session.rewind(before).append("JULIET:");
            assertThat(session.computed()).isEqualTo(before);
            try (Session fork = session.fork()) {
                assertThat(fork.computed()).isEqualTo(before);
                fork.generate(config);
                assertThat(session.length()).isLessThan(fork.length());
            }
            assertThat(session.generate(config).text())
                    .isEqualTo(SHAKESPEARE
                            .generate(
                                    Prompt.ofIds(session.rewind(session.length() - 10)
                                            .ids()),
                                    config)
                            .text());
        }
    }

    @Test
    void replaceKeepsTheCommonBeginning() {
        try (Session session = SHAKESPEARE.session()) {
            session.append("ROMEO:\nBut soft, what light").prefill();
            int all = session.length();
            session.replace(Prompt.of("ROMEO:\nBut soft, what news"));
            assertThat(session.text()).isEqualTo("ROMEO:\nBut soft, what news");
            assertThat(session.computed()).isBetween(all - 3, all - 1);
        }
    }

    @Test
    void severalSequencesAreNotAppended() {
        GenerationConfig config = GenerationConfig.builder()
                .doSample(true)
                .seed(3)
                .numReturnSequences(4)
                .maxNewTokens(9)
                .build();
        try (Session session = SHAKESPEARE.session()) {
            session.append("ROMEO:\n");
            List<Integer> before = session.ids();
            assertThat(session.generateAll(config).stream().map(Generation::ids))
                    .isEqualTo(SHAKESPEARE.generateAll(List.of(Prompt.ofIds(before)), config).stream()
                            .map(Generation::ids)
                            .toList());
            assertThat(session.ids()).isEqualTo(before);
            assertThat(session.rank(List.of(Prompt.of("my"), Prompt.of("O love")))
                            .get(0)
                            .sum())
                    .isCloseTo(
                            SHAKESPEARE
                                    .rank(Prompt.ofIds(before), List.of(Prompt.of("my"), Prompt.of("O love")))
                                    .get(0)
                                    .sum(),
                            within(1e-4));
        }
    }

    /** The prompt is longer than GPT-Neo's window of 8; one pass over all continuations gives what one each gives. */
    @ParameterizedTest
    @MethodSource(ReferenceModels.NAMES)
    void continuationsAreRankedAsTheyAreScored(String name) throws IOException {
        Random random = new Random(7);
        try (Gpt2 model = Gpt2.load(REFERENCES.resolve(name), FP32)) {
            int vocabulary = model.config().vocabularySize();
            List<Integer> prompt = random.ints(30, 0, vocabulary).boxed().toList();
            List<Prompt> endings = new ArrayList<>();
            for (int length = 1; length < 20; length++) {
                endings.add(Prompt.ofIds(random.ints(length, 0, vocabulary).toArray()));
            }
            List<RankedContinuation> ranked = model.rank(Prompt.ofIds(prompt), endings);
            assertThat(ranked).hasSize(19);
            try (Session session = model.session()) {
                session.append(Prompt.ofIds(prompt));
                for (RankedContinuation each : ranked) {
                    Score whole = model.score(Prompt.ofIds(joined(prompt, each.ids())));
                    double sum = whole
                            .logProbabilities()
                            .subList(29, whole.logProbabilities().size())
                            .stream()
                            .mapToDouble(x -> x)
                            .sum();
                    assertThat(each.sum()).isCloseTo(sum, within(1e-4));
                    Score behind = session.score(Prompt.ofIds(each.ids()));
                    assertThat(behind.logProbability()).isCloseTo(sum, within(1e-4));
                    assertThat(behind.ranks())
                            .isEqualTo(whole.ranks().subList(29, whole.ranks().size()));
                }
            }
        }
    }

    @Test
    void anEmptySessionStartsFromBos() {
        GenerationConfig config = GenerationConfig.builder().maxNewTokens(5).build();
        try (Session session = SHAKESPEARE.session()) {
            assertThat(session.generate(config).ids())
                    .isEqualTo(SHAKESPEARE.generate("", config).ids());
            assertThat(session.ids().get(0)).isEqualTo(SHAKESPEARE.config().bosId());
        }
    }

    @Test
    void wrongCallsChangeNothing() {
        try (Session session = SHAKESPEARE.session()) {
            session.append("ROMEO:");
            List<Integer> before = session.ids();
            assertThatThrownBy(() -> session.append(Prompt.ofIds(999_999))).hasMessageContaining("out of range");
            assertThatThrownBy(() -> session.rewind(before.size() + 1))
                    .isInstanceOf(InvalidOptionException.class)
                    .hasMessageContaining("length is " + (before.size() + 1) + ", expected 0 to " + before.size());
            assertThatThrownBy(() -> session.score(Prompt.of(""))).hasMessageContaining("empty");
            assertThatThrownBy(() -> session.generate(GenerationConfig.builder()
                            .numReturnSequences(2)
                            .doSample(true)
                            .build()))
                    .isInstanceOf(InvalidOptionException.class);
            assertThatThrownBy(() -> session.generate(GenerationConfig.builder().build(), token -> {
                        throw new IllegalStateException("listener");
                    }))
                    .hasMessage("listener");
            assertThat(session.ids()).isEqualTo(before);
        }
    }

    @Test
    void aClosedSessionAndAClosedModelRefuse() throws IOException {
        Session closed = SHAKESPEARE.session();
        closed.append("ROMEO:").prefill();
        closed.close();
        closed.close();
        List<Supplier<?>> calls =
                List.of(() -> closed.append("a"), closed::fork, closed::prefill, () -> closed.rewind(0));
        for (Supplier<?> call : calls) {
            assertThatThrownBy(call::get)
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("closed");
        }
        Path model = new TestCheckpoint(2, 2, 16, 50, 61, true, 3).write(folder);
        Session open;
        try (Gpt2 gpt2 = Gpt2.load(model, FP32)) {
            open = gpt2.session();
            open.append(Prompt.ofIds(1, 2, 3)).prefill();
        }
        assertThatThrownBy(open::prefill)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("closed");
        open.close();
    }

    @Test
    void aStreamEndsWithTheNextCall() {
        GenerationConfig config = GenerationConfig.builder().maxNewTokens(20).build();
        try (Session session = SHAKESPEARE.session()) {
            session.append("ROMEO:");
            int before = session.length();
            var tokens = session.stream(config).iterator();
            tokens.next();
            tokens.next();
            session.append("!");
            assertThat(tokens.hasNext()).isFalse();
            // An iterator of a stream looks one token ahead at most.
            assertThat(session.length()).isBetween(before + 3, before + 4);
        }
    }

    @ParameterizedTest
    @MethodSource(ReferenceModels.NAMES)
    void aFileHasWhatIsHeld(String name) throws IOException {
        Path file = folder.resolve("session");
        GenerationConfig config = GenerationConfig.builder().maxNewTokens(6).build();
        try (Gpt2 model = Gpt2.load(REFERENCES.resolve(name), FP32);
                Session session = model.session()) {
            session.append(Prompt.ofIds(3, 1, 4, 1, 5)).generate(config);
            session.save(file);
            try (Session read = model.session(file)) {
                assertThat(read.ids()).isEqualTo(session.ids());
                assertThat(read.computed()).isEqualTo(session.computed()).isEqualTo(session.length() - 1);
                assertThat(read.generate(config).ids())
                        .isEqualTo(session.generate(config).ids());
            }
            Files.delete(file);
            try (Session empty = model.session()) {
                empty.save(file);
            }
            try (Session read = model.session(file)) {
                assertThat(read.length()).isZero();
            }
        }
    }

    @Test
    void aFileOfAnotherModelIsRefused() throws IOException {
        Path file = folder.resolve("session");
        Path one = new TestCheckpoint(2, 2, 16, 50, 61, true, 3).write(Files.createDirectory(folder.resolve("one")));
        Path two = new TestCheckpoint(2, 2, 16, 50, 61, true, 4).write(Files.createDirectory(folder.resolve("two")));
        Path wide = new TestCheckpoint(2, 2, 32, 50, 61, true, 3).write(Files.createDirectory(folder.resolve("wide")));
        try (Gpt2 model = Gpt2.load(one, FP32);
                Session session = model.session()) {
            session.append(Prompt.ofIds(1, 2, 3)).prefill().save(file);
        }
        try (Gpt2 model = Gpt2.load(one, FP32)) {
            model.session(file).close();
        }
        try (Gpt2 model = Gpt2.load(two, FP32)) {
            assertThatThrownBy(() -> model.session(file))
                    .isInstanceOf(MalformedCheckpointException.class)
                    .hasMessageContaining("other weights");
        }
        try (Gpt2 model = Gpt2.load(wide, FP32)) {
            assertThatThrownBy(() -> model.session(file)).hasMessageContaining("another shape: found 16, expected 32");
        }
        try (Gpt2 model = Gpt2.load(one, FP32.withPrecision(Precision.INT8))) {
            assertThatThrownBy(() -> model.session(file)).hasMessageContaining("another precision");
        }
        byte[] bytes = Files.readAllBytes(file);
        bytes[bytes.length - 20] ^= 1;
        Files.write(file, bytes);
        try (Gpt2 model = Gpt2.load(one, FP32)) {
            assertThatThrownBy(() -> model.session(file)).hasMessageContaining("checksum");
        }
    }
}
