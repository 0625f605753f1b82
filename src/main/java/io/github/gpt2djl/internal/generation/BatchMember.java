package io.github.gpt2djl.internal.generation;

import io.github.gpt2djl.Generation;
import io.github.gpt2djl.Token;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.ObjIntConsumer;

/** A request of a shared batch that waits or runs. */
public record BatchMember(
        Sequences sequences, ObjIntConsumer<Token> tokens, CompletableFuture<List<Generation>> result) {}
