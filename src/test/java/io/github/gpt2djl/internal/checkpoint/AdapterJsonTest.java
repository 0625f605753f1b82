package io.github.gpt2djl.internal.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.JsonParser;
import com.google.gson.JsonPrimitive;
import io.github.gpt2djl.MalformedCheckpointException;
import io.github.gpt2djl.checkpoint.AdapterConfig;
import io.github.gpt2djl.checkpoint.AdapterTargets;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AdapterJsonTest {
    private static final String LEAST = "'peft_type':'LORA','base_model_name_or_path':'gpt2','r':8,'lora_alpha':16";

    @Test
    void whatPeftWrites() throws IOException {
        Path file = Path.of("src/test/resources/reference/adapters/everywhere/adapter_config.json");
        AdapterConfig read = AdapterJson.parse("adapter_config.json", Files.readString(file));
        assertThat(read.targets().names()).containsExactlyInAnyOrder("c_attn", "attn.c_proj", "mlp.c_proj", "c_fc");
        assertThat(read.targets().layers()).containsExactly(1);
        assertThat(read.base()).isEqualTo("src/test/resources/reference/adapters/base");
        assertThat(read.dropout()).isEqualTo(.1);
        assertThat(read.scale("transformer.h.1.attn.c_attn")).isEqualTo(5 / Math.sqrt(3));
    }

    @Test
    void absentKeysMeanWhatPeftMeans() throws IOException {
        AdapterConfig read = parse("");
        assertThat(read).isEqualTo(new AdapterConfig("gpt2", 8, 16, List.of("c_attn", "q_proj", "v_proj"), 0));
        assertThat(read.scale("h.0.c_fc")).isEqualTo(2);
        assertThat(parse(",'target_modules':null,'layers_to_transform':[],'bias':null,'use_rslora':null"))
                .isEqualTo(read);
        assertThat(parse(",'layers_to_transform':3").targets().layers()).containsExactly(3);
        assertThat(parse(",'init_lora_weights':'gaussian','revision':'main','fan_in_fan_out':false,'lora_alpha':16.0"))
                .isEqualTo(read);
    }

    /** PEFT's AutoPeftModel loads the base at this revision; a folder has none. */
    @Test
    void theBasesRevision() throws IOException {
        for (String revision : new String[] {"v2", "refs/pr/3", "1".repeat(40)}) {
            AdapterConfig read = parse(",'revision':'" + revision + "'");
            assertThat(read.base()).isEqualTo("gpt2@" + revision);
            assertThat(JsonParser.parseString(AdapterText.of(read))
                            .getAsJsonObject()
                            .asMap())
                    .containsEntry("base_model_name_or_path", new JsonPrimitive("gpt2"))
                    .containsEntry("revision", new JsonPrimitive(revision));
            assertThat(AdapterJson.parse("written", AdapterText.of(read))).isEqualTo(read);
        }
        for (String none : new String[] {"'main'", "null", "''"}) {
            assertThat(parse(",'revision':" + none).base()).isEqualTo("gpt2");
        }
        assertThat(parse(",'base_model_name_or_path':'src/test','revision':'v2'")
                        .base())
                .isEqualTo("src/test");
        Path folder = Files.createDirectories(Path.of("target/with@sign"));
        AdapterConfig ofFolder = new AdapterConfig(folder.toString(), 1, 1, List.of("c_attn"), 0);
        assertThat(AdapterText.of(ofFolder)).doesNotContain("revision");
        assertThat(AdapterJson.parse("written", AdapterText.of(ofFolder))).isEqualTo(ofFolder);
    }

    @Test
    void theKeysOfOtherKinds() throws IOException {
        AdapterConfig read = parse(
                ",'target_modules':'all-linear','exclude_modules':'.*c_fc','layers_pattern':'h',"
                        + "'modules_to_save':['lm_head'],'rank_pattern':{'c_proj':2,'c_(attn|proj)':3},'alpha_pattern':{'mlp.c_proj':7},"
                        + "'use_dora':true,'trainable_token_indices':{'wte':[3,5]},'ensure_weight_tying':true,'bias':'lora_only'");
        assertThat(read.decomposed()).isTrue();
        assertThat(read.keepsTied()).isTrue();
        assertThat(read.saved()).containsExactly("lm_head");
        assertThat(read.tokens()).containsExactly(3, 5);
        assertThat(read.targets())
                .isEqualTo(
                        new AdapterTargets("all-linear", List.of(), List.of(".*c_fc"), true, List.of(), List.of("h")));
        assertThat(read.rank("transformer.h.0.attn.c_proj")).isEqualTo(2);
        assertThat(read.rank("transformer.h.0.attn.c_attn")).isEqualTo(3);
        assertThat(read.rank("transformer.h.0.attn.xc_attn")).isEqualTo(8);
        assertThat(read.scale("transformer.h.0.mlp.c_proj")).isEqualTo(3.5);
        assertThat(read.scale("transformer.h.0.attn.c_proj")).isEqualTo(8);
        assertThat(AdapterJson.parse("written", AdapterText.of(read))).isEqualTo(read);
    }

    /** Off: null, false, and what is empty. */
    @Test
    void unknownKeysThatAreOffAreIgnored() throws IOException {
        String off = ",'use_dora':false,'modules_to_save':null,'rank_pattern':{},'new_key':[],'other':''";
        assertThat(parse(off)).isEqualTo(parse(""));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "'peft_type':'IA3' | peft_type is \"IA3\", expected one of LORA",
                "'peft_type':['LORA'] | peft_type is [\"LORA\"], expected one of LORA",
                "'revision':2 | revision is 2, expected a name",
                "'init_lora_weights':'pissa' | init_lora_weights is \"pissa\", expected one of true, false, gaussian",
                "'use_rslora':1 | use_rslora is 1, expected one of true, false",
                "'bias':'some' | bias is \"some\", expected one of none, all, lora_only",
                "'init_lora_weights':'olora' | init_lora_weights is \"olora\", expected one of true, false, gaussian",
                "'target_parameters':['c_attn.weight'] | target_parameters is [\"c_attn.weight\"], expected what is off",
                "'alora_invocation_tokens':[1] | alora_invocation_tokens is [1], expected what is off",
                "'rank_pattern':{'c_fc':0} | rank_pattern is 0, expected at least 1",
                "'rank_pattern':{'c_fc':1.5} | rank_pattern is 1.5, expected a whole number",
                "'alpha_pattern':['c_fc'] | alpha_pattern is [\"c_fc\"], expected numbers by names",
                "'modules_to_save':[1] | modules_to_save is [1], expected a name",
                "'trainable_token_indices':{'wte':[1],'lm_head':[2]} | trainable_token_indices is {\"wte\":[1],\"lm_head\":[2]},"
                        + " expected the ids of one layer",
                "'trainable_token_indices':[-1] | trainable_token_indices is -1, expected at least 0",
                "'layer_replication':[[0,1]] | layer_replication is [[0,1]], expected what is off",
                "'not_yet_invented':0 | not_yet_invented is 0, expected what is off",
                "'target_modules':[1] | target_modules is [1], expected a name",
                "'target_modules':[] | target_modules is [], expected at least one name",
                "'layers_to_transform':['0'] | layers_to_transform is [\"0\"], expected a whole number",
                "'layers_to_transform':-1 | layers_to_transform is -1, expected at least 0",
                "'r':0 | r is 0, expected at least 1",
                "'r':1.5 | r is 1.5, expected a whole number",
                "'r':1e30 | r is 1e30, expected a whole number",
                "'r':null | r is null, expected a whole number",
                "'lora_alpha':'16' | lora_alpha is \"16\", expected a number",
                "'lora_alpha':1e999 | lora_alpha is Infinity, expected a finite number",
                "'lora_dropout':1 | lora_dropout is 1.0, expected 0 to below 1",
                "'base_model_name_or_path':null | base_model_name_or_path is null, expected a name",
                "'base_model_name_or_path':' ' | base_model_name_or_path is  , expected a model's name or folder",
            })
    void whatIsNotComputedIsRejected(String key, String message) {
        assertThatThrownBy(() -> parse("," + key))
                .isInstanceOf(MalformedCheckpointException.class)
                .hasMessageStartingWith("adapter_config.json: " + message);
    }

    @ParameterizedTest
    @CsvSource({"peft_type", "r", "lora_alpha", "base_model_name_or_path"})
    void missingKeysAreNamed(String key) {
        String less = LEAST.replaceAll("'" + key + "':[^,]*,?", "").replaceAll(",$", "");
        assertThatThrownBy(() -> AdapterJson.parse("adapter_config.json", "{" + less.replace('\'', '"') + "}"))
                .isInstanceOf(MalformedCheckpointException.class)
                .hasMessageStartingWith("adapter_config.json: the key " + key + " is missing, expected ");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {"[]", "{", "''", "nothing at all"})
    void whatIsNotJsonIsRejected(String text) {
        assertThatThrownBy(() -> AdapterJson.parse("adapter_config.json", text))
                .isInstanceOf(MalformedCheckpointException.class)
                .hasMessage("adapter_config.json: not a JSON object");
    }

    private static AdapterConfig parse(String keys) throws MalformedCheckpointException {
        return AdapterJson.parse("adapter_config.json", ("{" + LEAST + keys + "}").replace('\'', '"'));
    }
}
