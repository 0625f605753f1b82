"""Writes what transformers makes of a tokenizer's files: src/test/resources/reference/tokenizers.json.

    python src/test/python/make_tokenizer_references.py src/test/resources/reference/tokenizers.json

Each case is a folder: config.json's model_type, and the files of the tokenizer. "vocab" stands for vocab.json with
merges.txt; a tokenizer.json's model gets the same vocabulary and merges. In the shared vocabulary an id is a byte's value,
then come a few merges and <|endoftext|>.
"""

import itertools
import json
import logging
import pathlib
import random
import sys
import tempfile
import warnings

warnings.filterwarnings("ignore")
from transformers import AutoTokenizer, logging as chatter

chatter.set_verbosity_error()
logging.disable(logging.WARNING)

CODES = [b for b in range(256) if 33 <= b <= 126 or 161 <= b <= 172 or 174 <= b <= 255]
ALPHABET = {b: chr(b) for b in CODES}
for b in range(256):
    if b not in ALPHABET:
        ALPHABET[b] = chr(256 + len(ALPHABET) - len(CODES))

MERGES = ["t h", "th e", "Ġ the", "Ġ a", "w o"]
BYTES = {ALPHABET[b]: b for b in range(256)}
for merge in MERGES:
    BYTES[merge.replace(" ", "")] = len(BYTES)
GPT2 = {**BYTES, "<|endoftext|>": len(BYTES)}
OPT = {**BYTES, "<s>": 261, "<pad>": 262, "</s>": 263, "<unk>": 264, "<|endoftext|>": 265}
GPT_MERGES = ["t h", "th e</w>"]
GPT = {"<unk>": 0}
for letter in "abcdefghijklmnopqrstuvwxyz<>|[]_.":
    GPT[letter] = len(GPT)
    GPT[letter + "</w>"] = len(GPT)
for merge in GPT_MERGES:
    GPT[merge.replace(" ", "")] = len(GPT)

TEXTS = [
    "the wombat <|startoftext|> Hi<|endoftext|> [PAD]the",
    " a the <x>  b<x>\n",
    "",
    "na\u00efve cafe\u0301 \u4e2d \U0001f44d \u00c9",
    "wombats WOMBAT</s>x<s>, <pad> <unk> <y><|im_start|>the",
]

BYTE_LEVEL = {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True, "use_regex": True}
FAST = {"tokenizer_class": "PreTrainedTokenizerFast"}


def token(content, **flags):
    plain = {"single_word": False, "lstrip": False, "rstrip": False, "normalized": False, "special": True}
    return {"content": content, **plain, **flags}


def added(*tokens):
    """Of tokenizer.json: ids after the vocabulary's, but for those that say theirs."""
    free = len(GPT2)
    out = []
    for one in tokens:
        if "id" not in one:
            one = {"id": free, **one}
            free += 1
        out.append(one)
    return out


END = token("<|endoftext|>", id=261)


def template(before=(), after=(), **ids):
    def special(name):
        return {"SpecialToken": {"id": name, "type_id": 0}}

    single = [*map(special, before), {"Sequence": {"id": "A", "type_id": 0}}, *map(special, after)]
    return {
        "type": "TemplateProcessing",
        "single": single,
        "pair": [*single, {"Sequence": {"id": "B", "type_id": 1}}],
        "special_tokens": {n: {"id": n, "ids": [i], "tokens": [n]} for n, i in ids.items()},
    }


def whole(added_tokens=(END,), model=None, **keys):
    steps = {"normalizer": None, "pre_tokenizer": BYTE_LEVEL, "post_processor": None, "decoder": BYTE_LEVEL}
    return {
        "version": "1.0",
        "truncation": None,
        "padding": None,
        "added_tokens": list(added_tokens),
        **steps,
        **keys,
        "model": {"type": "BPE", "dropout": None, "unk_token": None, "continuing_subword_prefix": "",
                  "end_of_word_suffix": "", "fuse_unk": False, **(model or {})},
    }


