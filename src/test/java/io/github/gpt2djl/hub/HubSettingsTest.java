package io.github.gpt2djl.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Hugging Face's environment variables. */
class HubSettingsTest {
    @Test
    void theDefaultsAreHuggingFaces() {
        HubSettings settings = HubSettings.of(Map.of("HF_HOME", "/nowhere"));
        assertThat(settings)
                .isEqualTo(new HubSettings(URI.create("https://huggingface.co"), Path.of("/nowhere/hub"), null, false));
        assertThat(HubSettings.of(Map.of()).cache())
                .isEqualTo(Path.of(System.getProperty("user.home"), ".cache/huggingface/hub"));
        assertThat(HubSettings.of(Map.of("XDG_CACHE_HOME", "/xdg")).cache()).isEqualTo(Path.of("/xdg/huggingface/hub"));
        assertThat(HubSettings.of(Map.of("HF_HOME", "/a", "HF_HUB_CACHE", "/b")).cache())
                .isEqualTo(Path.of("/b"));
        assertThat(HubSettings.of(Map.of("HF_HOME", "~/x")).cache())
                .isEqualTo(Path.of(System.getProperty("user.home"), "x/hub"));
    }

    @Test
    void theTokenIsThatOfTheVariableElseOfTheFile(@TempDir Path home) throws IOException {
        Files.writeString(home.resolve("token"), "hf_file\n");
        assertThat(HubSettings.of(Map.of("HF_HOME", home.toString())).token()).isEqualTo("hf_file");
        assertThat(HubSettings.of(Map.of("HF_HOME", home.toString(), "HF_TOKEN", "hf_variable"))
                        .token())
                .isEqualTo("hf_variable");
    }

    @ParameterizedTest
    @CsvSource({"1, true", "ON, true", "yes, true", "True, true", "0, false", "'', false", "no, false"})
    void offline(String value, boolean expected) {
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
