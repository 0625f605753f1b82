package io.github.gpt2djl.server;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Who may use a server, and under which names.
 *
 * @param name of the model in answers; empty: the model's own
 * @param aliases other names of the model in requests
 * @param keys of which {@code Authorization: Bearer} must name one; empty: no key is asked for
 * @param hosts that a request may be addressed to; empty: any
 * @param origins of foreign pages whose scripts may use the API
 */
record Access(String name, List<String> aliases, List<String> keys, List<String> hosts, List<String> origins) {
    /**
     * Access for all, or with one key.
     *
     * @param key empty: none
     */
    static Access of(String key) {
        return new Access("", List.of(), key.isEmpty() ? List.of() : List.of(key), List.of(), List.of());
    }

    /** Returns what requests call a model: of a folder the last part of its path, as clients need not know the rest. */
    static String nameOf(String model) {
        Path folder = Path.of(model).toAbsolutePath().normalize();
        return Files.isDirectory(folder) && folder.getFileName() != null
                ? folder.getFileName().toString()
                : model;
    }
}
