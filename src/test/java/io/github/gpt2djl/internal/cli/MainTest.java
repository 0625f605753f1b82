package io.github.gpt2djl.internal.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assertions.withinPercentage;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.github.gpt2djl.internal.hub.Catalog;
import io.github.gpt2djl.testing.TestCheckpoint;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The commands: what they print where, and their exit codes. */
class MainTest {
    @TempDir
    Path folder;

    record Result(int code, String out, String err) {
        JsonObject json() {
            assertThat(code).as(err).isZero();
            assertThat(out.lines()).hasSize(1);
            return JsonParser.parseString(out).getAsJsonObject();
        }
    }

    @Test
    void generatesFromTheShippedModelByItsOwnDefaults() {
        Result result = run("generate", "ROMEO:", "--seed", "1");
        assertThat(result.code).isZero();
        assertThat(result.out).startsWith("ROMEO:").hasSizeGreaterThan(300);
        assertThat(result.err).containsPattern("\\d+ tokens in [\\d.]+ s, [\\d.]+ tokens/s");
        assertThat(run("generate", "ROMEO:", "--seed", "1").out).isEqualTo(result.out);
        assertThat(run("generate", "ROMEO:", "--seed", "1", "--no-stream").out).isEqualTo(result.out);
    }

    @Test
    void aSeedThatWasNotGivenIsPrinted() {
        Result first = run("generate", "ROMEO:", "--max-new-tokens", "9");
        assertThat(first.err).containsPattern(", seed \\d+\n$");
        String seed = first.err.replaceAll("(?s).*, seed (\\d+)\n", "$1");
        assertThat(run("generate", "ROMEO:", "--max-new-tokens", "9", "--seed", seed).out)
                .isEqualTo(first.out);
    }

    @Test
    void jsonHasWhatTheReadmeSays() {
        JsonObject json = run("generate", "ROMEO:", "--json", "--do-sample", "--seed", "5", "--max-new-tokens", "8")
                .json();
        assertThat(json.keySet())
                .containsExactly(
                        "model",
                        "precision",
                        "device",
                        "config",
                        "sequence",
                        "prompt_ids",
                        "ids",
                        "text",
                        "finish_reason",
                        "seed",
                        "logprobs",
                        "tokens_per_second");
        assertThat(json.getAsJsonArray("ids")).hasSize(8);
        assertThat(json.get("finish_reason").getAsString()).isEqualTo("length");
        assertThat(json.get("seed").getAsLong()).isEqualTo(5);
        assertThat(run("generate", "ROMEO:", "--seed", "5", "--max-new-tokens", "8").out)
                .isEqualTo("ROMEO:" + json.get("text").getAsString() + "\n");
    }

    @Test
    void idsInAndIdsOut() {
        JsonObject json = run("generate", "--prompt-ids", "17, 42", "--no-do-sample", "--json")
                .json();
        assertThat(ids(json, "prompt_ids")).containsExactly(17, 42);
        assertThat(json.get("seed").isJsonNull()).isTrue();
        String all = "17,42,"
                + String.join(
                        ",", ids(json, "ids").stream().map(String::valueOf).toList());
        JsonObject score = run("score", "--text-ids", all, "--json").json();
        assertThat(ids(score, "ids")).hasSize(2 + json.getAsJsonArray("ids").size());
        assertThat(score.getAsJsonArray("logprobs").get(0).isJsonNull()).isTrue();
        double sum = 0;
        for (int i = 1; i < score.getAsJsonArray("logprobs").size(); i++) {
            sum += score.getAsJsonArray("logprobs").get(i).getAsDouble();
        }
        assertThat(score.get("perplexity").getAsDouble())
                .isCloseTo(Math.exp(-sum / (score.getAsJsonArray("ids").size() - 1)), within(1e-6));
        // The prompt is not the model's own; what follows is its likeliest.
        var ranks = score.getAsJsonArray("ranks");
        assertThat(ranks).hasSize(score.getAsJsonArray("ids").size());
        assertThat(ranks.get(0).isJsonNull()).isTrue();
        for (int i = 2; i < ranks.size(); i++) {
            assertThat(ranks.get(i).getAsInt()).isEqualTo(1);
        }
    }

