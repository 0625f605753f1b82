package io.github.gpt2djl.internal.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import io.github.gpt2djl.Gpt2;
import io.github.gpt2djl.sampling.StepTrace;
import io.github.gpt2djl.sampling.TokenProbability;
import io.github.gpt2djl.testing.TestCheckpoint;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine.Help.Ansi;

/** How tokens are chosen, as a table and as JSON. */
class ExplainTest {
    private static final String[] SAMPLED = "--temperature 0.8 --top-p 0.9 --seed 1 --max-new-tokens 4".split(" ");

    @TempDir
    Path folder;

    @Test
    void theTextIsThatOfGenerate() {
        String explained = run("explain", "ROMEO:").out();
        assertThat(explained).endsWith("\n\n" + run("generate", "ROMEO:").out());
        JsonObject json = run("explain", "ROMEO:", "--json").json();
        JsonObject generated = run("generate", "ROMEO:", "--json").json();
        assertThat(json.get("ids")).isEqualTo(generated.get("ids"));
        assertThat(json.get("prompt").getAsString()).isEqualTo("ROMEO:");
    }

    @Test
    void withoutALengthThereAreTwentySteps() {
        assertThat(MainTest.run("explain", "A", "--json", "--trace", "1").json().getAsJsonArray("trace"))
                .hasSize(20);
    }

    @Test
    void everyStepTellsItsRulesAndItsDraw() {
        JsonObject json = run("explain", "ROMEO:", "--json", "--trace", "200").json();
        assertThat(json.getAsJsonArray("trace")).hasSize(4);
        for (int i = 0; i < 4; i++) {
            JsonObject step = json.getAsJsonArray("trace").get(i).getAsJsonObject();
            assertThat(step.getAsJsonObject("chosen").get("id"))
                    .isEqualTo(json.getAsJsonArray("ids").get(i));
            assertThat(step.getAsJsonArray("rules").asList().stream()
                            .map(rule -> rule.getAsJsonObject().get("rule").getAsString()))
                    .containsExactly("temperature 0.8", "top_k 50", "top_p 0.9");
            sumsUp(step);
            double draw = step.get("draw").getAsDouble();
            List<JsonObject> hit = step.getAsJsonArray("candidates").asList().stream()
                    .map(JsonElement::getAsJsonObject)
                    .filter(c -> c.has("from")
                            && c.get("from").getAsDouble() <= draw
                            && draw < c.get("to").getAsDouble())
                    .toList();
            assertThat(hit).hasSize(1);
            assertThat(hit.get(0).get("id"))
                    .isEqualTo(step.getAsJsonObject("chosen").get("id"));
        }
    }

    private static void sumsUp(JsonObject step) {
        double[] sums = new double[4];
        double kept = 0;
        int removed = 0;
        for (JsonElement element : step.getAsJsonArray("candidates")) {
            JsonObject candidate = element.getAsJsonObject();
            JsonElement last = candidate.getAsJsonArray("after").get(2);
            assertThat(last.isJsonNull()).isEqualTo(candidate.has("removed_by"));
            sums[3] += last.isJsonNull() ? 0 : last.getAsDouble();
            kept += last.isJsonNull() ? 0 : candidate.get("p").getAsDouble();
            removed += last.isJsonNull() ? 1 : 0;
        }
        assertThat(removed).isPositive();
        assertThat(sums[3]).as("what is kept").isCloseTo(1, within(1e-5));
        assertThat(step.get("kept_mass").getAsDouble()).isCloseTo(kept, within(1e-5));
        JsonObject topK = step.getAsJsonArray("rules").get(1).getAsJsonObject();
        assertThat(topK.get("kept").getAsInt()).isEqualTo(50);
        assertThat(topK.getAsJsonObject("last_kept").get("p").getAsDouble())
                .isGreaterThanOrEqualTo(
                        topK.getAsJsonObject("first_removed").get("p").getAsDouble());
    }

