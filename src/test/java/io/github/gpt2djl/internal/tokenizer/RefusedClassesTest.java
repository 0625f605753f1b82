package io.github.gpt2djl.internal.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.gpt2djl.MalformedCheckpointException;
import io.github.gpt2djl.ModelConfig.Architecture;
import io.github.gpt2djl.checkpoint.TokenizerFiles;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Files that a class cannot read, and classes that are not known. */
class RefusedClassesTest {
    private static final String LINES = "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\nthe\n";
    private static final String PIECES =
            "{'model':{'type':'Unigram','vocab':[['<pad>',0],['</s>',0],['<unk>',0],['a',-1]]}}";

    private static PublishedTokenizer read(String file, String content, String config)
            throws MalformedCheckpointException {
        Map<String, byte[]> files = new HashMap<>();
        files.put(file, content.replace('\'', '"').getBytes(StandardCharsets.UTF_8));
        files.put("tokenizer_config.json", config.replace('\'', '"').getBytes(StandardCharsets.UTF_8));
        return PublishedTokenizer.read(new TokenizerFiles("folder/", files), Architecture.GPT2);
    }

    private static PublishedTokenizer readModel(String shared, String config) throws IOException {
        Map<String, byte[]> files = Map.of(
                "spiece.model", SentencePieceModelTest.published(shared),
                "tokenizer_config.json", config.replace('\'', '"').getBytes(StandardCharsets.UTF_8));
        return PublishedTokenizer.read(new TokenizerFiles("folder/", files), Architecture.GPT2);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "BertJapaneseTokenizer", "MarianTokenizer", "CpmTokenizerFast", "DebertaV2TokenizerFast",
                        "CTRLTokenizer",
                "BertTokenizerLegacy", "MistralCommonBackend", "FNetTokenizer", "Qwen3_5Tokenizer", "WhisperTokenizer"
            })
    void aClassWithRulesOfItsOwnIsNamed(String name) {
        assertThatThrownBy(() -> read("vocab.txt", LINES, "{'tokenizer_class':'" + name + "'}"))
                .isInstanceOf(MalformedCheckpointException.class)
                .hasMessage("folder/tokenizer_config.json: tokenizer_class is \"" + name + "\", expected one of"
                        + " GPT2Tokenizer, OpenAIGPTTokenizer, RobertaTokenizer, GPTNeoXTokenizer, Qwen2Tokenizer,"
                        + " BertTokenizer, LlamaTokenizer, GemmaTokenizer, T5Tokenizer, AlbertTokenizer, XLNetTokenizer,"
                        + " CamembertTokenizer, XLMRobertaTokenizer, GPTSw3Tokenizer, TokenizersBackend: the class has"
                        + " rules of its own, which are not known here");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "vocab.txt | GPT2Tokenizer | folder/vocab.json: the file is missing, expected tokenizer.json or vocab.json and"
                        + " merges.txt, which GPT2Tokenizer reads; tokenizer_config.json may name another tokenizer_class, such as"
                        + " BertTokenizer, which reads the vocab.txt here",
                "spiece.model | GPT2TokenizerFast | folder/vocab.json: the file is missing",
                "spiece.model | PreTrainedTokenizerFast | folder/tokenizer.model: the file is missing",
                "spiece.model | MyTokenizer | folder/tokenizer.model: the file is missing",
                "vocab.txt | T5Tokenizer | folder/spiece.model: the file is missing, expected tokenizer.json or spiece.model,"
                        + " which T5Tokenizer reads",
                "vocab.json | BertTokenizer | folder/vocab.txt: the file is missing",
                "vocab.json | RobertaTokenizer | folder/vocab.json: the file is missing, expected tokenizer.json or vocab.json"
                        + " and merges.txt",
                "tokenizer.json | GPTSw3Tokenizer | folder/spiece.model: the file is missing, expected spiece.model, which",
                "spiece.model | CamembertTokenizer | folder/sentencepiece.bpe.model: the file is missing",
                "tokenizer.model | BertTokenizer | folder/tokenizer.model: cannot be read by BertTokenizer",
                "tokenizer.model | GPT2Tokenizer | folder/tokenizer.model: cannot be read by GPT2Tokenizer",
                "tokenizer.json | BertTokenizer | folder/tokenizer.json: model.type is \"Unigram\", expected WordPiece",
                "tokenizer.json | LlamaTokenizer | folder/tokenizer.json: model.type is \"Unigram\", expected BPE",
            })
    void filesOfAnotherClass(String file, String name, String message) {
        assertThatThrownBy(() -> read(file, PIECES, "{'tokenizer_class':'" + name + "'}"))
                .isInstanceOf(MalformedCheckpointException.class)
                .hasMessageStartingWith(message);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "'' | | folder/vocab.txt: is empty, expected a token in each line",
                "a | | folder/vocab.txt: the vocabulary has no unk_token [UNK], expected it",
                "[UNK] | 'unk_token':'[unk]' | folder/vocab.txt: the vocabulary has no unk_token [unk], expected it",
                "[UNK] | 'unk_token':null | folder/vocab.txt: the vocabulary has no unk_token null, expected it",
                "[UNK] | 'do_lower_case':'yes' | tokenizer_config.json: do_lower_case is \"yes\", expected true or false",
                "[UNK] | 'strip_accents':1 | tokenizer_config.json: strip_accents is 1, expected true or false",
                "[UNK] | 'tokenize_chinese_chars':[] | tokenizer_config.json: tokenize_chinese_chars is [], expected true",
                "[UNK] | 'clean_up_tokenization_spaces':0 | clean_up_tokenization_spaces is 0, expected true or false",
                "[UNK] | 'init_inputs':['a'] | tokenizer_config.json: init_inputs is [\"a\"], expected an empty array",
                "[UNK] | 'fast_tokenizer_files':['tokenizer.4.json'] | expected none but tokenizer.json",
            })
    void vocabularyLinesAndOddValues(String lines, String config, String message) {
        String rest = config == null ? "" : "," + config;
        assertThatThrownBy(() -> read("vocab.txt", lines, "{'tokenizer_class':'BertTokenizer'" + rest + "}"))
                .isInstanceOf(MalformedCheckpointException.class)
                .hasMessageContaining(message);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "T5Tokenizer | 'extra_ids':'x' | extra_ids is \"x\", expected a whole number of 32 bits",
                "T5Tokenizer | 'extra_ids':-1 | extra_ids is -1, expected 0 to 10000",
                "T5Tokenizer | 'extra_ids':1000000000 | extra_ids is 1000000000, expected 0 to 10000",
                "XLNetTokenizer | 'unk_id':4 | the vocabulary has 4 pieces, expected more than 4, which is the id for unknown",
                "XLNetTokenizer | 'unk_id':-1 | expected more than -1",
                "CamembertTokenizer | 'unk_token':null | unk_token is null, expected a token, which CamembertTokenizer needs",
                "AlbertTokenizer | 'keep_accents':'no','cls_token':'a' | keep_accents is \"no\", expected true or false",
                "T5Tokenizer | 'tokenizer_class':7 | tokenizer_class is 7, expected a text",
            })
    void oddValuesBesidePieces(String name, String config, String message) {
        assertThatThrownBy(() -> read("tokenizer.json", PIECES, "{'tokenizer_class':'" + name + "'," + config + "}"))
                .isInstanceOf(MalformedCheckpointException.class)
                .hasMessageContaining(message);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "unigram | | the model's algorithm is UNIGRAM",
                "users | 'sp_model_kwargs':{'enable_sampling':true,'alpha':0.1} | sp_model_kwargs.enable_sampling is true, expected"
                        + " nothing: the same text would have other ids",
                "users | 'sp_model_kwargs':{'add_bos':true} | sp_model_kwargs.add_bos is true",
                "users | 'sp_model_kwargs':[] | sp_model_kwargs is [], expected an object",
                "users | 'legacy':'no' | legacy is \"no\", expected true or false",
                "users | 'added_tokens_decoder':{'3':{'content':'<pad>','single_word':true}} | a token has single_word",
            })
    void whatGptSw3CannotHave(String model, String config, String message) {
        String rest = config == null ? "" : "," + config;
        assertThatThrownBy(() -> readModel(model, "{'tokenizer_class':'GPTSw3Tokenizer'" + rest + "}"))
                .isInstanceOf(MalformedCheckpointException.class)
                .hasMessageContaining(message);
    }

    @Test
    void extraIdsMustBeAsManyAsTold() {
        Map<String, byte[]> files = new HashMap<>();
        Map<String, String> texts = Map.of(
                "tokenizer.json", PIECES,
                "tokenizer_config.json", "{'tokenizer_class':'T5Tokenizer','extra_ids':3}",
                "special_tokens_map.json", "{'additional_special_tokens':['<extra_id_0>']}");
        texts.forEach((name, text) -> files.put(name, text.replace('\'', '"').getBytes(StandardCharsets.UTF_8)));
        assertThatThrownBy(() -> PublishedTokenizer.read(new TokenizerFiles("", files), Architecture.GPT2))
                .isInstanceOf(MalformedCheckpointException.class)
                .hasMessageContaining("extra_ids is 3 and 1 tokens such as <extra_id_0> are additional");
    }

    @Test
    void aTokenThatIsPutAroundATextMustBeThere() throws IOException {
        PublishedTokenizer read = read("vocab.txt", LINES, "{'tokenizer_class':'BertTokenizer','cls_token':null}");
        TokenizerModel model = TokenizerModels.read(read.whole());
        AddedTokens added =
                AddedTokens.read(read.whole(), model, null, read.special(), new Pipeline(List.of(), List.of()));
        assertThat(model.ids()).containsEntry("the", 5);
        assertThatThrownBy(() -> read.ends(added))
                .isInstanceOf(MalformedCheckpointException.class)
                .hasMessage(
                        "folder/tokenizer_config.json: cls_token is null, expected a token, which is put beside each"
                                + " text");
    }
}
