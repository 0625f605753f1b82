package io.github.gpt2djl.spring;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;

/** A web application of one controller, whose chat model comes from {@link Gpt2AutoConfiguration}. */
@SpringBootApplication
public class Application {
    /**
     * Starts the application on port 8080.
     *
     * @param args properties, like {@code --gpt2.model=gpt2}
     */
    public static void main(String[] args) {
        SpringApplication.run(Application.class, args);
    }
}
