package io.github.gpt2djl.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import org.junit.jupiter.api.Test;

class ClosedAtEndTest {
    private int freed;

    @Test
    void theLastRowFreesAndLetsGo() throws InterruptedException {
        WeakReference<Iterator<String>> held;
        ClosedAtEnd<String> rows;
        {
            Iterator<String> source = new ArrayList<>(List.of("a", "b")).iterator();
            held = new WeakReference<>(source);
            rows = new ClosedAtEnd<>(source, () -> freed++);
            source = null;
        }
        assertThat(rows.next()).isEqualTo("a");
        assertThat(rows.next()).isEqualTo("b");
        assertThat(freed).isZero();
        assertThat(rows.hasNext()).isFalse();
        assertThat(rows.hasNext()).isFalse();
        assertThat(freed).isEqualTo(1);
        assertThatThrownBy(rows::next).isInstanceOf(NoSuchElementException.class);
        for (int i = 0; i < 100 && held.get() != null; i++) {
            System.gc();
            Thread.sleep(10);
        }
        assertThat(held.get()).isNull();
        rows.close();
        assertThat(freed).isEqualTo(1);
    }

    /** As a task that fails or is killed does. */
    @Test
    void closedBeforeItsEnd() {
        ClosedAtEnd<String> rows = new ClosedAtEnd<>(List.of("a", "b").iterator(), () -> freed++);
        assertThat(rows.next()).isEqualTo("a");
        rows.close();
        rows.close();
        assertThat(freed).isEqualTo(1);
        assertThat(rows.hasNext()).isFalse();
    }
}
