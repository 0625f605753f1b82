package io.github.gpt2djl.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.gpt2djl.checkpoint.Checkpoint.TokenizerFiles;
import io.github.gpt2djl.checkpoint.MalformedCheckpointException;
import io.github.gpt2djl.checkpoint.ModelConfig.Architecture;
import org.junit.jupiter.api.Test;

/** Ids at the borders of what fits a model. */
class VocabularyTest {
    private static final String TOKENIZER =
            "{'model':{'type':'BPE','vocab':{'a':0,'b':1},'merges':[]},'decoder':{'type':'ByteLevel'},"
                    + "'pre_tokenizer':{'type':'ByteLevel','add_prefix_space':false,'trim_offsets':true,"
                    + "'use_regex':true},'added_tokens':[{'id':%d,'content':'<x>','single_word':false,'lstrip':false,"
                    + "'rstrip':false,'normalized':false,'special':true}]}";

    @Test
    void upTo127RowsMayBePadding() {
        assertThatCode(() -> read(129)).doesNotThrowAnyException();
        assertThatThrownBy(() -> read(130))
                .isInstanceOf(MalformedCheckpointException.class)
                .hasMessage("vocab.json: the vocabulary has 2 tokens, expected 130, config.json's vocab_size (up to 127"
                        + " may be padding)");
    }

    @Test
    void anAddedTokenHasAnIdOfItsOwn() throws MalformedCheckpointException {
        Vocabulary vocabulary = read(TOKENIZER.formatted(2), 3);
        assertThat(vocabulary.id("<x>")).isEqualTo(2);
        assertThat(vocabulary.id("<y>")).isEqualTo(-1);
        // "a" is a token, but no added one.
        assertThat(vocabulary.id("a")).isEqualTo(-1);
    }

    @Test
    void anAddedTokenFitsTheModel() {
        assertThatThrownBy(() -> read(TOKENIZER.formatted(2), 2))
                .isInstanceOf(MalformedCheckpointException.class)
                .hasMessageContaining("\"<x>\" has id 2, expected 0 to 1");
    }

    private static Vocabulary read(int size) throws MalformedCheckpointException {
        return Vocabulary.read(new TokenizerFiles("vocab.json", "{\"a\": 0, \"b\": 1}", ""), Architecture.GPT2, size);
    }

    private static Vocabulary read(String json, int size) throws MalformedCheckpointException {
        TokenizerFiles files = new TokenizerFiles("tokenizer.json", json.replace('\'', '"'), null);
        return Vocabulary.read(files, Architecture.GPT2, size);
    }
}
