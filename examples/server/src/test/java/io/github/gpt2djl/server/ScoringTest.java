package io.github.gpt2djl.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Prompts are scored in turns, and no longer than somebody waits for them. */
@Timeout(60)
class ScoringTest {
    private final List<String> scored = Collections.synchronizedList(new ArrayList<>());
    private final CountDownLatch begun = new CountDownLatch(1);
    private final CountDownLatch go = new CountDownLatch(1);

    /** The first prompt waits for the test. */
    private String score(String prompt) {
        scored.add(prompt);
        begun.countDown();
        try {
            go.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
        return prompt + "!";
    }

    private CompletableFuture<List<String>> submit(Scoring<String, String> scoring, String client, String... prompts) {
        return scoring.submit(client, List.of(prompts), this::score, () -> false);
    }

    @Test
    void clientsTakeTurns() throws Exception {
        try (Scoring<String, String> scoring = new Scoring<>(9)) {
            var first = submit(scoring, "a", "a1", "a2", "a3");
            begun.await();
            var second = submit(scoring, "a", "a4", "a5");
            var third = submit(scoring, "b", "b1", "b2");
            go.countDown();
            assertThat(first.get()).containsExactly("a1!", "a2!", "a3!");
            assertThat(second.get()).containsExactly("a4!", "a5!");
            assertThat(third.get()).containsExactly("b1!", "b2!");
            assertThat(scored).containsExactly("a1", "a4", "b1", "a2", "b2", "a5", "a3");
        }
    }

    @Test
    void aClientThatHasLeftGivesUpItsTurns() throws Exception {
        AtomicBoolean gone = new AtomicBoolean();
        try (Scoring<String, String> scoring = new Scoring<>(9)) {
            var left = scoring.submit("a", List.of("a1", "a2", "a3"), this::score, gone::get);
            begun.await();
            gone.set(true);
            var stays = submit(scoring, "b", "b1");
            go.countDown();
            assertThat(stays.get()).containsExactly("b1!");
            assertThatThrownBy(left::get).isInstanceOf(CancellationException.class);
            assertThat(scored).containsExactly("a1", "b1");
        }
    }

    @Test
    void onlySoManyWait() throws Exception {
        AtomicBoolean gone = new AtomicBoolean();
        try (Scoring<String, String> scoring = new Scoring<>(1)) {
            submit(scoring, "a", "a1");
            begun.await();
            scoring.submit("b", List.of("b1"), this::score, gone::get);
            assertThat(scoring.waiting()).isEqualTo(1);
            assertThatThrownBy(() -> submit(scoring, "c", "c1"))
                    .isInstanceOf(RejectedExecutionException.class)
                    .hasMessage("1 requests wait to be scored, expected fewer than 1; try again later");
            // Who has left makes room.
            gone.set(true);
            var third = submit(scoring, "c", "c1");
            go.countDown();
            assertThat(third.get()).containsExactly("c1!");
        }
    }

    @Test
    void aFailureIsOfItsRequest() throws Exception {
        try (Scoring<String, String> scoring = new Scoring<>(9)) {
            var failed = scoring.submit(
                    "a",
                    List.of("a1", "a2"),
                    prompt -> {
                        throw new IllegalArgumentException("found " + prompt);
                    },
                    () -> false);
            go.countDown();
            assertThat(submit(scoring, "a", "a3").get()).containsExactly("a3!");
            assertThatThrownBy(failed::get).hasRootCauseMessage("found a1");
        }
    }

    @Test
    void closingEndsWhatWaits() throws Exception {
        Scoring<String, String> scoring = new Scoring<>(9);
        var first = submit(scoring, "a", "a1", "a2");
        begun.await();
        go.countDown();
        scoring.close();
        assertThat(first).isDone();
        assertThatThrownBy(() -> submit(scoring, "a", "a3")).isInstanceOf(RejectedExecutionException.class);
    }
}
