package io.github.gpt2djl.internal.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.github.gpt2djl.Gpt2;
import io.github.gpt2djl.inspection.Hook;
import io.github.gpt2djl.inspection.TraceOptions;
import io.github.gpt2djl.inspection.TracedTensor;
import io.github.gpt2djl.testing.TestCheckpoint;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.htmlunit.BrowserVersion;
import org.htmlunit.WebClient;
import org.htmlunit.html.DomElement;
import org.htmlunit.html.HtmlPage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The page of inside, its script run by two browsers. */
class InsidePageTest {
    private static final String TEXT = "To be</script>, or 👍 not to";

    @TempDir
    Path folder;

    private JsonObject write(String... options) throws IOException {
        Path file = folder.resolve("page.html");
        String[] all = new String[options.length + 4];
        all[0] = "inside";
        all[1] = TEXT;
        all[2] = "--html";
        all[3] = file.toString();
        System.arraycopy(options, 0, all, 4, options.length);
        assertThat(MainTest.run(all).code()).isZero();
        String html = Files.readString(file);
        assertThat(html)
                .doesNotContain("http://", "https://", "src=", "<link", "@import", "be</script>")
                .contains("default-src 'none'");
        Matcher data = Pattern.compile("id=\"data\">(.*?)</script>").matcher(html);
        assertThat(data.find()).isTrue();
        return JsonParser.parseString(data.group(1)).getAsJsonObject();
    }

    @Test
    void thePatternsAreTheModels() throws IOException {
        JsonObject data = write();
        byte[] bytes = Base64.getDecoder().decode(data.get("patterns").getAsString());
        try (Gpt2 gpt2 = Gpt2.load("shakespeare")) {
            TracedTensor pattern = gpt2.inspector()
                    .trace(TEXT, TraceOptions.of("*.hook_pattern"))
                    .tensor(Hook.PATTERN, 1);
            int tokens = pattern.shape()[1];
            int heads = gpt2.config().heads();
            int size = tokens * (tokens + 1) / 2;
            assertThat(bytes).hasSize(gpt2.config().layers() * heads * size);
            for (int key = 0; key <= 5; key++) {
                int at = (heads + 2) * size + 5 * 6 / 2 + key;
                assertThat((bytes[at] & 255) / 255.0).isCloseTo(pattern.get(2, 5, key), within(0.002));
            }
        }
    }

    @Test
    void clicksGoFromTokenToTokenAndFromHeadToHead() throws IOException {
        JsonObject data = write("--position", "2");
        try (WebClient browser = new WebClient(BrowserVersion.CHROME)) {
            browser.getOptions().setThrowExceptionOnScriptError(true);
            HtmlPage page = browser.getPage(folder.resolve("page.html").toUri().toURL());
            shows(page, data, 2);
            page.getElementById("next").click();
            shows(page, data, 3);
            page.executeJavaScript("document.dispatchEvent(new KeyboardEvent('keydown', {key: 'Home'}))");
            shows(page, data, 0);
            assertThat(page.getElementById("previous").hasAttribute("disabled")).isTrue();
            page.<DomElement>querySelector("#text button:nth-of-type(5)").click();
            shows(page, data, 4);
            page.<DomElement>querySelector("#maps button[data-head='1.2']").click();
            assertThat(text(page, "#looks")).contains("head 1.2 looks at ");
        }
    }

    private static void shows(HtmlPage page, JsonObject data, int token) {
        JsonArray tokens = data.getAsJsonArray("tokens");
        assertThat(text(page, "#place")).isEqualTo("token " + (token + 1) + " of " + tokens.size());
        assertThat(text(page, "#text button[aria-current=true]"))
                .isEqualTo(tokens.get(token).getAsString());
        JsonArray lens = data.getAsJsonArray("lens");
        JsonArray last = lens.get(lens.size() - 1).getAsJsonArray().get(token).getAsJsonArray();
        assertThat(text(page, "#lens tr:last-child .cell .token"))
                .isEqualTo(last.get(0).getAsJsonArray().get(0).getAsString());
        double sum = 0;
        for (var value : data.getAsJsonArray("values").get(token).getAsJsonArray()) {
            sum += value.getAsDouble();
        }
        assertThat(text(page, "#partsTitle"))
                .endsWith(data.getAsJsonArray("explained").get(token).getAsString());
        Matcher logit = Pattern.compile("The logit is (-?[\\d.]+):").matcher(text(page, "#partsNote"));
        assertThat(logit.find()).isTrue();
        assertThat(Double.parseDouble(logit.group(1))).isCloseTo(sum, within(0.006));
    }

