package io.github.gpt2djl.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.gpt2djl.DeviceChoice;
import io.github.gpt2djl.Gpt2;
import io.github.gpt2djl.LoadOptions;
import io.github.gpt2djl.ModelSource;
import io.github.gpt2djl.Precision;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.stream.Stream;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class ContinuedTest {
    private static final String DEFAULTS = "{\"max_new_tokens\": 2}";

    private static Gpt2 gpt2;
    private int taken;

    @BeforeAll
    static void load() throws IOException {
        gpt2 = Gpt2.load("shakespeare", new LoadOptions(Precision.FP32, DeviceChoice.AUTO, 1, ModelSource.local()));
    }

    @AfterAll
    static void close() {
        gpt2.close();
    }

    @Test
    void goodAndBadRowsKeepTheirOrder() {
        String kinds = "bbgbgggggbbgb";
        try (Continued continued = new Continued(gpt2, rows(kinds), DEFAULTS, 3)) {
            List<Row> rows = new ArrayList<>();
            continued.forEachRemaining(rows::add);
            assertThat(rows)
                    .extracting(row -> row.getString(0))
                    .containsExactly("0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11", "12");
            assertThat(rows)
                    .extracting(row -> row.get(6) == null ? 'g' : 'b')
                    .containsExactlyElementsOf(
                            kinds.chars().mapToObj(kind -> (char) kind).toList());
        }
    }

    /** Such a temperature makes infinite scores: the model takes the row, and fails at it. */
    @Test
    void aRowThatFailsWhileItRunsDoesNotStopTheOthers() {
        try (Continued continued = new Continued(gpt2, rows("gfgggfg"), DEFAULTS, 3);
                Continued alone = new Continued(gpt2, rows("ggggggg"), DEFAULTS, 3)) {
            List<Row> rows = new ArrayList<>();
            continued.forEachRemaining(rows::add);
            List<Row> good = new ArrayList<>();
            alone.forEachRemaining(good::add);
            for (int i = 0; i < 7; i++) {
                assertThat(rows.get(i).getString(0)).isEqualTo("" + i);
                if (i == 1 || i == 5) {
                    assertThat(rows.get(i).getString(6)).contains("is a temperature or a penalty too extreme");
                    assertThat(rows.get(i).get(1)).isNull();
                } else {
                    assertThat(rows.get(i).get(6)).isNull();
                    assertThat(rows.get(i).getString(1)).isEqualTo(good.get(i).getString(1));
                }
            }
        }
    }

    @Test
    void rowsAreReadWhenThereIsAPlaceForThem() {
        try (Continued continued = new Continued(gpt2, rows("b".repeat(5) + "g".repeat(100)), DEFAULTS, 4)) {
            continued.next();
            assertThat(taken).as("a bad row waits for no other").isEqualTo(1);
            Stream.generate(continued::next).limit(5).forEach(row -> {});
            assertThat(taken).isLessThanOrEqualTo(5 + 2 * 4);
        }
    }

    @Test
    void anInterruptedTaskFails() {
        try (Continued continued = new Continued(gpt2, rows("ggg"), DEFAULTS, 2)) {
            Thread.currentThread().interrupt();
            assertThatThrownBy(continued::next).hasMessage("the task was interrupted");
        } finally {
            Thread.interrupted();
        }
    }

    /** A row for each letter: g is good, b has no prompt, f fails while it runs. */
    private Iterator<Row> rows(String kinds) {
        return Stream.iterate(0, i -> i + 1)
                .limit(kinds.length())
                .map(i -> {
                    taken++;
                    String options = kinds.charAt(i) == 'f' ? ", \"do_sample\": true, \"temperature\": 1.2e-38" : "";
                    return RowFactory.create(
                            "" + i,
                            kinds.charAt(i) == 'b' ? "{}" : "{\"prompt\": \"ROMEO: " + i + "\"" + options + "}",
                            0L);
                })
                .iterator();
    }
}
