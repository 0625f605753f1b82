package io.github.gpt2djl.internal.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.github.gpt2djl.ModelConfig.Architecture;
import io.github.gpt2djl.checkpoint.TokenizerFiles;
import io.github.gpt2djl.tokenizer.Tokenizer;
import java.io.IOException;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Where a text may be cut, and for which tokenizers; the cut text's ids are compared in TokenizerTest. */
class PartsTest {
    /** By hand from GPT-2's expression; {@code _} is a space, {@code /} a line break. */
    @ParameterizedTest
    @CsvSource({
        "ab_cd,   0, 1, 2", "ab/cd,   0, 1, 2", "ab_cd_ef, 0, 3, 5", "ab_cd_ef, 3, 1, 5", "ab_cd,   0, 5, 5",
        "ab__cd,  0, 3, 6", "abcd,    0, 1, 4", "é_b,      0, 1, 1", "7_b,     0, 1, 1", "!_b,     0, 1, 1",
        "~_b,     0, 1, 1", "‘_b,      0, 1, 3", "a_b,     0, 1, 1", "_a,      0, 1, 2", "a_,      0, 1, 1"
    })
    void aTextIsCutWhereGpt2sWordsEnd(String text, int from, int least, int end) {
        assertThat(Parts.end(text.replace('_', ' ').replace('/', '\n'), from, least))
                .isEqualTo(end);
    }

    /** Texts of tokenizers that cannot be cut have no least number of ids. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "'pre_tokenizer':BYTES | 4",
                "'pre_tokenizer':{'type':'ByteLevel','add_prefix_space':false,'trim_offsets':true} | 4",
                "'pre_tokenizer':{'type':'ByteLevel','add_prefix_space':true,'trim_offsets':true} | 0",
                "'pre_tokenizer':{'type':'ByteLevel','add_prefix_space':false,'trim_offsets':true,'use_regex':false} | 0",
                "'pre_tokenizer':{'type':'Digits','individual_digits':true} | 0",
                "'pre_tokenizer':{'type':'Sequence','pretokenizers':[BYTES,{'type':'Whitespace'}]} | 0",
                "'pre_tokenizer':BYTES,'normalizer':{'type':'NFC'} | 0",
                "'pre_tokenizer':BYTES,'added_tokens':[{'content':'<x>',PLAIN}] | 4",
                "'pre_tokenizer':BYTES,'added_tokens':[{'content':'<x y>',PLAIN}] | 0",
                "'pre_tokenizer':BYTES,'added_tokens':[{'content':'<longer>',PLAIN}] | 2",
                "'pre_tokenizer':BYTES,'added_tokens':[{'content':'<x>','lstrip':true,'rstrip':false,OTHER}] | 0",
                "'pre_tokenizer':BYTES,'added_tokens':[{'content':'<x>','lstrip':false,'rstrip':true,OTHER}] | 0"
            })
    void eachTokenizersLeastNumberOfIds(String steps, int least) throws IOException {
        JsonObject whole = JsonParser.parseString(("{" + steps + ",'decoder':BYTES}")
                        .replace("PLAIN", "'lstrip':false,'rstrip':false,OTHER")
                        .replace("OTHER", "'id':257,'single_word':false,'normalized':false,'special':true")
                        .replace("BYTES", "{'type':'ByteLevel','add_prefix_space':false,'trim_offsets':true}")
                        .replace('\'', '"'))
                .getAsJsonObject();
        JsonObject vocabulary = new JsonObject();
        for (int b = 0; b < 256; b++) {
            vocabulary.addProperty(String.valueOf(ByteLevel.character(b)), b);
        }
        vocabulary.addProperty("abc", 256);
        assertThat(minTokenCount(whole, vocabulary)).isEqualTo(least);
        vocabulary.remove("z");
        vocabulary.addProperty("zz", (int) 'z');
        assertThat(minTokenCount(whole, vocabulary)).as("a byte is missing").isZero();
    }

    private static int minTokenCount(JsonObject whole, JsonObject vocabulary) throws IOException {
        JsonObject model = new JsonObject();
        model.addProperty("type", "BPE");
        model.add("vocab", vocabulary);
        model.add("merges", new JsonArray());
        whole.add("model", model);
        // Else only vocabulary and merges would count.
        Map<String, String> asWritten =
                Map.of("tokenizer_config.json", "{\"tokenizer_class\": \"PreTrainedTokenizerFast\"}");
        var files = new TokenizerFiles("tokenizer.json", whole.toString(), null, asWritten);
        int most = vocabulary.size() + (whole.has("added_tokens") ? 1 : 0) + 127;
        try (Tokenizer tokenizer = Tokenizer.load(files, Architecture.GPT2, most)) {
            assertThat(tokenizer.minTokenCount("")).isZero();
            return tokenizer.minTokenCount("ten chars.");
        }
    }
}