    @Test
    void generatePrintsTheSameTrace() {
        JsonObject explained =
                run("explain", "ROMEO:", "--json", "--trace", "3").json();
        JsonObject generated =
                run("generate", "ROMEO:", "--json", "--trace", "3").json();
        assertThat(generated.get("trace")).isEqualTo(explained.get("trace"));
        assertThat(run("generate", "ROMEO:", "--json").json().has("trace")).isFalse();
    }

    @Test
    void theTableShowsTheCutAndTheDraw() {
        String out = run("explain", "ROMEO:").out();
        assertThat(out)
                .contains("step 4")
                .containsPattern("rank +token +model +temperature 0.8 +top_k 50 +top_p 0.9\n")
                .containsPattern("kept +(\\d+) +\\1 +50 +\\d+\n")
                .containsPattern("top_k 50 keeps down to .* is out")
                .containsPattern("the draw 0\\.\\d{4} lies in")
                .doesNotContain("\u001b");
    }

    @Test
    void greedyDrawsNothing() {
        String out = MainTest.run("explain", "ROMEO:", "--no-do-sample", "--max-new-tokens", "1")
                .out();
        assertThat(out).contains("the likeliest is taken: ").doesNotContain("draw");
    }

    @Test
    void partsOfCharactersAndModelsWithoutWords() throws IOException {
        // The shipped vocabulary has the bytes of an emoji, four tokens; 97 of its bytes are no character.
        assertThat(run("explain", "Ð 👍", "--top-k", "0").out()).contains("Ð 👍");
        String model = TestCheckpoint.tiny().write(folder).toString();
        MainTest.Result ids = MainTest.run("explain", "--prompt-ids", "1", "--model", model, "--max-new-tokens", "2");
        assertThat(ids.code()).as(ids.err()).isZero();
        assertThat(ids.out()).containsPattern(" 1  #\\d+ ");
    }

    @Test
    void nothingInATokenSteersTheTerminal() {
        assertThat(Visible.text(" a\n\t\u001b[2J\u202e\r")).isEqualTo("␣a↵⇥\\u001b[2J\\u202e\\u000d");
        assertThat(Visible.width("a漢👍한")).isEqualTo(7);
    }

    @Test
    void coloursOnlyWhereTheyAreWanted() throws IOException {
        var removed = new StepTrace.Candidate(2, 2, Math.log(0.4), List.of(Double.NEGATIVE_INFINITY), 0.6, 0.6);
        var chosen = new StepTrace.Candidate(1, 1, Math.log(0.6), List.of(0.0), 0, 1);
        var effect = new StepTrace.Effect(
                "top_k 1",
                1,
                0.6,
                0,
                Optional.of(new TokenProbability(1, Math.log(0.6))),
                Optional.of(new TokenProbability(2, Math.log(0.4))));
        var trace = new StepTrace(
                2, List.of(chosen, removed), 0.67, List.of(effect), 1, 0.6, OptionalDouble.of(0.5), chosen);
        try (Gpt2 gpt2 = Gpt2.load("shakespeare")) {
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            PrintStream out = new PrintStream(bytes, true, StandardCharsets.UTF_8);
            new TraceTable(gpt2, out, Ansi.ON).print(1, "A", trace);
            String coloured = bytes.toString(StandardCharsets.UTF_8);
            bytes.reset();
            new TraceTable(gpt2, out, Ansi.OFF).print(1, "A", trace);
            String plain = bytes.toString(StandardCharsets.UTF_8);
            assertThat(coloured).contains("\u001b[");
            assertThat(coloured.replaceAll("\u001b\\[[0-9;]*m", "")).isEqualTo(plain);
            assertThat(plain).containsPattern("40.00 % +out\n").containsPattern("60.00 % +100.00 %  <\n");
        }
    }

    private static MainTest.Result run(String command, String prompt, String... more) {
        String[] args = new String[2 + SAMPLED.length + more.length];
        args[0] = command;
        args[1] = prompt;
        System.arraycopy(SAMPLED, 0, args, 2, SAMPLED.length);
        System.arraycopy(more, 0, args, 2 + SAMPLED.length, more.length);
        return MainTest.run(args);
    }
}
