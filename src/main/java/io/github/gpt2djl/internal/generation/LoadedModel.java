package io.github.gpt2djl.internal.generation;

import io.github.gpt2djl.DeviceChoice;
import io.github.gpt2djl.GenerationConfig;
import io.github.gpt2djl.GenerationConfigBuilder;
import io.github.gpt2djl.GenerationRequest;
import io.github.gpt2djl.InvalidOptionException;
import io.github.gpt2djl.LoadOptions;
import io.github.gpt2djl.ModelConfig;
import io.github.gpt2djl.NamedOption;
import io.github.gpt2djl.Precision;
import io.github.gpt2djl.Prompt;
import io.github.gpt2djl.checkpoint.Checkpoint;
import io.github.gpt2djl.internal.config.ConfigMerge;
import io.github.gpt2djl.internal.config.ModelDefaults;
import io.github.gpt2djl.internal.decoder.Decoder;
import io.github.gpt2djl.internal.loop.PrefixCache;
import io.github.gpt2djl.internal.loop.Prefixes;
import io.github.gpt2djl.internal.machine.DjlSettings;
import io.github.gpt2djl.tokenizer.Detokenizer;
import io.github.gpt2djl.tokenizer.Tokenizer;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The parts of a loaded model, and the conversion of prompts to the model's ids.
 *
 * @param name the model's own name, or its folder
 * @param precision of its weights, never {@link Precision#AUTO}
 * @param tokenizer null if the checkpoint has none
 * @param cache of the beginnings of texts; null if there is none
 */
public record LoadedModel(
        String name,
        Precision precision,
        Decoder decoder,
        @Nullable Tokenizer tokenizer,
        ModelDefaults defaults,
        @Nullable PrefixCache cache)
        implements AutoCloseable {
    /** Names the prompt in messages. */
    public static final NamedOption PROMPT = NamedOption.of("prompt");

    static {
        // Before any class of DJL is touched: its static initialisers report usage over the network.
        DjlSettings.prepare();
    }

    /** Loads a model from an open checkpoint, and closes the checkpoint. */
    public static LoadedModel load(Checkpoint checkpoint, LoadOptions options) throws IOException {
        Tokenizer tokenizer = null;
        try (checkpoint) {
            ModelDefaults defaults = ModelDefaults.read(checkpoint.name(), checkpoint.settings(), checkpoint.config());
            if (checkpoint.tokenizer() != null) {
                ModelConfig config = checkpoint.config();
                tokenizer = Tokenizer.load(
                        checkpoint.tokenizer(), config.architecture(), config.vocabularySize(), options.trustedFiles());
            }
            Decoder decoder = Decoder.load(checkpoint, options.precision(), options.device(), options.threads());
            Precision precision = options.precision().resolved(decoder.device());
            long bytes = options.prefixCacheBytes();
            PrefixCache cache = bytes == 0 ? null : new PrefixCache(decoder.bytesPerToken(), bytes);
            return new LoadedModel(checkpoint.name(), precision, decoder, tokenizer, defaults, cache);
        } catch (IOException | RuntimeException e) {
            if (tokenizer != null) {
                tokenizer.close();
            }
            throw e;
        }
    }

    /** The texts whose beginnings are known. */
    public Prefixes prefixes() {
        return cache == null ? Prefixes.NONE : cache;
    }

    public ModelConfig config() {
        return decoder.config();
    }

    public DeviceChoice device() {
        return decoder.device();
    }

    /** Returns the tokenizer. Throws if the model has none. */
    public Tokenizer requireTokenizer() {
        if (tokenizer == null) {
            throw new IllegalStateException(name
                    + " has no tokenizer, which text needs: found none of " + String.join(", ", Checkpoint.VOCABULARIES)
                    + "; add its files (the command download fetches them with a model of the Hub), or use ids");
        }
        return tokenizer;
    }

    /** Makes a detokenizer for the ids after {@code before}; null without a tokenizer. */
    public @Nullable Detokenizer detokenizer(boolean skipSpecialTokens, int... before) {
        return tokenizer == null ? null : tokenizer.detokenizer(skipSpecialTokens, before);
    }

    /** The ids of a prompt. Rejects a text with an id that the model does not have. */
    public int[] ids(Prompt prompt, boolean splitSpecialTokens) {
        return known(prompt, encode(prompt, splitSpecialTokens, true));
    }

    /** The ids of a prompt that goes on from another prompt. Its text gets no special tokens in front. */
    public int[] idsBehind(Prompt prompt) {
        return known(prompt, encode(prompt, false, false));
    }

    private int[] known(Prompt prompt, int[] ids) {
        int rows = config().vocabularySize();
        for (int id : ids) {
            if (prompt.text() != null && id >= rows) {
                throw new IllegalArgumentException("the text has the token \""
                        + requireTokenizer().decode(new int[] {id}, false)
                        + "\" of id " + id + ", but the model's embedding has " + rows + " rows, for the ids 0 to "
                        + (rows - 1) + "; leave it out, or take a model whose embedding was resized for it");
            }
        }
        return ids;
    }

    /** The ids of a prompt. The ids of a text may lie beyond the model's embedding. */
    public int[] encode(Prompt prompt, boolean splitSpecialTokens, boolean addSpecialTokens) {
        if (prompt.ids() != null) {
            return prompt.ids().stream().mapToInt(Integer::intValue).toArray();
        }
        String text = prompt.text() == null ? "" : prompt.text();
        boolean nothing = text.isEmpty() && tokenizer == null;
        return nothing ? new int[0] : requireTokenizer().encode(text, splitSpecialTokens, addSpecialTokens);
    }

    /**
     * The ids of a text that has to fit into the context.
     *
     * @param option that gives the text
     */
    public int[] fittingIds(Prompt text, NamedOption option) {
        checkFits(text, option, "the text");
        int[] ids = ids(text, false);
        if (ids.length > config().positions()) {
            throw tooLong(option, ids.length, "the text has " + ids.length);
        }
        return ids;
    }

    /**
     * Rejects a text that cannot fit into the context, before it is encoded.
     *
     * @param option that gives the text
     * @param what names the text in the message
     * @param advice what else could be done
     */
    void checkFits(Prompt prompt, NamedOption option, String what, Object... advice) {
        int least = prompt.text() == null || tokenizer == null ? 0 : tokenizer.minTokenCount(prompt.text());
        if (least > config().positions()) {
            throw tooLong(option, least, what + " has at least " + least, advice);
        }
    }

    /** Makes the exception for a text that does not fit into the context. */
    InvalidOptionException tooLong(NamedOption option, int ids, String problem, Object... advice) {
        List<Object> all = new ArrayList<>(List.of("shorten it"));
        all.addAll(List.of(advice));
        return InvalidOptionException.of(option, ids, problem, " ids")
                .expecting("at most ", config().positions(), ", the model's context")
                .withAdvice(all.toArray());
    }

    /** The id that a text starts from if it has no ids of its own. */
    public int bos() {
        if (defaults.bosId() < 0) {
            throw InvalidOptionException.of(PROMPT, "", "the prompt is empty")
                    .expecting("at least one id: config.json has no bos_token_id within the vocabulary to start from");
        }
        return defaults.bosId();
    }

    /** The config that a generation follows: the options that have been set, then the model's own defaults. */
    public GenerationConfig withDefaults(GenerationConfigBuilder asked) {
        return ConfigMerge.merge(asked, defaults);
    }

    /** Adds the model's own defaults to a config. */
    public GenerationConfig whole(GenerationConfig config) {
        return defaults.isEmpty() ? config : withDefaults(config.toBuilder());
    }

    /** Adds the model's own defaults to a request. */
    public GenerationRequest whole(GenerationRequest request) {
        return new GenerationRequest(request.prompt(), whole(request.config()));
    }

    public static List<Integer> boxed(int[] ids) {
        return Arrays.stream(ids).boxed().toList();
    }

    @Override
    public void close() {
        if (tokenizer != null) {
            tokenizer.close();
        }
        if (cache != null) {
            cache.close();
        }
        decoder.close();
    }
}
