package io.github.gpt2djl.internal.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.apache.commons.compress.archivers.zip.ZipArchiveEntry;
import org.apache.commons.compress.archivers.zip.ZipFile;
import org.junit.jupiter.api.Test;

/** What is in the zip, and what is said of others' work. */
class DistributionFilesIT {
    private static final Pattern LIBRARY = Pattern.compile("^(\\S+:\\S+) +(\\S.*)$", Pattern.MULTILINE);

    @Test
    void hasOneFolderWhoseEntriesDependOnNoClockAndNoUmask() throws IOException {
        try (ZipFile zip = DistributionIT.zip()) {
            List<ZipArchiveEntry> entries = Collections.list(zip.getEntries());
            assertThat(entries).hasSizeGreaterThan(25);
            for (ZipArchiveEntry entry : entries) {
                String name = entry.getName();
                assertThat(name).matches("gpt2-djl-[\\w.-]+/.*");
                boolean runs = entry.isDirectory() || name.endsWith("/bin/gpt2");
                assertThat(entry.getUnixMode() & 0777).as(name).isEqualTo(runs ? 0755 : 0644);
            }
            assertThat(entries.stream().map(ZipArchiveEntry::getTime).distinct())
                    .hasSize(1);
        }
    }

    @Test
    void eachLibraryHasALicence() throws IOException {
        Map<String, String> told = new LinkedHashMap<>();
        try (ZipFile zip = DistributionIT.zip()) {
            String list = DistributionIT.text(zip, "/THIRD-PARTY.txt");
            LIBRARY.matcher(list).results().forEach(line -> told.put(line.group(1), line.group(2)));
            Pattern.compile("licenses/\\w+\\.txt").matcher(list).results().forEach(file -> {
                try {
                    assertThat(DistributionIT.text(zip, "/" + file.group())).hasSizeGreaterThan(500);
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
            assertThat(Collections.list(zip.getEntries()).stream()
                            .filter(entry -> entry.getName().matches(".*/lib/.*\\.jar")))
                    .hasSameSizeAs(told.keySet());
        }
        JsonObject bill = JsonParser.parseString(Files.readString(Path.of("target/gpt2-djl.cdx.json")))
                .getAsJsonObject();
        Map<String, JsonObject> used = new LinkedHashMap<>();
        for (JsonElement each : bill.getAsJsonArray("components")) {
            JsonObject component = each.getAsJsonObject();
            used.put(
                    component.get("group").getAsString() + ":"
                            + component.get("name").getAsString(),
                    component);
        }
        assertThat(told.keySet()).containsExactlyInAnyOrderElementsOf(used.keySet());
        used.forEach((name, component) -> {
            // The poms of JLine name no version of the BSD licence, and CycloneDX takes the oldest.
            for (JsonElement licence : component.getAsJsonArray("licenses")) {
                String id = licence.getAsJsonObject()
                        .getAsJsonObject("license")
                        .get("id")
                        .getAsString();
                assertThat(told.get(name)).as(name).contains(id.replace("BSD-4-Clause", "BSD-3-Clause"));
            }
        });
    }
}
