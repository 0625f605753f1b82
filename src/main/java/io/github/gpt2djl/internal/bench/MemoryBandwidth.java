package io.github.gpt2djl.internal.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalDouble;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Measures the speed of sequential reads from memory. The minimum time of a token is the bytes of the weights, divided
 * by this speed.
 */
final class MemoryBandwidth {
    private static final int PASSES = 5;
    private static final long LEAST = 256 << 20;

    private MemoryBandwidth() {}

    /**
     * The best of several plain reads of a buffer three times the last-level cache, in GB/s (10<sup>9</sup> bytes).
     *
     * @param threads that read at once
     * @return empty if the heap has no room for the buffer
     */
    static OptionalDouble measure(int threads) {
        long bytes = Math.max(LEAST, 3 * lastLevelCache());
        // One array per thread, filled by that thread, so that the array's pages are near the thread.
        int longs = (int) Math.min(bytes / 8 / threads, Integer.MAX_VALUE - 8);
        ExecutorService executor = Executors.newFixedThreadPool(threads);
        try {
            List<long[]> parts = all(executor, threads, i -> {
                long[] part = new long[longs];
                Arrays.fill(part, i);
                return part;
            });
            double best = 0;
            for (int pass = 0; pass < PASSES; pass++) {
                long start = System.nanoTime();
                all(executor, threads, i -> sum(parts.get(i)));
                best = Math.max(best, 8.0 * longs * threads / (System.nanoTime() - start));
            }
            return OptionalDouble.of(best);
        } catch (OutOfMemoryError e) {
            return OptionalDouble.empty();
        } finally {
            executor.shutdown();
        }
    }

    /** Work of one of several threads. */
    private interface Work<T> {
        T run(int thread);
    }

    private static <T> List<T> all(ExecutorService executor, int threads, Work<T> work) {
        List<Future<T>> futures = new ArrayList<>();
        for (int i = 0; i < threads; i++) {
            int thread = i;
            futures.add(executor.submit(() -> work.run(thread)));
        }
        List<T> results = new ArrayList<>();
        try {
            for (Future<T> future : futures) {
                results.add(future.get());
            }
            return results;
        } catch (ExecutionException e) {
            if (e.getCause() instanceof OutOfMemoryError error) {
                throw error;
            }
            throw new IllegalStateException(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("the measurement was interrupted", e);
        }
    }

    /** Sums from eight places at once: the processor's prefetcher follows several streams best. */
    private static long sum(long[] x) {
        int eighth = x.length / 8;
        long a = 0;
        long b = 0;
        long c = 0;
        long d = 0;
        for (int i = 0; i < eighth; i++) {
            a += x[i] + x[i + eighth];
            b += x[i + 2 * eighth] + x[i + 3 * eighth];
            c += x[i + 4 * eighth] + x[i + 5 * eighth];
            d += x[i + 6 * eighth] + x[i + 7 * eighth];
        }
        return a + b + c + d;
    }

    /** The size of the last-level cache in bytes; 0 if Linux does not tell. */
    private static long lastLevelCache() {
        try {
            String size = Files.readString(Path.of("/sys/devices/system/cpu/cpu0/cache/index3/size"))
                    .strip();
            return size.matches("\\d{1,9}K") ? 1024 * Long.parseLong(size.substring(0, size.length() - 1)) : 0;
        } catch (IOException e) {
            return 0;
        }
    }
}
