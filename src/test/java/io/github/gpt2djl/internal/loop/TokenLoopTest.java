package io.github.gpt2djl.internal.loop;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.gpt2djl.DeviceChoice;
import io.github.gpt2djl.Precision;
import io.github.gpt2djl.checkpoint.Checkpoint;
import io.github.gpt2djl.internal.decoder.Decoder;
import io.github.gpt2djl.sampling.Greedy;
import io.github.gpt2djl.testing.TestCheckpoint;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TokenLoopTest {
    @TempDir
    Path folder;

    @Test
    void promptsJoinThoughSomeTextSlidesAtEachStep() throws IOException {
        TestCheckpoint model = new TestCheckpoint(1, 1, 8, 10, 61, true, 4);
        Decoding plain = Decoding.plain(new Greedy());
        Decoding sliding = new Decoding(new Greedy(), List.of(), null, 0, List.of(), 9);
        List<Request> queue = List.of(
                new Request(new int[10], 1, 20, 7, sliding),
                new Request(new int[9], 1, 20, 7, sliding),
                new Request(new int[] {1}, 1, 1, 7, plain),
                new Request(new int[] {2}, 1, 1, 7, plain));
        List<Integer> rows = new ArrayList<>();
        try (Checkpoint checkpoint = Checkpoint.open(model.write(folder));
                Decoder decoder = Decoder.load(checkpoint, Precision.FP32, DeviceChoice.CPU, 0);
                TokenLoop loop = new TokenLoop(decoder, queue.iterator(), 3)) {
            while (loop.hasNext()) {
                loop.next().forEach(token -> rows.add(token.row()));
            }
        }
        assertThat(rows).hasSize(42).startsWith(0, 1, 2);
        assertThat(rows.indexOf(3)).isLessThan(9);
    }

    /** No place is idle while a copy waits, and no request passes another. */
    @Test
    void copiesJoinAsPlacesBecomeFree() throws IOException {
        Decoding greedy = Decoding.plain(new Greedy());
        List<Request> queue = List.of(
                new Request(new int[] {1}, 1, 5, 7, greedy),
                new Request(new int[] {2}, 1, 3, 7, greedy),
                new Request(new int[] {3}, 4, 4, 7, greedy),
                new Request(new int[] {4}, 1, 2, 7, greedy));
        List<String> steps = new ArrayList<>();
        try (Checkpoint checkpoint = Checkpoint.open(new TestCheckpoint(1, 1, 8, 40, 61, true, 4).write(folder));
                Decoder decoder = Decoder.load(checkpoint, Precision.FP32, DeviceChoice.CPU, 0);
                TokenLoop loop = new TokenLoop(decoder, queue.iterator(), 3)) {
            while (loop.hasNext()) {
                List<Integer> step = new ArrayList<>(
                        loop.next().stream().map(SampledToken::row).sorted().toList());
                steps.add(step.toString());
            }
        }
        assertThat(steps.get(0)).isEqualTo("[0, 1, 2]");
        // Three texts run at each step but the last ones; row 6 is that of the last request.
        assertThat(steps.stream().limit(8)).allMatch(step -> step.split(",").length == 3);
        assertThat(String.join("", steps)).containsSubsequence("3", "4", "5", "6");
        assertThat(steps).hasSize(9);
    }

    @Test
    void aRowThatWaitsCanBeEnded() throws IOException {
        Decoding greedy = Decoding.plain(new Greedy());
        List<Request> queue =
                List.of(new Request(new int[] {1}, 5, 30, 7, greedy), new Request(new int[] {4}, 1, 2, 7, greedy));
        try (Checkpoint checkpoint = Checkpoint.open(new TestCheckpoint(1, 1, 8, 40, 61, true, 4).write(folder));
                Decoder decoder = Decoder.load(checkpoint, Precision.FP32, DeviceChoice.CPU, 0);
                TokenLoop loop = new TokenLoop(decoder, queue.iterator(), 2)) {
            assertThat(loop.next()).extracting(SampledToken::row).containsExactly(0, 1);
            for (int row : new int[] {1, 2, 3, 4, 99}) {
                loop.end(row);
            }
            assertThat(loop.next()).extracting(SampledToken::row).containsExactly(0, 5);
            assertThat(loop.next()).extracting(SampledToken::row).containsExactly(0, 5);
            assertThat(loop.next()).extracting(SampledToken::row).containsExactly(0);
        }
    }

    /** Nothing of the size of a limit is allocated: neither for places, nor for a text. */
    @Test
    void limitsCostNothing() throws IOException {
        Decoding sliding = new Decoding(new Greedy(), List.of(), null, 0, List.of(), 9);
        Request endless = new Request(new int[] {1, 2}, 1, Integer.MAX_VALUE, 7, sliding);
        List<Integer> ids = new ArrayList<>();
        try (Checkpoint checkpoint = Checkpoint.open(new TestCheckpoint(1, 1, 8, 10, 61, true, 4).write(folder));
                Decoder decoder = Decoder.load(checkpoint, Precision.FP32, DeviceChoice.CPU, 0);
                TokenLoop loop = new TokenLoop(decoder, List.of(endless).iterator(), Integer.MAX_VALUE);
                TokenLoop short20 = new TokenLoop(
                        decoder,
                        List.of(new Request(new int[] {1, 2}, 1, 20, 7, sliding))
                                .iterator(),
                        1)) {
            for (int i = 0; i < 20; i++) {
                ids.add(loop.next().get(0).id());
                assertThat(short20.next().get(0).id()).isEqualTo(ids.get(i));
            }
            assertThat(loop.hasNext()).isTrue();
        }
    }
}
