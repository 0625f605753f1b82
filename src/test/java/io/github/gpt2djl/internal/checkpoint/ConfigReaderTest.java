package io.github.gpt2djl.internal.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.gpt2djl.Activation;
import io.github.gpt2djl.MalformedCheckpointException;
import io.github.gpt2djl.ModelConfig;
import io.github.gpt2djl.ModelConfig.Architecture;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the published configs mean, what an absent key means, and what this decoder does not compute. */
class ConfigReaderTest {
    private static final String GPT2 = "'model_type':'gpt2','n_layer':%d,'n_head':%d,'n_embd':%d,'n_positions':1024,"
            + "'vocab_size':50257,'activation_function':'gelu_new'";
    private static final String GPT = "'model_type':'openai-gpt','n_layer':12,'n_head':12,'n_embd':768,"
            + "'n_positions':512,'vocab_size':40478,'afn':'gelu'";
    private static final String OPT = "'model_type':'opt','num_hidden_layers':%d,'num_attention_heads':%d,"
            + "'hidden_size':%d,'ffn_dim':%d,'word_embed_proj_dim':%d,'max_position_embeddings':2048,'vocab_size':50272,"
            + "'do_layer_norm_before':%b,'activation_function':'relu'";
    private static final String SMALL = GPT2.formatted(2, 2, 8);

    /** The weights that the published files have, as the Hugging Face Hub counts them. */
    @Test
    void asManyWeightsAsPublished() throws MalformedCheckpointException {
        assertThat(parse(GPT2.formatted(6, 12, 768)).parameters()).isEqualTo(81_912_576);
        assertThat(parse(GPT2.formatted(12, 12, 768)).parameters()).isEqualTo(124_439_808);
        assertThat(parse(GPT2.formatted(24, 16, 1024)).parameters()).isEqualTo(354_823_168);
        assertThat(parse(GPT2.formatted(36, 20, 1280)).parameters()).isEqualTo(774_030_080);
        assertThat(parse(GPT2.formatted(48, 25, 1600)).parameters()).isEqualTo(1_557_611_200);
        assertThat(parse(GPT).parameters()).isEqualTo(116_534_784);
        assertThat(parse(OPT.formatted(12, 12, 768, 3072, 768, true)).parameters())
                .isEqualTo(125_239_296);
        assertThat(parse(OPT.formatted(24, 16, 1024, 4096, 512, false)).parameters())
                .isEqualTo(331_196_416);
        assertThat(parse(OPT.formatted(24, 32, 2048, 8192, 2048, true)).parameters())
                .isEqualTo(1_315_758_080);
        // As model.num_parameters() of transformers counts them.
        String neo = "'model_type':'gpt_neo','num_layers':%d,'num_heads':16,'hidden_size':%d,'vocab_size':50257,"
                + "'max_position_embeddings':2048,'attention_types':[[['global','local'],%d]]";
        assertThat(parse(neo.formatted(8, 64, 4)).parameters()).isEqualTo(3_745_984);
        assertThat(parse(neo.formatted(24, 2048, 12)).parameters()).isEqualTo(1_315_575_808);
        String galactica = OPT.formatted(12, 12, 768, 3072, 768, true).replace("50272", "50000");
        assertThat(parse(galactica + ",'enable_bias':false").parameters()).isEqualTo(124_947_456);
        assertThat(parse(galactica + ",'layer_norm_elementwise_affine':false").parameters())
                .isEqualTo(124_992_000);
        assertThat(parse(galactica + ",'_remove_final_layer_norm':true").parameters())
                .isEqualTo(125_028_864);
        // A head of its own is a second table.
        assertThat(parse(GPT2.formatted(12, 12, 768) + ",'tie_word_embeddings':false")
                        .parameters())
                .isEqualTo(124_439_808 + 50257 * 768);
    }

