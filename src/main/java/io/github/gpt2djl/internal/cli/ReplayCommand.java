package io.github.gpt2djl.internal.cli;

import static io.github.gpt2djl.GenerationOption.MAX_LENGTH;
import static io.github.gpt2djl.GenerationOption.MAX_NEW_TOKENS;
import static io.github.gpt2djl.GenerationOption.NUM_RETURN_SEQUENCES;

import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import io.github.gpt2djl.DeviceChoice;
import io.github.gpt2djl.GenerationConfig;
import io.github.gpt2djl.Gpt2;
import io.github.gpt2djl.InvalidOptionException;
import io.github.gpt2djl.LoadOptions;
import io.github.gpt2djl.ModelSource;
import io.github.gpt2djl.OptionNaming;
import io.github.gpt2djl.Precision;
import io.github.gpt2djl.Prompt;
import java.io.IOException;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code replay}: generates a recorded text again, and compares the ids. */
@Command(
        name = "replay",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Repeats the generations that generate --json has recorded, and compares the ids. The same machine, model"
                    + " and precision give the same ids; the exit code is 1 if they differ."
        },
        footer = {"", "Example:", "  generate \"ROMEO:\" --seed 1 --json > romeo.json", "  replay romeo.json"})
final class ReplayCommand implements Callable<Integer> {
    @Parameters(paramLabel = "FILE", description = "A file with lines that generate --json has printed; - reads stdin.")
    String file = "-";

    private final PrintStream out;

    ReplayCommand(PrintStream out) {
        this.out = out;
    }

    /** The record in a line. */
    record Recorded(
            String model,
            Precision precision,
            DeviceChoice device,
            GenerationConfig config,
            int sequence,
            int[] prompt,
            List<Integer> ids) {
        static Recorded read(String line) {
            JsonObject json = Output.parse(line).getAsJsonObject();
            List<Integer> ids = Output.ids(json.getAsJsonArray("ids"));
            var config = GenerationConfig.parse(json.getAsJsonObject("config").toString()).toBuilder();
            if (!config.isSet(MAX_LENGTH) && !config.isSet(MAX_NEW_TOKENS) && !ids.isEmpty()) {
                // The preset's length depends on whether the prompt was empty, which its ids do not show.
                config.maxNewTokens(ids.size());
            }
            GenerationConfig built = config.build();
            int sequence = Output.whole(json.get("sequence"));
            if (sequence < 0 || sequence >= built.get(NUM_RETURN_SEQUENCES)) {
                throw new IllegalArgumentException("sequence is " + sequence + ", expected 0 to "
                        + (built.get(NUM_RETURN_SEQUENCES) - 1) + ", less than num_return_sequences");
            }
            return new Recorded(
                    json.get("model").getAsString(),
                    Precision.valueOf(json.get("precision").getAsString().toUpperCase(Locale.ROOT)),
                    DeviceChoice.parse(json.has("device") ? json.get("device").getAsString() : "cpu"),
                    built,
                    sequence,
                    Output.ids(json.getAsJsonArray("prompt_ids")).stream()
                            .mapToInt(Integer::intValue)
                            .toArray(),
                    ids);
        }
    }

    @Override
    public Integer call() throws IOException {
        List<Recorded> lines = read();
        boolean same = true;
        int from = 0;
        while (from < lines.size()) {
            Recorded first = lines.get(from);
            LoadOptions options = new LoadOptions(first.precision(), first.device(), 0, ModelSource.local());
            try (Gpt2 gpt2 = Gpt2.load(first.model(), options)) {
                int to = from;
                while (to < lines.size()
                        && lines.get(to).model().equals(first.model())
                        && lines.get(to).precision() == first.precision()
                        && lines.get(to).device().equals(first.device())) {
                    same &= same(gpt2, lines.get(to), ++to);
                }
                from = to;
            }
        }
        return same ? 0 : 1;
    }

    private List<Recorded> read() throws IOException {
        return read(file, Texts.whole(file));
    }

    /** Reads the records in a file's lines; an IOException names an invalid line. */
    static List<Recorded> read(String file, String text) throws IOException {
        List<Recorded> lines = new ArrayList<>();
        for (String line : text.lines().filter(l -> !l.isBlank()).toList()) {
            try {
                lines.add(Recorded.read(line));
            } catch (JsonParseException
                    | IllegalStateException
                    | IllegalArgumentException
                    | ClassCastException
                    | UnsupportedOperationException
                    | NullPointerException e) {
                throw new IOException(
                        file + ", line " + (lines.size() + 1) + ": expected what generate --json prints ("
                                + InvalidOptionException.message(e, OptionNaming.KEYS) + ")",
                        e);
            }
        }
        if (lines.isEmpty()) {
            throw new IOException(file + " is empty, expected lines that generate --json has printed");
        }
        return lines;
    }

    private boolean same(Gpt2 gpt2, Recorded line, int number) {
        List<Integer> now = gpt2.generateAll(List.of(Prompt.ofIds(line.prompt())), line.config())
                .get(line.sequence())
                .ids();
        if (now.equals(line.ids())) {
            out.println("line " + number + ": the same " + now.size() + " ids");
            return true;
        }
        int place = 0;
        while (place < now.size()
                && place < line.ids().size()
                && now.get(place).equals(line.ids().get(place))) {
            place++;
        }
        out.println("line " + number + ": differs at new token " + (place + 1) + ": recorded " + at(line.ids(), place)
                + ", now " + at(now, place));
        return false;
    }

    private static String at(List<Integer> ids, int place) {
        return place < ids.size() ? "id " + ids.get(place) : "the end";
    }
}
