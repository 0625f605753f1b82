"""Writes what transformers' tokenizer classes make of their files: src/test/resources/reference/classes.json.

    python src/test/python/make_class_references.py src/test/resources/reference/classes.json

Each case is a folder of a GPT-2 model: the files of the tokenizer. A content that begins with "@" stands for a shared one;
those of .model files are in Base64. Of the tokenizer that transformers makes, the steps are kept as its tokenizer.json has
them, and of vocabulary and merges a digest, as PublishedClassesTest computes it.
"""

import base64
import hashlib
import io
import json
import logging
import pathlib
import random
import sys
import tempfile
import warnings

warnings.filterwarnings("ignore")
import sentencepiece
import transformers
from transformers import AutoTokenizer, logging as chatter
from transformers.convert_slow_tokenizer import SLOW_TO_FAST_CONVERTERS
from transformers.models.auto.tokenization_auto import TOKENIZER_MAPPING_NAMES, tokenizer_class_from_name

chatter.set_verbosity_error()
logging.disable(logging.WARNING)

WORDS = (
    "the wombat digs a burrow near the river and the wombats sleep by day while rain falls on the gum trees of the old "
    "forest where nobody walks at night except the owl that hunts mice in the grass said Anna \"you never know\" she said "
    "we'll see it's 3 o'clock in 2024 the price is 1,250 dollars na\u00efve caf\u00e9 \u00dcber stra\u00dfe \u3042\u3044\u3046 \u4e2d\u6587 "
    "a,b c.d (e) [f] {g} <h> i/j k=l m+n p-q r*s t#u v@w x~y z! yes? no; it: done"
).split()
TEXTS = [
    "the wombats sleep near the river.",
    " The  Wombat\u2019s burrow,  x<s> the</s> [MASK]<mask>y ",
    "na\u00efve cafe\u0301 \u00dcBER \u4e2d\u6587 \u3042\U0001f44d ``q'' \uff21\uff22\n\tthe\u00a0end ",
    "we'll see: it's 1,250, a\u2581b \u2581the <extra_id_0> <x>the[PAD] user_one the\u0301 \u0007\u200b\u2003z",
    "",
    "  ",
]


def corpus():
    chance = random.Random(28)
    for _ in range(400):
        yield " ".join(chance.choices(WORDS, k=9))


RULES = "FF21\t41\nFF22\t42\n2019\t27\n65 301\tE9\nA0\t20\n"


def trained(**options):
    """A SentencePiece model in Base64, with a small charsmap or none."""
    out = io.BytesIO()
    usual = {"vocab_size": 150, "normalization_rule_name": "identity", "hard_vocab_limit": False,
             "character_coverage": 0.9995, "num_threads": 1, "minloglevel": 2}
    with tempfile.TemporaryDirectory() as made:
        if options.pop("rules", False):
            rules = pathlib.Path(made, "rules.tsv")
            rules.write_text(RULES)
            usual.pop("normalization_rule_name")
            options["normalization_rule_tsv"] = str(rules)
        sentencepiece.SentencePieceTrainer.train(
            sentence_iterator=corpus(), model_writer=out, **{**usual, **options})
    return base64.b64encode(out.getvalue()).decode()


def shared():
    return {
        "unigram": trained(rules=True),
        "rinna": trained(vocab_size=120, user_defined_symbols=["[PAD]", "[CLS]", "[SEP]", "[MASK]"]),
        "albert": trained(vocab_size=120, pad_id=0, unk_id=1, bos_id=-1, eos_id=-1, rules=True,
                          control_symbols=["[CLS]", "[SEP]", "[MASK]"]),
        "bpe": trained(model_type="bpe", vocab_size=400, byte_fallback=True),
        "users": trained(model_type="bpe", vocab_size=400, byte_fallback=True, remove_extra_whitespaces=False,
                         user_defined_symbols=["user_one", "<x>", "user", "a+b"], control_symbols=["<pad>", "<|endoftext|>"]),
        "unprefixed": trained(model_type="bpe", vocab_size=120, add_dummy_prefix=False),
        "unigram users": trained(vocab_size=380, byte_fallback=True, user_defined_symbols=["user_one", "<x>"],
                                 remove_extra_whitespaces=False),
    }


