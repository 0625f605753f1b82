package io.github.gpt2djl.spark;

import java.util.Iterator;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.function.FlatMapGroupsFunction;
import org.apache.spark.sql.Row;

/**
 * Continues the prompts of a block, on an executor.
 *
 * @param model of all
 * @param defaults generation_config.json, for what a row does not say
 * @param batchSize sequences that run at once
 */
record Continue(ExecutorModel model, String defaults, int batchSize) implements FlatMapGroupsFunction<Long, Row, Row> {
    @Override
    public Iterator<Row> call(Long block, Iterator<Row> rows) throws Exception {
        Continued continued = new Continued(model.get(), rows, defaults, batchSize);
        ClosedAtEnd<Row> open = new ClosedAtEnd<>(continued, continued::close);
        // A task that fails or is killed does not read to the end, which would free the memory.
        TaskContext.get().<Void>addTaskCompletionListener(context -> {
            open.close();
            return null;
        });
        return open;
    }
}
