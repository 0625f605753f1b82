package io.github.gpt2djl.internal.tokenizer;

import io.github.gpt2djl.MalformedCheckpointException;
import io.github.gpt2djl.internal.json.StrictJson;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/**
 * The steps by which a tokenizer.json turns tokens into text.
 *
 * @param steps the steps in order
 * @param types the types of the steps
 */
public record DecoderSteps(List<Step> steps, Set<String> types) {
    /** Makes a step for a single text. */
    @FunctionalInterface
    interface Step {
        /**
         * Starts a text.
         *
         * @param special whether special tokens may occur
         */
        public Pieces start(Pieces next, boolean special);
    }

    /** Returns a step that does not depend on special tokens. */
    private static Step plain(UnaryOperator<Pieces> step) {
        return (next, special) -> step.apply(next);
    }

    static final String BYTE_LEVEL = "ByteLevel";
    static final String BYTE_FALLBACK = "ByteFallback";
    private static final int MOST = 32;

    /**
     * Reads the decoder, which may be absent.
     *
     * @param cleansUp whether spaces before punctuation are removed from the text
     * @param trusted whether any regular expression is accepted
     */
    static DecoderSteps read(StrictJson whole, boolean cleansUp, boolean trusted) throws MalformedCheckpointException {
        List<StrictJson> parts = new ArrayList<>();
        List<Step> steps = new ArrayList<>();
        Set<String> types = new HashSet<>();
        StrictJson decoder = whole.part("decoder");
        if (decoder == null) {
            steps.add(plain(TokenSteps::spaced));
        } else {
            add(decoder, parts);
        }
        if (parts.size() > MOST) {
            throw whole.error("decoder has " + parts.size() + " steps, expected at most " + MOST);
        }
        for (StrictJson part : parts) {
            steps.add(plain(step(part, trusted)));
            types.add(String.valueOf(part.text("type")));
        }
        if (!trusted) {
            StepPattern.checkGrowth(whole, "decoder", parts);
        }
        if (cleansUp) {
            steps.add(plain(CleanUp::text));
        }
        return new DecoderSteps(steps, types);
    }

    /**
     * Returns SentencePiece's own steps, as Python calls them.
     *
     * @param special the special tokens
     */
    static DecoderSteps of(SentencePieceModel model, Set<String> special, boolean cleansUp) {
        Map<String, SentencePieceModel.Type> types = new HashMap<>();
        model.pieces().forEach(piece -> types.put(piece.text(), piece.type()));
        List<Step> steps = new ArrayList<>();
        steps.add((next, mayCome) ->
                new WholeTokens(next, new SentencePieceText(next, types, model.normalizer(), special, mayCome)));
        if (cleansUp) {
            steps.add(plain(CleanUp::text));
        }
        return new DecoderSteps(steps, Set.of(BYTE_FALLBACK));
    }

    /**
     * Starts the steps for a single text.
     *
     * @param special whether special tokens may occur
     */
    public Pieces start(Pieces text, boolean special) {
        Pieces first = text;
        for (int i = steps.size() - 1; i >= 0; i--) {
            first = steps.get(i).start(first, special);
        }
        return first;
    }

    private static void add(StrictJson step, List<StrictJson> steps) throws MalformedCheckpointException {
        if ("Sequence".equals(step.text("type"))) {
            for (StrictJson part : step.parts("decoders")) {
                add(part, steps);
            }
        } else {
            steps.add(step);
        }
    }

    private static UnaryOperator<Pieces> step(StrictJson step, boolean trusted) throws MalformedCheckpointException {
        return switch (String.valueOf(step.text("type"))) {
            case BYTE_LEVEL -> ByteSteps::byteLevel;
            case BYTE_FALLBACK -> ByteSteps::byteFallback;
            case "Fuse" -> Fused::new;
            case "BPEDecoder" -> {
                String suffix = text(step, "suffix");
                yield next -> TokenSteps.suffix(next, suffix);
            }
            case "WordPiece" -> {
                String prefix = textOrNone(step, "prefix");
                boolean cleanup = step.flag("cleanup");
                yield next -> TokenSteps.wordPiece(next, prefix, cleanup);
            }
            case "Metaspace" -> {
                Metaspace.check(step);
                String replacement = text(step, "replacement");
                boolean prepends = Metaspace.prepends(step);
                yield next -> TokenSteps.metaspace(next, replacement, prepends);
            }
            case "CTC" -> {
                String pad = text(step, "pad_token");
                String wordDelimiter = text(step, "word_delimiter_token");
                boolean cleanup = step.flag("cleanup");
                yield next -> TokenSteps.ctc(next, pad, wordDelimiter, cleanup);
            }
            case "Replace" -> replace(step, trusted);
            case "Strip" -> {
                String content = text(step, "content");
                if (content.codePointCount(0, content.length()) != 1) {
                    throw step.wrong("content", "one character");
                }
                int start = count(step, "start");
                int stop = count(step, "stop");
                yield next -> new Stripped(next, content.codePointAt(0), start, stop);
            }
            default ->
                throw step.wrong(
                        "type",
                        "BPEDecoder, ByteFallback, ByteLevel, CTC, Fuse, Metaspace, Replace, Strip, WordPiece or a"
                                + " Sequence of them");
        };
    }

    private static String text(StrictJson step, String key) throws MalformedCheckpointException {
        String text = step.text(key);
        if (text == null || text.isEmpty()) {
            throw step.wrong(key, "a text that is not empty");
        }
        return text;
    }

    /** Reads a text that may be empty, but must be present. */
    private static String textOrNone(StrictJson step, String key) throws MalformedCheckpointException {
        String text = step.text(key);
        if (text == null) {
            throw step.wrong(key, "a text");
        }
        return text;
    }

    private static int count(StrictJson step, String key) throws MalformedCheckpointException {
        int count = step.whole(key);
        if (count < 0) {
            throw step.wrong(key, "0 or more");
        }
        return count;
    }

    private static UnaryOperator<Pieces> replace(StrictJson step, boolean trusted) throws MalformedCheckpointException {
        StrictJson pattern = step.part("pattern");
        if (pattern == null) {
            throw step.wrong("pattern", "a text, or a regular expression");
        }
        String to = textOrNone(step, "content");
        if (pattern.find("Regex") == null) {
            String from = text(pattern, "String");
            return next -> new Replaced(next, from, to);
        }
        StepPattern.check(step, trusted);
        try {
            Pattern expression = Pattern.compile(text(pattern, "Regex"), Pattern.UNICODE_CHARACTER_CLASS);
            return next -> TokenSteps.replace(next, expression, to);
        } catch (PatternSyntaxException e) {
            throw step.wrong("pattern", "an expression that Java knows, too");
        }
    }
}
