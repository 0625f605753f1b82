package io.github.gpt2djl.internal.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import com.google.gson.JsonPrimitive;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class JsonTextTest {
    static List<JsonElement> rows() throws IOException {
        String text = Files.readString(Path.of("src/test/resources/reference/json.json"));
        return JsonParser.parseString(text).getAsJsonArray().asList();
    }

    @ParameterizedTest
    @MethodSource("rows")
    void isReadAsPythonReadsIt(JsonElement row) {
        JsonObject expected = row.getAsJsonObject();
        String text = expected.get("text").getAsString();
        if (expected.get("read").getAsBoolean()) {
            assertSame(JsonText.parse(text), expected.get("value"));
        } else {
            assertThatThrownBy(() -> JsonText.parse(text)).isInstanceOf(JsonParseException.class);
        }
    }

    /** Python writes numbers in another form, and an infinite one by its name. */
    private static void assertSame(JsonElement found, JsonElement expected) {
        if (expected instanceof JsonArray array) {
            assertThat(found.getAsJsonArray()).hasSameSizeAs(array);
            for (int i = 0; i < array.size(); i++) {
                assertSame(found.getAsJsonArray().get(i), array.get(i));
            }
        } else if (expected instanceof JsonObject object) {
            assertThat(found.getAsJsonObject().keySet()).containsExactlyElementsOf(object.keySet());
            for (Map.Entry<String, JsonElement> entry : object.entrySet()) {
                assertSame(found.getAsJsonObject().get(entry.getKey()), entry.getValue());
            }
        } else if (found instanceof JsonPrimitive number && number.isNumber()) {
            assertThat(number.getAsDouble()).isEqualTo(expected.getAsDouble());
        } else {
            assertThat(found).isEqualTo(expected);
        }
    }

    @Test
    void deepNestingIsRejectedBeforeTheStackEnds() {
        String text = "[".repeat(100_000) + "]".repeat(100_000);
        assertThatThrownBy(() -> JsonText.parse(text)).isInstanceOf(JsonParseException.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"[]", "null", "1", "\"{}\"", "NaN", "", "{}{}"})
    void onlyAnObjectIsOne(String text) {
        assertThatThrownBy(() -> JsonText.object(text)).isInstanceOf(JsonParseException.class);
    }

    @Test
    void prettyTextHasItsNullsAndCharacters() {
        JsonObject json = JsonText.object("{\"a\": \"<é>\", \"b\": null}");
        assertThat(JsonText.pretty(json)).isEqualTo("{\n  \"a\": \"<é>\",\n  \"b\": null\n}\n");
    }
}
