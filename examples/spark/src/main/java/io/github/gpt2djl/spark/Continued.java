package io.github.gpt2djl.spark;

import io.github.gpt2djl.FinishReason;
import io.github.gpt2djl.Generation;
import io.github.gpt2djl.GenerationRequest;
import io.github.gpt2djl.GenerationResult;
import io.github.gpt2djl.Gpt2;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.stream.Stream;
import org.apache.spark.sql.Row;

/** Rows with their texts, in order: where a sequence ends, the next row's takes its place in the batch. */
final class Continued implements Iterator<Row>, AutoCloseable {
    private final Iterator<Row> rows;
    private final RowReader reader;
    private final Stream<GenerationResult> stream;
    private final Iterator<GenerationResult> generated;
    /** Rows without an answer yet, the first ones given to the model. */
    private final Deque<Asked> read = new ArrayDeque<>();
    /** The last of them, if the model has not taken it. */
    private Asked ahead;

    Continued(Gpt2 gpt2, Iterator<Row> rows, String defaults, int batchSize) {
        this.rows = rows;
        this.reader = new RowReader(gpt2, defaults);
        this.stream = gpt2.generateEach(new Requests(), batchSize);
        this.generated = stream.iterator();
    }

    @Override
    public boolean hasNext() {
        return !read.isEmpty() || rows.hasNext();
    }

    @Override
    public Row next() {
        if (read.isEmpty()) {
            readOne();
        }
        Asked first = read.element();
        if (first.request() == null) {
            return read.remove().rejected();
        }
        // Reads further rows while there is a place for them.
        GenerationResult result = generated.next();
        if (result.failure() != null) {
            return read.remove().failed(result.failure());
        }
        Generation generation = result.generations().get(0);
        if (generation.finishReason() == FinishReason.CANCELLED) {
            throw new IllegalStateException("the task was interrupted");
        }
        return read.remove().answered(generation);
    }

    private void readOne() {
        if (!rows.hasNext()) {
            throw new NoSuchElementException("no row is left");
        }
        Asked asked = reader.read(rows.next());
        read.add(asked);
        ahead = asked.request() == null ? null : asked;
    }

    @Override
    public void close() {
        stream.close();
    }

    /** What the model asks for: rows that can be used. */
    private final class Requests implements Iterator<GenerationRequest> {
        @Override
        public boolean hasNext() {
            while (ahead == null && rows.hasNext()) {
                readOne();
            }
            return ahead != null;
        }

        @Override
        public GenerationRequest next() {
            if (!hasNext()) {
                throw new NoSuchElementException("no row is left");
            }
            GenerationRequest request = ahead.request();
            ahead = null;
            return request;
        }
    }
}
