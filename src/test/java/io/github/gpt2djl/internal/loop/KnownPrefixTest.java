package io.github.gpt2djl.internal.loop;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.gpt2djl.DeviceChoice;
import io.github.gpt2djl.Precision;
import io.github.gpt2djl.PrefixCacheStatistics;
import io.github.gpt2djl.checkpoint.Checkpoint;
import io.github.gpt2djl.internal.decoder.Decoder;
import io.github.gpt2djl.internal.decoder.LiveArrays;
import io.github.gpt2djl.sampling.Greedy;
import io.github.gpt2djl.sampling.Multinomial;
import io.github.gpt2djl.sampling.Sampler;
import io.github.gpt2djl.sampling.Temperature;
import io.github.gpt2djl.sampling.TopK;
import io.github.gpt2djl.testing.TestCheckpoint;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Prompts that begin alike, in pieces or as wholes: each row's ids are those of the plain loop, which knows nothing. */
class KnownPrefixTest {
    private static final int POSITIONS = 120;
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

    /** The limit of 60 tokens makes texts leave the cache all the time. */
    @ParameterizedTest
    @CsvSource({"7, 0", "1, 0", "32, 1000000", "1000000, 0", "2147483647, 1000000", "2147483647, 60", "16, 60"})
    void rowsAreThoseOfThePlainLoop(int chunk, long tokens) {
        Random random = new Random(chunk + tokens);
        int before = LiveArrays.count(decoder);
        int ended = 0;
        try (PrefixCache cache = new PrefixCache(decoder.bytesPerToken(), tokens * decoder.bytesPerToken())) {
            for (int round = 0; round < 12; round++) {
                List<Request> requests = requests(random);
                LoopOptions options = new LoopOptions(1 + random.nextInt(5))
                        .withPrefillChunk(chunk)
                        .withPrefixes(tokens == 0 ? Prefixes.NONE : cache);
                ended += check(requests, options, random);
                assertThat(cache.statistics().bytes()).isLessThanOrEqualTo(tokens * decoder.bytesPerToken());
            }
            PrefixCacheStatistics all = cache.statistics();
            assertThat(all.hits()).isGreaterThanOrEqualTo(tokens > 0 ? 5 : 0);
            assertThat(all.tokensSaved()).isGreaterThanOrEqualTo(all.hits() * PrefixCache.LEAST);
            assertThat(all.entries() > 0).isEqualTo(tokens > 0);
        }
        assertThat(LiveArrays.count(decoder)).isEqualTo(before);
        assertThat(ended).isGreaterThan(2);
    }

    /** Runs requests, some of whose rows are ended early. Returns how many. */
    private static int check(List<Request> requests, LoopOptions options, Random random) {
        List<List<Integer>> expected = new ArrayList<>();
        Set<Integer> sliding = new HashSet<>();
        for (Request each : requests) {
            for (List<Integer> row : alone(each)) {
                if (each.decoding().keep() > 0) {
                    sliding.add(expected.size());
                }
                expected.add(row);
            }
        }
        List<List<Integer>> found = new ArrayList<>();
        expected.forEach(row -> found.add(new ArrayList<>()));
        Set<Integer> last = new HashSet<>();
        Set<Integer> stopped = new HashSet<>();
        Set<Integer> running = new HashSet<>();
        try (TokenLoop loop = new TokenLoop(decoder, requests.iterator(), options)) {
            while (loop.hasNext()) {
                List<SampledToken> tokens = loop.next();
                assertThat(tokens).isNotEmpty();
                // No row pauses while prompts join, but for those that begin again.
                running.removeAll(sliding);
                assertThat(tokens.stream().map(SampledToken::row)).containsAll(running);
                for (SampledToken token : tokens) {
                    assertThat(token.failure()).isNull();
                    assertThat(last).doesNotContain(token.row());
                    assertThat(stopped).doesNotContain(token.row());
                    found.get(token.row()).add(token.id());
                    running.add(token.row());
                    if (token.last()) {
                        last.add(token.row());
                    }
                }
                running.removeAll(last);
                assertThat(running).hasSizeLessThanOrEqualTo(options.places());
                // Any row: one that runs, joins, waits or is not known yet.
                int row = random.nextInt(expected.size());
                if (random.nextInt(8) == 0 && !last.contains(row)) {
                    loop.end(row);
                    running.remove(row);
                    if (!found.get(row).isEmpty()) {
                        stopped.add(row);
                    }
                }
            }
        }
        int ended = 0;
        for (int row = 0; row < expected.size(); row++) {
            List<Integer> all = expected.get(row);
            assertThat(found.get(row))
                    .as("row " + row)
                    .isEqualTo(
                            last.contains(row)
                                    ? all
                                    : all.subList(0, found.get(row).size()));
            ended += last.contains(row) ? 0 : 1;
        }
        return ended;
    }

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

