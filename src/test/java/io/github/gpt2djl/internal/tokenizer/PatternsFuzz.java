package io.github.gpt2djl.internal.tokenizer;

import com.code_intelligence.jazzer.junit.FuzzTest;
import com.google.gson.JsonObject;
import io.github.gpt2djl.MalformedCheckpointException;
import io.github.gpt2djl.ModelConfig.Architecture;
import io.github.gpt2djl.checkpoint.TokenizerFiles;
import io.github.gpt2djl.tokenizer.Tokenizer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Regular expressions that run without trust, on texts of their own characters. The system property gpt2djl.seconds says
 * how long one may take; without it the texts are short, and no time is taken.
 */
class PatternsFuzz {
    private static final Map<String, String> AS_WRITTEN =
            Map.of("tokenizer_config.json", "{\"tokenizer_class\": \"PreTrainedTokenizerFast\"}");
    private static final long SECONDS = Long.getLong("gpt2djl.seconds", 0);
    private static final int LENGTH = SECONDS > 0 ? 20_000 : 200;

    @MethodSource("seeds")
    @FuzzTest(maxDuration = "10s")
    void split(byte[] bytes) throws IOException {
        String expression = new String(bytes, StandardCharsets.UTF_8);
        if (!Patterns.ends(expression) || Surrogates.lone(expression) >= 0) {
            return;
        }
        JsonObject whole =
                FuzzedText.json("{'model':{'type':'WordLevel','unk_token':'?','vocab':{'?':0}},'pre_tokenizer':"
                        + "{'type':'Split','pattern':{'Regex':''},'behavior':'Isolated','invert':false}}");
        whole.getAsJsonObject("pre_tokenizer").getAsJsonObject("pattern").addProperty("Regex", expression);
        TokenizerFiles files = new TokenizerFiles("tokenizer.json", whole.toString(), null, AS_WRITTEN);
        try (Tokenizer tokenizer = Tokenizer.load(files, Architecture.GPT2, 4)) {
            for (String unit : units(expression)) {
                String text = unit.repeat(LENGTH / unit.length() + 1);
                long begin = System.nanoTime();
                tokenizer.encode(text + "\u4e2d", false);
                Duration taken = Duration.ofNanos(System.nanoTime() - begin);
                if (SECONDS > 0 && taken.toSeconds() >= SECONDS) {
                    throw new AssertionError(taken + " for " + expression + " in a text of " + unit);
                }
            }
        } catch (MalformedCheckpointException e) {
            // Documented.
        }
    }

    private static List<String> units(String expression) {
        String letters = expression.replaceAll("[^\\p{L}\\p{N} ]", "");
        String last = letters.isEmpty() ? "b" : letters.substring(letters.length() - 1);
        String first = letters.isEmpty() ? "a" : letters.substring(0, 1);
        boolean whole = Surrogates.lone(first) < 0 && Surrogates.lone(last) < 0;
        return List.of(
                "a",
                " ",
                " \n",
                "a b",
                expression.isEmpty() ? "." : expression,
                whole ? first : "c",
                whole ? last : "d");
    }

    static List<byte[]> seeds() {
        return List.of(
                bytes("\\s?\\p{L}+|[^a]*|ab"),
                bytes("a?b?c?d?"),
                bytes("(?:a|b)c|x+"),
                bytes("[\\x{0}-\\x{1F}]+|(ab|a)b"));
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
