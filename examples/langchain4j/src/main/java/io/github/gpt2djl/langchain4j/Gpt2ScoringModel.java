package io.github.gpt2djl.langchain4j;

import dev.langchain4j.data.segment.TextSegment;
import dev.langchain4j.exception.InvalidRequestException;
import dev.langchain4j.model.output.Response;
import dev.langchain4j.model.scoring.ScoringModel;
import io.github.gpt2djl.Gpt2;
import java.util.List;
import java.util.Objects;

/**
 * A {@link Gpt2} as LangChain4j's scoring model. The score of a text is the mean log-probability of the query's tokens
 * after the text: how well the text foretells the question (query likelihood, Ponte and Croft 1998; with language models
 * for passages, Sachan et al. 2022). Scores are at most 0, and comparable for one query and one model.
 *
 * <p>A text and a query that do not fit into the context together are an {@link InvalidRequestException}.
 */
public final class Gpt2ScoringModel implements ScoringModel {
    private final Gpt2 gpt2;
    private final String question;

    /**
     * Wraps a model, with a line break and {@code Question:} between text and query.
     *
     * @param gpt2 may be shared; stays the caller's to close
     */
    public Gpt2ScoringModel(Gpt2 gpt2) {
        this(gpt2, "\nQuestion:");
    }

    /**
     * Wraps a model.
     *
     * @param gpt2 may be shared; stays the caller's to close
     * @param question the text between a scored text and the query, which a space precedes
     */
    public Gpt2ScoringModel(Gpt2 gpt2, String question) {
        this.gpt2 = Objects.requireNonNull(gpt2, "gpt2");
        this.question = Objects.requireNonNull(question, "question");
    }

    @Override
    public Response<List<Double>> scoreAll(List<TextSegment> segments, String query) {
        try {
            return Response.from(segments.stream()
                    .map(segment -> gpt2.rank(segment.text() + question, List.of(" " + query))
                            .get(0)
                            .mean())
                    .toList());
        } catch (IllegalArgumentException e) {
            throw new InvalidRequestException(e.getMessage(), e);
        }
    }
}
