package support;

import com.google.gson.Gson;
import com.google.gson.JsonParseException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * A passage of LAMBADA (Paperno et al. 2016), whose last word is to be predicted.
 *
 * @param context all but the last word
 * @param target a space and the last word
 */
public record LambadaPassage(String context, String target) {
    private record Line(String text) {}

    /**
     * Reads lines of {@code {"text": "..."}}, as OpenAI published the test set, or of plain text.
     *
     * @throws IOException if a line has no passage; with its number
     */
    public static List<LambadaPassage> parse(TextLines file) throws IOException {
        List<LambadaPassage> passages = new ArrayList<>();
        boolean json = file.lines().get(0).startsWith("{");
        for (int i = 0; i < file.lines().size(); i++) {
            String text = (json ? text(file, i) : file.lines().get(i)).strip();
            int space = text.lastIndexOf(' ');
            if (space < 0) {
                throw file.wrong(i, "found \"" + text + "\", expected a passage of several words");
            }
            passages.add(new LambadaPassage(text.substring(0, space), text.substring(space)));
        }
        return passages;
    }

    private static String text(TextLines file, int i) throws IOException {
        Line line;
        try {
            line = new Gson().fromJson(file.lines().get(i), Line.class);
        } catch (JsonParseException e) {
            throw file.wrong(i, "not JSON; expected {\"text\": \"...\"}");
        }
        if (line == null || line.text == null) {
            throw file.wrong(i, "no text; expected {\"text\": \"...\"}");
        }
        return line.text;
    }
}
