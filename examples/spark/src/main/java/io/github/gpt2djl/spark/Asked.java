package io.github.gpt2djl.spark;

import io.github.gpt2djl.Generation;
import io.github.gpt2djl.GenerationRequest;
import io.github.gpt2djl.InvalidOptionException;
import io.github.gpt2djl.OptionNaming;
import io.github.gpt2djl.Token;
import java.util.Locale;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/**
 * A row that has been read.
 *
 * @param id of the row
 * @param request for the model, or null
 * @param error why there is none, or null
 */
record Asked(Object id, GenerationRequest request, String error) {

    /** The columns of the output. */
    static StructType schema(DataType id) {
        return new StructType()
                .add("id", id)
                .add("text", DataTypes.StringType)
                .add("ids", DataTypes.createArrayType(DataTypes.IntegerType, false))
                .add("finish_reason", DataTypes.StringType)
                .add("logprob", DataTypes.DoubleType)
                .add("seed", DataTypes.LongType)
                .add("error", DataTypes.StringType);
    }

    Row rejected() {
        return rejected(error);
    }

    /** The model took the row, but its rules or its memory failed. */
    Row failed(Throwable e) {
        return rejected(InvalidOptionException.message(e, OptionNaming.KEYS));
    }

    private Row rejected(String why) {
        return RowFactory.create(id, null, null, null, null, null, why);
    }

    Row answered(Generation generation) {
        return RowFactory.create(
                id,
                generation.text(),
                generation.ids().toArray(),
                generation.finishReason().name().toLowerCase(Locale.ROOT),
                generation.tokens().stream().mapToDouble(Token::logProbability).sum(),
                generation.seed().isPresent() ? generation.seed().getAsLong() : null,
                null);
    }
}
