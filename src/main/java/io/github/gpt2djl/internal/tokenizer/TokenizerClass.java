package io.github.gpt2djl.internal.tokenizer;

import io.github.gpt2djl.MalformedCheckpointException;
import io.github.gpt2djl.ModelConfig.Architecture;
import io.github.gpt2djl.checkpoint.TokenizerFiles;
import io.github.gpt2djl.internal.json.StrictJson;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The rules that a tokenizer's files follow, as transformers 5 chooses them. A class has its own rules, and takes only
 * vocabulary, merges, added tokens, charsmap and post-processor from a tokenizer.json. Other files follow the rules in
 * their tokenizer.json.
 */
enum TokenizerClass {
    /** GPT-2 and OPT: text is cut by a regular expression, and spelled in the byte alphabet. */
    GPT2(Model.BPE, true, "vocab.json", "GPT2Tokenizer", "CodeGenTokenizer"),
    /** The first GPT: text is lower-cased and cut at spaces and punctuation; a word's last token ends in a suffix. */
    GPT(Model.BPE, true, "vocab.json", "OpenAIGPTTokenizer"),
    /** GPT-2's rules, with tokens around a text. */
    ROBERTA(
            Model.BPE,
            false,
            "vocab.json",
            "RobertaTokenizer",
            "BartTokenizer",
            "LEDTokenizer",
            "LongformerTokenizer",
            "MvpTokenizer"),
    /** GPT-2's rules, on composed characters. */
    GPT_NEOX(Model.BPE, false, "vocab.json", "GPTNeoXTokenizer"),
    /** GPT-2's rules, with another regular expression. */
    QWEN2(Model.BPE, true, "vocab.json", "Qwen2Tokenizer"),
    /** The words of a vocabulary, and their parts. */
    BERT(
            Model.WORD_PIECE,
            false,
            "vocab.txt",
            "BertTokenizer",
            "DistilBertTokenizer",
            "ElectraTokenizer",
            "LayoutLMTokenizer",
            "LxmertTokenizer",
            "MobileBertTokenizer",
            "SqueezeBertTokenizer"),
    /** Byte-pair encoding of characters; unknown characters become bytes. */
    LLAMA(Model.BPE, true, "tokenizer.model", "LlamaTokenizer", "Phi3Tokenizer"),
    /** Llama's rules, without a space in front. */
    GEMMA(Model.BPE, true, "tokenizer.model", "GemmaTokenizer"),
    /** The likeliest pieces, with {@code </s>} behind. */
    T5(Model.UNIGRAM, false, "spiece.model", "T5Tokenizer"),
    /** The likeliest pieces, without accents. */
    ALBERT(Model.UNIGRAM, true, "spiece.model", "AlbertTokenizer"),
    /** ALBERT's rules, with tokens behind a text. */
    XLNET(Model.UNIGRAM, false, "spiece.model", "XLNetTokenizer"),
    /** The likeliest pieces, some of which are replaced. */
    CAMEMBERT(Model.UNIGRAM, false, "sentencepiece.bpe.model", "CamembertTokenizer"),
    /** CamemBERT's rules, with other pieces replaced. */
    XLM_ROBERTA(Model.UNIGRAM, false, "sentencepiece.bpe.model", "XLMRobertaTokenizer"),
    /** The rules of a SentencePiece model, on a text without control characters. */
    GPT_SW3(Model.OF_FILE, false, "spiece.model", "GPTSw3Tokenizer"),
    /** All rules in tokenizer.json or tokenizer.model. */
    AS_WRITTEN(
            Model.OF_FILE,
            true,
            "tokenizer.model",
            "TokenizersBackend",
            "PreTrainedTokenizer",
            "PythonBackend",
            "BloomTokenizer");

    /** The way in which a class makes tokens. */
    enum Model {
        BPE("BPE"),
        WORD_PIECE("WordPiece"),
        UNIGRAM("Unigram"),
        /** The way that the file names. */
        OF_FILE("");

        private final String type;

        Model(String type) {
            this.type = type;
        }

        /** Returns the name in a tokenizer.json. */
        String type() {
            return type;
        }
    }

    private static final String KEY = "tokenizer_class";
    private static final String WHOLE = "tokenizer.json";
    private static final String PIECES = "tokenizer.model";

    /** The other classes of transformers 5, which have rules of their own. */
    private static final List<String> OTHERS = List.of(
            ("Barthez Bartpho BertGeneration BertJapanese Bertweet BigBird BioGpt Blenderbot BlenderbotSmall ByT5"
                            + " CLIP CTRL Canine Clvp CodeLlama Cohere ConvBert CpmAnt Cpm DPRContextEncoder DPRQuestionEncoder"
                            + " DPRReader Deberta DebertaV2 Dia Esm Esmc FNet FSMT FastSpeech2Conformer Flaubert Funnel"
                            + " GPTNeoXJapanese Herbert Lasr LayoutLMv2 LayoutLMv3 LayoutXLM Luke M2M100 MBart MBart50 MLuke"
                            + " MPNet Marian MarkupLM Mgpstr MyT5 Nllb Nougat PLBart Parakeet Pegasus Perceiver Phobert"
                            + " Pop2Piano ProphetNet Qwen3_5 Rag Reformer RemBert RoCBert RoFormer SeamlessM4T Siglip Siglip2"
                            + " Speech2Text SpeechT5 Splinter Tapas Tipsv2 Udop VideoPrism Vits Wav2Vec2CTC"
                            + " Wav2Vec2PhonemeCTC Whisper XGLM XLM")
                    .split(" "));

