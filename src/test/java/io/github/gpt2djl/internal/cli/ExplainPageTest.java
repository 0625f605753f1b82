package io.github.gpt2djl.internal.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.htmlunit.BrowserVersion;
import org.htmlunit.WebClient;
import org.htmlunit.html.DomElement;
import org.htmlunit.html.DomNode;
import org.htmlunit.html.HtmlPage;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The page of explain, its script run by two browsers. */
class ExplainPageTest {
    @TempDir
    Path folder;

    private Path file;
    private JsonObject expected;

    @BeforeEach
    void explain() {
        file = folder.resolve("page.html");
        MainTest.Result result = MainTest.run(
                "explain",
                "</script><b>\u2028Ð 👍",
                "--top-p",
                "0.8",
                "--seed",
                "4",
                "--max-new-tokens",
                "5",
                "--json",
                "--html",
                file.toString());
        expected = result.json();
    }

    @Test
    void theFileIsWholeAndNeedsNoNetwork() throws IOException {
        String html = Files.readString(file);
        assertThat(html)
                .doesNotContain("$trace$")
                .doesNotContain("http://", "https://", "src=", "<link", "@import")
                .doesNotContain("</script><b>", "\u2028")
                .contains("default-src 'none'");
        Matcher data = Pattern.compile("id=\"data\">(.*?)</script>").matcher(html);
        assertThat(data.find()).isTrue();
        assertThat(JsonParser.parseString(data.group(1))).isEqualTo(expected);
        try (Stream<Path> files = Files.list(folder)) {
            assertThat(files).containsExactly(file);
        }
    }

    @Test
    void clicksGoStepByStep() throws IOException {
        try (WebClient browser = new WebClient(BrowserVersion.CHROME)) {
            browser.getOptions().setThrowExceptionOnScriptError(true);
            HtmlPage page = browser.getPage(file.toUri().toURL());
            shows(page, 1);
            for (int step = 2; step <= 5; step++) {
                page.getElementById("next").click();
                shows(page, step);
            }
            assertThat(page.getElementById("next").hasAttribute("disabled")).isTrue();
            page.getElementById("previous").click();
            shows(page, 4);
            page.executeJavaScript("document.dispatchEvent(new KeyboardEvent('keydown', {key: 'ArrowLeft'}))");
            shows(page, 3);
            page.<DomElement>querySelector("#text .later").click();
            shows(page, 4);
        }
    }

    private void shows(HtmlPage page, int number) {
        JsonObject step = expected.getAsJsonArray("trace").get(number - 1).getAsJsonObject();
        assertThat(text(page, "#place")).isEqualTo("step " + number + " of 5");
        assertThat(text(page, "#text .prompt")).isEqualTo("</script><b>\u2028Ð 👍");
        String chosen = visible(step.getAsJsonObject("chosen"));
        assertThat(text(page, "#text .now")).isEqualTo(chosen);
        assertThat(text(page, "#rows .chosen .token")).isEqualTo(chosen);
        assertThat(text(page, "#result b")).isEqualTo(chosen);
        assertThat(page.querySelectorAll("#rows .removed .token").stream().map(DomNode::getTextContent))
                .containsExactlyElementsOf(step.getAsJsonArray("candidates").asList().stream()
                        .map(JsonElement::getAsJsonObject)
                        .filter(c -> c.has("removed_by"))
                        .map(ExplainPageTest::visible)
                        .toList());
        double draw = step.get("draw").getAsDouble();
        assertThat(left(page.querySelector("#line .draw"))).isCloseTo(draw, within(1e-6));
        DomElement hit = page.querySelector("#line .hit");
        double width = Double.parseDouble(hit.getAttribute("style").replaceAll(".*width: ([\\d.]+)%.*", "$1")) / 100;
        assertThat(draw).isBetween(left(hit) - 1e-6, left(hit) + width + 1e-6);
    }

    @Test
    void chromiumShowsTheStepOfTheAddress() throws Exception {
        String dom = Chromium.dom(file, "step=3", folder);
        JsonObject step = expected.getAsJsonArray("trace").get(2).getAsJsonObject();
        assertThat(dom)
                .contains(">step 3 of 5<")
                .contains("left: " + Math.round(1e4 * step.get("draw").getAsDouble()) / 100)
                .containsPattern("<tr class=\"chosen\">.*?"
                        + Pattern.quote(visible(step.getAsJsonObject("chosen")).replace("<", "&lt;")) + "</span>");
    }

    private static String text(HtmlPage page, String selector) {
        return page.querySelector(selector).getTextContent();
    }

    private static double left(DomElement element) {
        return Double.parseDouble(element.getAttribute("style").replaceAll(".*left: ([\\d.]+)%.*", "$1")) / 100;
    }

    private static String visible(JsonObject token) {
        return Visible.text(token.get("token").getAsString());
    }
}
