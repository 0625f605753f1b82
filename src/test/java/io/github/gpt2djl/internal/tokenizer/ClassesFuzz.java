package io.github.gpt2djl.internal.tokenizer;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.github.gpt2djl.MalformedCheckpointException;
import io.github.gpt2djl.ModelConfig.Architecture;
import io.github.gpt2djl.checkpoint.TokenizerFiles;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.params.provider.MethodSource;

/** SentencePiece models, vocab.txt and tokenizer.json, by the rules of each class that reads them. */
class ClassesFuzz {
    @MethodSource("seeds")
    @FuzzTest(maxDuration = "10s")
    void read(byte[] bytes) {
        for (TokenizerClass rules : TokenizerClass.values()) {
            for (String file : List.of("tokenizer.model", "spiece.model", "sentencepiece.bpe.model", "vocab.txt")) {
                compose(Map.of(file, bytes, "tokenizer_config.json", named(rules)));
            }
            compose(Map.of("tokenizer.json", bytes, "tokenizer_config.json", named(rules)));
        }
    }

    private static byte[] named(TokenizerClass rules) {
        return ("{\"tokenizer_class\": \"" + rules.title() + "\"}").getBytes(StandardCharsets.UTF_8);
    }

    private static void compose(Map<String, byte[]> files) {
        try {
            PublishedTokenizer.read(new TokenizerFiles("", files), Architecture.GPT2);
        } catch (MalformedCheckpointException e) {
            // Documented.
        }
    }

    static List<byte[]> seeds() throws IOException {
        return List.of(
                SentencePieceModelTest.published("bpe"),
                SentencePieceModelTest.published("unprefixed"),
                SentencePieceModelTest.published("unigram"),
                "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\nthe \r\n\u00a0\n".getBytes(StandardCharsets.UTF_8),
                ("{\"model\":{\"type\":\"Unigram\",\"vocab\":[[\"a\",0],[\"b\",-1.5]]},\"normalizer\":{\"type\":"
                                + "\"Precompiled\",\"precompiled_charsmap\":\"AAAA\"}}")
                        .getBytes(StandardCharsets.UTF_8));
    }
}
