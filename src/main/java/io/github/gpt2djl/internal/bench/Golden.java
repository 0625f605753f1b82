package io.github.gpt2djl.internal.bench;

import com.google.gson.Gson;
import com.google.gson.JsonParseException;
import com.google.gson.annotations.SerializedName;
import io.github.gpt2djl.Generation;
import io.github.gpt2djl.GenerationConfig;
import io.github.gpt2djl.Prompt;
import io.github.gpt2djl.internal.generation.GenerationPlanner;
import io.github.gpt2djl.internal.generation.LoadedModel;
import io.github.gpt2djl.internal.json.JsonText;
import io.github.gpt2djl.internal.loop.Prefixes;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A published result of a model. The fields have the names of goldens.json.
 *
 * @param model the catalog's name
 * @param decoding {@code greedy}, {@code logits} or {@code ids}; others are reported as not checked
 * @param prompt the text, or null
 * @param promptIds its ids, or null
 * @param allIds prompt and greedy continuation, or null
 * @param continuation the greedy continuation's text, or null
 * @param expectedNew the number of the continuation's tokens, if allIds is null
 * @param logitsMean mean of the logits of all positions
 * @param logitsStart the first logits of the first position
 * @param source where it was published
 */
record Golden(
        String model,
        String decoding,
        @Nullable String prompt,
        @SerializedName("prompt_ids") @Nullable List<Integer> promptIds,
        @SerializedName("all_ids") @Nullable List<Integer> allIds,
        @Nullable String continuation,
        @SerializedName("expected_new") @Nullable Integer expectedNew,
        @SerializedName("logits_mean") @Nullable Double logitsMean,
        @SerializedName("logits_start") @Nullable List<Double> logitsStart,
        @Nullable String source) {
    /** Logits are published to four decimals. At the size of 100, 32-bit sums in another order differ by less. */
    private static final double TOLERANCE = 2e-3;

    /** Reads the published results that are shipped with the library. */
    static List<Golden> published() throws IOException {
        try (InputStream in = Golden.class.getResourceAsStream("goldens.json")) {
            if (in == null) {
                throw new IOException("goldens.json is not in the jar; build it again");
            }
            return parse("goldens.json", new String(in.readAllBytes(), StandardCharsets.UTF_8));
        }
    }

    /** Reads the published results of a file. */
    static List<Golden> read(Path file) throws IOException {
        return parse(file.toString(), Files.readString(file));
    }

    private static List<Golden> parse(String name, String json) throws IOException {
        try {
            Golden[] all = new Gson().fromJson(JsonText.parse(json), Golden[].class);
            for (Golden golden : all) {
                if (golden.decoding == null || (golden.prompt == null && golden.promptIds == null)) {
                    throw new IOException(name + ": each entry needs decoding, and prompt or prompt_ids");
                }
            }
            return List.of(all);
        } catch (JsonParseException | NullPointerException e) {
            throw new IOException(name + ": expected a JSON list of goldens", e);
        }
    }

    /** Lists the differences between the model's results and the published ones; empty if there are none. */
    List<String> differences(LoadedModel model) {
        List<String> differences = new ArrayList<>();
        try {
            compare(model, differences);
        } catch (IllegalArgumentException | IllegalStateException e) {
            // Ids that the model does not have, or logits that contain NaN.
            differences.add(String.valueOf(e.getMessage()));
        }
        return differences;
    }

    private void compare(LoadedModel model, List<String> differences) {
        if (prompt != null && promptIds != null && model.tokenizer() != null) {
            compare(differences, "ids", promptIds, LoadedModel.boxed(model.encode(Prompt.of(prompt), false, true)));
        }
        Prompt start = promptIds != null ? Prompt.ofIds(array(promptIds)) : Prompt.of(String.valueOf(prompt));
        if (decoding.equals("greedy")) {
            greedy(differences, model, start);
        } else if (decoding.equals("logits") && promptIds != null) {
            logits(differences, model, promptIds);
        }
    }

    boolean isChecked() {
        return decoding.equals("greedy") || decoding.equals("logits") || decoding.equals("ids");
    }

    private void greedy(List<String> differences, LoadedModel model, Prompt start) {
        int tokens = allIds != null && promptIds != null
                ? allIds.size() - promptIds.size()
                : expectedNew == null ? 1 : expectedNew;
        GenerationPlanner planner = new GenerationPlanner(model, Prefixes.NONE);
        GenerationConfig config =
                GenerationConfig.builder().maxNewTokens(tokens).build();
        Generation found = planner.one(planner.single(start, config)).finish().get(0);
        if (allIds != null && promptIds != null) {
            compare(differences, "ids", allIds.subList(promptIds.size(), allIds.size()), found.ids());
        } else if (continuation != null && !continuation.equals(found.text())) {
            differences.add("text \"" + found.text() + "\", expected \"" + continuation + "\"");
        }
    }

    private void logits(List<String> differences, LoadedModel model, List<Integer> ids) {
        float[] all = model.decoder().logits(array(ids));
        if (logitsMean != null) {
            double sum = 0;
            for (float logit : all) {
                sum += logit;
            }
            close(differences, "mean of the logits", logitsMean, sum / all.length);
        }
        for (int i = 0; logitsStart != null && i < logitsStart.size(); i++) {
            close(differences, "logit " + i, logitsStart.get(i), all[i]);
        }
    }

    private static void close(List<String> differences, String what, double expected, double found) {
        if (!(Math.abs(expected - found) <= TOLERANCE)) {
            differences.add(what + " " + found + ", expected " + expected + " within " + TOLERANCE);
        }
    }

    private static void compare(List<String> differences, String what, List<Integer> expected, List<Integer> found) {
        if (!expected.equals(found)) {
            differences.add(what + " " + found + ", expected " + expected + ", differ from "
                    + Arrays.mismatch(array(expected), array(found)) + " on");
        }
    }

    private static int[] array(List<Integer> ids) {
        return ids.stream().mapToInt(Integer::intValue).toArray();
    }
}
