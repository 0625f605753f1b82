package io.github.gpt2djl.internal.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Hugging Face's environment variables. */
class HubSettingsTest {
    @TempDir
    static Path folder;

    /** What huggingface_hub computed in a process with the variables, by make_hub_references.py. */
    @ParameterizedTest
    @MethodSource("cases")
    void areWhatTheyAreInPython(JsonObject expected) throws IOException {
        Map<String, String> environment = new HashMap<>();
        expected.getAsJsonObject("environment")
                .asMap()
                .forEach((name, value) -> environment.put(name, here(value.getAsString())));
        HubSettings settings = HubSettings.of(environment);
        assertThat(settings.cache())
                .isEqualTo(Path.of(here(expected.get("cache").getAsString())));
        assertThat(settings.offline()).isEqualTo(expected.get("offline").getAsBoolean());
        assertThat(settings.endpoint())
                .isEqualTo(URI.create(expected.get("endpoint").getAsString()));
        JsonElement token = expected.get("token");
        assertThat(settings.token()).isEqualTo(token.isJsonNull() ? null : token.getAsString());
    }

    static List<JsonElement> cases() throws IOException {
        JsonObject reference = JsonParser.parseString(
                        Files.readString(Path.of("src/test/resources/reference/hub/environments.json")))
                .getAsJsonObject();
        for (Map.Entry<String, JsonElement> file :
                reference.getAsJsonObject("files").entrySet()) {
            Path path = folder.resolve(file.getKey());
            Files.createDirectories(path.getParent());
            Files.writeString(path, file.getValue().getAsString());
        }
        return reference.getAsJsonArray("cases").asList();
    }

    private static String here(String text) {
        return text.replace("{tmp}", folder.toString());
    }

    /** Python would take an empty one for the current folder. */
    @Test
    void anEmptyVariableIsAsIfItWereNotSet() {
        for (String variable : new String[] {"HF_HOME", "HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE", "XDG_CACHE_HOME"}) {
            assertThat(HubSettings.of(Map.of(variable, " ", "HOME", "/h")).cache())
                    .isEqualTo(Path.of("/h/.cache/huggingface/hub"));
        }
    }

    @Test
    void withoutHomeJavaKnowsTheUsersFolder() {
        assertThat(HubSettings.of(Map.of()).cache())
                .isEqualTo(Path.of(System.getProperty("user.home"), ".cache/huggingface/hub"));
    }

    @Test
    void pathsThatCannotBeFollowedAreTold() {
        assertThatThrownBy(() -> HubSettings.of(Map.of("HF_HOME", "~someone/hf")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("HF_HOME is \"~someone/hf\", and the home of another user is not looked up; write it out");
        assertThatThrownBy(() -> HubSettings.of(Map.of("HF_HUB_CACHE", "a\0b")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("HF_HUB_CACHE is");
    }

    @ParameterizedTest
    @CsvSource({"1, true", "ON, true", "yes, true", "True, true", "0, false", "'', false", "no, false"})
    void whatHfHubOfflineMeans(String value, boolean expected) {
        assertThat(HubSettings.of(Map.of("HF_HUB_OFFLINE", value)).offline()).isEqualTo(expected);
    }

    @Test
    void theEndpointIsAnAddress() {
        assertThat(HubSettings.of(Map.of("HF_ENDPOINT", "http://127.0.0.1:8080/mirror/"))
                        .resolve("a/b", "main", "config.json"))
                .isEqualTo(URI.create("http://127.0.0.1:8080/mirror/a/b/resolve/main/config.json"));
        for (String wrong : new String[] {"huggingface.co", "ftp://x", "http:", "::"}) {
            assertThatThrownBy(() -> HubSettings.of(Map.of("HF_ENDPOINT", wrong)))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("HF_ENDPOINT is \"" + wrong + "\"");
        }
    }
}
