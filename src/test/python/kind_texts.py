"""Texts for make_kind_references.py: a corpus of many scripts, and lines and ids that try a tokenizer's borders."""

import unicodedata

SENTENCES = """\
The quick brown fox jumps over the lazy dog, and it didn't stop until 1984.
You'll see: they've gone to the river; we're waiting here, I'm sure.
Die Mädchen größerer Straßen fühlen sich müde, über Äpfel und Öfen.
Zwölf Boxkämpfer jagen Viktor quer über den großen Sylter Deich.
Où est passé l'élève naïf qui a mangé la crème brûlée à Noël ?
Ça coûte cher, mais l'été dernier nous étions déjà là.
我喜欢学习语言模型，因为它们很有意思。今天天气很好。
我喜歡學習語言模型，因為它們很有意思。今天天氣很好。
これはテストです。カタカナとひらがな、漢字も使います。
日本の首都は東京です。データを学びます。
나는 한국어를 공부합니다. 오늘 날씨가 좋습니다.
اللغة العربية جميلة جدا، وهي لغة قديمة.
בְּרֵאשִׁית בָּרָא אֱלֹהִים אֵת הַשָּׁמַיִם וְאֵת הָאָרֶץ
मैं हिंदी में लिखता हूँ और पढ़ता हूँ।
ภาษาไทยไม่มีช่องว่างระหว่างคำ
Съешь же ещё этих мягких французских булок, да выпей чаю.
Ο καιρός είναι ωραίος σήμερα και η θάλασσα ήρεμη.
Tiếng Việt có nhiều dấu thanh và chữ cái đẹp.
Hello 👋 world 👍🏽 family 👨‍👩‍👧 flag 🇩🇪 heart ❤️ party 🎉🎉
∑ x² ≤ ∫ f(x) dx ≈ √2 × π ± ∞, ∀ε > 0 ∃δ
def add(a, b):\treturn a + b  # the sum of [1, 2, 3]
for (int i = 0; i < 10; i++) { out.println("x" + i); }
https://example.org/path?q=gpt&lang=de#top www.test.com user@mail.net
3.14159 2,718 1000000 12:30 2024-05-17 +49 (0)30 123456 50%
CC(=O)Oc1ccccc1C(=O)O CN1C=NC2=C1C(=O)N(C(=O)N2C)C [Na+].[Cl-] C[C@@H](N)C(=O)O
MKTAYIAKQRQISFVKSHFSRQLEERLGLIEVQAPILSRVGDGTQDNLSGAEKAVQVKVK
ACGTACGTTAGGCATCGATTACAGGCATCGA
Don't — “quote” ‘it’ … says the “expert” (really?!), «oui» ¿no?
The dog and the fox went to the river, and the dog was waiting.
ﬁne ﬂow ① Ⅷ ½ ｆｕｌｌ ｗｉｄｔｈ ﾊﾝｶｸ ㌔""".split("\n")

PROTEINS = ["MKTAYIAKQRQISFVKSHFSRQ", "LEERLGLIEVQAPILSRVGDG", "TQDNLSGAEKAVQVKVKALPD", "ACDEFGHIKLMNPQRSTVWY"]
SMILES = SENTENCES[24].split() + ["c1ccc2c(c1)cccc2Br", "O=C(O)C%12CC%12", "N#Cc1ccc(F)cc1\\C=C/I"]

# fmt: off
SPACES = [
    " ", "  ", "   ", "\t", "\n", "\n\n", "\r\n", "\r", "\u3000", "\u00a0", "\u2003", "\u200b", "\u2028", "\x0b",
    "\x0c", "\x85", " \n ", "\t\t", "\u202f", "\u1680", "\u180e", "\ufeff",
]
CONTROLS = [
    "\x01", "\x07", "\x1b", "\x7f", "\x84", "\xad", "\u200d", "\u200c", "\u200e", "\u2060", "\ufffd", "\ufffc",
    "\ufe0f", "\ue000", "\U000f0000", "\x00",
]
MARKS = [
    "e\u0301", "e\u0323\u0301", "e\u0301\u0323", "A\u030a", "\u212b", "\u1100\u1161\u11a8", "\u0301x",
    "o\u0302\u0301", "\u05e9\u05c1\u05b8", "\u0915\u093c", "\u0958", "n\u0303", "\u0344", "\u1fc1",
    "a" + "\u0300" * 6, "\u0130", "\u0131", "\u1e9e", "\u03c2\u03a3", "\ufb01", "\u3392", "\uff76\uff9e",
    "\u304b\u3099",
]
UNKNOWN = [
    "\U00020000", "\U00012000", "\U00010330", "\u0b95\u0bc1", "\u1200", "\u13a0", "\U0001f9ff", "\U0010ffff",
    "\u4e28", "\u2603", "\u25a0", "\u0e5b", "\u16a0", "\uac01\ud7a3", "\U0001d49c", "\u2ff0",
]
TYPED = [
    "<0xE4>", "<0x0A>", "<0x41><0xC3>", "\u2581", "\u2581the", "a\u2581b", "##x", "##ing", "@@s", "</w>", "the</w>",
    "\u0120the", "\u010a", "<unk>", "[UNK]", "<s>", "</s>", "<pad>", "<|endoftext|>", "[MASK]", "``quoted''",
    "<extra_id_0>", "n't", " 's", "don 't", "a . b", "what ?", "it 's", "do not", "'LL", "\u017f",
]
PUNCTUATION = [
    ".", ",", "!?", "...", "()", "[]", "{}", "'", '"', "--", "\u3002", "\uff0c", "\u060c", "\u0964", "\u00bf", "#",
    "$%&", "*", "+=", "/\\", "^_`", "|~", "\u2014", "\u2026", "@", "<>",
]
# fmt: on


