package io.github.gpt2djl.internal.tokenizer;

import com.google.gson.JsonObject;
import io.github.gpt2djl.MalformedCheckpointException;
import io.github.gpt2djl.internal.json.StrictJson;
import java.nio.charset.StandardCharsets;
import java.text.Normalizer;
import java.text.Normalizer.Form;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import java.util.function.IntPredicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/**
 * Computes the normalized form of an added token. Hugging Face's tokenizers looks for this form in texts, and runs
 * forever if the form is empty.
 */
final class NormalizedToken {
    private static final Set<String> REMOVING =
            Set.of("Strip", "StripAccents", "BertNormalizer", "Replace", "Nmt", "Precompiled");
    private static final Pattern MARKS = Pattern.compile("\\p{M}");
    private static final Pattern CONTROLS = Pattern.compile("[\\p{C}\\x{FFFD}&&[^\\t\\n\\r]]");
    private static final Pattern SPACE = Pattern.compile("\\s", Pattern.UNICODE_CHARACTER_CLASS);
    private static final Pattern SPACES_BEFORE = Pattern.compile("^\\s+", Pattern.UNICODE_CHARACTER_CLASS);
    private static final Pattern SPACES_BEHIND = Pattern.compile("\\s+$", Pattern.UNICODE_CHARACTER_CLASS);

    private static final Pattern NMT_REMOVED =
            Pattern.compile("[\\x{1}-\\x{8}\\x{B}\\x{E}-\\x{1F}\\x{7F}\\x{8F}\\x{9F}]");
    private static final Pattern NMT_SPACE =
            Pattern.compile("[\\t\\n\\f\\r\\x{1680}\\x{200B}-\\x{200F}\\x{2028}\\x{2029}\\x{2581}\\x{FEFF}\\x{FFFD}]");

    private NormalizedToken() {}

    /**
     * Tells whether the normalizer certainly leaves some characters of a token. Letters, digits and signs count if Java
     * knows them: the library's Unicode may be newer.
     */
    static boolean lasts(List<StrictJson> normalizers, String content) throws MalformedCheckpointException {
        boolean removing = false;
        boolean known = isKnown(content);
        for (StrictJson step : normalizers) {
            removing |= REMOVING.contains(type(step));
            for (String key : new String[] {"prepend", "content"}) {
                String text = step.text(key);
                known &= text == null || isKnown(text);
            }
        }
        return !removing || (known && has(of(normalizers, content), NormalizedToken::isSolid));
    }

    static String of(List<StrictJson> normalizers, String content) throws MalformedCheckpointException {
        String text = content;
        for (StrictJson step : normalizers) {
            text = step(step, text);
        }
        return text;
    }

    private static String step(StrictJson step, String text) throws MalformedCheckpointException {
        return switch (type(step)) {
            case "Lowercase" -> lowerCase(text);
            case "Strip" -> {
                String behind =
                        step.flag("strip_right") ? SPACES_BEHIND.matcher(text).replaceAll("") : text;
                yield step.flag("strip_left") ? SPACES_BEFORE.matcher(behind).replaceAll("") : behind;
            }
            case "StripAccents" -> MARKS.matcher(text).replaceAll("");
            case "BertNormalizer" -> bert(step, text);
            case "Prepend" -> text.isEmpty() ? text : step.text("prepend") + text;
            case "Replace" -> replace(step, text);
            case "Precompiled" ->
                Objects.requireNonNull(StepKeys.charsmap(step.json().get("precompiled_charsmap")))
                        .normalize(text);
            case "Nmt" ->
                NMT_SPACE.matcher(NMT_REMOVED.matcher(text).replaceAll("")).replaceAll(" ");
            case "ByteLevel" -> {
                StringBuilder bytes = new StringBuilder();
                for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
                    bytes.append(ByteLevel.character(b & 255));
                }
                yield bytes.toString();
            }
            default -> Normalizer.normalize(text, Form.valueOf(type(step)));
        };
    }

    private static String replace(StrictJson step, String text) throws MalformedCheckpointException {
        JsonObject pattern = step.json().getAsJsonObject("pattern");
        String content = String.valueOf(step.text("content"));
        if (pattern.has("String")) {
            return text.replace(pattern.get("String").getAsString(), content);
        }
        try {
            return Pattern.compile(pattern.get("Regex").getAsString(), Pattern.UNICODE_CHARACTER_CLASS)
                    .matcher(text)
                    .replaceAll(Matcher.quoteReplacement(content));
        } catch (PatternSyntaxException e) {
            throw step.wrong("pattern", "one that Java knows, too, where an added token is normalized");
        }
    }

    private static String bert(StrictJson step, String content) throws MalformedCheckpointException {
        String text = content;
        if (step.flag("clean_text")) {
            text = SPACE.matcher(CONTROLS.matcher(text).replaceAll("")).replaceAll(" ");
        }
        if (step.flag("handle_chinese_chars")) {
            StringBuilder spaced = new StringBuilder();
            text.codePoints()
                    .mapToObj(
                            c -> Character.isIdeographic(c) ? " " + Character.toString(c) + " " : Character.toString(c))
                    .forEach(spaced::append);
            text = spaced.toString();
        }
        boolean lowers = step.flag("lowercase");
        if (step.find("strip_accents") == null ? lowers : step.flag("strip_accents")) {
            text = MARKS.matcher(Normalizer.normalize(text, Form.NFD)).replaceAll("");
        }
        return lowers ? lowerCase(text) : text;
    }

    /** Converts to lower case character by character, as the library does. */
    private static String lowerCase(String text) {
        StringBuilder lower = new StringBuilder();
        text.codePoints().mapToObj(Character::toString).forEach(c -> lower.append(c.toLowerCase(Locale.ROOT)));
        return lower.toString();
    }

    private static boolean isKnown(String text) {
        return !has(text, c -> Character.getType(c) == Character.UNASSIGNED);
    }

    private static boolean isSolid(int character) {
        return switch (Character.getType(character)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.PRIVATE_USE,
                    Character.SURROGATE,
                    Character.UNASSIGNED,
                    Character.SPACE_SEPARATOR,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR,
                    Character.NON_SPACING_MARK,
                    Character.ENCLOSING_MARK,
                    Character.COMBINING_SPACING_MARK -> false;
            default -> character != 0xFFFD;
        };
    }

    private static boolean has(String text, IntPredicate kind) {
        return text.codePoints().anyMatch(kind);
    }

    private static String type(StrictJson step) throws MalformedCheckpointException {
        return String.valueOf(step.text("type"));
    }
}