START = {"<|startoftext|>": 262}
OPT_CONFIG = {
    "errors": "replace", "unk_token": {"__type": "AddedToken", **token("</s>", normalized=True)},
    "bos_token": {"__type": "AddedToken", **token("</s>", normalized=True)},
    "eos_token": {"__type": "AddedToken", **token("</s>", normalized=True)},
    "pad_token": {"__type": "AddedToken", **token("<pad>", normalized=True)},
    "add_prefix_space": False, "add_bos_token": True, "special_tokens_map_file": None,
    "name_or_path": "patrickvonplaten/opt-30b", "tokenizer_class": "GPT2Tokenizer",
}
for key in ("unk_token", "bos_token", "eos_token", "pad_token"):
    OPT_CONFIG[key].pop("special")
OPT_MAP = {
    "bos_token": "</s>", "eos_token": "</s>", "unk_token": "</s>", "pad_token": "<pad>"
}


def case(name, model="gpt2", extra=None, config=None, merges=None, **files):
    files = {file.replace("__", "."): json_ for file, json_ in files.items()}
    out = {"name": name, "model": model, "vocabulary": extra or {}, "config": config or {}, "files": files}
    return {**out, "merges": merges} if merges else out


def cases():
    """The kinds: what stands beside, where a text begins and ends, words, shapes of whole files."""
    yield case("nothing beside")
    yield case("added_tokens.json", added_tokens__json=START)
    yield case("added_tokens.json, unsorted", added_tokens__json={"[PAD]": 264, "wombat": 263, "<|startoftext|>": 262})
    yield case("added_tokens.json with a hole", added_tokens__json={"<|startoftext|>": 262, "[PAD]": 300})
    yield case("added_tokens.json, a named one", added_tokens__json={"[PAD]": 262, "wombat": 263},
               special_tokens_map__json={"pad_token": "[PAD]"})
    yield case("special_tokens_map.json", special_tokens_map__json={"pad_token": "[PAD]", "bos_token": "<|startoftext|>"})
    yield case("special_tokens_map.json, objects", special_tokens_map__json={
        "bos_token": token("<|startoftext|>", lstrip=True), "pad_token": token("[PAD]", rstrip=True, normalized=True),
        "eos_token": "<|endoftext|>"})
    yield case("special_tokens_map.json, additional strings",
               special_tokens_map__json={"additional_special_tokens": ["<x>", "<y>"]})
    yield case("tokenizer_config.json, additional and the map's",
               special_tokens_map__json={"additional_special_tokens": ["<y>"]},
               tokenizer_config__json={"additional_special_tokens": ["<x>"]})
    yield case("tokenizer_config.json, added_tokens_decoder", tokenizer_config__json={"added_tokens_decoder": {
        "261": token("<|endoftext|>"), "262": token("<|startoftext|>"),
        "263": token("wombat", special=False, normalized=True, single_word=True)}})
    yield case("tokenizer_config.json, added_tokens_decoder, few keys", tokenizer_config__json={"added_tokens_decoder": {
        "262": {"content": "<|startoftext|>"}, "263": {"content": "wombat", "special": True}}})
    yield case("tokenizer_config.json, added_tokens_decoder, unsorted and a hole", tokenizer_config__json={
        "added_tokens_decoder": {"270": token("<x>"), "262": token("<|startoftext|>"), "9": {"content": "wombat"}}})
    yield case("tokenizer_config.json hides the others", added_tokens__json={"[PAD]": 262},
               special_tokens_map__json={"bos_token": "<x>"},
               tokenizer_config__json={"added_tokens_decoder": {"262": token("<|startoftext|>")}})
    yield case("tokenizer_config.json, tokens by name", tokenizer_config__json={
        "bos_token": "<|startoftext|>", "pad_token": {"__type": "AddedToken", **token("[PAD]", lstrip=True)},
        "unk_token": None, "additional_special_tokens": ["<x>"], "image_token": "<y>", "model_max_length": 1024})
    yield case("tokenizer_config.json, extra by name", tokenizer_config__json={
        "extra_special_tokens": {"image_token": "<x>", "boi_token": "<y>"}, "mask_token": "[PAD]"})
    yield case("tokenizer_config.json, extra as a list", tokenizer_config__json={
        "extra_special_tokens": ["<x>", {"__type": "AddedToken", **token("<y>", special=False, lstrip=True)}]})
    yield case("a named token that is not special", tokenizer_config__json={
        "pad_token": "wombat", "added_tokens_decoder": {"262": token("wombat", special=False, normalized=True)}})
    yield case("an extra token that is not special", tokenizer_config__json={
        "additional_special_tokens": ["wombat"],
        "added_tokens_decoder": {"262": token("wombat", special=False, normalized=True)}})
    yield case("unk, bos and eos are null", tokenizer_config__json={
        "unk_token": None, "bos_token": None, "eos_token": None})
    yield case("an empty token", tokenizer_config__json={"pad_token": "", "bos_token": "", "add_bos_token": False})
    yield case("split_special_tokens", added_tokens__json={"wombat": 262}, tokenizer_config__json={
        "split_special_tokens": True})
    yield case("add_prefix_space", added_tokens__json=START, tokenizer_config__json={"add_prefix_space": True})
    yield case("add_bos_token", tokenizer_config__json={"add_bos_token": True})
    yield case("add_bos_token, another", tokenizer_config__json={"add_bos_token": True, "bos_token": "<|startoftext|>"})
    yield case("add_eos_token", tokenizer_config__json={"add_eos_token": True})
    yield case("both", tokenizer_config__json={"add_eos_token": True, "add_bos_token": True, "eos_token": "<x>"})
    yield case("add_bos_token without one", tokenizer_config__json={"add_bos_token": True, "bos_token": None})
    yield case("opt as published", "opt", tokenizer_config__json=OPT_CONFIG, special_tokens_map__json=OPT_MAP)
    yield case("opt, add_bos_token false", "opt", tokenizer_config__json={**OPT_CONFIG, "add_bos_token": False})
    yield case("opt, add_bos_token left out", "opt", tokenizer_config__json={
        k: v for k, v in OPT_CONFIG.items() if k != "add_bos_token"}, special_tokens_map__json=OPT_MAP)
    yield case("opt, a whole file with a template", "opt", tokenizer__json=whole(
        [token("<pad>", id=262), token("</s>", id=263)], post_processor=template(["</s>"], **{"</s>": 263})),
        tokenizer_config__json={**OPT_CONFIG, "add_bos_token": False})
    yield case("opt, a whole file without a template", "opt", tokenizer__json=whole(
        [token("<pad>", id=262), token("</s>", id=263)], post_processor=BYTE_LEVEL), tokenizer_config__json=OPT_CONFIG)
    yield case("opt, a whole file with nothing behind", "opt", tokenizer__json=whole(
        [token("<pad>", id=262), token("</s>", id=263)]), tokenizer_config__json=OPT_CONFIG)
    yield case("opt, a whole file as RoBERTa's", "opt", tokenizer__json=whole(
        [token("<pad>", id=262), token("</s>", id=263)], post_processor={
            "type": "RobertaProcessing", "sep": ["</s>", 263], "cls": ["<s>", 261], "trim_offsets": True,
            "add_prefix_space": False}))
    yield case("opt, added tokens", "opt", tokenizer_config__json=OPT_CONFIG, added_tokens__json={"wombat": 266, "[PAD]": 267})
    yield case("gpt as published", "openai-gpt", special_tokens_map__json={"unk_token": "<unk>"})
    yield case("gpt, added tokens", "openai-gpt", added_tokens__json={"<x>": 69, "wombat": 70, "The": 71},
               special_tokens_map__json={"unk_token": "<unk>", "pad_token": "<x>"})
    yield case("gpt, add_bos_token", "openai-gpt", tokenizer_config__json={
        "add_bos_token": True, "bos_token": "<x>", "add_eos_token": True, "eos_token": "<unk>"})

    yield case("whole", tokenizer__json=whole())
    yield case("whole, with a template", tokenizer__json=whole(
        post_processor=template(["<|endoftext|>"], **{"<|endoftext|>": 261})))
    yield case("whole, with a template at both ends", tokenizer__json=whole(
        added(END, token("<x>"), token("<y>")),
        post_processor=template(["<x>", "<|endoftext|>"], ["<y>"], **{"<|endoftext|>": 261, "<x>": 262, "<y>": 263})))
    yield case("whole, with a sequence of post-processors", tokenizer_config__json=FAST, tokenizer__json=whole(
        post_processor={"type": "Sequence", "processors": [
            BYTE_LEVEL, template(["<|endoftext|>"], **{"<|endoftext|>": 261})]}))
    yield case("whole, with BERT's post-processor", tokenizer_config__json=FAST, tokenizer__json=whole(
        post_processor={"type": "BertProcessing", "sep": ["<|endoftext|>", 261], "cls": ["a", 97]}))
    yield case("whole, with a template of two ids", tokenizer__json=whole(post_processor={
        "type": "TemplateProcessing",
        "single": [{"SpecialToken": {"id": "[2]", "type_id": 0}}, {"Sequence": {"id": "A", "type_id": 0}}],
        "pair": [{"Sequence": {"id": "A", "type_id": 0}}, {"Sequence": {"id": "B", "type_id": 0}}],
        "special_tokens": {"[2]": {"id": "[2]", "ids": [261, 10], "tokens": ["<|endoftext|>", "Ċ"]}}}))
    yield case("whole, add_bos_token does not count", tokenizer__json=whole(),
               tokenizer_config__json={"add_bos_token": True, "add_eos_token": True})
    yield case("whole, add_bos_token does not count, fast", tokenizer__json=whole(),
               tokenizer_config__json={"add_bos_token": True, "bos_token": "<|endoftext|>", **FAST})
    yield case("whole, add_prefix_space", tokenizer__json=whole(), tokenizer_config__json={"add_prefix_space": True})
    yield case("whole, its own add_prefix_space", tokenizer__json=whole(
        pre_tokenizer={**BYTE_LEVEL, "add_prefix_space": True}))
    yield case("whole, its own add_prefix_space, fast", tokenizer_config__json={"add_prefix_space": False, **FAST},
               tokenizer__json=whole(pre_tokenizer={**BYTE_LEVEL, "add_prefix_space": True}))
    yield case("whole, added words", tokenizer__json=whole(added(
        END, token("wombat", special=False, normalized=True), token("[PAD]"), token("<x>", lstrip=True, rstrip=True))))
    yield case("whole, added words, fast", tokenizer_config__json=FAST, tokenizer__json=whole(added(
        END, token("wombat", special=False, normalized=True), token("[PAD]"), token("<x>", lstrip=True, rstrip=True))))
    yield case("whole, added_tokens.json and the map beside", tokenizer__json=whole(added(END, token("<x>"))),
               added_tokens__json={"<x>": 262, "wombat": 263}, special_tokens_map__json={"pad_token": "[PAD]"})
    yield case("whole, added_tokens_decoder beside", tokenizer__json=whole(added(END, token("<x>"))),
               tokenizer_config__json={"added_tokens_decoder": {
                   "261": token("<|endoftext|>"), "262": token("wombat", special=False)}, "pad_token": "[PAD]"})
    yield case("whole, added_tokens_decoder beside, fast", tokenizer__json=whole(added(END, token("<x>"))),
               tokenizer_config__json={**FAST, "added_tokens_decoder": {
                   "261": token("<|endoftext|>"), "263": token("wombat", special=False)}, "pad_token": "[PAD]"})
    yield case("whole, a token with other flags beside, fast",
               tokenizer__json=whole(added(END, token("wombat", special=False))),
               tokenizer_config__json={**FAST, "added_tokens_decoder": {
                   "261": token("<|endoftext|>"), "262": token("wombat", lstrip=True)}})
    yield case("whole, a token named beside, fast", tokenizer__json=whole(added(END, token("wombat", special=False))),
               tokenizer_config__json={**FAST, "pad_token": "wombat", "bos_token": "[PAD]"})
    yield case("whole, NFC and a normalized token", tokenizer__json=whole(
        added(END, token("\u00e9", id=233, special=False, normalized=True)), normalizer={"type": "NFC"}))
    yield case("whole, NFC and a normalized token, fast", tokenizer_config__json=FAST, tokenizer__json=whole(
        added(END, token("caf\u00e9", special=False, normalized=True)), normalizer={"type": "NFC"}))
    yield case("whole, NFC and a token of its letter, fast", tokenizer_config__json=FAST, tokenizer__json=whole(
        added(END, token("\u00e9", id=233, special=False, normalized=True), token("\u4e2d", special=False, normalized=True)),
        normalizer={"type": "NFC"}))
    yield case("whole, NFD and lower case, fast", tokenizer_config__json=FAST, tokenizer__json=whole(
        added(END, token("\u00c9", id=201, special=False, normalized=True), token("Wombat", normalized=True)),
        normalizer={"type": "Sequence", "normalizers": [{"type": "NFD"}, {"type": "Lowercase"}]}))
    yield case("whole, accents go, fast", tokenizer_config__json=FAST, tokenizer__json=whole(
        added(END, token("\u00e9e", special=False, normalized=True)),
        normalizer={"type": "Sequence", "normalizers": [{"type": "NFD"}, {"type": "StripAccents"}]}))
    yield case("whole, BERT's normalizer, fast", tokenizer_config__json=FAST, tokenizer__json=whole(
        added(END, token("Caf\u00c9", special=False, normalized=True), token("\u4e2d", special=False, normalized=True)),
        normalizer={"type": "BertNormalizer", "clean_text": True, "handle_chinese_chars": True, "strip_accents": None,
                    "lowercase": True}))
    yield case("whole, replaced and stripped, fast", tokenizer_config__json=FAST, tokenizer__json=whole(
        added(END, token(" \u00e9 ", special=False, normalized=True), token("wom", special=False, normalized=True)),
        normalizer={"type": "Sequence", "normalizers": [
            {"type": "Strip", "strip_left": True, "strip_right": True},
            {"type": "Replace", "pattern": {"String": "wom"}, "content": "m"}]}))
    yield case("whole, something put in front, fast", tokenizer_config__json=FAST, tokenizer__json=whole(
        added(END, token("wombat", special=False, normalized=True)),
        normalizer={"type": "Prepend", "prepend": "\u00e9"}))
    yield case("whole, special tokens that the normalizer changes, fast", tokenizer_config__json=FAST, tokenizer__json=whole(
        added(END, token("<X>", normalized=True), token("wombat", normalized=True)),
        normalizer={"type": "Lowercase"}))
    yield case("whole, a normalizer that GPT2Tokenizer has not", tokenizer__json=whole(
        normalizer={"type": "Lowercase"}))
    yield case("whole, an expression", tokenizer__json=whole(pre_tokenizer={"type": "Sequence", "pretokenizers": [
        {"type": "Split", "pattern": {"Regex": "\\s+"}, "behavior": "Isolated", "invert": False},
        {**BYTE_LEVEL, "use_regex": False}]}))
    yield case("whole, no expression, fast", tokenizer_config__json=FAST, tokenizer__json=whole(
        pre_tokenizer={**BYTE_LEVEL, "use_regex": False}))
    yield case("whole, pairs as arrays", tokenizer__json=whole(model={"merges": [m.split() for m in MERGES]}))
    yield case("whole, merges ignored", tokenizer__json=whole(model={"ignore_merges": True}), extra={"Hi": 262})
    yield case("whole, merges ignored, fast", tokenizer__json=whole(model={"ignore_merges": True}), extra={"Hi": 262},
               tokenizer_config__json=FAST)
    yield case("whole, truncation and padding", tokenizer__json=whole(
        truncation={"direction": "Right", "max_length": 3, "strategy": "LongestFirst", "stride": 0},
        padding={"strategy": {"Fixed": 20}, "direction": "Right", "pad_to_multiple_of": None, "pad_id": 261,
                 "pad_type_id": 0, "pad_token": "<|endoftext|>"}))
    yield case("whole, truncation and padding, fast", tokenizer_config__json=FAST, tokenizer__json=whole(
        truncation={"direction": "Right", "max_length": 3, "strategy": "LongestFirst", "stride": 0},
        padding={"strategy": {"Fixed": 20}, "direction": "Right", "pad_to_multiple_of": None, "pad_id": 261,
                 "pad_type_id": 0, "pad_token": "<|endoftext|>"}))
    yield case("whole, other classes' names", tokenizer__json=whole(pre_tokenizer={**BYTE_LEVEL, "use_regex": False}),
               tokenizer_config__json={"tokenizer_class": "GPT2TokenizerFast"})
    yield case("whole, an unknown class", tokenizer__json=whole(pre_tokenizer={**BYTE_LEVEL, "use_regex": False}),
               tokenizer_config__json={"tokenizer_class": "MyTokenizer"})
    yield case("whole, the backend by name", tokenizer__json=whole(pre_tokenizer={**BYTE_LEVEL, "use_regex": False}),
               tokenizer_config__json={"tokenizer_class": "TokenizersBackend"})
    yield case("whole, flags left out", tokenizer__json=whole([{"id": 261, "content": "<|endoftext|>"}]))
    yield case("whole, ids out of order", tokenizer__json=whole(
        [token("<y>", id=263), token("<x>", id=262), END]))
    yield case("whole, ids out of order, fast", tokenizer_config__json=FAST, tokenizer__json=whole(
        [token("<y>", id=263), token("<x>", id=262), END]))
    yield case("whole, a hole", tokenizer__json=whole([END, token("<x>", id=270)]))
    yield case("whole, an added token of the byte alphabet", tokenizer__json=whole(
        added(END, token("\u00e9", id=233), token("\u00e9\u4e2d"), token("\u0120the", id=258, special=False))))
    for step in ({"type": "WhitespaceSplit"}, {"type": "Punctuation", "behavior": "Isolated"}, {"type": "Whitespace"},
                 {"type": "Digits", "individual_digits": True}, {"type": "BertPreTokenizer"}):
        yield case(f"whole, {step['type']}, fast", tokenizer_config__json=FAST, tokenizer__json=whole(
            pre_tokenizer={"type": "Sequence", "pretokenizers": [step, {**BYTE_LEVEL, "use_regex": False}]}))
    for name in ("RobertaTokenizer", "CodeGenTokenizer"):
        yield case("whole, " + name, tokenizer_config__json={"tokenizer_class": name}, tokenizer__json=whole(
            added(END, token("wombat", special=False, normalized=True))))
    yield case("whole, config.json names the backend", config={"tokenizer_class": "PreTrainedTokenizerFast"},
               tokenizer__json=whole(normalizer={"type": "Lowercase"}))
    yield case("whole, config.json names the backend, tokenizer_config.json GPT2Tokenizer",
               config={"tokenizer_class": "PreTrainedTokenizerFast"}, tokenizer_config__json={
                   "tokenizer_class": "GPT2Tokenizer"}, tokenizer__json=whole(normalizer={"type": "Lowercase"}))
    yield case("whole, of words, fast", "openai-gpt", tokenizer_config__json=FAST, tokenizer__json=whole(
        [token("<unk>", id=0), token("wombat</w>", id=69, special=False)],
        {"end_of_word_suffix": "</w>", "unk_token": "<unk>"},
        pre_tokenizer={"type": "BertPreTokenizer"}, decoder={"type": "BPEDecoder", "suffix": "</w>"}))
    yield case("gpt2's class for gpt", "openai-gpt", tokenizer_config__json={"tokenizer_class": "GPT2Tokenizer"},
               tokenizer__json=whole([token("<unk>", id=0)]))
    yield case("split_special_tokens with words that are not special", added_tokens__json={
        "<|startoftext|>": 262, "wombat": 263, "<x>": 264}, tokenizer_config__json={
            "bos_token": "<|startoftext|>"})
    yield case("merges with empty lines and Windows' ends", merges="#version: 0.2\r\nt h\r\nth e\r\n")
    yield case("whole, twice", tokenizer__json=whole([END, token("<x>", id=262), token("<x>", id=262, special=False)]))


