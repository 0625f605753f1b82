"""What BpeTrainer and Words are compared with: Hugging Face's tokenizers 0.23.

    pip install tokenizers
    python src/test/python/make_bpe_references.py src/test/resources/reference/bpe.json
"""

import json
import random
import sys

from tokenizers import Tokenizer, models, pre_tokenizers, trainers

END = "<|endoftext|>"
ALPHABET = sorted(pre_tokenizers.ByteLevel.alphabet())
BYTE_LEVEL = pre_tokenizers.ByteLevel(add_prefix_space=False)

CODE = """public final class Counter {
\tprivate int count; // starts at 0

\t/** {@return how often it was called} */
\tpublic int next() {
\t\tif (count >= 0x7FFF_FFFF) { throw new IllegalStateException("count is " + count); }
\t\treturn ++count;
\t}
}

def count(words):
    counts = {}
    for word in words:
        counts[word] = counts.get(word, 0) + 1
    return {word: n for word, n in counts.items() if n != 1}
"""
SCRIPTS = (
    "人类的未来是什么？人类的未来是人类的。日本語のテキスト、日本語の文章。한국어 문장과 한국어 단어.\n"
    "في البدء كانت الكلمة، والكلمة كانت في الكتاب، والكتاب ١٢٣ ١٢٣. नमस्ते दुनिया, नमस्ते ४५६।\n"
    "naïve café, naïve cafés; e\u0301te\u0301 e\u0301te\u0301, ﬁne ﬁn, ½ ½ ² Ⅷ Ⅷ, 𝐇𝐞𝐥𝐥𝐨 𝐇𝐞𝐥𝐥𝐨, 𐐨𐐩 𐐨𐐩\n"
    "👍🏽👍🏽 👩‍👩‍👧 👩‍👩‍👧 🇩🇪🇩🇪 ❤️❤️ 😀😃😀😃\n"
)
SPACES = "a b  c   d\u00a0e\u00a0f\u3000g\u3000\u3000h\r\n\r\ni\tj\t\tk \t l\u2028m\u0085n \r\n o\x1cp\x1cq\u200br\u180es  \n\n  " * 2
CONTRACTIONS = "I'll say it's they've we'd you're I'm don't 'S 'LL 'tis 'twas o'clock rock'n'roll d'd 's's I'll it's we'd "
DIGITS = "1 12 123 1234 12345 3.14159 3.14 1,000,000 1e-5 2024-01-31 2024-02-29 1a2b 1a2b 0x1F 0x1F"
BORDERS = f"{END}to be or{END}not to be{END}{END} or <|endoftext |> to{END}"


def ties(draw):
    """Few signs, so that many pairs are equally frequent, and overlap."""
    letters = draw.choice(["a", "ab", "aab", "abcd", "ab\n ", "éa", "的一是"])
    words = ["".join(draw.choices(letters, k=draw.randint(1, 30))) for _ in range(draw.randint(5, 60))]
    return draw.choice([" ", "\n", "  ", ""]).join(words)


def train(text, least):
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = BYTE_LEVEL
    trainer = trainers.BpeTrainer(
        vocab_size=10**6, min_frequency=least, initial_alphabet=ALPHABET, special_tokens=[], show_progress=False
    )
    tokenizer.train_from_iterator(text.split(END), trainer)
    model = json.loads(tokenizer.to_str())["model"]
    tokens = sorted(model["vocab"], key=model["vocab"].get)
    # So the merges tell the vocabulary.
    assert tokens == ALPHABET + ["".join(pair) for pair in model["merges"]]
    return [" ".join(pair) for pair in model["merges"]]


def case(text):
    merges = train(text, 2)
    assert train(text, 0)[: len(merges)] == merges
    return {"text": text, "merges": merges}


def kind(character):
    """How the regular expression takes it: as a letter, a number, a sign or white space."""
    for one, of in (("a", "letter"), ("1", "number"), ("!", "sign")):
        if len(BYTE_LEVEL.pre_tokenize_str(one + character + one)) == 1:
            return of
    return "space"


def kinds():
    """Where, from one character to the next, the kind changes."""
    changes, last = [], None
    for point in [*range(0xD800), *range(0xE000, 0x110000)]:
        now = kind(chr(point))
        if now != last:
            changes.append([point, now])
        last = now
    return changes


def main():
    draw = random.Random(1)
    texts = [open(f"examples/data/{name}", newline="").read() for name in ("tempest.txt", "cbtest.txt")]
    texts += [CODE, CODE.replace("\n", "\r\n"), SCRIPTS, SPACES, CONTRACTIONS, DIGITS, BORDERS]
    texts += [ties(draw) for _ in range(20)]
    with open(sys.argv[1], "w") as out:
        out.write('{"alphabet": ' + json.dumps(ALPHABET) + ',\n"kinds": ' + json.dumps(kinds()) + ',\n"cases": [\n')
        out.write(",\n".join(json.dumps(case(text)) for text in texts) + "\n]}\n")


if __name__ == "__main__":
    main()
