package io.github.gpt2djl.internal.loop;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.gpt2djl.DeviceChoice;
import io.github.gpt2djl.Precision;
import io.github.gpt2djl.checkpoint.Checkpoint;
import io.github.gpt2djl.internal.decoder.Decoder;
import io.github.gpt2djl.internal.decoder.LiveArrays;
import io.github.gpt2djl.sampling.Greedy;
import io.github.gpt2djl.sampling.Multinomial;
import io.github.gpt2djl.sampling.Sampler;
import io.github.gpt2djl.sampling.Temperature;
import io.github.gpt2djl.sampling.TopK;
import io.github.gpt2djl.sampling.TopP;
import io.github.gpt2djl.testing.TestCheckpoint;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.jspecify.annotations.Nullable;
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
                    for (SampledToken token : loop.next()) {
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

    /** A request, and what each of its rows gives if nothing ends it before. */
    private record Case(@Nullable Request request, List<List<Integer>> ids, boolean fails) {}

    /** Copies, texts beyond the context, requests that fail in each way, and loops that are closed in the middle. */
    @ParameterizedTest
    @ValueSource(ints = {0, 1, 4})
    void eachRowEndsOnceAndNothingIsLeft(int ahead) {
        Random random = new Random(23 + ahead);
        int before = LiveArrays.count(decoder);
        int failures = 0;
        int slides = 0;
        int closed = 0;
        for (int round = 0; round < 30; round++) {
            List<Case> cases = new ArrayList<>();
            for (int n = 1 + random.nextInt(10); n > 0; n--) {
                cases.add(randomCase(random));
            }
            List<List<Integer>> expected = new ArrayList<>();
            List<Boolean> fails = new ArrayList<>();
            for (Case each : cases) {
                expected.addAll(each.ids);
                fails.addAll(Collections.nCopies(each.ids.size(), each.fails));
            }
            List<List<Integer>> found = new ArrayList<>();
            expected.forEach(row -> found.add(new ArrayList<>()));
            Set<Integer> ended = new HashSet<>();
            int places = 1 + random.nextInt(4);
            int steps = random.nextInt(3) == 0 ? random.nextInt(20) : Integer.MAX_VALUE;
            try (TokenLoop loop = new TokenLoop(decoder, queue(cases), places, ahead)) {
                for (int step = 0; step < steps && loop.hasNext(); step++) {
                    Set<Integer> running = new HashSet<>();
                    for (SampledToken token : loop.next()) {
                        int row = token.row();
                        assertThat(ended).doesNotContain(row);
                        running.add(row);
                        if (token.failure() == null) {
                            found.get(row).add(token.id());
                        } else {
                            assertThat(fails.get(row)).isTrue();
                            assertThat(token.failure()).hasMessageMatching("queue|sampler|id 61 at index 0 .*");
                            failures++;
                        }
                        if (token.last()) {
                            ended.add(row);
                        }
                    }
                    running.removeAll(ended);
                    assertThat(running).hasSizeLessThanOrEqualTo(places);
                }
                closed += loop.hasNext() ? 1 : 0;
                slides += loop.statistics().slides();
            }
            assertThat(LiveArrays.count(decoder)).isEqualTo(before);
            if (steps == Integer.MAX_VALUE) {
                assertThat(ended).hasSize(expected.size());
            }
            for (int row = 0; row < expected.size(); row++) {
                List<Integer> all = expected.get(row);
                assertThat(found.get(row))
                        .isEqualTo(
                                ended.contains(row)
                                        ? all
                                        : all.subList(0, found.get(row).size()));
            }
        }
        assertThat(List.of(failures, slides, closed)).allMatch(count -> count > 5);
    }

    /** Where a case has no request, the queue fails to give one. */
    private static Iterator<Request> queue(List<Case> cases) {
        Iterator<Case> all = cases.iterator();
        return new Iterator<>() {
            @Override
            public boolean hasNext() {
                return all.hasNext();
            }

            @Override
            public Request next() {
                Request request = all.next().request;
                if (request == null) {
                    throw new IllegalStateException("queue");
                }
                return request;
            }
        };
    }

    private static Case randomCase(Random random) {
        int[] prompt = random.ints(1 + random.nextInt(15), 0, VOCABULARY).toArray();
        int copies = 1 + random.nextInt(3);
        long seed = random.nextLong();
        switch (random.nextInt(6)) {
            case 0:
                return new Case(null, List.of(List.of()), true);
            case 1:
                prompt[0] = VOCABULARY;
                Decoding any = Decoding.plain(new Greedy());
                return new Case(
                        new Request(prompt, copies, 5, seed, any), Collections.nCopies(copies, List.of()), true);
            case 2:
                int end = prompt.length + random.nextInt(5);
                Sampler greedy = new Greedy();
                Sampler failing = (logits, text, draw) -> {
                    if (text.length() == end) {
                        throw new IllegalStateException("sampler");
                    }
                    return greedy.sample(logits, text, draw);
                };
                Request fine = new Request(prompt, copies, 1 + end - prompt.length, seed, Decoding.plain(greedy));
                List<List<Integer>> cut = alone(fine).stream()
                        .map(ids -> ids.subList(0, ids.size() - 1))
                        .toList();
                return new Case(new Request(prompt, copies, 20, seed, Decoding.plain(failing)), cut, true);
            case 3:
                int keep = 20 + random.nextInt(19);
                Decoding sliding = new Decoding(sampler(random), List.of(), null, 0, List.of(), keep);
                return plain(new Request(prompt, copies, 40 + random.nextInt(60), seed, sliding));
            default:
                Request request = request(random);
                return plain(new Request(request.prompt(), copies, request.limit(), seed, request.decoding()));
        }
    }

    private static Case plain(Request request) {
        return new Case(request, alone(request), false);
    }

    /** Each copy's ids where nothing else runs. */
    private static List<List<Integer>> alone(Request request) {
        List<List<Integer>> rows = new ArrayList<>();
        for (int copy = 0; copy < request.copies(); copy++) {
            rows.add(new ArrayList<>());
        }
        try (TokenLoop loop = new TokenLoop(decoder, List.of(request).iterator(), 1)) {
            while (loop.hasNext()) {
                loop.next().forEach(token -> rows.get(token.row()).add(token.id()));
            }
        }
        return rows;
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