SHARED = shared()
BERT = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *sorted(set("".join(WORDS).lower())), *("##" + c for c in "abcdest\u00e9"),
        "the", "wombat", "##s", "caf\u00e9", "cafe", "naive", "The", "Wombat", "\u00fcber", "river", "##bat", "\u4e2d\u6587", "'", ",", "a"]
LINES = "\n".join(dict.fromkeys(BERT)) + "\n"
SHARED["vocab.txt"] = LINES


def proto(name):
    from sentencepiece import sentencepiece_model_pb2
    return sentencepiece_model_pb2.ModelProto.FromString(base64.b64decode(SHARED[name]))


def token(content, **flags):
    plain = {"single_word": False, "lstrip": False, "rstrip": False, "normalized": False, "special": True}
    return {"content": content, **plain, **flags}


def whole(model, normalizer=None, pre_tokenizer=None, decoder=None, post_processor=None, added=()):
    return {"version": "1.0", "truncation": None, "padding": None, "added_tokens": list(added),
            "normalizer": normalizer, "pre_tokenizer": pre_tokenizer, "post_processor": post_processor,
            "decoder": decoder, "model": model}


def unigram(name="unigram", **keys):
    made = proto(name)
    return {"type": "Unigram", "unk_id": made.trainer_spec.unk_id,
            "vocab": [[p.piece, round(p.score, 4)] for p in made.pieces], **keys}


def wordpiece():
    return {"type": "WordPiece", "unk_token": "[UNK]", "continuing_subword_prefix": "##", "max_input_chars_per_word": 100,
            "vocab": {word: i for i, word in enumerate(dict.fromkeys(BERT))}}


def bpe(name="bpe"):
    made = proto(name)
    vocabulary = {p.piece: i for i, p in enumerate(made.pieces)}
    merges = [[p[:i], p[i:]] for p in vocabulary for i in range(1, len(p)) if p[:i] in vocabulary and p[i:] in vocabulary]
    return {"type": "BPE", "dropout": None, "unk_token": "<unk>", "fuse_unk": True, "byte_fallback": True,
            "continuing_subword_prefix": None, "end_of_word_suffix": None, "ignore_merges": False,
            "vocab": vocabulary, "merges": merges}


def byte_level():
    codes = [b for b in range(256) if 33 <= b <= 126 or 161 <= b <= 172 or 174 <= b <= 255]
    letters = [chr(b) for b in codes] + [chr(256 + i) for i in range(256 - len(codes))]
    vocabulary = {c: i for i, c in enumerate(letters)}
    for extra in ("th", "the", "<s>", "</s>", "<pad>", "<unk>", "<mask>", "<|endoftext|>", "<|padding|>"):
        vocabulary[extra] = len(vocabulary)
    return {"type": "BPE", "dropout": None, "unk_token": None, "fuse_unk": False, "byte_fallback": False,
            "continuing_subword_prefix": "", "end_of_word_suffix": "", "ignore_merges": False,
            "vocab": vocabulary, "merges": [["t", "h"], ["th", "e"]]}


def template(before, after, **ids):
    def special(name):
        return {"SpecialToken": {"id": name, "type_id": 0}}
    single = [*map(special, before), {"Sequence": {"id": "A", "type_id": 0}}, *map(special, after)]
    return {"type": "TemplateProcessing", "single": single, "pair": [*single, {"Sequence": {"id": "B", "type_id": 1}}],
            "special_tokens": {n: {"id": n, "ids": [i], "tokens": [n]} for n, i in ids.items()}}


BYTE_STEP = {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True, "use_regex": True}
LOWER = {"type": "Lowercase"}
SPLIT = {"type": "WhitespaceSplit"}


def charsmap():
    made = base64.b64encode(proto("unigram").normalizer_spec.precompiled_charsmap).decode()
    return {"type": "Precompiled", "precompiled_charsmap": made}


def named(name, **keys):
    return {"tokenizer_class": name, **keys}


