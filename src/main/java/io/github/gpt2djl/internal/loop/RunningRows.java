package io.github.gpt2djl.internal.loop;

import io.github.gpt2djl.internal.decoder.Decoder;
import io.github.gpt2djl.internal.decoder.JoiningRow;
import io.github.gpt2djl.internal.decoder.RunningBatch;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The running rows by their places in the decoder's batch, and the last id of each row, which the next step appends.
 */
final class RunningRows {
    private final int places;
    private final LoopMemory<RunningBatch> memory;
    private final List<LoopRow> rows = new ArrayList<>();
    private int[] lastIds = new int[0];

    RunningRows(Decoder decoder, int places) {
        this.places = places;
        memory = new LoopMemory<>(() -> decoder.batch(places), RunningBatch::close);
    }

    /** The batch: the keys and values of the rows, and their logits. */
    RunningBatch batch() {
        return memory.get();
    }

    int size() {
        return rows.size();
    }

    boolean isEmpty() {
        return rows.isEmpty();
    }

    int freePlaces() {
        return places - rows.size();
    }

    LoopRow get(int place) {
        return rows.get(place);
    }

    List<LoopRow> all() {
        return rows;
    }

    /** The last ids by place. */
    int[] lastIds() {
        return lastIds;
    }

    void setLastId(int place, int id) {
        lastIds[place] = id;
    }

    void step() {
        batch().step(lastIds);
        rows.forEach(row -> row.computed++);
    }

    /** Adds rows at the next places. */
    void join(List<Admission> group, int room) {
        batch().join(prompts(group), copies(group), room);
        group.forEach(this::add);
    }

    /**
     * Does the work of {@link #step()} and {@link #join} at once. After an exception the running rows can take the
     * step.
     */
    void stepAndJoin(List<Admission> group, int room) {
        batch().stepAndJoin(lastIds, prompts(group), copies(group), room);
        rows.forEach(row -> row.computed++);
        group.forEach(this::add);
    }

    /**
     * Takes a step, and computes a piece of the prompt that joins. After an exception the running rows can take the
     * step.
     */
    void stepAndAppend(JoiningRow joining, int[] piece) {
        joining.appendDuringStep(lastIds, piece);
        rows.forEach(row -> row.computed++);
    }

    private static List<int[]> prompts(List<Admission> group) {
        return group.stream().map(Admission::ids).toList();
    }

    private static int copies(List<Admission> group) {
        return group.get(0).rows().size();
    }

    /** Adds the rows of a prompt that has the next places in the batch. */
    void add(Admission admission) {
        admission.rows().forEach(row -> row.begin(admission.ids().length));
        rows.addAll(admission.rows());
        if (lastIds.length < rows.size()) {
            lastIds = Arrays.copyOf(lastIds, Math.max(rows.size(), 2 * lastIds.length));
        }
    }

    /** Removes a row. The last row takes its place. */
    void leave(int place) {
        batch().leave(place);
        LoopRow moved = rows.remove(rows.size() - 1);
        if (place < rows.size()) {
            rows.set(place, moved);
            lastIds[place] = lastIds[rows.size()];
        }
    }

    boolean isClosed() {
        return memory.isClosed();
    }

    /** Frees the batch. */
    void close() {
        rows.clear();
        memory.close();
    }
}