    /** Most of them begin as one of two texts; some go on beyond the context. */
    private static List<Request> requests(Random random) {
        int[][] texts = {ids(random, 80), ids(random, 70)};
        List<Request> requests = new ArrayList<>();
        for (int n = 2 + random.nextInt(9); n > 0; n--) {
            int[] text = texts[random.nextInt(2)];
            int[] prompt = Arrays.copyOf(text, 30 + random.nextInt(41));
            int changed = prompt.length - random.nextInt(20);
            for (int i = changed; i < prompt.length; i++) {
                prompt[i] = random.nextInt(VOCABULARY);
            }
            if (random.nextInt(4) == 0) {
                prompt = ids(random, 1 + random.nextInt(40));
            }
            boolean slides = random.nextInt(5) == 0;
            int keep = slides ? 40 + random.nextInt(60) : 0;
            int limit = slides ? POSITIONS : 1 + random.nextInt(30);
            Decoding decoding = new Decoding(sampler(random), List.of(), null, 0, List.of(5), keep);
            requests.add(new Request(prompt, 1 + random.nextInt(3), limit, random.nextLong(), decoding));
        }
        return requests;
    }

    private static int[] ids(Random random, int count) {
        return random.ints(count, 0, VOCABULARY).toArray();
    }

    private static Sampler sampler(Random random) {
        return random.nextBoolean() ? new Greedy() : new Multinomial(List.of(new Temperature(0.8), new TopK(7)));
    }

    /** Seven prompts that begin alike: the beginning is computed for the first of them only. */
    @Test
    void promptsOfOneBatchShareTheirBeginning() {
        Random random = new Random(3);
        int[] text = ids(random, 100);
        List<Request> requests = new ArrayList<>();
        for (int i = 0; i < 7; i++) {
            int[] prompt = text.clone();
            prompt[99] = i;
            requests.add(new Request(prompt, 1, 5, 1, Decoding.plain(new Greedy())));
        }
        try (TokenLoop loop = new TokenLoop(decoder, requests.iterator(), new LoopOptions(7))) {
            while (loop.hasNext()) {
                loop.next();
            }
            assertThat(loop.statistics().promptTokens()).isEqualTo(100 + 6);
        }
    }

    /** A long prompt takes one step for each piece, and the running row gets a token at each step. */
    @Test
    void longPromptsJoinInPieces() {
        Random random = new Random(4);
        List<Request> requests = new ArrayList<>();
        requests.add(new Request(ids(random, 2), 1, 60, 1, Decoding.plain(new Greedy())));
        for (int i = 0; i < 3; i++) {
            requests.add(new Request(ids(random, 20), 1, 1, 1, Decoding.plain(new Greedy())));
        }
        LoopOptions options = new LoopOptions(4).withPrefillChunk(10);
        Deque<Request> queue = new ArrayDeque<>(requests.subList(0, 1));
        Iterator<Request> arriving = new Iterator<>() {
            @Override
            public boolean hasNext() {
                return !queue.isEmpty();
            }

            @Override
            public Request next() {
                return queue.remove();
            }
        };
        try (TokenLoop loop = new TokenLoop(decoder, arriving, options)) {
            int before = 0;
            List<Integer> ends = new ArrayList<>();
            for (int step = 0; loop.hasNext(); step++) {
                if (step == 1) {
                    queue.addAll(requests.subList(1, 4));
                }
                for (SampledToken token : loop.next()) {
                    if (token.row() > 0) {
                        ends.add(step);
                    }
                }
                int now = loop.statistics().promptTokens();
                assertThat(now - before).isLessThanOrEqualTo(10);
                before = now;
            }
            assertThat(before).isEqualTo(62);
            // Ten tokens, then one after the other: the more there are, the longer does one take.
            assertThat(ends).containsExactly(11, 22, 33);
        }
    }
}
