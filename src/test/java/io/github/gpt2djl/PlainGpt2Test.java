package io.github.gpt2djl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.github.gpt2djl.checkpoint.TensorInfo;
import io.github.gpt2djl.testing.ShippedModel;
import io.github.gpt2djl.testing.TestCheckpoint;
import io.github.gpt2djl.testing.TestJvm;
import java.lang.reflect.Constructor;
import java.lang.reflect.Method;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** GPT-2 in one file gives the ids of the library. The file has no package, so it is called by reflection. */
class PlainGpt2Test {
    private static final Path FILE = Path.of("examples/PlainGpt2.java");
    private static final Path SHIPPED = Path.of("models/shakespeare");
    private static final int NEW_TOKENS = 24;
    private static final int TOKENS = ShippedModel.SHAKESPEARE.config().vocabularySize();

    @TempDir
    Path folder;

    @ParameterizedTest
    @ValueSource(
            strings = {
                "ROMEO:",
                "First Citizen:\nBefore we proceed",
                "honorificabilitudinitatibus antidisestablishmentarianism",
                "👍🏽 🦄🎉 👩‍👩‍👧",
                "I'll they've he'd it's I'm you're can't o'er 'tis 'LL",
                "  two  spaces \t tab\n\n\nthree lines   ",
                "\u00a0no-break\u2003em\u3000wide\u0085next\u001cseparator",
                "1623 and 3.14159, ½ ² Ⅷ ٣",
                "Ünïcödé straße Ωμέγα Привет 你好 ありがとう नमस्ते",
                "e\u0301 combining\u200bzero width",
                "#$%&!?;--[ROMEO]... <|endoftext|>",
                "thou <|endoftext|><|endoftext|> art",
                "a\\Eb \\ \" / \u0000 end"
            })
    void givesTheIdsOfTheLibrary(String prompt) throws Exception {
        Gpt2 gpt2 = ShippedModel.SHAKESPEARE;
        Object plain = plain(SHIPPED);
        List<Integer> ids = encode(plain, prompt);
        assertThat(ids).isEqualTo(gpt2.encode(prompt));
        var config = GenerationConfig.builder().maxNewTokens(NEW_TOKENS).build();
        assertThat(generate(plain, ids, null))
                .isEqualTo(gpt2.generate(Prompt.ofIds(ids), config).ids());
    }

    /** Another width, number of heads, vocabulary and head, in each type and form of the file. */
    @ParameterizedTest
    @EnumSource(TestCheckpoint.Form.class)
    void takesAModelOfAnotherSize(TestCheckpoint.Form form) throws Exception {
        boolean plainForm = form == TestCheckpoint.Form.PLAIN;
        TestCheckpoint checkpoint = new TestCheckpoint(3, 4, 24, 64, TOKENS + 52, plainForm, 9);
        checkpoint.write(folder, plainForm ? TensorInfo.DType.F32 : TensorInfo.DType.F16, form);
        Files.copy(SHIPPED.resolve("tokenizer.json"), folder.resolve("tokenizer.json"));
        try (Gpt2 gpt2 = Gpt2.load(folder)) {
            List<Integer> ids = gpt2.encode("Now is the winter");
            var config = GenerationConfig.builder().maxNewTokens(NEW_TOKENS).build();
            assertThat(generate(plain(folder), ids, null))
                    .isEqualTo(gpt2.generate(Prompt.ofIds(ids), config).ids());
        }
    }

    /** JSON as Python's json writes it, with pairs for merges and characters beyond ASCII escaped. */
    @Test
    void readsEscapesAndPairs() throws Exception {
        String tokenizer = Files.readString(SHIPPED.resolve("tokenizer.json"));
        StringBuilder ascii = new StringBuilder();
        tokenizer.chars().forEach(c -> ascii.append(c < 128 ? "" + (char) c : "\\u%04x".formatted(c)));
        int merges = ascii.indexOf("\"merges\"");
        String pairs = ascii.substring(merges).replaceAll("\"([^\" ]+) ([^\" ]+)\"", "[\"$1\", \"$2\"]");
        Files.copy(SHIPPED.resolve("config.json"), folder.resolve("config.json"));
        Files.copy(SHIPPED.resolve("model.safetensors"), folder.resolve("model.safetensors"));
        Files.writeString(folder.resolve("tokenizer.json"), ascii.substring(0, merges) + pairs);
        assertThat(pairs).contains("[\"");
        String text = "Fair \"Verona\" \\ Ünder 👍";
        assertThat(encode(plain(folder), text)).isEqualTo(ShippedModel.SHAKESPEARE.encode(text));
    }

