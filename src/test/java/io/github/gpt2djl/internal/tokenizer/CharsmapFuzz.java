package io.github.gpt2djl.internal.tokenizer;

import com.code_intelligence.jazzer.junit.FuzzTest;
import com.google.gson.JsonObject;
import io.github.gpt2djl.ModelConfig.Architecture;
import io.github.gpt2djl.checkpoint.TokenizerFiles;
import io.github.gpt2djl.tokenizer.Tokenizer;
import java.io.IOException;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.params.provider.MethodSource;

/** SentencePiece's tables: those that are taken end no process, whatever the text. */
class CharsmapFuzz {
    private static final Map<String, String> AS_WRITTEN =
            Map.of("tokenizer_config.json", "{\"tokenizer_class\": \"PreTrainedTokenizerFast\"}");
    private static final String TEXT = FuzzedText.SAMPLE
            + "\uff21\u0301\u3392\ufdfa\u0132\u2460\u00bd\u1e9b\u0323\uac00\u1112\u1161\u11ab\ufffd\u0080";

    @MethodSource("seeds")
    @FuzzTest(maxDuration = "10s")
    void normalize(byte[] bytes) throws IOException {
        Charsmap map = Charsmap.read(bytes);
        if (map == null) {
            return;
        }
        map.normalize(TEXT);
        JsonObject whole =
                FuzzedText.json("{'model':{'type':'Unigram','unk_id':0,'vocab':[['?',0],['a',-1],['A',-1],[' ',-2]]},"
                        + "'normalizer':{'type':'Precompiled'},'decoder':null}");
        whole.getAsJsonObject("normalizer")
                .addProperty("precompiled_charsmap", Base64.getEncoder().encodeToString(bytes));
        TokenizerFiles files = new TokenizerFiles("tokenizer.json", whole.toString(), null, AS_WRITTEN);
        try (Tokenizer tokenizer = Tokenizer.load(files, Architecture.GPT2, 4)) {
            tokenizer.encode(TEXT, false);
            tokenizer.encode(TEXT.repeat(50), true);
        }
    }

    static List<byte[]> seeds() {
        return List.of(FuzzedSteps.charsmap());
    }
}
