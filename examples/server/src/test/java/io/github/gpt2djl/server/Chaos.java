package io.github.gpt2djl.server;

import java.io.IOException;
import java.net.Socket;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Honest clients beside all attacks at once, against a server on this machine; not a test, which would not measure time.
 * The honest ones' texts are compared with those before the attacks: with FP32 they are equal.
 *
 * <p>Arguments: port, honest clients, seconds, and {@code attack} or {@code quiet}. Needs Linux.
 */
final class Chaos {
    private static final int PROMPTS = 8;

    private final RawClient honest;
    private final RawClient stranger;
    private final long end;
    private final List<String> expected = new ArrayList<>();
    private final Map<String, AtomicLong> answers = new ConcurrentSkipListMap<>();
    private final Queue<Long> nanos = new ConcurrentLinkedQueue<>();

    private Chaos(int port, int seconds) throws IOException {
        honest = new RawClient(port, "127.0.0.1");
        stranger = new RawClient(port, "127.0.0.2");
        for (int prompt = 0; prompt < PROMPTS; prompt++) {
            expected.add(text(honest.complete(json(prompt))));
        }
        end = System.nanoTime() + seconds * 1_000_000_000L;
    }

    /** Runs it, and prints how the honest clients fared. */
    public static void main(String[] a) throws Exception {
        Chaos chaos = new Chaos(Integer.parseInt(a[0]), Integer.parseInt(a[2]));
        List<Thread> threads = new ArrayList<>();
        for (int client = 0; client < Integer.parseInt(a[1]); client++) {
            int first = client;
            threads.add(new Thread(() -> chaos.ask(first)));
        }
        if (a[3].equals("attack")) {
            chaos.attacks().forEach(attack -> threads.add(new Thread(() -> chaos.repeat(attack))));
        }
        threads.forEach(Thread::start);
        for (Thread thread : threads) {
            thread.join();
        }
        long[] times = chaos.nanos.stream().mapToLong(Long::longValue).sorted().toArray();
        System.out.printf(
                Locale.ROOT,
                "honest: %s; median %.2f s, p99 %.2f s, longest %.2f s%n",
                chaos.answers,
                times[times.length / 2] / 1e9,
                times[times.length * 99 / 100] / 1e9,
                times[times.length - 1] / 1e9);
    }

    private static String json(int prompt) {
        return "{\"prompt\":\"" + "ROMEO ".repeat(1 + prompt) + "\",\"max_tokens\":" + (8 + prompt)
                + ",\"temperature\":0}";
    }

    private static String text(String answer) {
        int at = answer.indexOf("\"text\":");
        return at < 0 ? answer.lines().findFirst().orElse("closed") : answer.substring(at, answer.indexOf("}]", at));
    }

    private void ask(int first) {
        for (int i = first; System.nanoTime() < end; i++) {
            long start = System.nanoTime();
            String found;
            try {
                found = text(honest.complete(json(i % PROMPTS)));
            } catch (IOException e) {
                found = e.toString();
            }
            nanos.add(System.nanoTime() - start);
            boolean right = found.equals(expected.get(i % PROMPTS));
            String kind = right ? "right" : found.startsWith("\"text\"") ? "wrong" : found;
            answers.computeIfAbsent(kind, none -> new AtomicLong()).incrementAndGet();
        }
    }

    /** An attack is done again and again until the end; a refusal is what it is for. */
    private interface Attack {
        void run() throws IOException, InterruptedException;
    }

    private void repeat(Attack attack) {
        while (System.nanoTime() < end) {
            try {
                attack.run();
                Thread.sleep(50);
            } catch (IOException e) {
                // The server has closed the connection.
            } catch (InterruptedException e) {
                return;
            }
        }
    }

    private List<Attack> attacks() {
        String prompts = String.join(",", Collections.nCopies(64, "\"ROMEO:\""));
        String ids = "[" + String.join(",", Collections.nCopies(250, "5")) + "]";
        String scored = "{\"prompt\":[" + String.join(",", Collections.nCopies(16, ids))
                + "],\"echo\":true,\"logprobs\":5,\"max_tokens\":0}";
        String words = String.join(",", Collections.nCopies(20_000, "[1,2]"));
        return Arrays.asList(
                () -> unfinished(200, 99_000),
                () -> unfinished(50, 900_000),
                this::slow,
                () -> leave("{\"prompt\":[" + prompts + "],\"n\":16,\"max_tokens\":200}", 2000),
                () -> leave(scored, 300),
                () -> leave("{\"prompt\":" + ids + ",\"context_policy\":\"slide:128\",\"max_tokens\":250}", 5000),
                () -> stranger.complete("{\"trace\":2048,\"n\":15}"),
                () -> stranger.complete("{\"trace\":20,\"n\":15,\"max_tokens\":100}"),
                () -> stranger.complete("{\"bad_words_ids\":[" + words + "]}"),
                () -> stranger.complete("{\"prompt\":\"" + "a b ".repeat(20_000) + "\"}"));
    }

    private void unfinished(int connections, int length) throws IOException, InterruptedException {
        List<Socket> sockets = new ArrayList<>();
        try {
            for (int i = 0; i < connections; i++) {
                sockets.add(stranger.begin(length, "{\"prompt\":\"" + "a".repeat(length - 100)));
            }
            Thread.sleep(2000);
        } finally {
            for (Socket socket : sockets) {
                socket.close();
            }
        }
    }

    private void slow() throws IOException, InterruptedException {
        try (Socket socket = stranger.begin(1000, "{")) {
            for (int i = 0; i < 100; i++) {
                RawClient.send(socket, " ");
                Thread.sleep(500);
            }
        }
    }

    private void leave(String json, long millis) throws IOException, InterruptedException {
        Socket socket = stranger.begin(json.length(), json);
        Thread.sleep(millis);
        socket.close();
    }
}
