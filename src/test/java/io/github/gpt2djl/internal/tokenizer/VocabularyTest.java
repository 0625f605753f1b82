package io.github.gpt2djl.internal.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.gpt2djl.MalformedCheckpointException;
import io.github.gpt2djl.ModelConfig.Architecture;
import io.github.gpt2djl.checkpoint.TokenizerFiles;
import org.junit.jupiter.api.Test;

/** Ids at the borders of what fits a model. */
class VocabularyTest {
    private static final String TOKENIZER =
            "{'model':{'type':'BPE','vocab':{'a':0,'b':1},'merges':[]},'decoder':{'type':'ByteLevel'},"
                    + "'pre_tokenizer':{'type':'ByteLevel','add_prefix_space':false,'trim_offsets':true,"
                    + "'use_regex':true},'added_tokens':[{'id':%d,'content':'<x>','single_word':false,'lstrip':false,"
                    + "'rstrip':false,'normalized':false,'special':true}]}";

    @Test
    void theModelMayHaveMoreRowsOrFewer() throws MalformedCheckpointException {
        assertThat(read(2000).last()).isEqualTo(1999);
        // Two tokens, and <|endoftext|>, which GPT2Tokenizer adds.
        assertThat(read(1).last()).isEqualTo(2);
        assertThat(read(Integer.MAX_VALUE).last()).isEqualTo(Integer.MAX_VALUE - 1);
    }

    @Test
    void anIdMayBeFarFromTheOthers() throws MalformedCheckpointException {
        Vocabulary vocabulary = Vocabulary.read(
                new TokenizerFiles("vocab.json", "{\"a\": 2147483646}", ""), Architecture.GPT2, 2, false);
        assertThat(vocabulary.last()).isEqualTo(2147483646);
    }

    @Test
    void anAddedTokenHasAnIdOfItsOwn() throws MalformedCheckpointException {
        Vocabulary vocabulary = read(TOKENIZER.formatted(2), 3);
        assertThat(vocabulary.tokenizer().added().ids()).containsEntry("<x>", 2).doesNotContainKey("a");
        assertThat(vocabulary.special()).contains(2).doesNotContain(0);
    }

    private static Vocabulary read(int size) throws MalformedCheckpointException {
        return Vocabulary.read(
                new TokenizerFiles("vocab.json", "{\"a\": 0, \"b\": 1}", ""), Architecture.GPT2, size, false);
    }

    private static Vocabulary read(String json, int size) throws MalformedCheckpointException {
        TokenizerFiles files = new TokenizerFiles("tokenizer.json", json.replace('\'', '"'), null);
        return Vocabulary.read(files, Architecture.GPT2, size, false);
    }
}