    private static String text(HtmlPage page, String selector) {
        return page.querySelector(selector).getTextContent();
    }

    @Test
    void chromiumShowsTheTokenOfTheAddress() throws Exception {
        write("--token", " be", "--instead", " the");
        String dom = Chromium.dom(folder.resolve("page.html"), "token=3&theme=dark", folder);
        assertThat(dom).contains(">token 3 of ").contains("data-theme=\"dark\"").contains("looks at ");
        assertThat(dom).contains("<polyline");
        assertThat(Chromium.dom(folder.resolve("page.html"), "", folder)).contains("above that of ␣the");
    }

    @Test
    void thePagesLinkToEachOther() throws IOException {
        Path explain = folder.resolve("explain.html");
        Path inside = Files.createDirectory(folder.resolve("a b")).resolve("inside.html");
        String[] command = {"explain", TEXT, "--seed", "1", "--max-new-tokens", "4"};
        JsonObject plain = MainTest.run(with(command, "--json")).json();
        MainTest.Result both =
                MainTest.run(with(command, "--json", "--html", explain.toString(), "--inside", inside.toString()));
        JsonObject printed = both.json();
        plain.remove("tokens_per_second");
        printed.remove("tokens_per_second");
        assertThat(printed).isEqualTo(plain);
        try (WebClient browser = new WebClient(BrowserVersion.CHROME)) {
            HtmlPage steps = browser.getPage(explain.toUri().toURL() + "#step=3");
            String chosen = text(steps, "#result b");
            HtmlPage tokens = steps.<DomElement>querySelector("#inside a").click();
            assertThat(tokens.getTitleText()).isEqualTo("How the logits arise");
            assertThat(text(tokens, "#partsTitle")).endsWith(chosen);
            assertThat(text(tokens, "#chosen")).isEqualTo("How " + chosen + " was then chosen");
            String hash = steps.<DomElement>querySelector("#inside a")
                    .getAttribute("href")
                    .replaceAll(".*#token=", "");
            tokens.getElementById("previous").click();
            tokens.executeJavaScript("go(0)");
            assertThat(text(tokens, "#chosen")).as("a token of the prompt").isEmpty();
            tokens.executeJavaScript("go(" + (Integer.parseInt(hash) - 1) + ")");
            HtmlPage back = tokens.<DomElement>querySelector("#chosen a").click();
            assertThat(text(back, "#place")).isEqualTo("step 3 of 4");
        }
        assertThat(MainTest.run("explain", TEXT, "--inside", inside.toString()).err())
                .contains("--inside has no effect without --html");
    }

    private static String[] with(String[] command, String... more) {
        return Stream.of(command, more).flatMap(Stream::of).toArray(String[]::new);
    }

    /** 64 tokens of the shape of GPT-2 124M but for its width, which the page does not depend on: less than 2 MB. */
    @Test
    void thePageOfALargeModelIsSmall() throws IOException {
        Path model = new TestCheckpoint(12, 12, 48, 64, 50257, true, 5).write(folder.resolve("model"));
        StringBuilder ids = new StringBuilder("7");
        for (int i = 1; i < 64; i++) {
            ids.append(',').append(50000 - 700 * i);
        }
        Path file = folder.resolve("large.html");
        MainTest.Result result = MainTest.run(
                "inside", "--prompt-ids", ids.toString(), "--model", model.toString(), "--html", file.toString());
        assertThat(result.err()).doesNotContain("error");
        assertThat(Files.size(file)).isBetween(500_000L, 2_000_000L);
    }
}
