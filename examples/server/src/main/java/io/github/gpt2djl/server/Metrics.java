package io.github.gpt2djl.server;

import io.github.gpt2djl.ContinuousBatch;
import io.github.gpt2djl.Gpt2;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** What {@code /metrics} tells of. */
final class Metrics implements AutoCloseable {
    private static final Duration[] BOUNDS = {
        Duration.ofMillis(10), Duration.ofMillis(30), Duration.ofMillis(100), Duration.ofMillis(300),
        Duration.ofSeconds(1), Duration.ofSeconds(3), Duration.ofSeconds(10), Duration.ofSeconds(30)
    };

    private final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final JvmGcMetrics collections = new JvmGcMetrics();
    private final Timer request = timer("gpt2.request", "From a request's arrival to the end of its answer");
    private final Timer firstToken = timer("gpt2.time.to.first.token", "From a request's arrival to its first token");
    private final Counter promptTokens =
            Counter.builder("gpt2.prompt.tokens").description("Ids of prompts").register(registry);
    private final Counter newTokens =
            Counter.builder("gpt2.generated.tokens").description("New ids").register(registry);

    Metrics(ContinuousBatch batch, Gpt2 gpt2) {
        Gauge.builder("gpt2.requests.waiting", batch, ContinuousBatch::waiting)
                .description("Requests that wait for a place in the batch")
                .register(registry);
        Gauge.builder("gpt2.sequences.running", batch, ContinuousBatch::running)
                .description("Sequences in the batch")
                .register(registry);
        FunctionCounter.builder(
                        "gpt2.prefix.cache.hits",
                        gpt2,
                        model -> model.prefixCache().hits())
                .description("Prompts whose beginning was known")
                .register(registry);
        FunctionCounter.builder(
                        "gpt2.prefix.cache.misses",
                        gpt2,
                        model -> model.prefixCache().misses())
                .description("Prompts whose beginning was not known")
                .register(registry);
        FunctionCounter.builder(
                        "gpt2.prefix.cache.tokens.saved",
                        gpt2,
                        model -> model.prefixCache().tokensSaved())
                .description("Ids of prompts that did not have to be computed")
                .register(registry);
        Gauge.builder(
                        "gpt2.prefix.cache.bytes",
                        gpt2,
                        model -> model.prefixCache().bytes())
                .description("Bytes of keys and values that are kept of earlier prompts")
                .register(registry);
        new JvmMemoryMetrics().bindTo(registry);
        new ProcessorMetrics().bindTo(registry);
        collections.bindTo(registry);
    }

    private Timer timer(String name, String description) {
        return Timer.builder(name)
                .description(description)
                .serviceLevelObjectives(BOUNDS)
                .register(registry);
    }

    void firstToken(long nanos) {
        firstToken.record(Duration.ofNanos(nanos));
    }

    void newToken() {
        newTokens.increment();
    }

    void promptTokens(int count) {
        promptTokens.increment(count);
    }

    /** A request has ended, 499 if its client has left. */
    void ended(int status, long nanos) {
        registry.counter("gpt2.requests", "status", String.valueOf(status)).increment();
        if (status == 200) {
            request.record(Duration.ofNanos(nanos));
        }
    }

    /** Seconds that a request takes on average, for who has to wait; at least 1. */
    long secondsOfARequest() {
        return Math.max(1, Math.round(request.mean(TimeUnit.SECONDS)));
    }

    String text() {
        return registry.scrape();
    }

    @Override
    public void close() {
        collections.close();
        registry.close();
    }
}