def case(name, config=None, files=None, model=None, **more):
    texts = {file.replace("__", "."): content for file, content in (files or {}).items()}
    if config is not None:
        texts["tokenizer_config.json"] = config
    for file, content in more.items():
        texts[file.replace("__", ".")] = content
    return {"name": name, "files": {"config.json": {"model_type": "gpt2", **(model or {})}, **texts}}


RINNA = {"eos_token": "</s>", "unk_token": "<unk>", "pad_token": "[PAD]", "extra_ids": 0, "additional_special_tokens": [],
         "bos_token": "<s>", "cls_token": "[CLS]", "sep_token": "[SEP]", "mask_token": "[MASK]", "do_lower_case": False,
         "tokenizer_class": "T5Tokenizer"}
SW3 = {"bos_token": "<s>", "do_lower_case": False, "eos_token": "<|endoftext|>", "keep_accents": True, "pad_token": "<pad>",
       "remove_space": False, "sp_model_kwargs": {}, "unk_token": "<unk>", "tokenizer_class": "GPTSw3Tokenizer"}


def cases():
    txt = {"vocab.txt": "@vocab.txt"}
    yield case("bert", named("BertTokenizer"), txt)
    for alias in ("BertTokenizerFast", "DistilBertTokenizer", "ElectraTokenizerFast", "SqueezeBertTokenizer"):
        yield case("bert, " + alias, named(alias), txt)
    yield case("bert, named by config.json", None, txt, {"tokenizer_class": "BertTokenizer"})
    yield case("bert, as uer publishes", {"do_lower_case": False, "max_len": 1024, "init_inputs": []}, txt,
               {"tokenizer_class": "BertTokenizer"})
    yield case("bert, not lower", named("BertTokenizer", do_lower_case=False), txt)
    yield case("bert, no chinese", named("BertTokenizer", tokenize_chinese_chars=False), txt)
    yield case("bert, accents", named("BertTokenizer", strip_accents=False), txt)
    yield case("bert, no accents", named("BertTokenizer", do_lower_case=False, strip_accents=True, never_split=["river"],
                                         do_basic_tokenize=True), txt)
    yield case("bert, flags that do not count", named("BertTokenizer", add_bos_token=True, bos_token="[CLS]",
                                                      clean_up_tokenization_spaces=True), txt)
    yield case("bert, other tokens", named("BertTokenizer", bos_token="[CLS]", eos_token="[SEP]"), txt,
               special_tokens_map__json={"unk_token": "a", "cls_token": "the", "mask_token": {**token("[MASK]", lstrip=True)}},
               added_tokens__json={"<x>": len(dict.fromkeys(BERT)), "Wombats": len(dict.fromkeys(BERT)) + 1})
    yield case("bert, a token by id", named("BertTokenizer", added_tokens_decoder={
        "0": token("[PAD]"), str(len(dict.fromkeys(BERT))): token("Wombat\u2019s", special=False, normalized=True)}), txt)
    for name, text in {
        "trailing spaces": LINES.replace("the\n", "the \t\u00a0\u3000\n").replace("river\n", "river\u2028\n"),
        "leading spaces": LINES.replace("the\n", " the\n"),
        "Windows' ends": LINES.replace("\n", "\r\n"),
        "a carriage return within": LINES.replace("the\n", "th\re\n"),
        "blank lines": LINES.replace("the\n", "the\n\n  \n") + "\n\n",
        "twice": LINES + "river\nzzz\n",
        "a byte order mark": "\ufeff" + LINES,
        "no last line's end": LINES[:-1],
        "a line's end alone": LINES + "\u0085\n\u001c\n",
    }.items():
        yield case("bert, " + name, named("BertTokenizer"), {"vocab.txt": text})
    yield case("bert, whole", named("BertTokenizer"), tokenizer__json=whole(
        wordpiece(), LOWER, SPLIT, {"type": "WordPiece", "prefix": "##", "cleanup": False},
        template(["[SEP]"], [], **{"[SEP]": 3}), [{"id": 0, **token("[PAD]")}, {"id": 1, **token("[UNK]")}]))
    yield case("bert, whole beside another vocab.txt", named("BertTokenizer", do_lower_case=False),
               {"vocab.txt": LINES.replace("the\n", "")}, tokenizer__json=whole(wordpiece()))
    yield case("bert, whole, as written", named("PreTrainedTokenizerFast", clean_up_tokenization_spaces=True),
               tokenizer__json=whole(
        wordpiece(), LOWER, SPLIT, {"type": "WordPiece", "prefix": "##", "cleanup": False}))

    for name in ("RobertaTokenizer", "BartTokenizerFast", "LongformerTokenizer"):
        yield case("roberta, " + name, named(name), tokenizer__json=whole(
            byte_level(), LOWER, SPLIT, BYTE_STEP, template(["<pad>"], [], **{"<pad>": 260})))
    yield case("roberta, other tokens", named("RobertaTokenizer", add_prefix_space=True, cls_token="<pad>", sep_token="<x>"),
               tokenizer__json=whole(byte_level(), pre_tokenizer=BYTE_STEP, decoder=BYTE_STEP))
    yield case("gpt-neox", named("GPTNeoXTokenizer", add_bos_token=True), tokenizer__json=whole(
        byte_level(), LOWER, SPLIT, BYTE_STEP, template(["<pad>"], [], **{"<pad>": 260}),
        [{"id": 263, **token("<|endoftext|>")}]))
    yield case("gpt-neox, flags", named("GPTNeoXTokenizerFast", add_prefix_space=True, trim_offsets=False),
               tokenizer__json=whole(byte_level()))
    yield case("qwen2", named("Qwen2Tokenizer", pad_token="<pad>", add_prefix_space=None), tokenizer__json=whole(
        byte_level(), LOWER, SPLIT, BYTE_STEP))
    pair = byte_level()
    yield case("qwen2, flags, of vocab.json", named(
        "Qwen2Tokenizer", pad_token={"__type": "AddedToken", **token("<x>", lstrip=True)}),
        {"vocab.json": pair["vocab"], "merges.txt": "\n".join(" ".join(merge) for merge in pair["merges"]) + "\n"})
    yield case("qwen2, flags of named tokens", named(
        "Qwen2Tokenizer", pad_token={"__type": "AddedToken", **token("<x>", lstrip=True, normalized=True)},
        cls_token={"__type": "AddedToken", **token("the", rstrip=True)},
        extra_special_tokens=[{"__type": "AddedToken", **token("user_one", lstrip=True, special=False)}],
        added_tokens_decoder={"263": token("<|endoftext|>"), "265": token("zz", lstrip=True, special=False)}),
        tokenizer__json=whole(byte_level()))
    yield case("llama", named("LlamaTokenizer", add_bos_token=True), tokenizer__json=whole(
        bpe(), LOWER, SPLIT, None, template(["<s>"], [], **{"<s>": 1}),
        [{"id": i, **token(t)} for i, t in enumerate(("<unk>", "<s>", "</s>"))]))
    yield case("llama, legacy", named("LlamaTokenizerFast", legacy=True), tokenizer__json=whole(bpe()))
    yield case("llama, no space in front", named("LlamaTokenizer", add_prefix_space=False, legacy=None),
               tokenizer__json=whole(bpe()))
    yield case("llama, null for a space in front", named("Phi3Tokenizer", add_prefix_space=None),
               tokenizer__json=whole(bpe()))
    yield case("llama, of bytes", named("LlamaTokenizer"), tokenizer__json=whole(
        byte_level(), {"type": "NFC"}, BYTE_STEP, BYTE_STEP))
    yield case("gemma", named("GemmaTokenizer"), tokenizer__json=whole(bpe(), LOWER, SPLIT))
    yield case("an unknown class", named("MyTokenizer"), tokenizer__json=whole(
        bpe(), {"type": "Replace", "pattern": {"String": " "}, "content": "\u2581"}))
    yield case("BLOOM's class", named("BloomTokenizerFast"), tokenizer__json=whole(
        byte_level(), {"type": "NFC"}, BYTE_STEP, BYTE_STEP))

    yield case("t5, whole", named("T5Tokenizer"), tokenizer__json=whole(
        unigram(), {"type": "Sequence", "normalizers": [LOWER, charsmap()]}, SPLIT, None, template(["<s>"], [], **{"<s>": 1})))
    yield case("t5, whole, no extra ids", named("T5TokenizerFast", extra_ids=0, eos_token="<s>"), tokenizer__json=whole(
        unigram(), charsmap()))
    yield case("t5, whole, extra ids told", named("T5Tokenizer", extra_ids=2), tokenizer__json=whole(unigram()),
               special_tokens_map__json={"additional_special_tokens": ["<x>", "<extra_id_0>", "<extra_id_1>"]})
    yield case("t5, whole, others told", named("T5Tokenizer", extra_ids=3), tokenizer__json=whole(unigram()),
               special_tokens_map__json={"additional_special_tokens": ["<x>"]})
    yield case("t5, whole, others in the config", named("T5Tokenizer", extra_ids=3, additional_special_tokens=["<x>"]),
               tokenizer__json=whole(unigram()))
    yield case("t5, whole, none in the config", named("T5Tokenizer", extra_ids=3, extra_special_tokens=[]),
               tokenizer__json=whole(unigram()))
    yield case("t5, whole, named in the config", named("T5Tokenizer", extra_ids=3, extra_special_tokens={"image_token": "<x>"}),
               tokenizer__json=whole(unigram()))
    yield case("albert, whole", named("AlbertTokenizer"), tokenizer__json=whole(unigram("albert"), charsmap(), SPLIT))
    yield case("albert, whole, with a template", named("AlbertTokenizer", do_lower_case=False, keep_accents=True,
                                                       add_prefix_space=False),
               tokenizer__json=whole(unigram("albert"), None, SPLIT, None, template([], ["[SEP]"], **{"[SEP]": 3})))
    yield case("xlnet, whole", named("XLNetTokenizer"), tokenizer__json=whole(unigram(), LOWER))
    yield case("xlnet, whole, an unknown id", named("XLNetTokenizer", unk_id=2, do_lower_case=True, keep_accents=True,
                                                    mask_token="<x>"),
               tokenizer__json=whole(unigram(), LOWER))
    yield case("camembert, whole", named("CamembertTokenizer"), tokenizer__json=whole(unigram(), charsmap()))
    yield case("camembert, whole, flags", named("CamembertTokenizer", add_prefix_space=False, bos_token="</s>",
                                                additional_special_tokens=["<x>"], unk_token="\u2581the"),
               tokenizer__json=whole(unigram(), LOWER))
    yield case("xlm-roberta, whole", named("XLMRobertaTokenizer"), tokenizer__json=whole(unigram(), charsmap()))
    yield case("unigram, as written", named("PreTrainedTokenizerFast", clean_up_tokenization_spaces=True), tokenizer__json=whole(
        unigram(), charsmap(), {"type": "Metaspace", "replacement": "\u2581", "prepend_scheme": "always", "split": True},
        {"type": "Metaspace", "replacement": "\u2581", "prepend_scheme": "always", "split": True}))

    spiece = {"spiece.model": "@unigram"}
    yield case("t5", named("T5Tokenizer", extra_ids=4), spiece)
    yield case("t5, by another name", named("T5Tokenizer", extra_ids=0), {"tokenizer.model": "@unigram"})
    yield case("t5, two models", named("T5Tokenizer", extra_ids=0), {"spiece.model": "@rinna", "tokenizer.model": "@unigram"})
    yield case("t5, as rinna publishes", RINNA, {"spiece.model": "@rinna"})
    yield case("t5, as rinna publishes, and extra ids", {**RINNA, "extra_ids": 3}, {"spiece.model": "@rinna"})
    yield case("t5, the model's tokens", named("T5Tokenizer", extra_ids=3), {"spiece.model": "@rinna"},
               special_tokens_map__json={"additional_special_tokens": ["<z>"], "pad_token": "[PAD]"})
    yield case("t5, of a bpe model", named("T5Tokenizer", extra_ids=0), {"spiece.model": "@bpe"})
    yield case("t5, added tokens", named("T5Tokenizer", extra_ids=0, sp_model_kwargs={}), spiece,
               added_tokens__json={"<x>": len(proto("unigram").pieces) + 1, "<pad>": len(proto("unigram").pieces)})
    yield case("albert", named("AlbertTokenizer"), {"spiece.model": "@albert"})
    yield case("albert, flags", named("AlbertTokenizer", do_lower_case=False, keep_accents=True, add_prefix_space=False,
                                      cls_token="[MASK]", bos_token="<x>"), {"spiece.model": "@albert"})
    yield case("albert, bos by a flag", named("AlbertTokenizer", add_bos_token=True), {"spiece.model": "@albert"})
    yield case("albert, bos by a flag, not", named("AlbertTokenizer", add_bos_token=False), {"spiece.model": "@albert"})
    yield case("xlnet", named("XLNetTokenizer"), spiece)
    yield case("xlnet, an unknown id", named("XLNetTokenizer"), {"spiece.model": "@albert"})
    bpe_file = {"sentencepiece.bpe.model": "@unigram"}
    yield case("camembert", named("CamembertTokenizer"), bpe_file)
    yield case("camembert, other tokens", named("CamembertTokenizer", pad_token="<x>", mask_token="[MASK]"), bpe_file)
    yield case("xlm-roberta", named("XLMRobertaTokenizer"), bpe_file)
    yield case("xlm-roberta, flags", named("XLMRobertaTokenizer", add_prefix_space=False, bos_token="<x>"), bpe_file)
    for name, config in {
        "plain": {}, "bos and eos": {"add_bos_token": True, "add_eos_token": True}, "legacy": {"legacy": True},
        "no space in front": {"add_prefix_space": False}, "extra tokens": {"additional_special_tokens": ["<x>"]},
    }.items():
        yield case("llama of a model, " + name, named("LlamaTokenizer", **config), {"tokenizer.model": "@bpe"})
    yield case("llama of a model, users", named("LlamaTokenizer"), {"tokenizer.model": "@users"})
    yield case("gemma of a model", named("GemmaTokenizer"), {"tokenizer.model": "@bpe"})
    for name in ("bpe", "users", "unprefixed", "unigram", "unigram users", "rinna"):
        yield case("as written, " + name, named("PreTrainedTokenizerFast"), {"tokenizer.model": "@" + name})
    yield case("as written, not legacy", named("PreTrainedTokenizerFast", legacy=False, add_bos_token=True),
               {"tokenizer.model": "@bpe"})
    yield case("as written, an unknown class", named("MyTokenizer", legacy=True, add_eos_token=True, eos_token="<s>"),
               {"tokenizer.model": "@bpe"})
    yield case("as written, pieces renamed", named("PreTrainedTokenizerFast", added_tokens_decoder={
        "1": token("<bos>"), "5": token("<z>", special=False, normalized=True)}),
        {"tokenizer.model": "@bpe"})
    yield case("as written, cleaned all the same", named("PreTrainedTokenizerFast", clean_up_tokenization_spaces=True,
               clean_up_tokenization_spaces_for_bpe_even_though_it_will_corrupt_output=True), {"tokenizer.model": "@bpe"})
    yield case("as written, bpe is not cleaned", named("PreTrainedTokenizerFast", clean_up_tokenization_spaces=True),
               {"tokenizer.model": "@bpe"})
    yield case("as written, extra tokens", named("PreTrainedTokenizerFast", clean_up_tokenization_spaces=True),
               {"tokenizer.model": "@unigram users"}, special_tokens_map__json={"pad_token": "<x>"})
    for name in ("users", "bpe", "unprefixed"):
        yield case("gpt-sw3, " + name, SW3, {"spiece.model": "@" + name})
    yield case("gpt-sw3, not legacy", {**SW3, "legacy": False}, {"spiece.model": "@users"})
    yield case("gpt-sw3, null", {**SW3, "pad_token": None, "bos_token": None, "unk_token": None, "eos_token": None},
               {"spiece.model": "@users"})
    yield case("gpt-sw3, added tokens", {**SW3, "added_tokens_decoder": {
        "3": token("<pad>"), "400": token("[PAD]", normalized=True, lstrip=True), "401": token("the", special=False)},
        "add_bos_token": True, "clean_up_tokenization_spaces": True}, {"spiece.model": "@users"})
    yield case("gpt-sw3, beside a whole file", SW3, {"spiece.model": "@users"}, tokenizer__json=whole(
        bpe(), added=[{"id": 3, **token("<pad>")}]))


