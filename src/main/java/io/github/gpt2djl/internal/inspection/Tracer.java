package io.github.gpt2djl.internal.inspection;

import io.github.gpt2djl.InsufficientMemoryException;
import io.github.gpt2djl.InvalidOptionException;
import io.github.gpt2djl.inspection.Intervention;
import io.github.gpt2djl.inspection.Trace;
import io.github.gpt2djl.inspection.TracedTensor;
import io.github.gpt2djl.internal.decoder.Inspection;
import io.github.gpt2djl.internal.decoder.Inspection.Change;
import io.github.gpt2djl.internal.generation.LoadedModel;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** Traces texts, each with its changes. */
public final class Tracer {
    private final Inspection inspection;
    private final Places places;

    public Tracer(LoadedModel model) {
        inspection = model.decoder().inspection();
        places = new Places(model.config());
    }

    /** The names of the places that match a pattern, in the order of computation. */
    public List<String> places(List<String> patterns) {
        return places.matching(patterns);
    }

    /**
     * Traces a text once for each list of changes, in one call.
     *
     * @param ids at least one
     * @param wanted names of places, in the order of computation
     * @param runs at least one list; the positions of the changes are within the text
     */
    public List<Trace> trace(int[] ids, List<String> wanted, List<List<Intervention>> runs) {
        runs.forEach(run -> run.forEach(change -> checkPositions(change, ids.length)));
        return run(ids, wanted, runs);
    }

    private List<Trace> run(int[] ids, List<String> wanted, List<List<Intervention>> runs) {
        checkMemory(ids.length, runs.size(), wanted);
        List<PlannedChanges> planned = new ArrayList<>();
        for (List<Intervention> run : runs) {
            planned.add(new PlannedChanges(places, run, planned.size(), ids.length));
        }
        applyFunctions(ids, planned);
        List<Map<String, TracedTensor>> tensors = compute(ids, wanted, planned);
        List<Integer> text = LoadedModel.boxed(ids);
        return tensors.stream().map(each -> new Trace(text, each)).toList();
    }

    /**
     * The logits after the last of these ids.
     *
     * @param changes positions behind the text are left out
     */
    public float[] logits(int[] ids, List<Intervention> changes) {
        Trace trace = run(ids, List.of("logits"), List.of(changes)).get(0);
        return trace.tensor("logits").row(ids.length - 1);
    }

    private static void checkPositions(Intervention change, int tokens) {
        int end = change.last() == Intervention.END ? change.first() : change.last();
        if (end >= tokens) {
            throw InvalidOptionException.of(
                            PlannedChanges.INTERVENTIONS,
                            end,
                            "the change of " + change.hook() + " is for position " + end)
                    .expecting("0 to " + (tokens - 1) + ", the positions of the text's ", tokens, " tokens");
        }
    }

    /** Replaces each function by its result, which the changes before it have to be known for. */
    private void applyFunctions(int[] ids, List<PlannedChanges> planned) {
        while (planned.stream().anyMatch(each -> each.function() != null)) {
            List<String> needed = places.matching(planned.stream()
                    .map(PlannedChanges::function)
                    .filter(Objects::nonNull)
                    .map(Intervention::hook)
                    .toList());
            List<Map<String, TracedTensor>> before = compute(ids, needed, planned);
            for (int run = 0; run < planned.size(); run++) {
                Intervention function = planned.get(run).function();
                if (function != null) {
                    planned.get(run)
                            .applyTo(Objects.requireNonNull(before.get(run).get(function.hook())));
                }
            }
        }
    }

    private List<Map<String, TracedTensor>> compute(int[] ids, List<String> wanted, List<PlannedChanges> planned) {
        List<int[]> texts = planned.stream().map(run -> ids).toList();
        List<Change> changes =
                planned.stream().flatMap(run -> run.ready().stream()).toList();
        List<float[]> computed = inspection.trace(texts, wanted, changes);
        List<Map<String, TracedTensor>> runs = new ArrayList<>();
        for (int run = 0; run < planned.size(); run++) {
            Map<String, TracedTensor> tensors = new LinkedHashMap<>();
            for (int i = 0; i < wanted.size(); i++) {
                float[] all = computed.get(i);
                int size = all.length / planned.size();
                float[] own = planned.size() == 1 ? all : Arrays.copyOfRange(all, run * size, (run + 1) * size);
                tensors.put(
                        wanted.get(i), new TracedTensor(wanted.get(i), places.shape(wanted.get(i), ids.length), own));
            }
            runs.add(tensors);
        }
        return runs;
    }

    /** Rejects a trace whose numbers have no room in the heap, in which they are held twice if there are several runs. */
    private void checkMemory(int tokens, int runs, List<String> wanted) {
        long most = 0;
        long all = 0;
        for (String name : wanted) {
            long size = (long) runs;
            for (int axis : places.shape(name, tokens)) {
                size *= axis;
            }
            most = Math.max(most, size);
            all += size;
        }
        long bytes = 4 * all * (runs == 1 ? 1 : 2);
        Runtime java = Runtime.getRuntime();
        long free = java.maxMemory() - java.totalMemory() + java.freeMemory();
        if (bytes > free || most > Integer.MAX_VALUE - 8) {
            throw new InsufficientMemoryException(
                    "the trace of " + runs + " texts of " + tokens + " tokens",
                    bytes,
                    Math.min(free, 4L * Integer.MAX_VALUE),
                    "ask for fewer places, trace a shorter text or fewer runs, or give Java more memory (-Xmx)");
        }
    }
}
