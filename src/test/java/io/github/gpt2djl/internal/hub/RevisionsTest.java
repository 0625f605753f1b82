package io.github.gpt2djl.internal.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.Gson;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.github.gpt2djl.DownloadException;
import io.github.gpt2djl.DownloadProgress;
import io.github.gpt2djl.testing.TestCheckpoint;
import io.github.gpt2djl.testing.TestHub;
import java.io.File;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Branches, tags and commits of a model: in its name, in the addresses, and in Hugging Face's cache. */
class RevisionsTest {
    private static final String REPOSITORY = "someone/tiny";
    private static final Retry QUICK =
            new Retry(1, Duration.ofMillis(20), Duration.ofSeconds(3), Duration.ofSeconds(2));

    @TempDir
    Path cache;

    private final TestHub server = server();

    private static TestHub server() {
        try {
            return new TestHub();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @AfterEach
    void stop() {
        server.close();
    }

    /** What make_hub_references.py wrote: huggingface_hub's addresses, refs, look-ups without the network, and listing. */
    @Test
    void areAskedForKeptFoundAndListedAsByPython() throws IOException {
        JsonObject reference = JsonParser.parseString(
                        Files.readString(Path.of("src/test/resources/reference/hub/revisions.json")))
                .getAsJsonObject();
        List<JsonObject> cases = reference.getAsJsonArray("cases").asList().stream()
                .map(JsonElement::getAsJsonObject)
                .toList();
        for (JsonObject each : cases) {
            publish(each.get("revision").getAsString(), each.get("commit").getAsString(), 1);
        }
        for (JsonObject each : cases) {
            String name = REPOSITORY + "@" + each.get("revision").getAsString();
            server.requests.clear();
            Path found = hub(false).download(name, null);
            assertThat(found).isEqualTo(cache.resolve(each.get("offline").getAsString()));
            assertThat(server.requests.get(0).uri().getRawPath())
                    .isEqualTo(each.get("asked").getAsString());
        }
        server.requests.clear();
        for (JsonObject each : cases) {
            String revision = each.get("revision").getAsString();
            Path expected = cache.resolve(each.get("offline").getAsString());
            assertThat(hub(true).download(REPOSITORY + "@" + revision, null)).isEqualTo(expected);
            assertThat(hub(true).download(REPOSITORY, revision)).isEqualTo(expected);
            assertThat(hub(false).ensure(REPOSITORY + "@" + revision)).isEqualTo(expected);
            assertThat(Models.folder(REPOSITORY + "@" + revision, environment()))
                    .isEqualTo(expected);
        }
        assertThat(server.requests).isEmpty();
        assertThat(refs()).isEqualTo(reference.getAsJsonObject("refs").asMap());
        Map<String, JsonElement> listed = new TreeMap<>();
        for (Models.Revision revision : Models.revisions(REPOSITORY, environment())) {
            assertThat(revision.folder()).isDirectory();
            listed.put(revision.commit(), new Gson().toJsonTree(revision.refs()));
        }
        assertThat(listed).isEqualTo(reference.getAsJsonObject("listed").asMap());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "org/name@ | has no revision after the @, expected a branch, a tag or a commit, like org/name@main",
                "@main | \"@main\" has no name before the @, expected a model's name, like org/name@main",
                "a/b@c@d | \"a/b@c@d\" has more than one @",
                "a/b@main@ | more than one @",
                "shakespeare@v1 | found the revision v1 of shakespeare, expected none: that model is in the jar",
                "a/b@../c | the revision is \"../c\", expected a branch, a tag or a commit",
                "a/b@/c | the revision is \"/c\"",
                "a/b@c//d | the revision is \"c//d\"",
                "a/b@c/.d | the revision is \"c/.d\"",
                "a/b@c\\d | the revision is \"c\\d\"",
                "a/b@c d | the revision is \"c d\"",
                "a/b@c. | the revision is \"c.\"",
                "a/b@c.lock | the revision is \"c.lock\"",
                "a/b@-c | the revision is \"-c\""
            })
    void namesThatAreNotWellFormedAreToldAsSuch(String name, String message) {
        assertThatThrownBy(() -> hub(false).download(name, null))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(message);
        assertThatThrownBy(() -> Models.folder(name, environment()))
                .isInstanceOf(FileNotFoundException.class)
                .hasMessageStartingWith("no model or folder named " + name + ": ")
                .hasMessageContaining(message);
        assertThat(server.requests).isEmpty();
    }

    @Test
    void twoRevisionsAreOneTooMany() throws IOException {
        publish("v1", "1".repeat(40), 1);
        assertThat(hub(false).download(REPOSITORY + "@v1", "v1")).exists();
        assertThatThrownBy(() -> hub(false).download(REPOSITORY + "@v1", "v2"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("found the revision v1 in the name someone/tiny@v1 and the revision v2 beside it, expected"
                        + " one of them");
    }

    @Test
    void aRevisionThatTheHubDoesNotHaveIsToldAsSuch() {
        assertThatThrownBy(() -> hub(false).download(REPOSITORY + "@gone", null))
                .hasMessageContaining(
                        "/someone/tiny/resolve/gone/config.json answered 404: the model has no such branch,"
                                + " tag or commit");
    }

    /** A folder goes first, as without an @; also one that the malformed name of a model is the path of. */
    @ParameterizedTest
    @ValueSource(strings = {"org/name@v1", "@v1", "name@", "a@b@c", "gpt2@v1"})
    void aFolderMayHaveAnAtInItsName(String name) throws IOException {
        TestCheckpoint.tiny().write(cache.resolve("models--org--name/snapshots/" + "1".repeat(40)));
        Files.createDirectories(cache.resolve("models--org--name/refs"));
        Files.writeString(cache.resolve("models--org--name/refs/v1"), "1".repeat(40));
        Path parent = Path.of("target/at");
        String path = name.equals("gpt2@v1") ? name : parent + File.separator + name;
        Path folder = TestCheckpoint.tiny().write(Path.of(path));
        try {
            assertThat(Models.isFolder(path)).isTrue();
            assertThat(Models.folder(path, environment()).normalize()).isEqualTo(folder.normalize());
            assertThat(Models.folder(folder.toAbsolutePath().toString(), environment()))
                    .isEqualTo(folder.toAbsolutePath());
            Models.open(path, environment()).close();
        } finally {
            Files.delete(folder.resolve("config.json"));
            Files.delete(folder.resolve("model.safetensors"));
            Files.delete(folder);
        }
    }

    /** What is not in the cache is told with the command that fetches that revision, and with its page. */
    @ParameterizedTest
    @CsvSource({
        "gpt2@v1.0, models--openai-community--gpt2, openai-community/gpt2/tree/v1.0",
        "a/b@refs/pr/3, models--a--b, a/b/tree/refs%2Fpr%2F3",
        "a/b@checkpoint-100, models--a--b, a/b/tree/checkpoint-100"
    })
    void whatIsNotHereIsToldWithItsRevision(String name, String folder, String page) throws IOException {
        String revision = name.substring(name.indexOf('@') + 1);
        assertThatThrownBy(() -> Models.folder(name, environment()))
                .isInstanceOf(FileNotFoundException.class)
                .hasMessage("model " + name + " is not on this machine: looked for the revision " + revision + " in "
                        + cache.resolve(folder) + ". Get it with the command \"download " + name
                        + "\", in Java with ModelSource.download(), or put these files from https://huggingface.co/"
                        + page
                        + " into a folder and name the folder: config.json, model.safetensors, tokenizer.json");
        assertThatThrownBy(() -> hub(true).download(name, null))
                .isInstanceOf(DownloadException.class)
                .hasMessageContaining("forbids the network, and " + name + " is not in " + cache.resolve(folder)
                        + "; unset it and give the command \"download " + name + "\"");
        Path snapshot = Files.createDirectories(cache.resolve(folder).resolve("snapshots/" + "2".repeat(40)));
        Path ref = cache.resolve(folder).resolve("refs").resolve(revision);
        Files.createDirectories(ref.getParent());
        Files.writeString(ref, "2".repeat(40));
        Files.writeString(snapshot.resolve("config.json"), "{}");
        assertThatThrownBy(() -> Models.folder(name, environment()))
                .hasMessageContaining(
                        " lacks model.safetensors. Get the rest with the command \"download " + name + "\"");
        TestCheckpoint.tiny().write(snapshot);
        assertThat(Models.folder(name, environment())).isEqualTo(snapshot);
        assertThat(Models.cached(name, environment())).contains(snapshot);
    }

    /** Else a model would silently give what one of its branches, such as an early checkpoint, gives. */
    @Test
    void withoutARevisionNoOtherBranchIsTaken() throws IOException {
        publish("checkpoint-100", "1".repeat(40), 1);
        Path found = hub(false).download(REPOSITORY + "@checkpoint-100", null);
        assertThat(Models.cached(REPOSITORY, environment())).isEmpty();
        assertThatThrownBy(() -> Models.folder(REPOSITORY, environment()))
                .hasMessageContaining("looked for " + cache.resolve("models--someone--tiny")
                        + ", which holds someone/tiny@checkpoint-100. Get it");
        assertThat(Models.cached(REPOSITORY + "@" + "1".repeat(40), environment()))
                .contains(found);
        // As Python keeps it that was asked for a commit.
        Files.delete(cache.resolve("models--someone--tiny/refs/checkpoint-100"));
        assertThat(Models.cached(REPOSITORY, environment())).contains(found);
    }

    /** The catalog's own commit is that one, also where main is another that is here. */
    @Test
    void theCatalogsCommitIsNotMains() throws IOException {
        String pinned = Catalog.find("gpt2").orElseThrow().revision();
        Path repository = cache.resolve("models--openai-community--gpt2");
        Path main = TestCheckpoint.tiny().write(repository.resolve("snapshots/" + "3".repeat(40)));
        Files.writeString(main.resolve("tokenizer.json"), "{}");
        Files.createDirectories(repository.resolve("refs"));
        Files.writeString(repository.resolve("refs/main"), "3".repeat(40));
        for (String name : new String[] {"gpt2", "gpt2@main", "openai-community/gpt2@" + "3".repeat(40)}) {
            assertThat(hub(true).ensure(name)).isEqualTo(main);
        }
        assertThat(Models.cached("gpt2@" + pinned, environment())).isEmpty();
        server.revision("openai-community/gpt2", pinned, pinned);
        assertThatThrownBy(() -> hub(false).download("gpt2@" + pinned, null))
                .as("asked of the Hub, which has nothing here")
                .hasMessageContaining("resolve/" + pinned + "/config.json answered 404");
    }

    private void publish(String revision, String commit, long seed) throws IOException {
        Path published = new TestCheckpoint(2, 2, 16, 40, 61, true, seed).write(cache.resolve("published" + seed));
        for (String file : List.of("config.json", "model.safetensors")) {
            server.with(REPOSITORY + "@" + commit, file, Files.readAllBytes(published.resolve(file)));
        }
        server.revision(REPOSITORY, revision, commit);
    }

    private Map<String, JsonElement> refs() throws IOException {
        Path refs = cache.resolve("models--someone--tiny/refs");
        JsonObject tree = new JsonObject();
        try (Stream<Path> all = Files.walk(refs)) {
            for (Path ref : new ArrayList<>(all.filter(Files::isRegularFile).toList())) {
                tree.addProperty(refs.relativize(ref).toString(), Files.readString(ref));
            }
        }
        return tree.asMap();
    }

    private Map<String, String> environment() {
        return Map.of("HF_HUB_CACHE", cache.toString());
    }

    private Hub hub(boolean offline) {
        return new Hub(new HubSettings(server.endpoint(), cache, null, offline), DownloadProgress.NONE, QUICK);
    }
}
