package io.github.gpt2djl.internal.tokenizer;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;

/** Steps of a tokenizer.json of all types, with odd values. */
final class FuzzedSteps {
    private static final String[] NORMALIZERS = {
        "{'type':'BertNormalizer','clean_text':F,'handle_chinese_chars':F,'strip_accents':F,'lowercase':F}",
        "{'type':'ByteLevel'}",
        "{'type':'NFC'}",
        "{'type':'NFD'}",
        "{'type':'NFKC'}",
        "{'type':'NFKD'}",
        "{'type':'Nmt'}",
        "{'type':'Lowercase'}",
        "{'type':'Strip','strip_left':F,'strip_right':F}",
        "{'type':'StripAccents'}",
        "{'type':'Precompiled'}",
        "{'type':'Prepend','prepend':'T'}",
        "{'type':'Replace','pattern':{'String':'T'},'content':'T'}",
        "{'type':'Replace','pattern':{'Regex':'R'},'content':'T'}"
    };
    private static final String[] PRE_TOKENIZERS = {
        "{'type':'ByteLevel','add_prefix_space':F,'trim_offsets':F,'use_regex':F}",
        "{'type':'BertPreTokenizer'}",
        "{'type':'CharDelimiterSplit','delimiter':'C'}",
        "{'type':'Digits','individual_digits':F}",
        "{'type':'FixedLength','length':N}",
        "{'type':'Metaspace','replacement':'C','prepend_scheme':'P','split':F}",
        "{'type':'Metaspace','replacement':'C','add_prefix_space':F,'str_rep':'T'}",
        "{'type':'Punctuation','behavior':'B'}",
        "{'type':'Punctuation'}",
        "{'type':'UnicodeScripts'}",
        "{'type':'Whitespace'}",
        "{'type':'WhitespaceSplit'}",
        "{'type':'Split','pattern':{'String':'T'},'behavior':'B','invert':F}",
        "{'type':'Split','pattern':{'Regex':'R'},'behavior':'B','invert':F}"
    };
    private static final String[] DECODERS = {
        "{'type':'ByteLevel'}",
        "{'type':'ByteFallback'}",
        "{'type':'Fuse'}",
        "{'type':'BPEDecoder','suffix':'T'}",
        "{'type':'WordPiece','prefix':'T','cleanup':F}",
        "{'type':'Metaspace','replacement':'C','prepend_scheme':'P','split':F}",
        "{'type':'CTC','pad_token':'T','word_delimiter_token':'T','cleanup':F}",
        "{'type':'Strip','content':'C','start':N,'stop':N}",
        "{'type':'Replace','pattern':{'String':'T'},'content':'T'}",
        "{'type':'Replace','pattern':{'Regex':'R'},'content':'T'}"
    };
    private static final String[] BEHAVIORS = {
        "Removed", "Isolated", "MergedWithPrevious", "MergedWithNext", "Contiguous"
    };
    private static final String[] SCHEMES = {"always", "first", "never"};
    private static final String[] CHARACTERS = {"▁", " ", "a", "_", "\u0301", "\ud83d\udc4d", "##"};
    private static final String[] EXPRESSIONS = {
        "",
        "a|b|ab",
        "[^aeiou]+",
        "\\s?\\p{L}+",
        "Ġ?[^Ġ]+|Ġ+",
        "\\A▁",
        " {2,}",
        "\\A +| +\\z",
        "\\A +|[ ▁]+\\z",
        "\\p{N}{1,3}",
        "a?b?c?d?",
        "\\d|\\D",
        "^",
        "$",
        "(?:a|)b",
        "x*",
        "[\\x{0}-\\x{1F}]+",
        " ?[^(\\s|[.,!?…。，、।۔،])]+",
        "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+"
    };
    private static final byte[] CHARSMAP = charsmap();

    private FuzzedSteps() {}

    static JsonObject normalizer(FuzzedDataProvider data) {
        return sequence(data, "normalizers", NORMALIZERS, 4);
    }

    static JsonObject preTokenizer(FuzzedDataProvider data) {
        return sequence(data, "pretokenizers", PRE_TOKENIZERS, 4);
    }

    static JsonObject decoder(FuzzedDataProvider data) {
        return sequence(data, "decoders", DECODERS, 5);
    }

    /** A published table, small. */
    static byte[] charsmap() {
        try {
            String json = Files.readString(Path.of("src/test/resources/reference/kinds/t5-json/tokenizer.json"));
            JsonObject step = JsonParser.parseString(json).getAsJsonObject().getAsJsonObject("normalizer");
            if (step.has("normalizers")) {
                step = step.getAsJsonArray("normalizers").get(0).getAsJsonObject();
            }
            return Base64.getDecoder().decode(step.get("precompiled_charsmap").getAsString());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static JsonObject sequence(FuzzedDataProvider data, String list, String[] kinds, int most) {
        JsonArray steps = new JsonArray();
        for (int n = data.consumeInt(0, most); n > 0; n--) {
            steps.add(step(data, data.pickValue(kinds)));
        }
        JsonObject sequence = FuzzedText.json("{'type':'Sequence'}");
        sequence.add(list, steps);
        return sequence;
    }

    private static JsonObject step(FuzzedDataProvider data, String kind) {
        JsonObject step = FuzzedText.json(kind.replaceAll("F(?=[,}])", "false").replaceAll("N(?=[,}])", "0"));
        for (String key : step.keySet().toArray(String[]::new)) {
            if (step.get(key) instanceof JsonObject pattern) {
                String of = pattern.keySet().iterator().next();
                pattern.addProperty(of, of.equals("Regex") ? data.pickValue(EXPRESSIONS) : FuzzedText.of(data, 3));
            } else if (step.getAsJsonPrimitive(key).isBoolean()) {
                step.addProperty(key, data.consumeBoolean());
            } else if (step.getAsJsonPrimitive(key).isNumber()) {
                step.addProperty(key, data.consumeBoolean() ? data.consumeInt(-1, 4) : 1_000_000_000);
            } else {
                step.addProperty(key, text(data, step.get(key).getAsString()));
            }
        }
        if (step.get("type").getAsString().equals("Precompiled")) {
            byte[] changed = CHARSMAP.clone();
            for (int n = data.consumeInt(0, 3); n > 0; n--) {
                changed[data.consumeInt(0, changed.length - 1)] = data.consumeByte();
            }
            step.addProperty("precompiled_charsmap", Base64.getEncoder().encodeToString(changed));
        }
        return step;
    }

    private static String text(FuzzedDataProvider data, String place) {
        return switch (place) {
            case "T" -> FuzzedText.of(data, 4);
            case "C" -> data.pickValue(CHARACTERS);
            case "P" -> data.pickValue(SCHEMES);
            case "B" -> data.pickValue(BEHAVIORS);
            default -> place;
        };
    }
}