def digest(parts):
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]


def vocabulary(vocab):
    if isinstance(vocab, list):
        return digest(f"{piece}\t{score:.4f}" for piece, score in vocab)
    return digest(f"{i}\t{piece}" for piece, i in sorted(vocab.items(), key=lambda one: one[1]))


def described(tokenizer):
    made = json.loads(tokenizer.backend_tokenizer.to_str())
    model = made["model"]
    model["vocab"] = vocabulary(model["vocab"])
    if "merges" in model:
        model["merges"] = digest(" ".join(pair) for pair in model["merges"])
    for step in (made["normalizer"] or {}).get("normalizers", [made["normalizer"] or {}]):
        if "precompiled_charsmap" in step:
            step["precompiled_charsmap"] = digest([step["precompiled_charsmap"]])
    return {key: made[key] for key in ("normalizer", "pre_tokenizer", "decoder", "model")}


def flags(one):
    """A letter for each flag."""
    told = {"w": one.single_word, "l": one.lstrip, "r": one.rstrip, "n": one.normalized, "s": one.special}
    return "".join(letter for letter, flag in told.items() if flag)


def row(tokenizer, text):
    """What is left out is as what stands before it."""
    ids = tokenizer(text)["input_ids"]
    out = {"ids": ids}
    ordinary = tokenizer(text, add_special_tokens=False)["input_ids"]
    if ordinary != ids:
        out["ordinary"] = ordinary
    decoded = tokenizer.decode(ids)
    visible = tokenizer.decode(ids, skip_special_tokens=True)
    if decoded != text:
        out["decoded"] = decoded
    if visible != decoded:
        out["visible"] = visible
    return out


