package io.github.gpt2djl;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.IntStream;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.xpath.XPath;
import javax.xml.xpath.XPathConstants;
import javax.xml.xpath.XPathFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.w3c.dom.Document;
import org.w3c.dom.NodeList;

/** What the poms and JBang's catalog say of each other. */
class PomsTest {
    private static final String OPTIONAL = "/project/dependencies/dependency[optional='true']";

    private static final Pom LIBRARY = Pom.of("pom.xml");
    private static final Pom BOM = Pom.of("examples/bom/pom.xml");

    private record Pom(Document document) {
        static Pom of(String file) {
            try {
                return new Pom(DocumentBuilderFactory.newInstance()
                        .newDocumentBuilder()
                        .parse(Path.of(file).toFile()));
            } catch (Exception e) {
                throw new IllegalStateException(file, e);
            }
        }

        String text(String path) throws Exception {
            return xpath().evaluate(path, document).strip();
        }

        List<String> texts(String path) throws Exception {
            NodeList found = (NodeList) xpath().evaluate(path, document, XPathConstants.NODESET);
            return IntStream.range(0, found.getLength())
                    .mapToObj(i -> found.item(i).getTextContent().strip())
                    .toList();
        }

        private static XPath xpath() {
            return XPathFactory.newInstance().newXPath();
        }

        /** group:artifact:version */
        String coordinates(String of) throws Exception {
            String version = text(of + "/version");
            return text(of + "/groupId") + ":" + text(of + "/artifactId") + ":"
                    + (version.startsWith("${")
                            ? text("/project/properties/" + version.substring(2, version.length() - 1))
                            : version);
        }
    }

    /** https://central.sonatype.org/publish/requirements lists them. */
    @ParameterizedTest
    @ValueSource(strings = {"pom.xml", "examples/bom/pom.xml"})
    void tellsWhatMavenCentralAsksFor(String file) throws Exception {
        Pom pom = Pom.of(file);
        for (String element : List.of(
                "name",
                "description",
                "url",
                "licenses/license/name",
                "licenses/license/url",
                "developers/developer/name",
                "scm/connection",
                "scm/url")) {
            assertThat(pom.text("/project/" + element)).as(element).isNotEmpty();
            if (element.contains("url") || element.startsWith("scm") || element.startsWith("licenses")) {
                assertThat(pom.text("/project/" + element)).isEqualTo(LIBRARY.text("/project/" + element));
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"server", "spark", "langchain4j"})
    void projectsInheritFromTheBomThatKnowsThem(String project) throws Exception {
        Pom pom = Pom.of("examples/" + project + "/pom.xml");
        assertThat(pom.coordinates("/project/parent")).isEqualTo(BOM.coordinates("/project"));
        assertThat(pom.text("/project/name")).isEqualTo("gpt2-" + project);
        assertThat(pom.text("/project/artifactId")).isEqualTo("gpt2-" + project);
        assertThat(pom.text("/project/description")).isNotEmpty();
        String managed = "/project/dependencyManagement/dependencies/dependency[artifactId='gpt2-" + project + "']";
        assertThat(BOM.coordinates(managed))
                .isEqualTo(pom.text("/project/groupId") + ":gpt2-" + project + ":" + version());
    }

    @Test
    void versionsAreTheLibrarys() throws Exception {
        assertThat(BOM.text("/project/version")).isEqualTo(version());
        String library = "/project/dependencyManagement/dependencies/dependency[artifactId='gpt2-djl']";
        assertThat(BOM.coordinates(library)).isEqualTo(LIBRARY.coordinates("/project"));
        assertThat(BOM.text("/project/properties/pytorch.version"))
                .isEqualTo(LIBRARY.text("/project/properties/pytorch.version"));
        assertThat(new TreeSet<>(BOM.texts("//dependencyManagement//classifier")))
                .isEqualTo(new TreeSet<>(LIBRARY.texts("//properties/pytorch.classifier")));
        assertThat(Pom.of("examples/starter/pom.xml")
                        .coordinates("/project/dependencyManagement/dependencies/dependency"))
                .isEqualTo(BOM.coordinates("/project"));
    }

    @Test
    void jbangStartsWhatIsThere() throws Exception {
        String library = LIBRARY.coordinates("/project");
        JsonObject aliases = JsonParser.parseString(Files.readString(Path.of("jbang-catalog.json")))
                .getAsJsonObject()
                .getAsJsonObject("aliases");
        JsonObject command = aliases.getAsJsonObject("gpt2");
        assertThat(command.get("script-ref").getAsString()).isEqualTo(library);
        assertThat(Class.forName(command.get("main").getAsString()).getMethod("main", String[].class))
                .isNotNull();
        List<String> optional = new ArrayList<>();
        for (String artifact : LIBRARY.texts(OPTIONAL + "/artifactId")) {
            optional.add(LIBRARY.coordinates("/project/dependencies/dependency[artifactId='" + artifact + "']"));
        }
        assertThat(texts(command.getAsJsonArray("dependencies"))).containsExactlyInAnyOrderElementsOf(optional);
        aliases.remove("gpt2");
        assertThat(aliases.keySet()).hasSize(3);
        for (String name : aliases.keySet()) {
            JsonObject lesson = aliases.getAsJsonObject(name);
            Path file = Path.of(lesson.get("script-ref").getAsString());
            assertThat(file).content().doesNotContain("import support.", "import picocli.");
            // Without a logger slf4j complains.
            assertThat(texts(lesson.getAsJsonArray("dependencies")))
                    .containsExactly(
                            library,
                            LIBRARY.coordinates("/project/dependencies/dependency[artifactId='slf4j-simple']"));
        }
    }

    private static List<String> texts(JsonArray array) {
        return array.asList().stream().map(each -> each.getAsString()).toList();
    }

    private static String version() throws Exception {
        return LIBRARY.text("/project/version");
    }
}
