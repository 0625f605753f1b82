package io.github.gpt2djl;

import io.github.gpt2djl.generation.AssistantModel;
import io.github.gpt2djl.generation.DraftLoop;
import io.github.gpt2djl.generation.Loop;
import io.github.gpt2djl.generation.PromptLookup;
import io.github.gpt2djl.generation.TokenLoop;
import io.github.gpt2djl.generation.TokenLoop.Plan;
import io.github.gpt2djl.generation.TokenLoop.Sampled;
import io.github.gpt2djl.text.Detokenizer;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** One call of the facade on its way: the token loop, and each row's text and reason to end. */
final class Run implements AutoCloseable {
    /** As in transformers; the number follows how well it does. */
    private static final int ASSISTANT_TOKENS = 20;

    private static final SecureRandom SEEDS = new SecureRandom();

    private final Loop loop;
    private final OptionalLong seed;
    private final int eosId;
    private final List<Row> rows = new ArrayList<>();

    /** What one sequence has so far. */
    private static final class Row {
        final int[] prompt;
        final int asked;
        final @Nullable Detokenizer pieces;
        final List<Token> tokens = new ArrayList<>();

        Row(int[] prompt, int asked, @Nullable Detokenizer pieces) {
            this.prompt = prompt;
            this.asked = asked;
            this.pieces = pieces;
        }
    }

    private Run(
            Gpt2 gpt2, @Nullable Gpt2 assistant, List<int[]> prompts, List<Integer> asked, GenerationConfig config) {
        this.seed = config.doSample() && config.seed().isEmpty()
                // Non-negative and exact in JSON's doubles, so that it can be copied anywhere.
                ? OptionalLong.of(SEEDS.nextLong() >>> 11)
                : config.seed();
        int copies = config.numReturnSequences();
        List<Integer> limits = new ArrayList<>();
        for (int i = 0; i < prompts.size(); i++) {
            // The last token needs no position of its own: it is never fed back.
            int room = gpt2.config().positions() - prompts.get(i).length + 1;
            limits.add(Math.min(asked.get(i), room));
            for (int copy = 0; copy < copies; copy++) {
                Detokenizer pieces = gpt2.detokenizer(!config.splitSpecialTokens(), prompts.get(i));
                rows.add(new Row(prompts.get(i), asked.get(i), pieces));
            }
        }
        eosId = config.preset() == Preset.OPENAI ? -1 : gpt2.config().eosId();
        Plan plan = new Plan(prompts, copies, limits, config.sampler(), seed.orElse(0), eosId);
        if (assistant != null) {
            loop = new DraftLoop(
                    gpt2.decoder(),
                    plan,
                    new AssistantModel(assistant.decoder(), assistant.config().positions(), plan, ASSISTANT_TOKENS));
        } else if (config.promptLookupNumTokens() > 0) {
            loop = new DraftLoop(gpt2.decoder(), plan, new PromptLookup(config.promptLookupNumTokens()));
        } else {
            loop = new TokenLoop(gpt2.decoder(), plan);
        }
    }

    /** Encodes and checks the prompts; computes nothing yet. */
    static Run start(Gpt2 gpt2, List<Prompt> prompts, GenerationConfig config) {
        return start(gpt2, null, prompts, config);
    }

    /** The same with a smaller model that guesses, for one prompt. */
    static Run start(Gpt2 gpt2, @Nullable Gpt2 assistant, List<Prompt> prompts, GenerationConfig config) {
        if (prompts.isEmpty()) {
            throw new IllegalArgumentException("found no prompt, expected at least one");
        }
        if (config.promptLookupNumTokens() > 0 && prompts.size() > 1) {
            throw new IllegalArgumentException("found " + prompts.size() + " prompts and promptLookupNumTokens "
                    + config.promptLookupNumTokens() + ", expected one prompt for it");
        }
        int positions = gpt2.config().positions();
        List<int[]> ids = new ArrayList<>();
        List<Integer> asked = new ArrayList<>();
        for (Prompt prompt : prompts) {
            int[] found = gpt2.ids(prompt, config.splitSpecialTokens());
            if (found.length > positions) {
                throw new IllegalArgumentException("the prompt has " + found.length
                        + " ids, but the model's context is " + positions + "; shorten it");
            }
            asked.add(config.newTokens(found.length, positions));
            ids.add(found.length == 0 ? new int[] {bos(gpt2)} : found);
        }
        gpt2.decoder().check(ids);
        if (assistant != null) {
            checkAssistant(gpt2, assistant, config);
        }
        return new Run(gpt2, assistant, ids, asked, config);
    }

    private static void checkAssistant(Gpt2 gpt2, Gpt2 assistant, GenerationConfig config) {
        int size = gpt2.config().vocabularySize();
        if (assistant.config().vocabularySize() != size) {
            throw new IllegalArgumentException(
                    "the assistant has " + assistant.config().vocabularySize() + " tokens and the model " + size
                            + ", expected the same vocabulary");
        }
        if (config.promptLookupNumTokens() > 0) {
            throw new IllegalArgumentException(
                    "found an assistant and promptLookupNumTokens, expected only one of them");
        }
    }

    private static int bos(Gpt2 gpt2) {
        if (gpt2.config().bosId() < 0) {
            throw new IllegalArgumentException("the prompt is empty, and config.json has no bos_token_id within the"
                    + " vocabulary to start from; expected at least one id");
        }
        return gpt2.config().bosId();
    }

    /** All rows, run to their end. */
    List<Generation> finish() {
        try (this) {
            while (loop.hasNext()) {
                for (Sampled sampled : loop.next()) {
                    token(sampled);
                }
            }
        }
        return rows.stream().map(this::generation).toList();
    }

    /** The tokens of a run of one row, computed one by one. */
    Iterator<Token> singleRow() {
        return new Iterator<>() {
            @Override
            public boolean hasNext() {
                return loop.hasNext();
            }

            @Override
            public Token next() {
                return token(loop.next().get(0));
            }
        };
    }

    @Override
    public void close() {
        loop.close();
    }

    private Token token(Sampled sampled) {
        Row row = rows.get(sampled.row());
        String text = row.pieces == null ? "" : row.pieces.add(sampled.id(), sampled.last());
        Token token = new Token(sampled.id(), text, sampled.logProbability());
        row.tokens.add(token);
        return token;
    }

    private Generation generation(Row row) {
        StringBuilder text = new StringBuilder();
        row.tokens.forEach(t -> text.append(t.text()));
        return new Generation(
                Gpt2.boxed(row.prompt),
                row.tokens,
                text.toString(),
                reason(row),
                seed,
                loop.drafted(),
                loop.accepted());
    }

    private FinishReason reason(Row row) {
        if (row.tokens.get(row.tokens.size() - 1).id() == eosId) {
            return FinishReason.EOS;
        }
        return row.tokens.size() < row.asked ? FinishReason.CONTEXT : FinishReason.LENGTH;
    }
}
