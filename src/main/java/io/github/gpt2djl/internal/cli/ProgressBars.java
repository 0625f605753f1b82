package io.github.gpt2djl.internal.cli;

import io.github.gpt2djl.DownloadProgress;
import io.github.gpt2djl.ModelSource;
import java.io.PrintStream;
import java.time.Duration;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;
import org.jspecify.annotations.Nullable;

/** Draws a bar with rate and time left for each file on a terminal; elsewhere prints one line per file. */
final class ProgressBars implements DownloadProgress, AutoCloseable {
    /** A smaller file, in bytes, arrives before a bar could be read. */
    private static final long SMALL = 1_000_000;

    private final PrintStream err;
    private final boolean terminal;
    private @Nullable ProgressBar bar;

    ProgressBars(PrintStream err) {
        this(err, Terminals.is(Terminals.ERR));
    }

    ProgressBars(PrintStream err, boolean terminal) {
        this.err = err;
        this.terminal = terminal;
    }

    /** Returns the source of a command's model: with the option --download also the Hub, with these bars. */
    ModelSource source(boolean download) {
        return download ? ModelSource.download(this) : ModelSource.local();
    }

    @Override
    public void started(String file, long done, long total) {
        close();
        if (!terminal || (total >= 0 && total < SMALL)) {
            String size = total < 0 ? "" : ", " + size(total);
            err.println(file + size + (done > 0 && done < total ? ", of which " + size(done) + " are here" : ""));
            return;
        }
        bar = new ProgressBarBuilder()
                .setTaskName(file)
                .setInitialMax(total)
                .setUnit(" MB", 1_000_000)
                .setStyle(ProgressBarStyle.ASCII)
                .setUpdateIntervalMillis(200)
                .startsFrom(done, Duration.ZERO)
                .showSpeed()
                .setConsumer(new ConsoleProgressBarConsumer(err))
                .build();
    }

    @Override
    public void advanced(String file, long done) {
        if (bar != null) {
            bar.stepTo(done);
        }
    }

    @Override
    public void finished(String file) {
        close();
    }

    @Override
    public void note(String message) {
        close();
        err.println(message);
    }

    @Override
    public void close() {
        if (bar != null) {
            bar.close();
            bar = null;
        }
    }

    private static String size(long bytes) {
        return bytes < SMALL ? bytes + " bytes" : Math.round(bytes / 1e6) + " MB";
    }
}
