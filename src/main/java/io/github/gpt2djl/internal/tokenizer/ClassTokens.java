package io.github.gpt2djl.internal.tokenizer;

import com.google.gson.JsonElement;
import io.github.gpt2djl.MalformedCheckpointException;
import io.github.gpt2djl.internal.json.StrictJson;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The special tokens that a class of transformers has if no file names others.
 *
 * @param rules the class
 * @param named the texts by name, such as bos_token
 * @param pieces the control pieces and the user-defined pieces of a SentencePiece model, or null
 */
record ClassTokens(
        TokenizerClass rules,
        Map<String, String> named,
        @Nullable List<AddedToken> pieces) {
    private static final String END = "<|endoftext|>";
    private static final Map<String, String> SENTENCE =
            Map.of("bos_token", "<s>", "eos_token", "</s>", "unk_token", "<unk>");

    /**
     * Returns the tokens of a class.
     *
     * @param folder the folder of the files, by which one class distinguishes its versions
     */
    static ClassTokens of(TokenizerClass rules, @Nullable SentencePieceModel model, String folder) {
        List<AddedToken> pieces = null;
        if (model != null) {
            pieces = new ArrayList<>();
            for (SentencePieceModel.Piece piece : model.pieces()) {
                // If a model counts as it is written, its user-defined pieces are not special tokens.
                if (piece.type() == SentencePieceModel.Type.CONTROL
                        || (piece.type() == SentencePieceModel.Type.USER_DEFINED
                                && rules != TokenizerClass.AS_WRITTEN)) {
                    boolean special = piece.type() == SentencePieceModel.Type.CONTROL;
                    pieces.add(new AddedToken(piece.text(), false, false, false, false, special));
                }
            }
        }
        boolean python = rules == TokenizerClass.GPT_SW3;
        return new ClassTokens(rules, named(rules, model, folder), python ? null : pieces);
    }

    private static Map<String, String> named(TokenizerClass rules, @Nullable SentencePieceModel model, String folder) {
        return switch (rules) {
            case GPT2 -> Map.of("bos_token", END, "eos_token", END, "unk_token", END);
            case GPT -> Map.of("unk_token", "<unk>");
            case GPT_NEOX -> Map.of("bos_token", END, "eos_token", END, "unk_token", END, "pad_token", "<|padding|>");
            case QWEN2 -> Map.of("eos_token", END, "unk_token", END, "pad_token", END);
            case BERT ->
                Map.of(
                        "unk_token", "[UNK]",
                        "sep_token", "[SEP]",
                        "pad_token", "[PAD]",
                        "cls_token", "[CLS]",
                        "mask_token", "[MASK]");
            case LLAMA -> SENTENCE;
            case GEMMA ->
                Map.of(
                        "bos_token", "<bos>",
                        "eos_token", "<eos>",
                        "unk_token", "<unk>",
                        "pad_token", "<pad>",
                        "mask_token", "<mask>");
            case T5 -> Map.of("eos_token", "</s>", "unk_token", "<unk>", "pad_token", "<pad>");
            case ALBERT ->
                with(
                        Map.of("bos_token", "[CLS]", "eos_token", "[SEP]", "unk_token", "<unk>"),
                        "[SEP]",
                        "[CLS]",
                        "[MASK]");
            case XLNET -> with(SENTENCE, "<sep>", "<cls>", "<mask>");
            case ROBERTA, CAMEMBERT, XLM_ROBERTA -> with(SENTENCE, "</s>", "<s>", "<mask>");
            case GPT_SW3 ->
                folder.contains("gpt-sw3-7b")
                        ? Map.of("bos_token", END, "eos_token", END, "unk_token", "<unk>", "pad_token", "<unk>")
                        : Map.of("bos_token", "<s>", "eos_token", END, "unk_token", "<unk>", "pad_token", "<pad>");
            case AS_WRITTEN -> model == null ? Map.of() : told(model.trainer());
        };
    }

    private static Map<String, String> with(Map<String, String> sentence, String sep, String cls, String mask) {
        Map<String, String> all = new LinkedHashMap<>(sentence);
        all.putAll(Map.of("sep_token", sep, "pad_token", "<pad>", "cls_token", cls, "mask_token", mask));
        return all;
    }

    private static Map<String, String> told(SentencePieceModel.Trainer trainer) {
        Map<String, String> all = new LinkedHashMap<>();
        put(all, "bos_token", trainer.bos(), "<s>");
        put(all, "eos_token", trainer.eos(), "</s>");
        put(all, "unk_token", trainer.unknown(), "<unk>");
        return all;
    }

    private static void put(Map<String, String> all, String name, SentencePieceModel.Named piece, String usual) {
        if (piece.id() >= 0) {
            all.put(name, piece.text().isEmpty() ? usual : piece.text());
        }
    }

    /** Tells whether a name to which a file gives no token has the usual token. */
    boolean standsForNull() {
        return rules == TokenizerClass.GPT_SW3;
    }

    /** Reads a named token. */
    AddedToken token(StrictJson holder, String name, JsonElement value) throws MalformedCheckpointException {
        AddedToken token = AddedToken.read(holder, name, value).asSpecial();
        return StrictJson.isText(value) ? token(name, token.content()) : token;
    }

    /** Creates a named token of which only the text is known. */
    AddedToken token(String name, String content) {
        boolean takesSpaces =
                name.equals("mask_token") && (rules == TokenizerClass.XLNET || rules == TokenizerClass.CAMEMBERT);
        return new AddedToken(content, false, takesSpaces, false, false, true);
    }

    /**
     * Returns the tokens that have no name, if the class is asked for them.
     *
     * @param told the tokens of special_tokens_map.json, or null
     */
    List<AddedToken> additional(@Nullable List<AddedToken> told, StrictJson config)
            throws MalformedCheckpointException {
        List<AddedToken> found = pieces != null ? pieces : told;
        return switch (rules) {
            case T5 -> sentinels(found, config);
            case XLNET -> found != null ? found : special("<eop>", "<eod>");
            case CAMEMBERT -> found != null ? found : special("<s>NOTUSED", "</s>NOTUSED", "<unk>NOTUSED");
            default -> found != null ? found : List.of();
        };
    }

    /** Returns the number of T5's tokens {@code <extra_id_0>} and so on. */
    static int extraIds(StrictJson config) throws MalformedCheckpointException {
        int count = config.json().has("extra_ids") ? config.whole("extra_ids") : 100;
        if (count < 0 || count > 10_000) {
            throw config.wrong("extra_ids", "0 to 10000");
        }
        return count;
    }

    private static List<AddedToken> sentinels(@Nullable List<AddedToken> found, StrictJson config)
            throws MalformedCheckpointException {
        int count = extraIds(config);
        List<AddedToken> all = new ArrayList<>(found == null ? List.of() : found);
        long there = all.stream()
                .filter(token -> token.content().contains("<extra_id_"))
                .count();
        if (there == 0) {
            IntStream.range(0, count).forEach(i -> all.add(AddedToken.special("<extra_id_" + i + ">")));
        } else if (count > 0 && count != there) {
            throw config.error("extra_ids is " + count + " and " + there
                    + " tokens such as <extra_id_0> are additional, expected as many; transformers refuses it, too");
        }
        return all;
    }

    private static List<AddedToken> special(String... contents) {
        List<AddedToken> tokens = new ArrayList<>();
        for (String content : contents) {
            tokens.add(AddedToken.special(content));
        }
        return tokens;
    }
}