def build(case, folder):
    vocabulary, merges = {"gpt2": (GPT2, MERGES), "opt": (OPT, MERGES), "openai-gpt": (GPT, GPT_MERGES)}[case["model"]]
    vocabulary = {**vocabulary, **case["vocabulary"]}
    (folder / "config.json").write_text(json.dumps({"model_type": case["model"], **case["config"]}))
    if "tokenizer.json" not in case["files"]:
        (folder / "vocab.json").write_text(json.dumps(vocabulary))
        (folder / "merges.txt").write_text(case.get("merges") or "#version: 0.2\n" + "\n".join(merges) + "\n")
    for name, content in case["files"].items():
        if name == "tokenizer.json":
            content = {**content, "model": {"vocab": vocabulary, "merges": merges, **content["model"]}}
        (folder / name).write_text(json.dumps(content))


def row(tokenizer, text):
    """What is left out is as what stands before it."""
    ids = tokenizer(text)["input_ids"]
    out = {"text": text, "ids": ids}
    for key, value in (
        ("ordinary", tokenizer(text, add_special_tokens=False)["input_ids"]),
        ("split", tokenizer(text, split_special_tokens=True)["input_ids"]),
    ):
        if value != ids:
            out[key] = value
    decoded = tokenizer.decode(ids)
    visible = tokenizer.decode(ids, skip_special_tokens=True)
    if decoded != text:
        out["decoded"] = decoded
    if visible != decoded:
        out["visible"] = visible
    return out


