package io.github.gpt2djl.internal.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.Gson;
import io.github.gpt2djl.MalformedCheckpointException;
import io.github.gpt2djl.ModelConfig.Architecture;
import io.github.gpt2djl.internal.checkpoint.TokenizerFolder;
import io.github.gpt2djl.tokenizer.Detokenizer;
import io.github.gpt2djl.tokenizer.Tokenizer;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What transformers makes of a tokenizer of each kind, which make_kind_references.py asked. The system property
 * gpt2djl.kinds names another folder that the script has written, such as a larger one.
 */
class TokenizerKindsTest {
    private static final Path KINDS =
            Path.of(System.getProperty("gpt2djl.kinds", "src/test/resources/reference/kinds"));

    /** What is null is as what stands before it; without around, no special tokens stand around the text. */
    private record Line(
            String text,
            int[] ids,
            int @Nullable [] around,
            int @Nullable [] ordinary,
            @Nullable String decoded,
            @Nullable String visible) {
        private int[] withoutSpecial() {
            if (ordinary != null) {
                return ordinary;
            }
            return around == null ? ids : Arrays.copyOfRange(ids, around[0], ids.length - around[1]);
        }

        private String shown(boolean skipSpecialTokens) {
            String all = Objects.requireNonNullElse(decoded, text);
            return skipSpecialTokens ? Objects.requireNonNullElse(visible, all) : all;
        }
    }

    /** Ids, their text, and the text of the first of them, a prompt. */
    private record Sequence(
            int[] ids,
            String decoded,
            @Nullable String visible,
            int cut,
            String prompt,
            @Nullable String promptVisible) {
        private String shown(boolean skipSpecialTokens) {
            return skipSpecialTokens ? Objects.requireNonNullElse(visible, decoded) : decoded;
        }

        private String promptShown(boolean skipSpecialTokens) {
            return skipSpecialTokens ? Objects.requireNonNullElse(promptVisible, prompt) : prompt;
        }
    }

    private record Reference(List<Line> lines, List<Sequence> sequences) {
        private static Reference read(Path folder) throws IOException {
            try (Reader rows = new InputStreamReader(
                    new GZIPInputStream(Files.newInputStream(folder.resolve("rows.json.gz"))),
                    StandardCharsets.UTF_8)) {
                return new Gson().fromJson(rows, Reference.class);
            }
        }
    }

    static Stream<String> kinds() throws IOException {
        try (Stream<Path> folders = Files.list(KINDS)) {
            return folders.map(folder -> folder.getFileName().toString()).sorted().toList().stream();
        }
    }