    @Test
    void theFirstGpt() throws MalformedCheckpointException {
        // A fixed inner width; norms after the sums; no token that begins or ends a text.
        assertThat(parse(GPT + ",'n_inner':5"))
                .isEqualTo(new ModelConfig(
                        Architecture.GPT,
                        12,
                        12,
                        768,
                        3072,
                        768,
                        512,
                        40478,
                        1e-5,
                        true,
                        false,
                        Activation.GELU_NEW,
                        true,
                        false,
                        List.of(),
                        0,
                        true,
                        true,
                        -1,
                        List.of(),
                        true));
    }

    @Test
    void valuesOfOptAreRead() throws MalformedCheckpointException {
        ModelConfig small = parse(OPT.formatted(24, 16, 1024, 4096, 512, false));
        assertThat(small)
                .isEqualTo(new ModelConfig(
                        Architecture.OPT,
                        24,
                        16,
                        1024,
                        4096,
                        512,
                        2048,
                        50272,
                        1e-5,
                        true,
                        false,
                        Activation.RELU,
                        true,
                        false,
                        List.of(),
                        0,
                        true,
                        true,
                        2,
                        List.of(),
                        true));
        assertThat(small.unusedPositions()).isEqualTo(2);
        assertThat(parse(SMALL).unusedPositions()).isZero();
        ModelConfig absent = parse("'model_type':'opt','num_hidden_layers':1,'num_attention_heads':2,'hidden_size':8,"
                + "'ffn_dim':16,'max_position_embeddings':4,'vocab_size':9");
        assertThat(absent.embeddingWidth()).isEqualTo(8);
        assertThat(absent.postNorm()).isFalse();
    }

    @Test
    void absentKeysMeanWhatTransformersMeans() throws MalformedCheckpointException {
        ModelConfig config = parse("'n_layer':2,'n_head':2,'n_embd':8,'n_positions':16,'vocab_size':50257");
        assertThat(config.architecture()).isEqualTo(Architecture.GPT2);
        assertThat(config.innerWidth()).isEqualTo(32);
        assertThat(config.epsilon()).isEqualTo(1e-5);
        assertThat(config.bosId()).isEqualTo(50256);
        // Not so the end: transformers' generate reads what the file says.
        assertThat(config.eosIds()).isEmpty();
        assertThat(config.tiedHead()).isTrue();
        assertThat(parse(SMALL + ",'n_inner':null").innerWidth()).isEqualTo(32);
        assertThat(parse(SMALL + ",'n_inner':20").innerWidth()).isEqualTo(20);
        assertThat(parse(SMALL + ",'layer_norm_epsilon':0.25").epsilon()).isEqualTo(.25);
    }

    @ParameterizedTest
    @CsvSource({"null, -1", "0, 0", "50256, 50256", "50257, -1"})
    void idsThatTheVocabularyLacksAreNone(String id, int expected) throws MalformedCheckpointException {
        assertThat(parse(SMALL + ",'eos_token_id':" + id).eosId()).isEqualTo(expected);
        assertThat(parse(SMALL + ",'bos_token_id':" + id).bosId()).isEqualTo(expected);
    }

    /** transformers' default of 50256 is an id of vocabularies that are large enough only. */
    @Test
    void aSmallVocabularyHasNoDefaultIds() throws MalformedCheckpointException {
        String keys = SMALL.replace("50257", "50256");
        assertThat(parse(keys).bosId()).isEqualTo(-1);
        assertThat(parse(keys).eosId()).isEqualTo(-1);
    }