    @Test
    void precisionsAreComparedWithTheFirst() {
        JsonObject compared = run("score", "--text-ids", "396,304,11,532,321", "--compare", "fp32,fp16,int8", "--json")
                .json();
        assertThat(compared.keySet()).containsExactly("ids", "reference", "precisions");
        assertThat(compared.get("reference").getAsString()).isEqualTo("fp32");
        var rows = compared.getAsJsonArray("precisions");
        assertThat(rows).hasSize(3);
        JsonObject[] alone = new JsonObject[3];
        for (int i = 0; i < 3; i++) {
            JsonObject row = rows.get(i).getAsJsonObject();
            alone[i] = run(
                            "score",
                            "--text-ids",
                            "396,304,11,532,321",
                            "--precision",
                            row.get("precision").getAsString(),
                            "--json")
                    .json();
            assertThat(row.get("perplexity").getAsDouble())
                    .isEqualTo(alone[i].get("perplexity").getAsDouble());
            double largest = 0;
            double sum = 0;
            for (int t = 1; t < 5; t++) {
                double difference =
                        Math.abs(alone[i].getAsJsonArray("logprobs").get(t).getAsDouble()
                                - alone[0].getAsJsonArray("logprobs").get(t).getAsDouble());
                largest = Math.max(largest, difference);
                sum += difference;
            }
            assertThat(row.get("largest_difference").getAsDouble()).isCloseTo(largest, within(1e-9));
            assertThat(row.get("mean_difference").getAsDouble()).isCloseTo(sum / 4, within(1e-9));
            assertThat(largest > 0).isEqualTo(i > 0);
        }
        assertThat(run("score", "--text-ids", "396,304", "--compare", "int8,fp32").out)
                .startsWith("1 tokens; differences of a token's log-probability from int8\n")
                .containsPattern("\nint8 +[\\d.]+ +\\+0\\.000% +0\\.0000 +0\\.00000\n")
                .containsPattern("\nfp32 +[\\d.]+ +[+-][\\d.]+% ");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "fp32      | found --compare fp32, expected at least two precisions, each once, as fp32,int8",
                "int8,int8 | found --compare int8,int8, expected at least two precisions, each once",
                "fp32,int9 | expected one of [FP32, FP16, BF16, INT8, INT4, MIXED, AUTO] (case-insensitive) but was",
            })
    void aComparisonOfNothingIsRejected(String list, String message) {
        Result result = run("score", "--text-ids", "1,2", "--compare", list);
        assertThat(result.code).isEqualTo(2);
        assertThat(result.err).contains(message);
        assertThat(result.out).isEmpty();
    }

    @Test
    void aComparisonHasItsOwnPrecisions() {
        Result result = run("score", "--text-ids", "1,2", "--compare", "fp32,int8", "--precision", "int8");
        assertThat(result.code).isEqualTo(2);
        assertThat(result.err)
                .contains("found both --compare and --precision int8, expected one of them; put int8 into the list");
    }

    @Test
    void severalSequencesAreOneLineEach() {
        Result result =
                run("generate", "A", "--do-sample", "--num-return-sequences", "3", "--max-new-tokens", "4", "--json");
        assertThat(result.out.lines()).hasSize(3);
        assertThat(run("generate", "A", "--num-return-sequences", "2", "--max-new-tokens", "4").err)
                .contains("--- 1 of 2")
                .contains("--- 2 of 2");
    }

    @Test
    void beamsComeWithTheirScoresTheBestFirst() {
        Result result = run(
                "generate", "A", "--num-beams", "3", "--num-return-sequences", "2", "--max-new-tokens", "4", "--json");
        List<Double> scores = result.out
                .lines()
                .map(line -> JsonParser.parseString(line).getAsJsonObject())
                .map(json -> json.get("score").getAsDouble())
                .toList();
        assertThat(scores).hasSize(2).isSortedAccordingTo(Comparator.reverseOrder());
        String text = run("generate", "A", "--num-beams", "3", "--max-new-tokens", "4").out;
        assertThat(text).startsWith("A").endsWith("\n");
    }

    @Test
    void contrastiveSearchPrintsWhatItFinds() {
        String[] flags = {"--penalty-alpha", "0.6", "--top-k", "4", "--max-new-tokens", "8"};
        String streamed =
                run(Stream.concat(Stream.of("generate", "A"), Stream.of(flags)).toArray(String[]::new)).out;
        JsonObject json = run(Stream.concat(Stream.of("generate", "A", "--json"), Stream.of(flags))
                        .toArray(String[]::new))
                .json();
        assertThat(streamed).isEqualTo("A" + json.get("text").getAsString() + "\n");
        assertThat(json.has("score")).isFalse();
    }

    @Test
    void theContextsEndIsALength() {
        String prompt = "7,".repeat(249) + "7";
        JsonObject json = run("generate", "--prompt-ids", prompt, "--no-do-sample", "--max-new-tokens", "99", "--json")
                .json();
        assertThat(json.getAsJsonArray("ids")).hasSize(7);
        assertThat(json.get("finish_reason").getAsString()).isEqualTo("length");
    }

    @Test
    void readsThePromptFromStdin() {
        InputStream before = System.in;
        try {
            System.setIn(new ByteArrayInputStream("Ð 👍\n".getBytes(StandardCharsets.UTF_8)));
            Result result = run("generate", "-", "--no-do-sample", "--max-new-tokens", "3");
            assertThat(result.out).startsWith("Ð 👍");
        } finally {
            System.setIn(before);
        }
    }

    @Test
    void scoresAText() {
        Result result = run("score", "--text", "To be, or not to be");
        assertThat(result.code).isZero();
        assertThat(result.out).contains("\" be\"").containsPattern("perplexity \\d+\\.\\d{3}\n$");
    }

    @Test
    void scoresALongTextByStride() {
        String text = "To be, or not to be, that is the question. ".repeat(30);
        JsonObject json = run("score", "--text", text, "--stride", "128", "--bos", "--json")
                .json();
        assertThat(json.getAsJsonArray("ids").size()).isGreaterThan(257);
        assertThat(json.getAsJsonArray("logprobs"))
                .hasSameSizeAs(json.getAsJsonArray("ids").asList());
        assertThat(run("score", "--text", text).err).contains("or set --stride 128");
    }

    @Test
    void ranksContinuations() {
        Result table = run("rank", "To be, or not to", " zebra's", " be");
        assertThat(table.code).as(table.err).isZero();
        assertThat(table.out.lines().skip(1).findFirst())
                .hasValueSatisfying(line -> assertThat(line).endsWith("\" be\""));
        JsonObject json =
                run("rank", "To be, or not to", " zebra's", " be", "--json").json();
        assertThat(json.getAsJsonArray("ranked")
                        .get(0)
                        .getAsJsonObject()
                        .get("index")
                        .getAsInt())
                .isEqualTo(1);
    }

    @Test
    void aRecordedGenerationCanBeReplayed() throws IOException {
        String record = run(
                        "generate",
                        "ROMEO:",
                        "--do-sample",
                        "--top-p",
                        "0.9",
                        "--repetition-penalty",
                        "1.2",
                        "--num-return-sequences",
                        "2",
                        "--max-new-tokens",
                        "12",
                        // Any seed may be drawn: none may end the text, or choose the 7 of below.
                        "--min-new-tokens",
                        "12",
                        "--suppress-tokens",
                        "7",
                        "--json")
                .out;
        record += run("generate", "", "--preset", "openai", "--seed", "4", "--json").out;
        Path file = Files.writeString(folder.resolve("record.json"), record);
        Result same = run("replay", file.toString());
        assertThat(same.err).isEmpty();
        assertThat(same.code).isZero();
        assertThat(same.out).isEqualTo("line 1: the same 12 ids\nline 2: the same 12 ids\nline 3: the same 256 ids\n");
        Files.writeString(file, record.replaceFirst("\"ids\":\\[(\\d+),\\d+", "\"ids\":[$1,7"));
        Result other = run("replay", file.toString());
        assertThat(other.code).isEqualTo(1);
        assertThat(other.out).contains("line 1: differs at new token 2: recorded id 7, now id ");
        Files.writeString(file, "{}");
        assertThat(run("replay", file.toString()).err).contains("line 1: expected what generate --json prints");
        Files.writeString(file, record.replaceFirst("\"sequence\":0", "\"sequence\":2"));
        Result absent = run("replay", file.toString());
        assertThat(absent.code).isEqualTo(1);
        assertThat(absent.err).contains("sequence is 2, expected 0 to 1");
        Files.writeString(file, record.replaceFirst("\"precision\":\"fp32\"", "\"precision\":\"fp7\""));
        assertThat(run("replay", file.toString()).err).contains("line 1: expected what generate --json prints");
        Files.writeString(file, record.replaceFirst("\"device\":\"cpu\"", "\"device\":\"gpu:99\""));
        assertThat(run("replay", file.toString()).err).contains("device gpu:99 cannot be used: ");
        Files.writeString(file, record.replaceAll("\"device\":\"cpu\",", ""));
        assertThat(run("replay", file.toString()).code)
                .as("as older versions wrote it")
                .isZero();
    }

    @Test
    void aPromptMayBeginWithAnAt() throws IOException {
        String at = "@" + Files.writeString(folder.resolve("arguments"), "--help");
        assertThat(run("generate", at, "--max-new-tokens", "1").out).startsWith(at);
        assertThat(run("generate", "@@you", "--max-new-tokens", "1").out).startsWith("@@you");
    }

    @Test
    void optionsHaveTransformersNames() throws IOException {
        Path config = Files.writeString(
                folder.resolve("generation_config.json"), "{\"max_length\": 30, \"suppress_tokens\": [198]}");
        JsonObject json = run(
                        "generate",
                        "ROMEO:",
                        "--generation-config",
                        config.toString(),
                        "--no-do-sample",
                        "--max-new-tokens",
                        "15",
                        "--repetition-penalty",
                        "1.3",
                        "--no-repeat-ngram-size",
                        "2",
                        "--min-new-tokens",
                        "15",
                        "--stop",
                        "###",
                        "--stop",
                        "zebra",
                        "--top-logprobs",
                        "2",
                        "--json")
                .json();
        assertThat(json.get("config").toString())
                .isEqualTo("{\"max_new_tokens\":15,\"min_new_tokens\":15,\"stop_strings\":[\"###\",\"zebra\"],"
                        + "\"do_sample\":false,\"repetition_penalty\":1.3,\"no_repeat_ngram_size\":2,"
                        + "\"suppress_tokens\":[198],\"top_logprobs\":2}");
        assertThat(ids(json, "ids")).hasSize(15).doesNotContain(198);
        assertThat(json.getAsJsonArray("top_logprobs").get(0).getAsJsonArray()).hasSize(2);
        String text = json.get("text").getAsString();
        JsonObject stopped = run(
                        "generate",
                        "ROMEO:",
                        "--generation-config",
                        config.toString(),
                        "--no-do-sample",
                        "--max-new-tokens",
                        "15",
                        "--repetition-penalty",
                        "1.3",
                        "--no-repeat-ngram-size",
                        "2",
                        "--stop",
                        text.substring(9, 12),
                        "--json")
                .json();
        assertThat(stopped.get("finish_reason").getAsString()).isEqualTo("stop");
        assertThat(stopped.get("text").getAsString()).isEqualTo(text.substring(0, text.indexOf(text.substring(9, 12))));
    }

    @Test
    void benchPrintsItsFigures() throws IOException {
        String model = TestCheckpoint.tiny().write(folder).toString();
        JsonObject json = run(
                        "bench",
                        "--model",
                        model,
                        "--prompt-tokens",
                        "5",
                        "--max-new-tokens",
                        "4",
                        "--batch-size",
                        "2",
                        "--precision",
                        "int8",
                        "--warm-up",
                        "0",
                        "--profile",
                        "--json")
                .json();
        assertThat(json.keySet())
                .containsExactly(
                        "model",
                        "device",
                        "precision",
                        "threads",
                        "batch",
                        "prompt_tokens",
                        "new_tokens",
                        "load_ms",
                        "time_to_first_token_ms",
                        "prefill_tokens_per_second",
                        "decode_ms_per_step",
                        "tokens_per_second",
                        "peak_rss_mb",
                        "read_bandwidth_gb_s",
                        "weight_bytes_per_token",
                        "floor_fraction",
                        "kernels_ms",
                        "kernels_fraction",
                        "native_ms",
                        "sampling_ms",
                        "text_ms",
                        "other_ms");
        // 61 rows of the head and 2 layers of 12 x 16 x 16, a byte each.
        assertThat(json.get("weight_bytes_per_token").getAsLong()).isEqualTo(61 * 16 + 2 * 12 * 16 * 16);
        assertThat(json.get("precision").getAsString()).isEqualTo("int8");
        // Times differ from run to run; what is computed from them does not. Each has 2 or 3 decimals.
        double step = number(json, "decode_ms_per_step");
        assertThat(number(json, "tokens_per_second") * step / 1000).isCloseTo(2, withinPercentage(2));
        double first = number(json, "time_to_first_token_ms");
        assertThat(number(json, "prefill_tokens_per_second") * first / 1000).isCloseTo(2 * 5, withinPercentage(2));
        double kernels = number(json, "kernels_ms");
        assertThat(number(json, "kernels_fraction")).isCloseTo(kernels / step, within(0.02));
        double parts = number(json, "native_ms") + number(json, "sampling_ms") + number(json, "text_ms");
        assertThat(parts + number(json, "other_ms")).isCloseTo(Math.max(parts, step), within(0.01));
        if (json.get("read_bandwidth_gb_s").isJsonNull()) {
            // Three times the last-level cache, which can be half a gigabyte, did not fit into this process's heap.
            assertThat(json.get("floor_fraction").isJsonNull()).isTrue();
        } else {
            double floor = 61 * 16 + 2 * 12 * 16 * 16;
            assertThat(number(json, "floor_fraction") * step * 1e6)
                    .isCloseTo(floor / number(json, "read_bandwidth_gb_s"), within(0.001 * step * 1e6));
        }
        assertThat(run("bench", "--model", model, "--prompt-tokens", "38").err)
                .contains(
                        "--prompt-tokens is 38 and --max-new-tokens is 64, expected tokens that fit into the model's context"
                                + " of 40");
        assertThat(run("bench", "--model", model, "--warm-up", "-1").err)
                .contains("--warm-up is -1, expected at least 0");
    }

    private static double number(JsonObject json, String key) {
        return json.get(key).getAsDouble();
    }

    /** That both are as much work is QueueBenchmarkTest's. */
    @Test
    void benchTellsTheRatesOfAQueueAndOfFullBatches() {
        JsonObject json =
                run("bench --prompt-tokens 4 --max-new-tokens 4 --batch-size 2 --queue 4 --warm-up 0 --repetitions 1 --json"
                                .split(" "))
                        .json();
        assertThat(json.keySet()).endsWith("queue_tokens_per_second", "full_batches_tokens_per_second");
        assertThat(number(json, "batch")).isEqualTo(2);
        assertThat(run("bench --batch-size 2 --queue 3".split(" ")).err)
                .contains("--queue is 3 and --batch-size is 2, expected a multiple of 2 prompts");
    }

    @Test
    void benchTellsWhereTheTimeOfGuessesGoes() {
        JsonObject json =
                run("bench --max-new-tokens 16 --prompt-lookup-num-tokens 4 --warm-up 0 --repetitions 1 --profile --json"
                                .split(" "))
                        .json();
        // A step of guesses has several tokens: the kernels of one are no share of it.
        assertThat(json.keySet()).contains("kernels_ms").doesNotContain("kernels_fraction");
        double parts = number(json, "native_ms") + number(json, "sampling_ms") + number(json, "text_ms");
        assertThat(parts + number(json, "other_ms"))
                .isCloseTo(Math.max(parts, number(json, "decode_ms_per_step")), within(0.01));
    }

    @Test
    void benchTellsWhatASlidingContextCosts() {
        JsonObject json =
                run("bench --prompt-tokens 200 --max-new-tokens 80 --context-policy slide:240 --warm-up 0 --repetitions 1 --json"
                                .split(" "))
                        .json();
        assertThat(json.get("slide_ms_per_step").getAsDouble())
                .isPositive()
                .isLessThan(json.get("decode_ms_per_step").getAsDouble());
        assertThat(run("bench", "--context-policy", "slide:256").err)
                .contains("--context-policy is slide:256, expected fewer than 256");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "generate | found neither a prompt nor --prompt-ids",
                "generate A --prompt-ids 1 | found both a prompt and --prompt-ids",
                "generate --prompt-ids 1,x | --prompt-ids is \"1,x\", expected whole numbers with commas",
                "generate --prompt-ids 1,99999999999 | expected whole numbers with commas",
                "generate --prompt-ids 99999 | id 99999 at index 0 is out of range, expected 0 to ",
                "generate A --temperature 0 | temperature is 0.0, expected above 0",
                "generate A --temperature abc | --temperature is \"abc\", expected a number above 0",
                "generate A --max-length 2.5 | --max-length is \"2.5\", expected a whole number at least 1",
                "generate A --context-policy slide:256 | --context-policy is slide:256, expected to keep fewer ids than the model",
                "generate A --context-policy roll | --context-policy is \"roll\", expected stop, or slide:N",
                "generate A --do-sample --min-p 1.5 | --min-p is 1.5, expected 0 to 1",
                "generate A --do-sample --typical-p 0 | --typical-p is 0.0, expected above 0, at most 1",
                "generate A --no-do-sample --eta-cutoff 0.1 | --eta-cutoff has no effect while --do-sample is false",
                "generate A --repetition-penalty 0 | --repetition-penalty is 0.0, expected above 0",
                "generate A --presence-penalty 3 | --presence-penalty is 3.0, expected -2 to 2",
                "generate A --no-repeat-ngram-size -1 | --no-repeat-ngram-size is -1, expected at least 0",
                "generate A --bad-words-ids 1,2;x | --bad-words-ids is \"1,2;x\", expected ids like 318;464,3290",
                "generate A --suppress-tokens 99999 | --suppress-tokens has id 99999, expected 0 to ",
                "generate A --generation-config /nowhere.json --seed | Missing required parameter",
                "rank A | found no continuation, expected them after the prompt",
                "score --text A,b,c --stride 256 | --stride is 256, expected 1 to 255",
                "generate A --length-penalty 2 | --length-penalty has no effect while --num-beams is 1",
                "generate A --num-beams 2 --stream | --stream has no effect with --num-beams",
                "generate A --num-beams 2 --num-return-sequences 3 | --num-return-sequences is 3 and --num-beams is 2",
                "generate A --num-beams 2 --do-sample | --num-beams is 2 and --do-sample is true",
                "generate A --penalty-alpha 0.6 | --penalty-alpha is 0.6 and --top-k is 0",
                "generate A --min-new-tokens 9 --max-new-tokens 8 | --min-new-tokens is 9 and --max-new-tokens is 8",
                "generate A --preset gpt4 | --preset is \"gpt4\", expected hugging-face or openai",
                "generate A --no-do-sample --top-p 0.9 | --top-p has no effect while --do-sample is false",
                "generate A --no-do-sample --seed 1 | --seed has no effect while --do-sample is false",
                "generate A --max-length 5 --max-new-tokens 5 | --max-length is 5 and --max-new-tokens is 5",
                "generate A --top-k -3 | --top-k is -3, expected at least 1",
                "generate A --preset openai --no-do-sample | --do-sample is false and --preset is openai, expected sampling",
                "download ../evil | \"../evil\" is no model's name, expected org/name or a known name, such as",
                "download gpt2@ | \"gpt2@\" has no revision after the @, expected a branch, a tag or a commit, like gpt2@main",
                "download @main | \"@main\" has no name before the @",
                "download gpt2@v1 --revision v2 | found the revision v1 in the name gpt2@v1 and the revision v2 beside it",
                "download gpt3@v1 | \"gpt3\" is no model's name, expected org/name or a known name, such as",
                "download gpt2 --out x | --out has no effect with --source hub",
                "download 124M --source openai --revision main | --revision has no effect with --source openai",
                "download 124 --source openai | OpenAI published no model \"124\", expected one of 124M",
                "selfcheck gpt2 --model gpt2 | found both the model gpt2 and --model gpt2",
                "generate A --precision fp8 | Invalid value for option '--precision'",
                "generate A --device gpu:99 | device gpu:99 cannot be used: ",
                "generate A --device tpu | '--device': device is tpu, expected auto, cpu, gpu or, of several, gpu:1",
                "generate A --json --stream | --stream has no effect with --json",
                "generate A --colour | Unknown option: '--colour'",
                "generate A B | Unmatched argument at index 2: 'B'",
                "score | found none of --text, --text-file and --text-ids",
                "score --text A --text-ids 1 | found several of --text, --text-file and --text-ids",
                "score --text-ids 5 | the text has 1 ids, expected at least 2",
                "bench --max-new-tokens 1 | --max-new-tokens is 1, expected at least 2",
                "bench --batch-size 0 | --batch-size is 0, expected at least 1",
                "bench --batch-size 2 --prompt-lookup-num-tokens 4 | --batch-size is 2 and --prompt-lookup-num-tokens is 4, expected 1",
                "bench --prompt-lookup-num-tokens -1 | --prompt-lookup-num-tokens is -1, expected at least 0",
                "generate A --prompt-lookup-num-tokens 65 | --prompt-lookup-num-tokens is 65, expected 1 to 64",
                "generate A --assistant-model shakespeare --num-return-sequences 2 --do-sample | serves one sequence",
                "bench --batch-size 2 --queue 3 | --queue is 3 and --batch-size is 2, expected a multiple of 2 prompts",
                "bench --batch-size 2 --queue 4 --max-new-tokens 1 | --prompt-tokens is 64 and --max-new-tokens is 1, expected at least 2",
                "bench --queue 4 --prompt-lookup-num-tokens 3 | has no effect on --queue 4",
                "explain | found neither a prompt nor --prompt-ids",
                "explain A --trace 0 | --trace is 0, expected at least 1",
                "explain A --num-beams 2 | Unknown option",
                "explain A --html absent/page.html | --html is \"absent/page.html\", expected a file in a folder that",
                "explain A --no-do-sample --top-p 0.9 | --top-p has no effect while --do-sample is false",
                "interactive A | Unmatched argument at index 1: 'A'",
                "interactive --num-beams 2 | Unknown option",
                "interactive --no-do-sample --top-p 0.9 | --top-p has no effect while --do-sample is false",
                "sing | Unmatched argument at index 0: 'sing'",
            })
    void wrongUsageExitsWithTwo(String line, String message) {
        Result result = run(line.split(" "));
        assertThat(result.err).startsWith("error: ").contains(message).doesNotContain("\tat ");
        assertThat(result.err.lines().count()).isLessThan(6);
        assertThat(result.code).isEqualTo(2);
        assertThat(result.out).isEmpty();
    }

    @Test
    void failuresExitWithOne() throws IOException {
        assertThat(run("replay", "no/such.json").err).isEqualTo("error: no/such.json: no such file\n");
        Result absent = run("generate", "A", "--model", "gpt3");
        assertThat(absent.code).isEqualTo(1);
        assertThat(absent.err).startsWith("error: no model or folder named gpt3.");
        TestCheckpoint.tiny().write(folder);
        Files.delete(folder.resolve("model.safetensors"));
        Result missing = run("generate", "A", "--model", folder.toString());
        assertThat(missing.code).isEqualTo(1);
        assertThat(missing.err).contains("model.safetensors: the file is missing");
    }

    @Test
    void aModelWithoutATokenizerSaysSo() throws IOException {
        String model = TestCheckpoint.tiny().write(folder).toString();
        Result text = run("generate", "A", "--model", model);
        assertThat(text.code).isEqualTo(1);
        assertThat(text.err).contains("has no tokenizer, which text needs: found none of tokenizer.json", "vocab.txt");
        Result ids = run("generate", "--prompt-ids", "1", "--model", model, "--json");
        assertThat(ids(ids.json(), "ids")).hasSize(20);
        assertThat(ids.json().get("text").getAsString()).isEmpty();
        assertThat(ids.err).contains("note: ").contains("has no tokenizer");
        assertThat(run("score", "--text-ids", "1,2", "--model", model).code).isZero();
    }

    @Test
    void listsTheModels() {
        Result table = run("models");
        assertThat(table.code).isZero();
        assertThat(table.out).containsPattern("(?m)^shakespeare +\\d+\\.\\d M .* in the jar$");
        assertThat(table.out).containsPattern("(?m)^gpt2-xl +1557\\.6 M .* mit +verified ");
        assertThat(table.out).containsPattern("(?m)^cerebras-gpt-590m +590\\.3 M .* apache-2\\.0 +pinned ");
        assertThat(table.out).containsPattern("(?m)^gpt2-chinese-poem +103\\.2 M .* not stated +no ");
        List<JsonObject> lines = run("models", "--json")
                .out
                .lines()
                .map(line -> JsonParser.parseString(line).getAsJsonObject())
                .toList();
        assertThat(lines)
                .extracting(line -> line.get("name").getAsString())
                .startsWith("shakespeare")
                .containsAll(Catalog.names())
                .hasSize(1 + Catalog.names().size());
        assertThat(lines.stream()
                        .collect(Collectors.groupingBy(
                                line -> line.get("checked").getAsString())))
                .containsOnlyKeys("verified", "pinned", "no");
        assertThat(lines.get(1).get("name").getAsString()).isEqualTo("gpt2");
        assertThat(lines.get(1).get("download_bytes").getAsLong()).isEqualTo(548105171);
    }

    @ParameterizedTest
    @CsvSource({
        "''",
        "generate",
        "explain",
        "interactive",
        "score",
        "rank",
        "replay",
        "bench",
        "models",
        "download",
        "selfcheck",
        "convert"
    })
    void helpIsHelp(String command) {
        Result result = command.isEmpty() ? run("--help") : run(command, "--help");
        assertThat(result.code).isZero();
        assertThat(result.out).contains("Usage:").contains("Example").doesNotContain("null");
    }

    @Test
    void withoutACommandItShowsTheCommands() {
        Result result = run();
        assertThat(result.code).isEqualTo(2);
        assertThat(result.err)
                .contains("generate")
                .contains("score")
                .contains("bench")
                .contains("download");
    }

    private static List<Integer> ids(JsonObject json, String key) {
        return StreamSupport.stream(json.getAsJsonArray(key).spliterator(), false)
                .map(JsonElement::getAsInt)
                .toList();
    }

    static Result run(String... args) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        int code = Main.run(
                args,
                new PrintStream(out, true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8));
        return new Result(code, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
    }
}
