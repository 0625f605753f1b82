package io.github.gpt2djl.internal.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The command inside, without its page. */
class InsideTest {
    private static final String TEXT = "To be, or not to";

    @Test
    void theTableEndsWithTheModelsPredictionAndSumsToTheLogit() {
        MainTest.Result result = MainTest.run("inside", TEXT, "--token", " be", "--top", "2");
        assertThat(result.code()).isZero();
        assertThat(result.out())
                .contains("After To be, or not to the next token would be:")
                .contains("embeddings ")
                .containsPattern("layer 5 +\\d+\\.\\d +␣the 11\\.\\d% +␣be 6\\.\\d%")
                .contains("The logit of ␣be is ")
                .containsPattern("MLP 0 +\\+\\d\\.\\d\\d  █+")
                .containsPattern("\\d+ others");
    }

    @Test
    void jsonHasTheLensTheSumAndTheNumbersOfPlaces() {
        JsonObject json = MainTest.run(
                        "inside", TEXT, "--position", "3", "--json", "--hooks", "*.hook_attn_scores,logits")
                .json();
        int tokens = json.getAsJsonArray("ids").size();
        assertThat(json.getAsJsonArray("tokens").get(0).getAsString()).isEqualTo("To");
        assertThat(json.get("position").getAsInt()).isEqualTo(3);
        assertThat(json.getAsJsonObject("token").get("token").getAsString())
                .as("the token that follows")
                .isEqualTo(" not");
        double sum = 0;
        for (JsonElement part : json.getAsJsonArray("attribution")) {
            sum += part.getAsJsonObject().get("value").getAsDouble();
        }
        JsonObject logits = json.getAsJsonObject("hooks").getAsJsonObject("logits");
        int size = logits.getAsJsonArray("shape").get(1).getAsInt();
        int id = json.getAsJsonObject("token").get("id").getAsInt();
        assertThat(sum)
                .isCloseTo(logits.getAsJsonArray("values").get(3 * size + id).getAsDouble(), within(1e-3));
        assertThat(json.get("logit").getAsDouble()).isCloseTo(sum, within(1e-3));
        JsonArray scores = json.getAsJsonObject("hooks")
                .getAsJsonObject("blocks.0.attn.hook_attn_scores")
                .getAsJsonArray("values");
        assertThat(scores.get(0).isJsonNull()).isFalse();
        assertThat(scores.get(1).isJsonNull()).as("a later key").isTrue();
        JsonArray lens = json.getAsJsonArray("lens");
        assertThat(lens.get(lens.size() - 1).getAsJsonObject().getAsJsonArray("top"))
                .hasSize(tokens);
    }

    @Test
    void theDifferenceIsThatOfTwoLogits() {
        double the = logit("--token", " the");
        double be = logit("--token", " be");
        assertThat(logit("--token", " the", "--instead", " be")).isCloseTo(the - be, within(1e-4));
    }

    private static double logit(String... options) {
        String[] all = new String[options.length + 3];
        all[0] = "inside";
        all[1] = TEXT;
        all[2] = "--json";
        System.arraycopy(options, 0, all, 3, options.length);
        return MainTest.run(all).json().get("logit").getAsDouble();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--top=0 | --top is 0, expected at least 1",
                "--position=6 | --position is 6, expected 0 to 5, the positions of the text",
                "--token=' be or' | --token is \" be or\", which has 2 tokens, expected one; most tokens begin with a space",
                "--hooks=logits | --hooks has no effect without --json; add --json, or leave it out",
                "--precision=int8 | --precision is int8, expected FP32, FP16 or BF16 to look inside the model",
            })
    void wrongOptionsAreRefused(String option, String message) {
        MainTest.Result result = MainTest.run("inside", TEXT, option.replace("'", ""));
        assertThat(result.code()).isNotZero();
        assertThat(result.err()).contains(message);
    }

    @Test
    void wrongPlacesAreRefused() {
        MainTest.Result result = MainTest.run("inside", TEXT, "--json", "--hooks", "blocks.9.hook_z");
        assertThat(result.err()).contains("--hooks is \"blocks.9.hook_z\", expected names of places in this model");
    }

    @Test
    void aPageOfALongTextIsRefused(@TempDir Path folder) {
        MainTest.Result result = MainTest.run(
                "inside",
                "word ".repeat(150),
                "--html",
                folder.resolve("page.html").toString());
        assertThat(result.err())
                .contains("expected at most 128 on the page of the inside; shorten the text, or use inside --json");
        assertThat(folder).isEmptyDirectory();
    }
}
