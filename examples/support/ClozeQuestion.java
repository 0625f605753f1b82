package support;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A question of the Children's Book Test (Hill et al. 2016): which word is missing in the 21st sentence?
 *
 * @param sentences the 20 before it
 * @param query the 21st, with XXXXX for the word
 * @param answer the word
 * @param candidates the words to choose from, ten as published
 */
public record ClozeQuestion(List<String> sentences, String query, String answer, List<String> candidates) {
    private static final String GAP = "XXXXX";

    /**
     * Reads the published form: 21 numbered lines, in the last a tab and the answer, two tabs and the candidates with |
     * between them, then an empty line.
     *
     * @throws IOException if a line is not of that form; with its number
     */
    public static List<ClozeQuestion> parse(TextLines file) throws IOException {
        List<ClozeQuestion> questions = new ArrayList<>();
        List<String> sentences = new ArrayList<>();
        for (int i = 0; i < file.lines().size(); i++) {
            String line = file.lines().get(i);
            if (line.isBlank() && sentences.isEmpty()) {
                continue;
            }
            String number = sentences.size() + 1 + " ";
            if (!line.startsWith(number)) {
                throw file.wrong(i, "found \"" + line + "\", expected sentence " + number.strip() + " of 21");
            }
            String rest = line.substring(number.length());
            if (sentences.size() < 20) {
                sentences.add(rest);
            } else {
                questions.add(question(file, i, List.copyOf(sentences), rest));
                sentences.clear();
            }
        }
        if (!sentences.isEmpty()) {
            throw file.wrong(
                    file.lines().size() - 1,
                    "the file ends here, expected sentence " + (sentences.size() + 1) + " of 21");
        }
        return questions;
    }

    private static ClozeQuestion question(TextLines file, int i, List<String> sentences, String line)
            throws IOException {
        String[] fields = line.split("\t+");
        if (fields.length != 3 || fields[0].split(GAP, -1).length != 2) {
            throw file.wrong(i, "expected a sentence with one " + GAP + ", a tab, the answer, two tabs, candidates");
        }
        List<String> candidates = Arrays.stream(fields[2].split("\\|"))
                .map(String::strip)
                .filter(word -> !word.isEmpty())
                .toList();
        if (!candidates.contains(fields[1].strip())) {
            throw file.wrong(i, "the answer " + fields[1] + " is not among the candidates " + candidates);
        }
        return new ClozeQuestion(sentences, fields[0].strip(), fields[1].strip(), candidates);
    }

    /** All that stands before the missing word, without the first sentences where so many are to be left out. */
    public String prompt(int leftOut) {
        String before = String.join(" ", sentences.subList(leftOut, sentences.size()));
        return (plain(before) + " " + start()).strip();
    }

    /** A word in the gap and the rest of the sentence: what continues the prompt. */
    public String continuation(String word) {
        String sentence = plain(query.replace(GAP, word));
        return start().isEmpty() ? " " + sentence : sentence.substring(start().length());
    }

    private String start() {
        return plain(query.substring(0, query.indexOf(GAP)).strip());
    }

    /** Undoes the Penn Treebank's tokenization: {@code `` Peace , '' said he .} is {@code "Peace," said he.} */
    static String plain(String tokens) {
        return tokens.replaceAll("`` ?| ?''", "\"")
                .replaceAll("` ?", "'")
                .replaceAll("-LRB- ?", "(")
                .replaceAll(" ?-RRB-", ")")
                .replaceAll("'([Tt]) (is|was)\\b", "'$1$2")
                .replaceAll(" ('(?![Tt](is|was)\\b)|n't\\b|[.,:;!?])", "$1");
    }
}
