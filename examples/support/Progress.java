package support;

import java.util.Collection;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;

/** A bar on stderr for what takes more than two seconds. */
public final class Progress {
    private Progress() {}

    /** The same items; on a terminal a bar moves on with each. */
    public static <T> Iterable<T> over(String what, Collection<T> items) {
        if (System.console() == null) {
            return items;
        }
        return ProgressBar.wrap(
                items,
                new ProgressBarBuilder()
                        .setTaskName(what)
                        .setStyle(ProgressBarStyle.ASCII)
                        .clearDisplayOnFinish()
                        .setUpdateIntervalMillis(200));
    }
}