    @Test
    void thereAreMany() throws IOException {
        assertThat(kinds()).hasSizeGreaterThan(60);
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void encodesAsTransformers(String kind) throws IOException {
        try (Tokenizer tokenizer = load(kind)) {
            Differences differences = new Differences();
            for (Line line : lines(kind)) {
                String text = line.text();
                differences.compare(text, "the ids", line.ids(), tokenizer.encode(text, false));
                differences.compare(
                        text, "the ids without special", line.withoutSpecial(), tokenizer.encode(text, false, false));
            }
            differences.expectNone();
        }
    }

    /** Of another kind than GPT-2's. */
    static Stream<String> withoutBytes() throws IOException {
        return kinds().filter(kind -> {
            Path whole = KINDS.resolve(kind).resolve("tokenizer.json");
            return Files.exists(whole)
                    && text(KINDS.resolve(kind), "tokenizer_config.json").contains("PreTrainedTokenizerFast")
                    && !text(KINDS.resolve(kind), "tokenizer.json").contains("\"ByteLevel\"");
        });
    }

    /** KoGPT2's files name no class, and its page says PreTrainedTokenizerFast: what is so published is taken so. */
    @ParameterizedTest
    @MethodSource("withoutBytes")
    void withoutAClassAnotherKindIsTakenAsWritten(String kind, @TempDir Path folder) throws IOException {
        try (Stream<Path> files = Files.list(KINDS.resolve(kind))) {
            for (Path file : files.toList()) {
                Files.copy(file, folder.resolve(file.getFileName()));
            }
        }
        String config = text(folder, "tokenizer_config.json");
        String unnamed = config.replaceFirst("\"tokenizer_class\":\"PreTrainedTokenizerFast\",?", "");
        assertThat(unnamed).isNotEqualTo(config);
        Files.writeString(folder.resolve("tokenizer_config.json"), unnamed);
        try (Tokenizer tokenizer = Tokenizer.load(TokenizerFolder.read(folder), Architecture.GPT_NEO, 2048, true)) {
            Differences differences = new Differences();
            for (Line line : lines(kind)) {
                differences.compare(line.text(), "the ids", line.ids(), tokenizer.encode(line.text(), false));
                differences.compare(line.ids(), "decoded", line.shown(true), tokenizer.decode(line.ids(), true));
            }
            differences.expectNone();
        }
    }

    private static String text(Path folder, String file) {
        try {
            return Files.readString(folder.resolve(file));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void decodesAsTransformers(String kind) throws IOException {
        try (Tokenizer tokenizer = load(kind)) {
            Differences differences = new Differences();
            for (boolean skip : new boolean[] {false, true}) {
                for (Line line : lines(kind)) {
                    differences.compare(line.ids(), "decoded", line.shown(skip), tokenizer.decode(line.ids(), skip));
                }
                for (Sequence one : sequences(kind)) {
                    differences.compare(one.ids(), "decoded", one.shown(skip), tokenizer.decode(one.ids(), skip));
                }
            }
            differences.expectNone();
        }
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void streamsWhatItDecodes(String kind) throws IOException {
        try (Tokenizer tokenizer = load(kind)) {
            Differences differences = new Differences();
            for (boolean skip : new boolean[] {false, true}) {
                for (Sequence one : sequences(kind)) {
                    String text = one.shown(skip);
                    differences.compare(one.ids(), "streamed", text, streamed(tokenizer, one.ids(), 0, skip));
                    String prompt = one.promptShown(skip);
                    if (text.startsWith(prompt)) {
                        String rest = streamed(tokenizer, one.ids(), one.cut(), skip);
                        differences.compare(one.ids(), "streamed from " + one.cut(), text, prompt + rest);
                    }
                }
            }
            differences.expectNone();
        }
    }

    /** The pieces of the ids from a place on, joined; those before are the prompt. */
    private static String streamed(Tokenizer tokenizer, int[] ids, int from, boolean skipSpecialTokens) {
        Detokenizer detokenizer = tokenizer.detokenizer(skipSpecialTokens, Arrays.copyOf(ids, from));
        StringBuilder text = new StringBuilder();
        for (int i = from; i < ids.length; i++) {
            String piece = detokenizer.add(ids[i], i == ids.length - 1);
            if (!piece.isEmpty()) {
                assertThat(Character.isLowSurrogate(piece.charAt(0))).isFalse();
                assertThat(Character.isHighSurrogate(piece.charAt(piece.length() - 1)))
                        .isFalse();
            }
            text.append(piece);
        }
        return text.toString();
    }

    /** Its regular expression is of molecules, and of no published list. */
    private static final String UNKNOWN_EXPRESSION = "wordlevel-smiles";

    @Test
    void anUnknownExpressionNeedsTrust() {
        assertThatThrownBy(() -> load(UNKNOWN_EXPRESSION, false))
                .isInstanceOf(MalformedCheckpointException.class)
                .hasMessageContaining("LoadOptions.withTrustedFiles(true) (--trust-files)");
    }

    private static Tokenizer load(String kind) throws IOException {
        return load(kind, kind.equals(UNKNOWN_EXPRESSION));
    }

    private static Tokenizer load(String kind, boolean trusted) throws IOException {
        return Tokenizer.load(TokenizerFolder.read(KINDS.resolve(kind)), Architecture.GPT2, 2048, trusted);
    }

    private static List<Line> lines(String kind) throws IOException {
        return Reference.read(KINDS.resolve(kind)).lines();
    }

    private static List<Sequence> sequences(String kind) throws IOException {
        return Reference.read(KINDS.resolve(kind)).sequences();
    }

    /** Collects what differs, so that a failure tells how much does. */
    private static final class Differences {
        private static final int SHOWN = 5;

        private final List<String> found = new ArrayList<>();

        private void compare(Object of, String what, int[] expected, int[] actual) {
            compare(of, what, Arrays.toString(expected), Arrays.toString(actual));
        }

        private void compare(int[] of, String what, String expected, String actual) {
            compare((Object) Arrays.toString(of), what, expected, actual);
        }

        private void compare(Object of, String what, String expected, String actual) {
            if (!expected.equals(actual)) {
                found.add(what + " of " + of + ": expected " + expected + ", was " + actual);
            }
        }

        private void expectNone() {
            assertThat(found.stream().limit(SHOWN))
                    .as(found.size() + " differences")
                    .isEmpty();
        }
    }
}