def known():
    """The names of tokenizer classes that transformers knows, with the class that each stands for."""
    names = set(SLOW_TO_FAST_CONVERTERS) | {name for name in TOKENIZER_MAPPING_NAMES.values() if name}
    names |= {name for name in transformers._class_to_module if "Tokenizer" in name}
    found = {}
    for name in sorted(names):
        one = tokenizer_class_from_name(name)
        if one is not None and name.endswith(("Tokenizer", "TokenizerFast", "TokenizerLegacy")):
            if any(base.__name__ == "PreTrainedTokenizerBase" for base in one.mro()):
                found[name] = one.__name__
    return found


def main():
    out = []
    for one in cases():
        with tempfile.TemporaryDirectory() as made:
            for name, content in one["files"].items():
                text = content if isinstance(content, str) else json.dumps(content)
                text = SHARED[text[1:]] if text.startswith("@") else text
                raw = base64.b64decode(text) if name.endswith(".model") else text.encode()
                pathlib.Path(made, name).write_bytes(raw)
            tokenizer = AutoTokenizer.from_pretrained(made)
            if tokenizer.is_fast:
                one["whole"] = described(tokenizer)
            one["added"] = {str(i): [t.content, flags(t)] for i, t in tokenizer.added_tokens_decoder.items()}
            one["rows"] = [row(tokenizer, text) for text in TEXTS]
            tokenizer.clean_up_tokenization = lambda text: "clean"
            one["cleans"] = tokenizer.decode([0]) == "clean"
        for name, content in one["files"].items():
            # The same long texts again and again.
            if isinstance(content, dict) and "model" in content:
                for kind, vocab in (("vocab", content["model"]["vocab"]), ("merges", content["model"].get("merges"))):
                    if vocab:
                        key = next((k for k, v in SHARED.items() if v == vocab), f"{kind} {len(SHARED)}")
                        SHARED[key] = vocab
                        content["model"][kind] = "@" + key
        out.append(one)
    text = json.dumps({"known": known(), "texts": TEXTS, "shared": SHARED, "cases": out}, ensure_ascii=False, separators=(",", ":"))
    pathlib.Path(sys.argv[1]).write_text(text + "\n", encoding="utf-8")


main()
