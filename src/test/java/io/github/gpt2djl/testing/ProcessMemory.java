package io.github.gpt2djl.testing;

import java.io.IOException;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.lang.ref.Cleaner;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** What this process holds outside the heap. */
public final class ProcessMemory {
    private static final Cleaner CLEANER = Cleaner.create();

    private ProcessMemory() {}

    /** Bytes of direct buffers. */
    public static long directBuffers() {
        return ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class).stream()
                .filter(pool -> pool.getName().equals("direct"))
                .mapToLong(BufferPoolMXBean::getMemoryUsed)
                .sum();
    }

    /**
     * Collects garbage and waits until what was found has been freed: direct buffers are freed by the JVM's reference
     * handler, after the collection. That takes one batch after the other; when it has handled an object of a second
     * collection, all of the first one's are done.
     */
    public static void collect() throws InterruptedException {
        for (int i = 0; i < 2; i++) {
            CountDownLatch freed = new CountDownLatch(1);
            CLEANER.register(new Object(), freed::countDown);
            do {
                System.gc();
            } while (!freed.await(1, TimeUnit.SECONDS));
        }
    }

    /** Resident bytes (VmRSS); 0 where there is no /proc. */
    public static long resident() throws IOException {
        Path status = Path.of("/proc/self/status");
        if (!Files.exists(status)) {
            return 0;
        }
        return Files.readAllLines(status).stream()
                .filter(line -> line.startsWith("VmRSS:"))
                .mapToLong(line -> 1024 * Long.parseLong(line.split("\\s+")[1]))
                .sum();
    }
}
