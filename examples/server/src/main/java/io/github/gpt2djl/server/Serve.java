package io.github.gpt2djl.server;

import io.github.gpt2djl.ContinuousBatch;
import io.github.gpt2djl.DeviceChoice;
import io.github.gpt2djl.Gpt2;
import io.github.gpt2djl.LoadOptions;
import io.github.gpt2djl.ModelSource;
import io.github.gpt2djl.Precision;
import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Serves a model until the process is asked to end. */
@Command(
        name = "serve",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = "GPT-2 behind OpenAI's API for completions, with a page for people at /.")
public final class Serve implements Callable<Integer> {
    @Option(
            names = "--model",
            defaultValue = "shakespeare",
            description = "A name, org/name, org/name@revision or a folder. Default: shakespeare.")
    private String model;

    @Option(names = "--download", description = "Fetch the model if it is not on this machine.")
    private boolean download;

    @Option(
            names = "--precision",
            defaultValue = "auto",
            description = "fp32, fp16, bf16, mixed, int8, int4 or auto. Default: auto, which is fp32 on a CPU.")
    private Precision precision;

    @Option(
            names = "--device",
            defaultValue = "auto",
            description = "auto, cpu, gpu or gpu:1. Default: auto, a CUDA GPU if PyTorch can compute on one.")
    private DeviceChoice device;

    @Option(names = "--threads", defaultValue = "0", description = "Threads of one operation. Default: one a core.")
    private int threads;

    @Option(
            names = "--trust-files",
            description = "Run regular expressions of the model's tokenizer that no published model has. Such an"
                    + " expression may never come to an end.")
    private boolean trustFiles;

    @Option(
            names = "--host",
            defaultValue = "127.0.0.1",
            description = "Where to listen. Default: 127.0.0.1, for this machine only.")
    private String host;

    @Option(names = "--port", defaultValue = "8080", description = "Default: 8080; 0: a free one.")
    private int port;

    @Option(names = "--batch-size", defaultValue = "16", description = "Sequences that run at once. Default: 16.")
    private int batchSize;

    @Option(
            names = "--queue",
            defaultValue = "64",
            description = "Requests that may wait; more get status 429. Default: 64.")
    private int queue;

    @Option(
            names = "--max-tokens",
            defaultValue = "1024",
            description = "The most new tokens of a sequence. Default: 1024.")
    private int maxTokens;

    @Option(
            names = "--max-bytes",
            defaultValue = "0",
            description = "The largest request in bytes. Default: 256 for each token of the model's context, at least"
                    + " 100000.")
    private int maxBytes;

    @Option(
            names = "--timeout",
            defaultValue = "120",
            description = "Seconds for a request, waiting included. Default: 120.")
    private int timeout;

    @Option(
            names = "--drain",
            defaultValue = "30",
            description = "Seconds to finish what runs when the process is asked to end. Default: 30.")
    private int drain;

    @Option(
            names = "--prefix-cache",
            paramLabel = "MB",
            defaultValue = "512",
            description = "Megabytes for the keys and values of earlier prompts: a prompt that begins as one of them"
                    + " gets its first token sooner. 0: none. Default: 512.")
    private int prefixCache;

    @Option(
            names = "--prefill-chunk",
            defaultValue = "" + ContinuousBatch.DEFAULT_PREFILL_CHUNK,
            description =
                    "The most prompt tokens that are computed between two steps of running sequences. A smaller"
                            + " number gives more even steps, a larger one lets prompts join sooner. Default: ${DEFAULT-VALUE}.")
    private int prefillChunk;

    @Mixin
    private LimitOptions limits;

    @Mixin
    private AccessOptions accesses;

    /** Runs the command. */
    public static void main(String[] arguments) {
        CommandLine command = new CommandLine(new Serve())
                .setCaseInsensitiveEnumValuesAllowed(true)
                .registerConverter(DeviceChoice.class, Serve::device)
                .setExecutionExceptionHandler((e, line, parsed) -> {
                    line.getErr().println("serve: " + (e.getMessage() == null ? e : e.getMessage()));
                    return e instanceof IllegalArgumentException ? 2 : 1;
                });
        System.exit(command.execute(arguments));
    }

    private static DeviceChoice device(String text) {
        try {
            return DeviceChoice.parse(text);
        } catch (IllegalArgumentException e) {
            throw new CommandLine.TypeConversionException(e.getMessage());
        }
    }

    @Override
    public Integer call() throws Exception {
        check();
        Limits most = limits.limits(queue);
        Access access = accesses.access(model, host);
        ModelSource source = download ? ModelSource.download() : ModelSource.local();
        LoadOptions loading = new LoadOptions(precision, device, threads, source, trustFiles);
        Gpt2 gpt2 = Gpt2.load(model, loading.withPrefixCache(prefixCache * 1_000_000L));
        ServerOptions options = new ServerOptions(
                host,
                port,
                batchSize,
                queue,
                maxTokens,
                limits.bodyBytes(maxBytes, gpt2.config().positions()),
                Duration.ofSeconds(timeout),
                access,
                prefillChunk,
                most);
        Gpt2Server server;
        try {
            server = new Gpt2Server(gpt2, options);
        } catch (CompletionException e) {
            gpt2.close();
            if (e.getCause() instanceof BindException bind) {
                throw new IOException(
                        "cannot listen at " + host + ":" + port + ": " + bind.getMessage() + "; take another --port");
            }
            throw e;
        }
        if (access.keys().isEmpty() && !InetAddress.getByName(host).isLoopbackAddress()) {
            System.err.println("Anybody who reaches " + host + " can use this server: there is no --api-key-file.");
        }
        System.err.println(server.model() + " at http://" + host + ":" + server.port() + "/");
        Runtime.getRuntime().addShutdownHook(new Thread(() -> end(server), "serve-end"));
        new CountDownLatch(1).await();
        return 0;
    }

    private void end(Gpt2Server server) {
        if (!server.drain(Duration.ofSeconds(drain))) {
            System.err.println(server.unfinished() + " were not done after " + drain + " s and got no whole answer.");
        }
        server.close();
    }

    private void check() {
        atLeast("--batch-size", batchSize, 1);
        atLeast("--queue", queue, 1);
        atLeast("--max-tokens", maxTokens, 1);
        atLeast("--max-bytes", maxBytes == 0 ? 100 : maxBytes, 100);
        atLeast("--timeout", timeout, 1);
        atLeast("--drain", drain, 0);
        atLeast("--prefix-cache", prefixCache, 0);
        atLeast("--prefill-chunk", prefillChunk, 1);
        if (port < 0 || port > 65535) {
            throw new IllegalArgumentException("--port is " + port + ", expected 0 to 65535");
        }
    }

    static void atLeast(String option, int value, int least) {
        if (value < least) {
            throw new IllegalArgumentException(option + " is " + value + ", expected at least " + least);
        }
    }
}