    /** A tokenizer that would merge any two of these characters: only the cuts keep them apart. */
    @Test
    void cutsWhereTheTokenizerCuts() throws Exception {
        List<String> characters =
                List.of("!", "a", "1", " ", "\n", "\u00a0", "'s", "'L", "\u0085", "\u0661", "<|endoftext|>");
        List<String> letters = List.of("!", "a", "1", "Ġ", "Ċ", "Â", "ł", "ħ", "'", "s", "L", "Ù", "¡");
        JsonObject tokenizer = JsonParser.parseString(Files.readString(SHIPPED.resolve("tokenizer.json")))
                .getAsJsonObject();
        JsonObject bpe = tokenizer.getAsJsonObject("model");
        for (String first : letters) {
            for (String second : letters) {
                if (!bpe.getAsJsonObject("vocab").has(first + second)) {
                    bpe.getAsJsonObject("vocab")
                            .addProperty(
                                    first + second, bpe.getAsJsonObject("vocab").size());
                    bpe.getAsJsonArray("merges").add(first + " " + second);
                }
            }
        }
        new TestCheckpoint(1, 1, 8, 40, TOKENS + 200, true, 1).write(folder);
        Files.writeString(folder.resolve("tokenizer.json"), tokenizer.toString());
        Object plain = plain(folder);
        Random random = new Random(3);
        try (Gpt2 gpt2 = Gpt2.load(folder)) {
            for (int i = 0; i < 2_000; i++) {
                StringBuilder text = new StringBuilder();
                random.ints(1 + random.nextInt(8), 0, characters.size()).forEach(c -> text.append(characters.get(c)));
                assertThat(encode(plain, text.toString())).as("%s", text).isEqualTo(gpt2.encode(text.toString()));
            }
        }
    }

    @Test
    void drawsBySeed() throws Exception {
        List<Integer> prompt = ShippedModel.SHAKESPEARE.encode("ROMEO:\nI do");
        Object plain = plain(SHIPPED);
        assertThat(generate(plain, prompt, new Random(5))).isEqualTo(generate(plain, prompt, new Random(5)));
        assertThat(generate(plain, prompt, new Random(5))).isNotEqualTo(generate(plain, prompt, new Random(6)));
    }

    @Test
    void refusesAnotherModel() throws Exception {
        TestCheckpoint.tiny().write(folder);
        Files.copy(SHIPPED.resolve("tokenizer.json"), folder.resolve("tokenizer.json"));
        Path config = folder.resolve("config.json");
        Files.writeString(config, Files.readString(config).replace("gelu_new", "relu"));
        assertThatThrownBy(() -> plain(folder))
                .hasRootCauseMessage("activation_function is relu, expected gelu_new|null");
    }

    /** As the page says: in a process of its own, and with nothing on the class path. */
    @Test
    void runsAsAFile() throws Exception {
        Process process = TestJvm.command("-cp", folder.toString(), FILE.toString(), "ROMEO:")
                .redirectErrorStream(true)
                .start();
        String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(out).isZero();
        var config = GenerationConfig.builder().maxNewTokens(40).build();
        Generation expected = ShippedModel.SHAKESPEARE.generate("ROMEO:", config);
        assertThat(out).isEqualTo(expected.promptIds() + "\n" + expected.ids() + "\nROMEO:" + expected.text() + "\n");
    }

    private static Object plain(Path folder) throws Exception {
        Constructor<?> constructor = Class.forName("PlainGpt2").getDeclaredConstructor(Path.class);
        constructor.setAccessible(true);
        return constructor.newInstance(folder);
    }

    private static List<Integer> encode(Object plain, String text) throws Exception {
        return ids(method("encode", String.class).invoke(plain, text));
    }

    private static List<Integer> generate(Object plain, List<Integer> prompt, Random random) throws Exception {
        return ids(method("generate", List.class, int.class, Random.class).invoke(plain, prompt, NEW_TOKENS, random));
    }

    private static Method method(String name, Class<?>... parameters) throws Exception {
        Method method = Class.forName("PlainGpt2").getDeclaredMethod(name, parameters);
        method.setAccessible(true);
        return method;
    }

    private static List<Integer> ids(Object list) {
        return ((List<?>) list).stream().map(Integer.class::cast).toList();
    }
}