class Lines:
    """Makes lines around a tokenizer's own added tokens."""

    def __init__(self, rng, added, sentences=SENTENCES):
        self.rng = rng
        self.added = added or ["<s>"]
        self.sentences = sentences
        self.makers = [
            self.words,
            self.mixed,
            self.tokens,
            self.spaces,
            self.words,
            self.marks,
            self.typed,
            self.mixed,
            self.controls,
            self.words,
            self.tokens,
            self.unknown,
            self.punctuation,
            self.pieces,
            self.numbers,
            self.mixed,
            self.any_characters,
            self.words,
            self.tokens,
            self.shapes,
        ]

    def lines(self, count):
        fixed = ["", " ", self.long()]
        for number in range(count):
            yield fixed[number] if number < len(fixed) else self.makers[number % len(self.makers)]()

    def pick(self, things):
        return self.rng.choice(things)

    def piece(self):
        sentence = self.pick(self.sentences)
        start = self.rng.randrange(len(sentence))
        return sentence[start : start + self.rng.randint(1, 9)]

    def words(self):
        words = [word[:30] for word in self.pick(self.sentences).split(" ")]
        start = self.rng.randrange(len(words))
        return " ".join(words[start : start + self.rng.randint(1, 4)])

    def mixed(self):
        return self.pick(["", " ", "  "]).join(
            self.pick([self.words, self.piece])() for _ in range(self.rng.randint(2, 3))
        )

    def among(self, things, least=1, most=4):
        text = ""
        for _ in range(self.rng.randint(least, most)):
            text += self.pick(["", " ", self.piece()]) + self.pick(things)
        return text + self.pick(["", " ", self.piece()])

    def spaces(self):
        return self.among(SPACES)

    def controls(self):
        return self.among(CONTROLS, 1, 3)

    def marks(self):
        if self.rng.random() < 0.4:
            return unicodedata.normalize(self.pick(["NFD", "NFKD", "NFC"]), self.words())
        return self.among(MARKS)

    def unknown(self):
        return self.among(UNKNOWN, 1, 2)

    def typed(self):
        return self.among(TYPED, 1, 4)

    def tokens(self):
        token = self.pick(self.added)
        shape = self.pick(
            [
                token,
                token,
                token.upper(),
                token.lower(),
                token[:-1],
                token + token,
                f"x{token}y",
                f" {token} ",
                f"{token}\n",
                f"the {token} dog",
                f"\u3000{token}",
            ]
        )
        return (
            self.pick(["", self.piece(), self.words() + " "])
            + shape
            + self.pick(["", self.piece(), self.pick(self.added)])
        )

    def punctuation(self):
        return self.pick(["", " "]).join(self.pick(PUNCTUATION) for _ in range(self.rng.randint(1, 6)))

    def pieces(self):
        return "".join(self.piece() for _ in range(self.rng.randint(1, 4)))

    def numbers(self):
        numbers = [
            "0",
            "12",
            "123",
            "1234",
            "12345678",
            "\u0661\u0662\u0663",
            "\u0967\u0968",
            "\u00bd",
            "\u00b2",
            "\u2167",
            "1.5",
            "-3",
            "1e9",
            "\uff11\uff12",
            "0x1F",
            "\u4e09",
        ]
        return self.pick(["", " ", ",", "a"]).join(self.pick(numbers) for _ in range(self.rng.randint(1, 5)))

    def shapes(self):
        words = self.words()
        return self.pick(
            [
                words.upper(),
                words.lower(),
                words.title(),
                words + words,
                "  " + words,
                words + "  ",
                "\n" + words,
                words.replace(" ", "\t"),
                words.replace(" ", "\u00a0"),
                words.replace(" ", ""),
            ]
        )

    def long(self):
        one = self.pick(["a", "ab", "the", "\u6211", "x1", "\u0301a"])
        return one * (self.rng.randint(103, 120) // len(one)) + " " + self.words()

    def any_characters(self):
        text = ""
        for _ in range(self.rng.randint(1, 10)):
            code = self.rng.randrange(self.pick([0x100, 0x800, 0x3000, 0x10000, 0x20000, 0x110000]))
            text += "" if 0xD800 <= code < 0xE000 else chr(code)
        return text


def sequences(rng, count, encoded, ids, special, bytes_of):
    """Random ids: parts of real texts, single ids, special tokens, and byte pieces that are whole and broken UTF-8."""
    characters = [
        "\u00e9",
        "\u4e2d",
        "\U0001f44d",
        "\U0001f468\u200d\U0001f469",
        "\u0e01",
        "a",
        "\ufffd",
        "\u05d1",
        "\n",
        " ",
    ]
    for number in range(count):
        out = []
        length = 1 if number == 0 else 40 if number == 1 else rng.randint(1, rng.choice([4, 10, 30]))
        while len(out) < length:
            choice = rng.random()
            if choice < 0.3:
                part = rng.choice(encoded)
                start = rng.randrange(len(part) or 1)
                out += part[start : start + rng.randint(1, 8)]
            elif choice < 0.5 and bytes_of:
                raw = "".join(rng.choices(characters, k=2)).encode()
                start = rng.choice([0, 0, 0, 1, 2])
                raw = raw[start : len(raw) - rng.choice([0, 0, 0, 1, 2])]
                if rng.random() < 0.3:
                    raw += bytes([rng.choice([0xC0, 0xE4, 0xED, 0xF0, 0xF4, 0xFF, 0x80, 0xBF, 0xA0])])
                out += [bytes_of[b] for b in raw]
            elif choice < 0.62 and special:
                out.append(rng.choice(special))
            else:
                out.append(rng.choice(ids))
        yield out[:length]
