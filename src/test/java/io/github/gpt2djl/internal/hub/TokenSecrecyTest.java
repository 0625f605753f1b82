package io.github.gpt2djl.internal.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.github.gpt2djl.DownloadProgress;
import io.github.gpt2djl.testing.TestHub;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** HF_TOKEN goes to its host, and into no message, whatever goes wrong. */
class TokenSecrecyTest {
    private static final String TOKEN = "hf_secret";
    private static final Retry QUICK =
            new Retry(2, Duration.ofMillis(5), Duration.ofMillis(200), Duration.ofSeconds(1));

    @TempDir
    Path cache;

    @ParameterizedTest
    @ValueSource(ints = {301, 400, 401, 403, 404, 416, 429, 500, 503})
    void noAnswerBringsItOut(int status) throws IOException {
        try (TestHub server =
                new TestHub().with("someone/tiny", "config.json", "{}".getBytes(StandardCharsets.UTF_8))) {
            for (int i = 0; i < 3; i++) {
                server.hubFaults.add(TestHub.status(status, "Location", "http://127.0.0.1:1/elsewhere"));
            }
            StringWriter said = new StringWriter();
            HubSettings settings = new HubSettings(server.endpoint(), cache, TOKEN, false);
            DownloadProgress progress = new DownloadProgress() {
                @Override
                public void note(String message) {
                    said.write(message + "\n");
                }
            };
            Throwable failure = catchThrowable(() -> new Hub(settings, progress, QUICK).download("someone/tiny", null));
            assertThat(failure).isNotNull();
            failure.printStackTrace(new PrintWriter(said, true));
            said.write(settings.toString());
            assertThat(server.requests).anyMatch(request -> ("Bearer " + TOKEN).equals(request.token()));
            assertThat(said.toString()).doesNotContain(TOKEN);
        }
    }

    /** Java's own message would quote the whole header. */
    @ParameterizedTest
    @ValueSource(strings = {"hf_sec\nret", "hf_sec\u0000ret", "hf_sec ret", "hf_secrét"})
    void oneThatNoHeaderCanHold(String token) {
        assertThatThrownBy(() -> HubSettings.of(Map.of("HF_TOKEN", token)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(
                        "HF_TOKEN has a character that no token has, such as a space or a line break; copy it again")
                .hasNoCause();
    }

    @Test
    void aFinalLineBreakIsNoPartOfIt() {
        assertThat(HubSettings.of(Map.of("HF_TOKEN", TOKEN + "\n")).token()).isEqualTo(TOKEN);
    }
}
