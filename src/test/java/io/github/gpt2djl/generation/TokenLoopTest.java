package io.github.gpt2djl.generation;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.gpt2djl.checkpoint.Checkpoint;
import io.github.gpt2djl.checkpoint.TestCheckpoint;
import io.github.gpt2djl.decoder.Decoder;
import io.github.gpt2djl.decoder.DeviceChoice;
import io.github.gpt2djl.decoder.Precision;
import io.github.gpt2djl.sampling.Greedy;
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
}