    /** A key that comes twice has its last value. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "scale_attn_by_inverse_layer_idx | 1",
                "add_cross_attention | true",
                "scale_attn_weights | 0",
                "activation_function | ['gelu_new']",
                "activation_function | \"xielu\"",
                "layer_norm_epsilon | -1e-5",
                "layer_norm_epsilon | 1e39",
                "layer_norm_epsilon | \"a\"",
                "bos_token_id | -1",
                "n_inner | 0",
                "tie_word_embeddings | [true]",
            })
    void whatIsNotComputedIsRejected(String key, String value) {
        assertRejected(SMALL, key, value);
    }

    @ParameterizedTest
    @CsvSource({
        "enable_bias, 0",
        "layer_norm_elementwise_affine, \"no\"",
        "_remove_final_layer_norm, 1",
        "activation_function, \"prelu\"",
        "word_embed_proj_dim, 0",
        "ffn_dim, 0",
        "do_layer_norm_before, 1",
    })
    void whatIsNotComputedOfOptIsRejected(String key, String value) {
        assertRejected(OPT.formatted(24, 16, 1024, 4096, 512, false), key, value);
    }

    private static final String NEO = "'model_type':'gpt_neo','num_layers':4,'num_heads':2,'hidden_size':8,"
            + "'max_position_embeddings':40,'vocab_size':13";

    /** As transformers' GPTNeoConfig has it: attention_layers counts where it is there, else attention_types. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "'attention_types':[[['global','local'],2]] | 1,3",
                "'attention_types':[[['global'],4]] | ''",
                "'attention_types':[[['local'],1],[['global'],0],[['local'],-5],[['global','global','local'],1]] | 0,3",
                "'attention_types':[[['global'],4]],'attention_layers':['local','global','global','local'] | 0,3",
                "'attention_types':null,'attention_layers':['local','local','local','local'] | 0,1,2,3",
                "'attention_layers':null,'attention_types':[[['local','global'],2]] | 0,2",
                "'num_layers':24 | 1,3,5,7,9,11,13,15,17,19,21,23",
            })
    void localLayers(String keys, String expected) throws MalformedCheckpointException {
        ModelConfig config = parse(NEO + "," + keys);
        assertThat(config.localLayers())
                .map(Object::toString)
                .isEqualTo(expected.isEmpty() ? List.of() : List.of(expected.split(",")));
        assertThat(config.windowSize()).isEqualTo(expected.isEmpty() ? 0 : 256);
        assertThat(parse(NEO + "," + keys + ",'window_size':7").windowSize()).isEqualTo(expected.isEmpty() ? 0 : 7);
    }

    /** What is counted is not what is made: a list of a billion layers would be. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "attention_types | [[['global','local'],1000000000]] | expected a type for each of num_layers 4 layers",
                "attention_types | [[['global'],1],[['local'],2147483647]] | expected a type for each of num_layers 4",
                "attention_types | [[['global','local'],99999999999]] | expected pairs like [[[",
                "attention_types | [[['global','local'],1.5]] | expected pairs like [[[",
                "attention_types | [[[],1000000000]] | expected a type for each of num_layers 4 layers",
                "attention_types | [['global',4]] | expected pairs like [[[",
                "attention_types | [[['global','sparse'],2]] | expected pairs like [[[",
                "attention_types | [[['global','local']]] | expected pairs like [[[",
                "attention_types | {} | expected pairs like [[[",
                "attention_types | [] | expected a type for each of num_layers 4 layers",
                "attention_types | null | attention_types is absent, which means [[[",
                "attention_layers | ['global','local'] | expected a type for each of num_layers 4 layers",
                "attention_layers | ['global','local','global',1] | expected [\"global\", \"local\", ...]",
                "attention_layers | \"local\" | expected [\"global\", \"local\", ...]",
                "num_layers | 1000000000 | num_layers is 1000000000, expected 1 to 4096",
            })
    void layersThatAreNoneAreRejected(String key, String value, String message) {
        assertRejected(NEO, key, value);
        assertThatThrownBy(() -> parse(NEO + ",'" + key + "':" + value)).hasMessageContaining(message);
    }

    @ParameterizedTest
    @CsvSource({
        "window_size, 0",
        "window_size, -4",
        "window_size, 1.5",
        "num_heads, 0",
        "intermediate_size, 0",
        "activation_function, \"prelu\"",
        "layer_norm_epsilon, -1",
        "max_position_embeddings, 0",
    })
    void whatIsNotComputedOfNeoIsRejected(String key, String value) {
        assertRejected(NEO + ",'attention_types':[[['global','local'],2]]", key, value);
    }

    @Test
    void valuesOfGptNeoAreRead() throws MalformedCheckpointException {
        ModelConfig config = parse(NEO + ",'attention_types':[[['global','local'],2]],'window_size':4");
        assertThat(config)
                .isEqualTo(new ModelConfig(
                        Architecture.GPT_NEO,
                        4,
                        2,
                        8,
                        32,
                        8,
                        40,
                        13,
                        1e-5,
                        false,
                        true,
                        Activation.GELU_NEW,
                        false,
                        false,
                        List.of(1, 3),
                        4,
                        true,
                        true,
                        -1,
                        List.of(),
                        true));
        assertThat(config.attentionScale()).isEqualTo(1);
        // As published: GPT-2's end is the start where the file names none.
        assertThat(parse(NEO + ",'vocab_size':50257,'num_layers':24").bosId()).isEqualTo(50256);
    }

    /** OPT's absent keys, and those of absent tensors. */
    @Test
    void tensorsThatAnOptLacks() throws MalformedCheckpointException {
        String keys = OPT.formatted(2, 2, 8, 12, 8, true);
        assertThat(parse(keys).enableBias()).isTrue();
        assertThat(parse(keys).layerNormElementwiseAffine()).isTrue();
        assertThat(parse(keys).finalNorm()).isTrue();
        assertThat(parse(keys + ",'enable_bias':false").enableBias()).isFalse();
        assertThat(parse(keys + ",'layer_norm_elementwise_affine':false").layerNormElementwiseAffine())
                .isFalse();
        assertThat(parse(keys + ",'_remove_final_layer_norm':true").finalNorm()).isFalse();
        assertThat(parse(OPT.formatted(2, 2, 8, 12, 8, false)).finalNorm()).isFalse();
    }

