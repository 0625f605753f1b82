package io.github.gpt2djl.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.gpt2djl.ContinuousBatch;
import io.github.gpt2djl.GenerationConfig;
import io.github.gpt2djl.GenerationRequest;
import io.github.gpt2djl.Gpt2;
import io.github.gpt2djl.Prompt;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.ext.web.Router;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A server whose batch or event loop stands still says so. */
@Timeout(60)
class HealthTest {
    @Test
    void aStepThatDoesNotEnd() throws Exception {
        Vertx vertx = Vertx.vertx();
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch go = new CountDownLatch(1);
        try (Gpt2 gpt2 = Gpt2.load("shakespeare");
                ContinuousBatch batch = new ContinuousBatch(gpt2, 1, 1)) {
            Client client = new Client(server(vertx, batch, Duration.ZERO));
            assertThat(client.get("/health").statusCode()).isEqualTo(200);
            var config = GenerationConfig.builder().maxNewTokens(1).build();
            var text = batch.submit(new GenerationRequest(Prompt.of("ROMEO:"), config), (token, sequence) -> {
                begun.countDown();
                awaitQuietly(go);
            });
            begun.await();
            HttpResponse<String> response = client.get("/health");
            assertThat(response.statusCode()).isEqualTo(503);
            assertThat(response.body()).contains("the batch's step has taken 0 s, expected at most 0");
            go.countDown();
            assertThat(text.get()).hasSize(1);
        } finally {
            vertx.close().toCompletionStage().toCompletableFuture().join();
        }
    }

    @Test
    void aBatchThatHasEnded() throws Exception {
        Vertx vertx = Vertx.vertx();
        try (Gpt2 gpt2 = Gpt2.load("shakespeare")) {
            ContinuousBatch batch = new ContinuousBatch(gpt2, 1, 1);
            Client client = new Client(server(vertx, batch, Duration.ofSeconds(60)));
            assertThat(client.get("/health").body()).contains("\"status\":\"ok\"");
            batch.close();
            HttpResponse<String> response = client.get("/health");
            assertThat(response.statusCode()).isEqualTo(503);
            assertThat(response.body()).contains("the batch's thread has ended; start the server again");
        } finally {
            vertx.close().toCompletionStage().toCompletableFuture().join();
        }
    }

    private static int server(Vertx vertx, ContinuousBatch batch, Duration most) {
        Router router = Router.router(vertx);
        router.get("/health").handler(new Health(batch, most));
        HttpServer server = vertx.createHttpServer()
                .requestHandler(router)
                .listen(0, "127.0.0.1")
                .toCompletionStage()
                .toCompletableFuture()
                .join();
        return server.actualPort();
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
