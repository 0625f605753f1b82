package io.github.gpt2djl.internal.tokenizer;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;

/** Texts for tokenizers: spaces, marks, halves of characters' bytes, and what tokenizers write in their place. */
final class FuzzedText {
    static final String SAMPLE =
            " \u0000a\u0301b  AB\u00e9\u4e2d\n\ud83d\udc4d7\u3000x\u202e▁a▁ .'s##<0xE9>!</w>\ufb01\r\n12";

    private FuzzedText() {}

    /** Of the sample, or anything that is well-formed. */
    static String of(FuzzedDataProvider data, int most) {
        if (data.consumeBoolean()) {
            int begin = data.consumeInt(0, SAMPLE.length() - 1);
            String text = SAMPLE.substring(begin, Math.min(SAMPLE.length(), begin + data.consumeInt(0, most)));
            return Surrogates.lone(text) < 0 ? text : "\u0301";
        }
        String text = data.consumeString(most);
        return Surrogates.lone(text) < 0 ? text : "\u1e9e";
    }

    /** An object whose quotation marks are single ones. */
    static JsonObject json(String text) {
        return JsonParser.parseString(text.replace('\'', '"')).getAsJsonObject();
    }
}