    private final Model model;
    private final boolean takesProcessor;
    private final String file;
    private final String title;
    /** The names, each with a space on both sides: a list in an enum could change. */
    private final String names;

    TokenizerClass(Model model, boolean takesProcessor, String file, String... names) {
        this.model = model;
        this.takesProcessor = takesProcessor;
        this.file = file;
        title = names[0];
        this.names = " " + String.join(" ", names) + " ";
    }

    Model model() {
        return model;
    }

    /** Tells whether the post-processor of a tokenizer.json counts. */
    boolean takesProcessor() {
        return takesProcessor;
    }

    /** Returns the name in transformers. */
    String title() {
        return title;
    }

    /** Chooses by tokenizer_config.json, else by config.json, else by the architecture. */
    static TokenizerClass of(FilesBeside files, Architecture architecture) throws MalformedCheckpointException {
        StrictJson naming = naming(files);
        String name = naming == null ? null : naming.text(KEY);
        if (naming == null || name == null) {
            return usual(architecture);
        }
        String plain = name.replaceFirst("Fast$", "");
        return plain.equals("LlamaTokenizer") && hasBytes(files.files()) ? AS_WRITTEN : named(naming, plain);
    }

    /** Returns the file that names a class, or null. */
    static @Nullable StrictJson naming(FilesBeside files) throws MalformedCheckpointException {
        for (String file : List.of("tokenizer_config.json", "config.json")) {
            StrictJson part = files.part(file);
            if (part.text(KEY) != null) {
                return part;
            }
        }
        return null;
    }

    /** Tells whether a tokenizer.json spells bytes. Of the files that name Llama's class, only those of Llama 3 do. */
    static boolean hasBytes(TokenizerFiles files) throws MalformedCheckpointException {
        String whole = files.text(WHOLE);
        return whole != null && whole.contains("\"ByteLevel\"");
    }

    static TokenizerClass usual(Architecture architecture) {
        return architecture == Architecture.GPT ? GPT : GPT2;
    }

    private static TokenizerClass named(StrictJson file, String name) throws MalformedCheckpointException {
        List<String> known = new ArrayList<>();
        for (TokenizerClass one : values()) {
            if (one.names.contains(" " + name + " ")) {
                return one;
            }
            known.add(one.title());
        }
        if (OTHERS.contains(name.replaceFirst("Tokenizer$", ""))
                || List.of("BertTokenizerLegacy", "MistralCommonBackend").contains(name)) {
            throw file.wrong(
                    KEY,
                    "one of " + String.join(", ", known)
                            + ": the class has rules of its own, which are not known here");
        }
        // transformers also treats a class that it does not have in this way.
        return AS_WRITTEN;
    }

    /** Returns the file that the class reads, of the files that are present. */
    String source(TokenizerFiles files) throws MalformedCheckpointException {
        Map<String, byte[]> there = files.files();
        if (there.containsKey(WHOLE) && this != GPT_SW3) {
            return WHOLE;
        }
        boolean readsPieces = file.endsWith(".model");
        if (there.containsKey(PIECES) && !there.containsKey(WHOLE)) {
            if (readsPieces) {
                // transformers reads this file for every class, whatever file the class has otherwise.
                return PIECES;
            }
            throw new MalformedCheckpointException(
                    files.folder() + PIECES,
                    "cannot be read by " + title() + ", and transformers would not read another file beside; expected "
                            + file + " alone, or another tokenizer_class");
        }
        if (there.containsKey(file) && (!file.equals("vocab.json") || there.containsKey("merges.txt"))) {
            return file;
        }
        throw new MalformedCheckpointException(
                files.folder() + file,
                "the file is missing, expected "
                        + (this == GPT_SW3 ? "" : WHOLE + " or ")
                        + (file.equals("vocab.json") ? "vocab.json and merges.txt" : file)
                        + ", which " + title() + " reads; tokenizer_config.json may name another tokenizer_class"
                        + reader(there));
    }

    /** Names the first class that reads a present file, for a message. */
    private static String reader(Map<String, byte[]> there) {
        for (TokenizerClass one : values()) {
            if (there.containsKey(one.file) && !one.file.equals("vocab.json")) {
                return ", such as " + one.title + ", which reads the " + one.file + " here";
            }
        }
        return "";
    }
}
