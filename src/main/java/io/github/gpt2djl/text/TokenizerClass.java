package io.github.gpt2djl.text;

import io.github.gpt2djl.checkpoint.MalformedCheckpointException;
import io.github.gpt2djl.checkpoint.ModelConfig.Architecture;

/**
 * Whose rules a tokenizer's files follow, as transformers 5 chooses: those of a class, which takes only vocabulary,
 * merges, added tokens and post-processor from a tokenizer.json, or those that the tokenizer.json says.
 */
enum TokenizerClass {
    /** GPT-2 and OPT: text is cut by a regular expression, and spelled in the byte alphabet. */
    GPT2,
    /** The first GPT: text is lower-cased and cut at spaces and punctuation; a word's last token ends in a suffix. */
    GPT,
    /** All that tokenizer.json says. */
    AS_WRITTEN;

    private static final String KEY = "tokenizer_class";

    /**
     * Chooses: tokenizer_config.json says, else config.json, else the architecture.
     *
     * @param whole whether there is a tokenizer.json
     */
    static TokenizerClass of(FilesBeside files, boolean whole, Architecture architecture)
            throws MalformedCheckpointException {
        TokenizerClass usual = architecture == Architecture.GPT ? GPT : GPT2;
        for (String file : new String[] {"tokenizer_config.json", "config.json"}) {
            Part part = files.part(file);
            String name = part.text(KEY);
            if (name != null) {
                return named(part, name.replaceFirst("Fast$", ""), whole, usual);
            }
        }
        return usual;
    }

    private static TokenizerClass named(Part file, String name, boolean whole, TokenizerClass usual)
            throws MalformedCheckpointException {
        return switch (name) {
            case "GPT2Tokenizer", "CodeGenTokenizer" -> GPT2;
            case "OpenAIGPTTokenizer" -> GPT;
            // Without a tokenizer.json, the model's rules are all there are. Those two are taken as written, too.
            case "PreTrainedTokenizer", "TokenizersBackend", "PythonBackend", "LlamaTokenizer", "BloomTokenizer" ->
                whole ? AS_WRITTEN : usual;
            default ->
                throw file.wrong(
                        KEY,
                        "GPT2Tokenizer, OpenAIGPTTokenizer, or PreTrainedTokenizerFast for a tokenizer.json that"
                                + " counts as it is written; other classes have rules of their own");
        };
    }
}
