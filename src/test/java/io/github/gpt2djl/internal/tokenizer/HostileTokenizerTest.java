package io.github.gpt2djl.internal.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.github.gpt2djl.Gpt2;
import io.github.gpt2djl.MalformedCheckpointException;
import io.github.gpt2djl.ModelConfig.Architecture;
import io.github.gpt2djl.checkpoint.TokenizerFiles;
import io.github.gpt2djl.testing.TestCheckpoint;
import io.github.gpt2djl.tokenizer.Tokenizer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * What a tokenizer.json must not say. Handed on as they are, the first group ends the process (a Rust panic), the
 * second runs on and on or fills the memory, and the third makes ids that the file does not tell.
 */
class HostileTokenizerTest {
    private static final String BYTES =
            "{'type':'ByteLevel','add_prefix_space':false,'trim_offsets':true,'use_regex':true}";

    private static final String BERT = "{'type':'BertNormalizer','clean_text':true,'handle_chinese_chars':true,"
            + "'strip_accents':null,'lowercase':true}";

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                // End the process.
                "model | 'continuing_subword_prefix':'##' | merge 1 is \"a b\", expected \"a b\": two tokens of the vocabulary that are one there, too",
                "pre_tokenizer | {'type':'Split','pattern':{'Regex':'(a+)+$'},'behavior':'Isolated','invert':false} | pre_tokenizer.pattern is {\"Regex\":\"(a+)+$\"}, expected a text, or a regular expression of a published model; another one may never come to an end",
                "normalizer | {'type':'Replace','pattern':{'Regex':'(a+)+$'},'content':'x'} | normalizer.pattern is {\"Regex\"",
                "normalizer | {'type':'Replace','pattern':{'String':''},'content':'x'} | normalizer.pattern is {\"String\":\"\"}",
                "normalizer | {'type':'Precompiled','precompiled_charsmap':'AAAA'} | normalizer.precompiled_charsmap is \"AAAA\", expected a table of SentencePiece in Base64, whole",
                "pre_tokenizer | {'type':'FixedLength','length':0} | pre_tokenizer.length is 0, expected a whole number of 1 to 1,000,000",
                "pre_tokenizer | {'type':'Other'} | pre_tokenizer.type is \"Other\", expected BertPreTokenizer, ByteLevel, CharDelimiterSplit, Digits, FixedLength, Metaspace, Punctuation, Split, UnicodeScripts, Whitespace, WhitespaceSplit or a Sequence of them",
                "added | {'content':' ','normalized':true},{'type':'Strip','strip_left':true,'strip_right':true} | is normalized, expected it not to be",
                "added | {'content':'é','normalized':true},{'type':'Replace','pattern':{'String':'é'},'content':''} | is normalized, expected it not to be",
                "added | {'content':'x','rstrip':true},{'content':' ','lstrip':true} | which would overlap",
                "pre_tokenizer | {'type':'Split','pattern':{'Regex':'('},'behavior':'Isolated','invert':false} | tokenizer.json: Hugging Face's tokenizers cannot read the tokenizer: Oniguruma error: end pattern with unmatched parenthesis",
                "normalizer | {'type':'Replace','pattern':{'Regex':'[z-a]'},'content':'x'} | Oniguruma error: empty range in char class",
                "normalizer | {'type':'Sequence','normalizers':[{'type':'Replace','pattern':{'Regex':'x*'},'content':'y'},{'type':'Lowercase'}]} | normalizers[0].pattern is {\"Regex\":\"x*\"}, expected a regular expression that is not found between two characters",
                "normalizer | {'type':'Replace','pattern':{'Regex':'^'},'content':'y'} | not found between two characters",
                "normalizer | {'type':'Replace','pattern':{'Regex':'[^\\\\]x]?\\\\p{^L}?'},'content':'y'} | not found between two characters",
                // Run on and on.
                "decoder | {'type':'Sequence','decoders':[{'type':'Replace','pattern':{'String':'a'},'content':'aaaa'},{'type':'Replace','pattern':{'String':'a'},'content':'aaaa'}]} | the decoder's Replace makes a text up to 16.0 times as long, expected at most 8.0 times",
                "normalizer | {'type':'Replace','pattern':{'String':'a'},'content':'aaaaaaaaa'} | up to 9.0 times as long, expected at most 8.0",
                "normalizer | {'type':'Prepend','prepend':'aaaaaaaaaaaaaaaaa'} | expected a text of 1 to 16 characters",
                "pre_tokenizer | {'type':'Sequence','pretokenizers':[BYTES,BYTES]} | pre_tokenizer has ByteLevel twice",
                "normalizer | {'type':'Sequence','normalizers':[{'type':'NFKD'},{'type':'Sequence','normalizers':[{'type':'NFKD'}]}]} | normalizer has NFKD twice",
                // Other ids or texts than the file tells.
                "decoder | {'type':'Other'} | decoder.type is \"Other\", expected BPEDecoder, ByteFallback, ByteLevel, CTC, Fuse, Metaspace, Replace, Strip, WordPiece or a Sequence of them",
                "decoder | {'type':'Sequence','decoders':[{'type':'Fuse'},3]} | decoder.decoders[1] is 3, expected an object",
                "decoder | {'type':'Replace','pattern':{'String':'a'}} | decoder.content is null, expected a text",
                "decoder | {'type':'Replace','pattern':{'String':''},'content':'a'} | decoder.pattern.String is \"\", expected a text that is not empty",
                "decoder | {'type':'Replace','content':'a'} | decoder.pattern is null, expected a text, or a regular expression",
                "decoder | {'type':'Replace','pattern':{'Regex':'(a+)+$'},'content':'a'} | another one may never come to an end",
                "decoder | {'type':'WordPiece','cleanup':true} | decoder.prefix is null, expected a text",
                "decoder | {'type':'Strip','content':'a','start':-1,'stop':0} | decoder.start is -1, expected 0 or more",
                "decoder | {'type':'Strip','content':'a','start':0,'stop':-7} | decoder.stop is -7, expected 0 or more",
                "decoder | {'type':'Strip','content':'ab','start':0,'stop':0} | decoder.content is \"ab\", expected one character",
                "decoder | {'type':'BPEDecoder'} | decoder.suffix is null, expected a text that is not empty",
                "decoder | {'type':'Metaspace','replacement':'__','prepend_scheme':'always'} | decoder.replacement is \"__\", expected one character",
                "pre_tokenizer | {'type':'Metaspace','replacement':'','prepend_scheme':'always'} | pre_tokenizer.replacement is \"\", expected one character",
                "pre_tokenizer | {'type':'Metaspace','replacement':'_','prepend_scheme':'often'} | pre_tokenizer.prepend_scheme is \"often\", expected always, first, never",
                "pre_tokenizer | {'type':'Metaspace','replacement':'_','prepend_scheme':'first','add_prefix_space':false} | add_prefix_space is false and prepend_scheme is first, expected never",
                "pre_tokenizer | {'type':'Metaspace','replacement':'_','split':1} | pre_tokenizer.split is 1, expected true or false",
                "pre_tokenizer | {'type':'Metaspace','replacement':'_','speed':1} | the key pre_tokenizer.speed is not supported",
                "pre_tokenizer | {'type':'CharDelimiterSplit','delimiter':'ab'} | pre_tokenizer.delimiter is \"ab\", expected one character",
                "pre_tokenizer | {'type':'FixedLength','length':1e9} | pre_tokenizer.length is 1e9, expected a whole number of 1 to 1,000,000",
                "pre_tokenizer | {'type':'Split','pattern':{'Regex':'a','String':'a'},'behavior':'Isolated','invert':false} | expected {\"String\":\"some text\"} or {\"Regex\":\"a regular expression\"}",
                "model | 'type':'Markov' | model.type is \"Markov\", expected BPE, Unigram, WordLevel or WordPiece",
                "model | 'continuing_subword_prefix':'#','merges':['a b'] | merge 1 is \"a b\"",
                "words | 'max_input_chars_per_word':1000000000 | model.max_input_chars_per_word is 1000000000, expected 0 to 1000; the published models have 100",
                "words | 'max_input_chars_per_word':-1 | model.max_input_chars_per_word is -1, expected 0 to 1000",
                "words | 'max_input_chars_per_word':null | model.max_input_chars_per_word is null, expected a whole number of 32 bits",
                "words | 'merges':[] | the key model.merges is not supported",
                "pieces | 'vocab':[['a',0],['b','x']] | vocab[1] is [\"b\",\"x\"], expected a piece and its score",
                "pieces | 'vocab':[['a',1e999]] | vocab[0] is [\"a\",1e999], expected a piece and its score, a number",
                "pieces | 'vocab':[['a',0,0]] | vocab[0] is [\"a\",0,0], expected a piece and its score",
                "pieces | 'vocab':[['\\ud800',0]] | expected a piece and its score",
                "pieces | 'vocab':[] | vocab of Unigram is not a list of pieces and scores",
                "pieces | 'unk_id':2 | model.unk_id is 2, expected 0 to 1, or null",
                "pieces | 'unk_id':-1 | model.unk_id is -1, expected 0 to 1, or null",
                "pieces | 'unk_id':4294967296 | model.unk_id is 4294967296, expected a whole number of 32 bits",
                "model | 'dropout':0.5 | model.dropout is 0.5, expected null",
                "model | 'unk_token':'<x>' | model.unk_token is \"<x>\", expected a token of the vocabulary",
                "model | 'merges':['a z'] | merge 1 is \"a z\", expected \"a b\": two tokens of the vocabulary that are one",
                "model | 'merges':['a b c'] | merge 1 is \"a b c\"",
                "model | 'merges':[['a','b'],['a',1]] | merge 2 is [\"a\",1]",
                "model | 'merges':['a b',['a','b']] | merge 2 is [\"a\",\"b\"], expected \"a b\"",
                "model | 'merges':null | model.merges is null, expected an array of pairs",
                "model | 'speed':1 | the key model.speed is not supported",
                "model | 'fuse_unk':1 | model.fuse_unk is 1, expected true or false",
                "vocab | '\\ud800':28 | expected tokens of well-formed Unicode",
                "vocab | 'X':4294967296 | model.vocab.X is 4294967296, expected a whole number of 32 bits",
                "vocab | 'X':1.5 | model.vocab.X is 1.5",
                "vocab | 'X':'28' | model.vocab.X is \"28\"",
                "added | {'content':''} | added_tokens[0].content is \"\", expected a text that is not empty",
                "added | {'content':'x','id':29} | \"x\" has id 29, expected 23, as in the vocabulary",
                "added | {'content':'<x>','id':29} | \"<x>\" has id 29, expected 28, the next one",
                "added | {'content':'<x>','id':28},{'content':'<x>','id':29} | added_tokens has \"<x>\" twice",
                "added | {'content':'x'},{'content':'x'} | added_tokens has \"x\" twice",
                "added | {'content':'x','special':null} | added_tokens[0].special is null, expected true or false",
                "added | {'content':'x','lstrip':1} | added_tokens[0].lstrip is 1, expected true or false",
                "pre_tokenizer | {'type':'ByteLevel','add_prefix_space':false} | pre_tokenizer.trim_offsets is null",
                "pre_tokenizer | {'type':'Sequence','pretokenizers':{}} | pre_tokenizer.pretokenizers is {}, expected an array",
                "pre_tokenizer | {'type':'Sequence','pretokenizers':[3]} | pre_tokenizer.pretokenizers[0] is 3, expected an object",
                "pre_tokenizer | {} | pre_tokenizer.type is null",
                "normalizer | [] | normalizer is [], expected an object",
                "normalizer | {'type':'NFC','speed':1} | the key normalizer.speed is not supported",
                "normalizer | {'type':'Sequence','normalizers':[],'speed':1} | the key normalizer.speed is not supported",
                "normalizer | {'type':'Replace','pattern':{'String':'a'},'content':5} | normalizer.content is 5, expected a text",
                "normalizer | {'type':'Replace','pattern':{'String':'a'},'content':'\\udc00'} | expected a text of well-formed Unicode",
                "normalizer | {'type':'BertNormalizer','clean_text':true,'handle_chinese_chars':true,'strip_accents':1,'lowercase':true} | normalizer.strip_accents is 1, expected true, false or null",
                "pre_tokenizer | {'type':'Split','pattern':{'String':'b'},'behavior':'Kept','invert':false} | pre_tokenizer.behavior is \"Kept\", expected Contiguous or Isolated",
                "added | {'content':'x','speed':1} | the key added_tokens[0].speed is not supported",
                "added | {'content':'x','normalized':true},{'type':'Replace','pattern':{'String':'x'},'content':''} | is normalized, expected it not to be",
                "added | {'content':'\\u0301','normalized':true},{'type':'StripAccents'} | is normalized",
                "added | {'content':'\\u00a8','normalized':true},{'type':'Sequence','normalizers':[{'type':'NFKD'},{'type':'Strip','strip_left':true,'strip_right':true}]} | is normalized",
                "added | {'content':'\\u200b\\ufffd','normalized':true},BERT | is normalized",
                "added | {'content':'xa','normalized':true},{'type':'Sequence','normalizers':[{'type':'Replace','pattern':{'String':'a'},'content':'y'},{'type':'Replace','pattern':{'String':'xy'},'content':' '}]} | is normalized",
                "added | {'content':'\\u0378x','normalized':true},{'type':'StripAccents'} | is normalized",
                "added | {'content':'X','normalized':true},{'content':'x','normalized':true},{'type':'Lowercase'} | \"X\" and \"x\" are one after the normalizer",
                "added | {'content':'x','rstrip':true},{'content':'\\u4e2d','normalized':true},BERT | which would overlap",
                "added | {'content':'x','rstrip':true},{'content':'y','normalized':true},{'type':'Prepend','prepend':' '} | which would overlap",
                "post_processor | {'type':'TemplateProcessing','single':[{'Sequence':{'id':'A','type_id':0}},{'Sequence':{'id':'A','type_id':0}}],'special_tokens':{}} | post_processor.single has the text 2 times",
                "post_processor | {'type':'TemplateProcessing','single':[{'SpecialToken':{'id':'x','type_id':0}}],'special_tokens':{}} | post_processor.single[0].SpecialToken.id is \"x\", expected one of special_tokens",
                "post_processor | {'type':'TemplateProcessing','single':[{'SpecialToken':{'id':'x','type_id':0}},{'Sequence':{'id':'B','type_id':0}}],'special_tokens':{'x':{'ids':[1]}}} | expected a SpecialToken, or the Sequence A",
                "post_processor | {'type':'TemplateProcessing','single':[{'SpecialToken':{'id':'x','type_id':0}}],'special_tokens':{'x':{'ids':[-1]}}} | expected ids of 0 or more",
                "post_processor | {'type':'TemplateProcessing','single':[{'SpecialToken':{'id':'x','type_id':0}}],'special_tokens':{'x':{'ids':1}}} | x.ids is 1, expected an array",
                "post_processor | {'type':'BertProcessing','cls':['x',1],'sep':'x'} | post_processor.sep is \"x\", expected a token and its id",
                "post_processor | {'type':'Sequence','processors':[{'type':'BertProcessing','cls':['x',1],'sep':['x',1]},{'type':'BertProcessing','cls':['x',1],'sep':['x',1]}]} | has two steps that add tokens",
                "post_processor | {'type':'Other'} | post_processor.type is \"Other\", expected BertProcessing, ByteLevel",
            })
    void isRejected(String place, String value, String message) {
        assertThatThrownBy(() -> load(place, value))
                .isInstanceOf(MalformedCheckpointException.class)
                .hasMessageContaining(message);
    }

    /** As published, and as fine-tuned models have them. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "model | 'merges':['a b'] | 27 26 23",
                "model | 'end_of_word_suffix':'</w>' | 0 26",
                "model | 'merges':[['a','b']] | 27 26 23",
                "model | 'continuing_subword_prefix':'','end_of_word_suffix':null,'unk_token':'','dropout':0.0 | 27 26 23",
                "model | 'byte_fallback':true,'fuse_unk':true,'ignore_merges':true,'unk_token':'a' | 27 26 23",
                "normalizer | {'type':'Replace','pattern':{'String':'x'},'content':'ab'} | 27 26 27",
                "normalizer | {'type':'Sequence','normalizers':[{'type':'NFKC'},{'type':'Prepend','prepend':'z'}]} | 25 27 26 23",
                "pre_tokenizer | {'type':'Sequence','pretokenizers':[{'type':'Whitespace'},BYTES]} | 27 23",
                "pre_tokenizer | {'type':'Sequence','pretokenizers':[{'type':'Split','pattern':{'String':'b'},'behavior':'Isolated','invert':false},BYTES]} | 0 1 26 23",
                "added | {'content':'b x'},{'type':'Lowercase'} | 0 28",
                "added | {'content':'ab','id':27,'normalized':true} | 27 26 23",
                "added | {'content':'x','lstrip':true} | 27 23",
                "added | {'content':'x','rstrip':true} | 27 26 23",
                "added | {'content':'é','normalized':true} | 27 26 23",
                "added | {'content':'b x','normalized':true},{'type':'Lowercase'} | 0 28",
                "model | 'ignore_merges':true,'vocab':{'a':0,'b':1,'x':2,'Ġ':3,'ab':4,'Ġx':5} | 4 5",
                "vocab | '\\u0001':28 | 27 26 23",
                "normalizer | {'type':'BertNormalizer','clean_text':true,'handle_chinese_chars':true,'strip_accents':null,'lowercase':true} | 27 26 23",
                "normalizer | {'type':'Prepend','prepend':'aaaaaaaaaaaaaaaz'} | 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 25 27 26 23",
                "normalizer | {'type':'Replace','pattern':{'String':'ab'},'content':'xxxxxxxxxxxxxxxx'} | 23 23 23 23 23 23 23 23 23 23 23 23 23 23 23 23 26 23",
            })
    void isTaken(String place, String value, String ids) throws IOException {
        try (Tokenizer tokenizer = load(place, value)) {
            assertThat(IntStream.of(tokenizer.encode("ab x", false))
                            .mapToObj(String::valueOf)
                            .collect(Collectors.joining(" ")))
                    .isEqualTo(ids);
        }
    }

    @Test
    void tooManyStepsOrTokens() throws IOException {
        String split = "{'type':'Split','pattern':{'String':'b'},'behavior':'Isolated','invert':false}";
        assertThatThrownBy(() -> load(
                        "pre_tokenizer",
                        "{'type':'Sequence','pretokenizers':[" + String.join(",", Collections.nCopies(33, split))
                                + "]}"))
                .isInstanceOf(MalformedCheckpointException.class)
                .hasMessageContaining("pre_tokenizer has 33 steps, expected at most 32");
        load(
                        "pre_tokenizer",
                        "{'type':'Sequence','pretokenizers':[" + String.join(",", Collections.nCopies(32, split))
                                + "]}")
                .close();
        String many = IntStream.rangeClosed(0, 10000)
                .mapToObj(i -> "{'content':'x" + i + "','id':" + (28 + i) + "}")
                .collect(Collectors.joining(","));
        assertThatThrownBy(() -> load("added", many))
                .isInstanceOf(MalformedCheckpointException.class)
                .hasMessageContaining("there are more than 10000 added tokens");
    }

    @Test
    void deepOrLongJson() {
        for (String bomb : new String[] {
            "[".repeat(1 << 20), "{\"model\":".repeat(1 << 17), "{\"model\":" + "[".repeat(200) + "]".repeat(200) + "}"
        }) {
            assertThatThrownBy(() -> load(bomb)).isInstanceOf(MalformedCheckpointException.class);
        }
        assertThatThrownBy(() -> load("model", "'unk_token':'" + "x".repeat(1 << 20) + "'"))
                .isInstanceOf(MalformedCheckpointException.class)
                .satisfies(e -> assertThat(e.getMessage()).hasSizeLessThan(300));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "tokenizer_config.json | [] | expected an object in JSON",
                "tokenizer_config.json | { | expected an object in JSON",
                "tokenizer_config.json | {'tokenizer_class':5} | tokenizer_class is 5, expected a text",
                "tokenizer_config.json | {'add_bos_token':'yes'} | add_bos_token is \"yes\", expected true or false",
                "tokenizer_config.json | {'add_prefix_space':1} | add_prefix_space is 1, expected true or false",
                "tokenizer_config.json | {'pad_token':5} | pad_token is 5, expected a token's text, or an object of it",
                "tokenizer_config.json | {'pad_token':'\\ud800'} | expected a token's text",
                "tokenizer_config.json | {'pad_token':{'content':'x','speed':1}} | the key pad_token.speed is not supported",
                "tokenizer_config.json | {'added_tokens_decoder':[]} | added_tokens_decoder is [], expected an object",
                "tokenizer_config.json | {'added_tokens_decoder':{'x':{'content':'x'}}} | has the key x, expected ids",
                "tokenizer_config.json | {'added_tokens_decoder':{'4':{'content':''}}} | added_tokens_decoder.4.content is \"\", expected a text that is not empty",
                "tokenizer_config.json | {'added_tokens_decoder':{'4':{'content':'x','lstrip':2}}} | lstrip is 2, expected true or false",
                "tokenizer_config.json | {'added_tokens_decoder':{'-1':{'content':'x'}}} | \"x\" has id -1, expected 3",
                "special_tokens_map.json | {'additional_special_tokens':'x'} | additional_special_tokens is \"x\", expected an array",
                "special_tokens_map.json | {'additional_special_tokens':[1]} | additional_special_tokens is 1, expected a token's text",
                "added_tokens.json | {'<x>':4294967296} | <x> is 4294967296, expected a whole number",
                "added_tokens.json | {'\\udc00':3} | expected texts of well-formed Unicode that are not empty",
                "added_tokens.json | {'':3} | expected texts of well-formed Unicode that are not empty",
                "added_tokens.json | {'<x>':2} | \"<x>\" has id 2, expected 3, the next one after those before",
            })
    void isRejectedBeside(String file, String json, String message) {
        assertThatThrownBy(() -> beside(file, quoted(json)))
                .isInstanceOf(MalformedCheckpointException.class)
                .hasMessageStartingWith("a/" + file + ": ")
                .hasMessageContaining(message);
    }

    private static void beside(String file, String json) throws IOException {
        String vocabulary = "{\"a\": 0, \"b\": 1, \"ab\": 2}";
        Tokenizer.load(new TokenizerFiles("a/vocab.json", vocabulary, "a b", Map.of(file, json)), Architecture.GPT2, 30)
                .close();
    }

    @Test
    void deepJsonBeside() {
        for (String file : new String[] {"tokenizer_config.json", "special_tokens_map.json", "added_tokens.json"}) {
            for (String bomb : new String[] {"[".repeat(1 << 20), "{\"pad_token\":".repeat(1 << 17)}) {
                assertThatThrownBy(() -> beside(file, bomb)).isInstanceOf(MalformedCheckpointException.class);
            }
        }
    }

    @Test
    void nothingStaysOpen(@TempDir Path folder) throws IOException {
        TestCheckpoint.tiny().write(folder);
        Files.writeString(folder.resolve("tokenizer.json"), "{}");
        assertThatThrownBy(() -> Gpt2.load(folder)).isInstanceOf(MalformedCheckpointException.class);
        try (Stream<Path> open = Files.list(Path.of("/proc/self/fd"))) {
            assertThat(open.filter(Files::exists).map(HostileTokenizerTest::target))
                    .isNotEmpty()
                    .noneMatch(file -> file.startsWith(folder));
        }
    }

    private static Path target(Path descriptor) {
        try {
            return Files.readSymbolicLink(descriptor);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A small tokenizer.json with something in a place; {@code added} may be followed by a normalizer. */
    private static Tokenizer load(String place, String value) throws IOException {
        JsonObject whole = json("{'added_tokens':[],'pre_tokenizer':BYTES,'decoder':BYTES}");
        JsonObject model = json("{'type':'BPE','merges':['a b']}");
        JsonObject vocabulary = new JsonObject();
        for (char c = 'a'; c <= 'z'; c++) {
            vocabulary.addProperty(String.valueOf(c), c - 'a');
        }
        vocabulary.addProperty("Ġ", 26);
        vocabulary.addProperty("ab", 27);
        model.add("vocab", vocabulary);
        whole.add("model", model);
        switch (place) {
            case "words" -> {
                json("{'type':'WordPiece','max_input_chars_per_word':100,'unk_token':'a'}")
                        .asMap()
                        .forEach(model::add);
                model.remove("merges");
                json("{" + value + "}").asMap().forEach(model::add);
            }
            case "pieces" -> {
                whole.add("model", json("{'type':'Unigram','vocab':[['a',0],['b',-1]]}"));
                json("{" + value + "}").asMap().forEach(whole.getAsJsonObject("model")::add);
            }
            case "model" -> json("{" + value + "}").asMap().forEach(model::add);
            case "vocab" -> json("{" + value + "}").asMap().forEach(vocabulary::add);
            case "added" -> {
                for (var token :
                        JsonParser.parseString(quoted("[" + value + "]")).getAsJsonArray()) {
                    if (token.getAsJsonObject().has("content")
                            && !token.getAsJsonObject().has("type")) {
                        whole.getAsJsonArray("added_tokens").add(added(token.getAsJsonObject(), vocabulary));
                    } else {
                        whole.add("normalizer", token);
                    }
                }
            }
            default -> whole.add(place, JsonParser.parseString(quoted(value)));
        }
        return load(whole.toString());
    }

    private static JsonObject added(JsonObject odd, JsonObject vocabulary) {
        JsonObject token =
                json("{'single_word':false,'lstrip':false,'rstrip':false,'normalized':false,'special':true}");
        String content = odd.get("content").getAsString();
        token.add(
                "id",
                vocabulary.has(content)
                        ? vocabulary.get(content)
                        : json("{'id':28}").get("id"));
        odd.asMap().forEach(token::add);
        return token;
    }

    private static Tokenizer load(String json) throws IOException {
        Map<String, String> beside =
                Map.of("tokenizer_config.json", "{\"tokenizer_class\": \"PreTrainedTokenizerFast\"}");
        return Tokenizer.load(new TokenizerFiles("tokenizer.json", json, null, beside), Architecture.GPT2, 30);
    }

    private static JsonObject json(String text) {
        return JsonParser.parseString(quoted(text)).getAsJsonObject();
    }

    private static String quoted(String text) {
        return text.replace("BYTES", BYTES).replace("BERT", BERT).replace('\'', '"');
    }
}