    /** The parser's own complaint is kept. */
    @Test
    void theCauseOfAWrongNumber() {
        assertThatThrownBy(() -> parse(SMALL + ",'n_layer':1.5")).hasCauseInstanceOf(ArithmeticException.class);
        assertThatThrownBy(() -> parse(SMALL + ",'tie_word_embeddings':1")).hasNoCause();
    }

    @Test
    void openAisHparamsAreTheConfigOfGpt2() throws MalformedCheckpointException {
        String published = "{'n_vocab': 50257, 'n_ctx': 1024, 'n_embd': 768, 'n_head': 12, 'n_layer': 12}";
        assertThat(ConfigReader.parseOpenAi("hparams.json", json(published)))
                .isEqualTo(parse(GPT2.formatted(12, 12, 768) + ",'eos_token_id':50256"));
    }

    /** transformers passes over ids that never come; several may end a text. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {"[7, 50256] | 7,50256", "[50257, 3, 3, -1] | 3", "[] | ''", "[-1] | ''", "-1 | ''"})
    void anyOfSeveralIdsMayEndAText(String ids, String expected) throws MalformedCheckpointException {
        assertThat(parse(SMALL + ",'eos_token_id':" + ids).eosIds())
                .map(Object::toString)
                .isEqualTo(expected.isEmpty() ? List.of() : List.of(expected.split(",")));
    }

    /** Other weights would be computed with than transformers takes. */
    @Test
    void keysThatNameOtherWeightsAreRejected() {
        assertRejected(SMALL, "quantization_config", "{'load_in_8bit':true}");
        assertRejected(SMALL, "transformers_weights", "'other.safetensors'");
    }

    private static void assertRejected(String keys, String key, String value) {
        assertThatThrownBy(() -> parse(keys + ",'" + key + "':" + value))
                .isInstanceOf(MalformedCheckpointException.class)
                .hasMessageStartingWith("config.json: " + key + " is ");
    }

    private static ModelConfig parse(String keys) throws MalformedCheckpointException {
        return ModelConfig.parse("config.json", json("{" + keys + "}"));
    }

    private static String json(String text) {
        return text.replace('\'', '"');
    }
}
