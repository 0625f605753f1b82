package io.github.gpt2djl.internal.loop;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.gpt2djl.DeviceChoice;
import io.github.gpt2djl.Precision;
import io.github.gpt2djl.checkpoint.Checkpoint;
import io.github.gpt2djl.internal.checkpoint.TestCheckpoint;
import io.github.gpt2djl.internal.decoder.Decoder;
import io.github.gpt2djl.sampling.Greedy;
import io.github.gpt2djl.sampling.Multinomial;
import io.github.gpt2djl.sampling.Sampler;
import io.github.gpt2djl.sampling.Temperature;
import io.github.gpt2djl.sampling.TopK;
import io.github.gpt2djl.sampling.TopP;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What holds for random requests that arrive and end at random: each row's ids are those of the plain loop. */
class SchedulerTest {
    private static final int POSITIONS = 40;
    private static final int VOCABULARY = 61;

    @TempDir
    static Path folder;

    private static Checkpoint checkpoint;
    private static Decoder decoder;

    @BeforeAll
    static void load() throws IOException {
        checkpoint = Checkpoint.open(new TestCheckpoint(2, 2, 16, POSITIONS, VOCABULARY, true, 4).write(folder));
        decoder = Decoder.load(checkpoint, Precision.FP32, DeviceChoice.CPU, 0);
    }

    @AfterAll
    static void close() throws IOException {
        decoder.close();
        checkpoint.close();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 4})
    void rowsAreThoseOfThePlainLoop(int ahead) {
        Random random = new Random(17 + ahead);
        int ended = 0;
        for (int round = 0; round < 30; round++) {
            List<Request> requests = new ArrayList<>();
            for (int n = 1 + random.nextInt(12); n > 0; n--) {
                requests.add(request(random));
            }
            int places = 1 + random.nextInt(4);
            List<List<Integer>> found = new ArrayList<>();
            requests.forEach(each -> found.add(new ArrayList<>()));
            Set<Integer> last = new HashSet<>();
            Set<Integer> stopped = new HashSet<>();
            Iterator<Request> queue = requests.iterator();
            try (TokenLoop loop = new TokenLoop(decoder, queue, places, ahead)) {
                while (loop.hasNext()) {
                    Set<Integer> running = new HashSet<>();
                    for (Sampled token : loop.next()) {
                        assertThat(token.failure()).isNull();
                        assertThat(last).doesNotContain(token.row());
                        assertThat(stopped).doesNotContain(token.row());
                        running.add(token.row());
                        found.get(token.row()).add(token.id());
                        if (token.last()) {
                            assertThat(last.add(token.row())).isTrue();
                        }
                    }
                    assertThat(running).hasSizeLessThanOrEqualTo(2 * places);
                    running.removeAll(last);
                    assertThat(running).hasSizeLessThanOrEqualTo(places);
                    if (!running.isEmpty() && random.nextInt(8) == 0) {
                        int row = running.iterator().next();
                        loop.end(row);
                        stopped.add(row);
                    }
                }
            }
            for (int row = 0; row < requests.size(); row++) {
                List<Integer> alone = new ArrayList<>();
                for (int id : PlainTokenLoop.generate(decoder, requests.get(row))) {
                    alone.add(id);
                }
                assertThat(last.contains(row)).isNotEqualTo(stopped.contains(row));
                boolean cut = stopped.contains(row);
                List<Integer> expected = cut ? alone.subList(0, found.get(row).size()) : alone;
                assertThat(found.get(row)).isEqualTo(expected);
                ended += cut ? 1 : 0;
            }
        }
        assertThat(ended).isGreaterThan(10);
    }

    private static Request request(Random random) {
        int[] prompt = random.ints(1 + random.nextInt(15), 0, VOCABULARY).toArray();
        int limit = 1 + random.nextInt(POSITIONS - prompt.length);
        List<Integer> eos = random.nextBoolean() ? List.of(random.nextInt(VOCABULARY), 5) : List.of();
        return new Request(
                prompt, 1, limit, random.nextLong(), new Decoding(sampler(random), List.of(), null, 0, eos, 0));
    }

    private static Sampler sampler(Random random) {
        return switch (random.nextInt(3)) {
            case 0 -> new Greedy();
            case 1 -> new Multinomial(List.of(new Temperature(0.8), new TopK(7)));
            default -> new Multinomial(List.of(new TopP(0.9)));
        };
    }
}
