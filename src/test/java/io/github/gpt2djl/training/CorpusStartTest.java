package io.github.gpt2djl.training;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.gpt2djl.ModelConfig.Architecture;
import io.github.gpt2djl.internal.checkpoint.TokenizerFolder;
import io.github.gpt2djl.tokenizer.Tokenizer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A document begins with the start token of its own tokenizer. */
class CorpusStartTest {
    private static final Path KINDS = Path.of("src/test/resources/reference/kinds");

    @ParameterizedTest
    @CsvSource({
        "wordpiece-vocab-txt, [CLS]",
        "roberta, <s>",
        "llama-json, <s>",
        "gpt2-prefix-space, <|endoftext|>",
        "t5-spiece, <s>",
    })
    void documentsBeginWithIt(String kind, String start) throws IOException {
        try (Tokenizer tokenizer = Tokenizer.load(TokenizerFolder.read(KINDS.resolve(kind)), Architecture.GPT2, 1)) {
            assertThat(tokenizer.startToken()).hasValue(start);
            int[] id = tokenizer.encode(start, false, false);
            assertThat(id).hasSize(1);
            Corpus corpus = Corpus.of(new Corpus.Split("one\n\ntwo\n\nthree", "four"), 2, tokenizer);
            assertThat(corpus.training()[0]).isEqualTo(id[0]);
            assertThat(Arrays.stream(corpus.training()).filter(one -> one == id[0]))
                    .hasSize(2);
            assertThat(corpus.validation()).doesNotContain(id[0]);
        }
    }
}
