package io.github.gpt2djl.server;

import io.github.gpt2djl.FinishReason;
import io.github.gpt2djl.Generation;
import io.github.gpt2djl.Gpt2;
import io.github.gpt2djl.Token;
import io.github.gpt2djl.TraceJson;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.UUID;

/** What a client gets, in the form of OpenAI's API. */
final class Answer {
    private final Gpt2 gpt2;
    private final String model;
    private final CompletionRequest request;
    private final String id = "cmpl-" + UUID.randomUUID();
    private final long created = System.currentTimeMillis() / 1000;
    private final TokenNames names;
    /** Of the new tokens of each sequence. */
    private final TextOffsets[] offsets;

    Answer(Gpt2 gpt2, String model, TokenNames names, CompletionRequest request, int sequences) {
        this.gpt2 = gpt2;
        this.model = model;
        this.names = names;
        this.request = request;
        offsets = new TextOffsets[sequences];
    }

    /** A whole answer, or a part of a stream. */
    JsonObject json(JsonArray choices) {
        return new JsonObject()
                .put("id", id)
                .put("object", "text_completion")
                .put("created", created)
                .put("model", model)
                .put("choices", choices);
    }

    /**
     * An answer to all of a request.
     *
     * @param generations one a choice; none if the prompts are only repeated
     */
    JsonObject whole(ReadRequest read, List<Generation> generations) {
        JsonArray choices = new JsonArray();
        for (int index = 0; index < read.sequences(); index++) {
            Piece piece = begin(index, read.echo(index));
            String reason = "length";
            if (!generations.isEmpty()) {
                generations.get(index).tokens().forEach(piece::add);
                reason = reason(generations.get(index).finishReason());
            }
            choices.add(piece.json(reason));
        }
        return json(choices).put("usage", usage(generations, read.promptTokens()));
    }

    /** How a sequence begins: with its prompt, if that is echoed. */
    Piece begin(int index, Echo echo) {
        Piece piece = new Piece(index);
        if (request.echo()) {
            TextOffsets given = TextOffsets.of(gpt2, echo.text());
            echo.tokens().forEach(token -> piece.addLogprobs(token, given));
            piece.text.append(echo.text());
        }
        int begin = echo.text().codePointCount(0, echo.text().length());
        offsets[index] = TextOffsets.after(gpt2, request.skipsSpecialTokens(), echo.ids(), begin);
        return piece;
    }

    Piece piece(int index) {
        return new Piece(index);
    }

    static String reason(FinishReason reason) {
        return switch (reason) {
            case LENGTH, CONTEXT -> "length";
            case EOS, STOP -> "stop";
            case CANCELLED -> throw new IllegalStateException("a cancelled request has no answer");
        };
    }

    static JsonObject usage(List<Generation> generations, int prompts) {
        int written =
                generations.stream().mapToInt(each -> each.tokens().size()).sum();
        return new JsonObject()
                .put("prompt_tokens", prompts)
                .put("completion_tokens", written)
                .put("total_tokens", prompts + written);
    }

    /** A choice: some tokens of a sequence. */
    final class Piece {
        private final int index;
        private final StringBuilder text = new StringBuilder();
        private final JsonArray tokens = new JsonArray();
        private final JsonArray logprobs = new JsonArray();
        private final JsonArray tops = new JsonArray();
        private final JsonArray starts = new JsonArray();
        private final JsonArray trace = new JsonArray();

        private Piece(int index) {
            this.index = index;
        }

        Piece add(Token token) {
            text.append(token.text());
            if (request.logprobs() >= 0) {
                addLogprobs(token, offsets[index]);
            }
            if (token.trace() != null) {
                trace.add(new JsonObject(TraceJson.step(gpt2, token)));
            }
            return this;
        }

        private void addLogprobs(Token token, TextOffsets from) {
            boolean known = !Double.isNaN(token.logProbability());
            tokens.add(names.get(token.id()));
            logprobs.add(known ? token.logProbability() : null);
            JsonObject top = new JsonObject();
            token.top().forEach(each -> top.put(names.get(each.id()), each.logProbability()));
            // The token itself is always among them.
            tops.add(known ? top.put(names.get(token.id()), token.logProbability()) : null);
            starts.add(from.add(token.id()));
        }

        boolean isEmpty() {
            return text.isEmpty() && tokens.isEmpty() && trace.isEmpty();
        }

        JsonObject json(String finishReason) {
            JsonObject json = new JsonObject()
                    .put("index", index)
                    .put("text", text.toString())
                    .put("logprobs", request.logprobs() < 0 ? null : logprobs())
                    .put("finish_reason", finishReason);
            return trace.isEmpty() ? json : json.put("trace", trace);
        }

        private JsonObject logprobs() {
            return new JsonObject()
                    .put("tokens", tokens)
                    .put("token_logprobs", logprobs)
                    .put("top_logprobs", request.logprobs() == 0 ? null : tops)
                    .put("text_offset", starts);
        }
    }
}
