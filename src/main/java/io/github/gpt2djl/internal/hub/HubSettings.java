package io.github.gpt2djl.internal.hub;

import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The values of Hugging Face's environment variables, with huggingface_hub's names, defaults and order. An empty
 * variable counts as not set.
 *
 * @param endpoint {@code HF_ENDPOINT}, else https://huggingface.co
 * @param cache {@code HF_HUB_CACHE}, else {@code HUGGINGFACE_HUB_CACHE}, else {@code hub} in {@code HF_HOME};
 *     HF_HOME defaults to {@code huggingface} in {@code XDG_CACHE_HOME} or ~/.cache
 * @param token {@code HF_TOKEN}, else {@code HUGGING_FACE_HUB_TOKEN}, else the file {@code HF_TOKEN_PATH}, else the
 *     file {@code token} in HF_HOME, or null; also null if {@code HF_HUB_DISABLE_IMPLICIT_TOKEN} is true
 * @param offline whether {@code HF_HUB_OFFLINE}, else {@code TRANSFORMERS_OFFLINE}, is 1, on, yes or true
 */
record HubSettings(URI endpoint, Path cache, @Nullable String token, boolean offline) {
    private static final Set<String> YES = Set.of("1", "on", "yes", "true");

    static HubSettings of(Map<String, String> environment) {
        PathVariables paths = new PathVariables(environment);
        Path xdg = paths.path("XDG_CACHE_HOME", "~/.cache");
        Path home = paths.path("HF_HOME", xdg.resolve("huggingface").toString());
        Path former = paths.path("HUGGINGFACE_HUB_CACHE", home.resolve("hub").toString());
        Path cache = paths.path("HF_HUB_CACHE", former.toString());
        Path tokenFile = paths.path("HF_TOKEN_PATH", home.resolve("token").toString());
        boolean offline = isYes(value(environment, "HF_HUB_OFFLINE", value(environment, "TRANSFORMERS_OFFLINE", "")));
        boolean anonymous = isYes(value(environment, "HF_HUB_DISABLE_IMPLICIT_TOKEN", ""));
        return new HubSettings(endpoint(environment), cache, anonymous ? null : token(environment, tokenFile), offline);
    }

    /** Returns the address of a file at a revision. */
    URI resolve(String repository, String revision, String file) {
        return URI.create(endpoint + "/" + repository + "/resolve/" + quoted(revision) + "/" + file);
    }

    /**
     * Quotes a revision for an address, as Python's {@code quote(revision, safe="")} does: a slash is part of the name.
     */
    static String quoted(String revision) {
        return URLEncoder.encode(revision, StandardCharsets.UTF_8)
                .replace("+", "%20")
                .replace("*", "%2A")
                .replace("%7E", "~");
    }

    private static URI endpoint(Map<String, String> environment) {
        String text =
                value(environment, "HF_ENDPOINT", "https://huggingface.co").replaceAll("/+$", "");
        try {
            URI uri = URI.create(text);
            if (uri.getHost() != null && ("https".equals(uri.getScheme()) || "http".equals(uri.getScheme()))) {
                return uri;
            }
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("HF_ENDPOINT is \"" + text + "\", which is no address", e);
        }
        throw new IllegalArgumentException(
                "HF_ENDPOINT is \"" + text + "\", expected an address like https://huggingface.co");
    }

    private static @Nullable String token(Map<String, String> environment, Path file) {
        String token = value(environment, "HF_TOKEN", value(environment, "HUGGING_FACE_HUB_TOKEN", ""));
        try {
            if (token.isEmpty() && Files.isRegularFile(file)) {
                token = Files.readString(file);
            }
        } catch (IOException e) {
            // A file that is not text counts as absent. Public models need no token.
            token = "";
        }
        String stripped = token.strip();
        if (!stripped.chars().allMatch(c -> c > ' ' && c < 127)) {
            // Java's own message would quote the header, including the token.
            throw new IllegalArgumentException(
                    "HF_TOKEN has a character that no token has, such as a space or a line break; copy it again");
        }
        return stripped.isEmpty() ? null : stripped;
    }

    /** Describes the settings without the token. */
    @Override
    public String toString() {
        return "HubSettings[endpoint=" + endpoint + ", cache=" + cache + ", token=" + (token == null ? "none" : "set")
                + ", offline=" + offline + "]";
    }

    private static String value(Map<String, String> environment, String key, String absent) {
        String found = environment.get(key);
        return found == null || found.isBlank() ? absent : found.strip();
    }

    private static boolean isYes(String value) {
        return YES.contains(value.toLowerCase(Locale.ROOT));
    }
}