# Bytes at the borders of what may begin, continue or break a character.
BORDERS = [0x61, 0x80, 0x8F, 0x90, 0x9F, 0xA0, 0xBF, 0xC1, 0xC2, 0xDF, 0xE0, 0xE1, 0xED, 0xEF, 0xF0, 0xF1, 0xF4, 0xF5, 0xFF]


def broken():
    """Texts of bytes that are not UTF-8: all of up to three borders, then longer ones by chance."""
    with tempfile.TemporaryDirectory() as made:
        build(case("bytes"), pathlib.Path(made))
        tokenizer = AutoTokenizer.from_pretrained(made)
    chance = random.Random(26)
    alphabet = BORDERS + list(b"ab") + [0x82, 0xAC, 0x98, 0x80]
    longer = ["eda080", "f09f9862", "f09f98f09f9880", "61f4908080", "eda0bdedb880", "e282ace28261c3"]
    longer += [bytes(chance.choices(alphabet, k=chance.randint(4, 12))).hex() for _ in range(400)]
    exhaustive = [ids for length in (1, 2, 3) for ids in itertools.product(BORDERS, repeat=length)]
    return {
        "borders": BORDERS,
        "exhaustive": "\n".join(tokenizer.decode(list(ids)) for ids in exhaustive),
        "longer": {text: tokenizer.decode(list(bytes.fromhex(text))) for text in longer},
        "beyond": tokenizer.decode([97, 260, 262, 300, 98]),
    }


def main():
    out = []
    for one in cases():
        with tempfile.TemporaryDirectory() as made:
            folder = pathlib.Path(made)
            build(one, folder)
            tokenizer = AutoTokenizer.from_pretrained(folder)
            one["rows"] = [row(tokenizer, text) for text in TEXTS]
            one["added"] = {t.content: i for i, t in tokenizer.added_tokens_decoder.items()}
        out.append(one)
    shared = {"gpt2": GPT2, "opt": OPT, "openai-gpt": GPT}
    whole = {"vocabularies": shared, "merges": {"gpt2": MERGES, "opt": MERGES, "openai-gpt": GPT_MERGES}, "cases": out,
             "broken": broken()}
    pathlib.Path(sys.argv[1]).write_text(json.dumps(whole, ensure_ascii=False, separators=(",", ":")) + "\n", encoding="utf-8")


main()
