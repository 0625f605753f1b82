package io.github.gpt2djl.internal.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.gpt2djl.GenerationOption;
import io.github.gpt2djl.MalformedCheckpointException;
import io.github.gpt2djl.internal.json.StrictJson;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TaskDefaultsTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{} | {}",
                "{\"text-generation\": {\"do_sample\": true}} | {doSample=true}",
                "{\"text-generation\": {\"do_sample\": false}} | {}",
                "{\"text-generation\": {\"max_length\": 50}} | {maxLength=50}",
                "{\"text-generation\": {\"do_sample\": true, \"max_length\": 9}} | {doSample=true, maxLength=9}",
                "{\"text-generation\": []} | {}",
                "{\"summarization\": {\"max_length\": 50}} | {}",
                "[] | {}",
                "null | {}",
            })
    void optionsOfTheTask(String tasks, String expected) throws MalformedCheckpointException {
        assertThat(read(tasks)).hasToString(expected);
    }

    @Test
    void wrongValuesAreRejected() {
        assertThatThrownBy(() -> read("{\"text-generation\": {\"max_length\": 0}}"))
                .isInstanceOf(MalformedCheckpointException.class)
                .hasMessage("config.json: max_length is 0, expected at least 1");
        assertThatThrownBy(() -> read("{\"text-generation\": {\"do_sample\": 1}}"))
                .hasMessage("config.json: do_sample is 1, expected true or false");
    }

    private static Map<GenerationOption<?>, Object> read(String tasks) throws MalformedCheckpointException {
        String config = "{\"task_specific_params\": " + tasks + "}";
        return TaskDefaults.read(StrictJson.read("config.json", config, "not JSON"));
    }
}
