package io.github.gpt2djl.spring;

import java.util.concurrent.RejectedExecutionException;
import org.springframework.ai.chat.model.ChatModel;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ProblemDetail;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import reactor.core.publisher.Flux;

/** Answers a message, at once or as server-sent events. */
@RestController
class ChatController {
    private final ChatModel model;

    ChatController(ChatModel model) {
        this.model = model;
    }

    @GetMapping(path = "/chat", produces = MediaType.TEXT_PLAIN_VALUE + ";charset=UTF-8")
    String chat(@RequestParam String message) {
        return model.call(message);
    }

    @GetMapping(path = "/chat/stream", produces = MediaType.TEXT_EVENT_STREAM_VALUE)
    Flux<String> stream(@RequestParam String message) {
        return model.stream(message);
    }

    @ExceptionHandler
    ProblemDetail rejected(IllegalArgumentException e) {
        return ProblemDetail.forStatusAndDetail(HttpStatus.BAD_REQUEST, e.getMessage());
    }

    @ExceptionHandler
    ProblemDetail busy(RejectedExecutionException e) {
        return ProblemDetail.forStatusAndDetail(HttpStatus.SERVICE_UNAVAILABLE, e.getMessage());
    }
}
