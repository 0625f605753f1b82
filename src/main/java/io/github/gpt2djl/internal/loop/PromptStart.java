package io.github.gpt2djl.internal.loop;

import io.github.gpt2djl.internal.decoder.JoiningRow;
import io.github.gpt2djl.internal.decoder.RunningBatch;
import java.util.Arrays;
import java.util.List;

/**
 * Computes the only prompt of a batch, but for the beginning that is known.
 *
 * <pre>{@code
 * try (RunningBatch batch = decoder.batch(1)) {
 *     PromptStart.join(batch, new int[] {20, 30, 40}, 10, Prefixes.NONE);
 *     System.out.println(batch.rows()); // 1
 * }
 * }</pre>
 */
public final class PromptStart {
    private PromptStart() {}

    /**
     * Runs a prompt through the model, and remembers the prompt.
     *
     * @param batch without rows
     * @param ids at least one, in range
     * @param room minimum number of tokens that the row has room for
     * @param prefixes the texts whose beginnings are known
     */
    public static void join(RunningBatch batch, int[] ids, int room, Prefixes prefixes) {
        try (KnownPrefix known = prefixes.longest(ids)) {
            if (known == null) {
                batch.join(List.of(ids), 1, room);
            } else {
                JoiningRow row = batch.begin(1, Math.max(room, ids.length));
                row.restore(known.prefix(), known.tokens());
                row.append(Arrays.copyOfRange(ids, known.tokens(), ids.length));
                row.run();
            }
        }
        prefixes.add(batch, 0, ids);
    }
}
