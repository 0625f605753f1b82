package io.github.gpt2djl.internal.loop;

import io.github.gpt2djl.internal.decoder.Decoder;
import io.github.gpt2djl.internal.decoder.RunningBatch;
import java.util.Arrays;
import java.util.List;

/**
 * The token loop without anything that makes it fast for many prompts: one prompt, one token after another. Read this
 * first; {@link TokenLoop} gives the same ids.
 *
 * <pre>{@code
 * int[] ids = PlainTokenLoop.generate(decoder, new Request(new int[] {20, 30, 40}, 1, 5, 0, Decoding.plain(new Greedy())));
 * System.out.println(ids.length); // 5
 * }</pre>
 */
public final class PlainTokenLoop {
    private PlainTokenLoop() {}

    /**
     * Generates one sequence.
     *
     * @param decoder the model
     * @param request a prompt and a limit that fit into the model's context together; only the first copy is made
     * @return the new ids, at least one: up to the limit, or to the first id that ends a text
     */
    public static int[] generate(Decoder decoder, Request request) {
        int[] prompt = request.prompt();
        int[] ids = Arrays.copyOf(prompt, prompt.length + request.limit());
        int length = prompt.length;
        try (RunningBatch batch = decoder.batch(1)) {
            // Prefill: the whole prompt in one call, which leaves its keys and values in the batch: the KV cache.
            batch.join(List.of(prompt), 1, request.room(decoder.positions()));
            while (true) {
                // The logits of the last position tell what may come next; the sampler chooses one id.
                int id = request.choose(batch.logits(0), ids, length, 0);
                ids[length++] = id;
                if (length == ids.length || request.decoding().eosIds().contains(id)) {
                    return Arrays.copyOfRange(ids, prompt.length, length);
                }
                // Decode: the chosen id alone, which sees the others through their keys and values.
                batch.step(new int[] {id});
            }
        }
    }
}
