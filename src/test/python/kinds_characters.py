"""Kinds of byte-pair encoding on characters, and of decoders, one function for each folder."""

import json

from kind_texts import PROTEINS, SENTENCES, SMILES
from kind_tokenizers import *

# Byte-pair encoding on characters, with bytes


@kind("bpe-byte-fallback")
def _():
    return json_of(byte_fallback(post=around("<s> $A")), **UNK_CONFIG)


@kind("bpe-metaspace")
def _():
    pre = pre_tokenizers.Metaspace(prepend_scheme="first", split=False)
    return json_of(byte_fallback(pre=pre, post=around("<s> $A")), **UNK_CONFIG)


@kind("bpe-byte-fallback-added-tokens")
def _():
    whole = byte_fallback()
    tokenizer = Tokenizer.from_str(json.dumps(whole))
    return json_of(assembled(tokenizer, llama_decoder(), around("<s> $A </s>"), odd_tokens()), **UNK_CONFIG)


@kind("gemma-like")
def _():
    whole = byte_fallback(
        decoders.Sequence([decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse()]),
        normalizers.Replace(" ", "▁"),
        pre_tokenizers.Split(" ", "merged_with_previous"),
    )
    return json_of(whole, **UNK_CONFIG)


@kind("llama-json")
def _():
    return json_of(
        byte_fallback(post=around("<s> $A")), "LlamaTokenizer", legacy=True, add_bos_token=True, **UNK_CONFIG
    )


# Byte-pair encoding on characters, without bytes


@kind("bpe-metaspace-old")
def _():
    pre = pre_tokenizers.Metaspace()
    whole = characters(special=("<unk>", "<s>", "</s>", "<pad>", "<mask>"), pre=pre, decoder=decoders.Metaspace())
    for step in ("pre_tokenizer", "decoder"):
        whole[step] = {"type": "Metaspace", "str_rep": "▁", "replacement": "▁", "add_prefix_space": True}
    return json_of(whole, **UNK_CONFIG)


@kind("bpe-bert")
def _():
    whole = characters(
        480,
        pre=pre_tokenizers.BertPreTokenizer(),
        normalizer=bert_normalizer(False, True, False),
        decoder=decoders.BPEDecoder(),
        model={"end_of_word_suffix": "</w>"},
    )
    return json_of(whole, **UNK_CONFIG)


@kind("char-bpe")
def _():
    normalizer = normalizers.Sequence([normalizers.NFKC(), normalizers.Lowercase()])
    whole = characters(
        480,
        pre=pre_tokenizers.WhitespaceSplit(),
        normalizer=normalizer,
        decoder=decoders.BPEDecoder("</w>"),
        model={"end_of_word_suffix": "</w>", "fuse_unk": True},
    )
    return json_of(whole, **UNK_CONFIG)


@kind("bpe-prefix")
def _():
    whole = characters(
        480,
        pre=pre_tokenizers.Whitespace(),
        normalizer=normalizers.NFD(),
        decoder=decoders.WordPiece("##", False),
        model={"continuing_subword_prefix": "##"},
    )
    return json_of(whole, **UNK_CONFIG)


@kind("digits-punctuation")
def _():
    steps = [
        pre_tokenizers.WhitespaceSplit(),
        pre_tokenizers.Digits(True),
        pre_tokenizers.Punctuation("merged_with_previous"),
    ]
    return json_of(characters(pre=pre_tokenizers.Sequence(steps)), **UNK_CONFIG)


@kind("unicode-scripts")
def _():
    steps = [pre_tokenizers.UnicodeScripts(), pre_tokenizers.Digits(False), pre_tokenizers.Punctuation("contiguous")]
    return json_of(characters(pre=pre_tokenizers.Sequence(steps), decoder=decoders.Fuse()), **UNK_CONFIG)


@kind("fixed-length")
def _():
    steps = [pre_tokenizers.CharDelimiterSplit("_"), pre_tokenizers.FixedLength(5)]
    normalizer = normalizers.Replace(" ", "_")
    return json_of(
        characters(pre=pre_tokenizers.Sequence(steps), normalizer=normalizer, decoder=decoders.Fuse()), **UNK_CONFIG
    )


@kind("split-behaviors")
def _():
    steps = [
        pre_tokenizers.Split(" ", "merged_with_next"),
        split("[A-Z]", "merged_with_previous"),
        pre_tokenizers.Split(",", "removed"),
        split("[^aeiou]+", "contiguous"),
        split(r"\d", "isolated", True),
    ]
    return json_of(characters(pre=pre_tokenizers.Sequence(steps), decoder=decoders.Fuse()), **UNK_CONFIG)


@kind("no-pre-tokenizer")
def _():
    return json_of(characters(limit=300, decoder=decoders.Fuse()), **UNK_CONFIG)


@kind("no-decoder")
def _():
    return json_of(characters(pre=pre_tokenizers.Whitespace()), **UNK_CONFIG)


@kind("nmt-normalizer")
def _():
    normalizer = normalizers.Sequence(
        [normalizers.Nmt(), normalizers.NFKC(), normalizers.StripAccents(), normalizers.Lowercase()]
    )
    return json_of(
        characters(pre=pre_tokenizers.Metaspace(), normalizer=normalizer, decoder=decoders.Metaspace()), **UNK_CONFIG
    )


# Decoders


@kind("ctc-decoder")
def _():
    normalizer = normalizers.Sequence([normalizers.Lowercase(), normalizers.Replace(" ", "|")])
    whole = word_level(
        SENTENCES, pre_tokenizers.Split("", "isolated"), normalizer, decoders.CTC(), special=("<unk>", "<pad>", "</s>")
    )
    return json_of(whole, unk_token="<unk>", pad_token="<pad>", eos_token="</s>")


@kind("odd-decoder-strip")
def _():
    decoder = decoders.Sequence(
        [decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse(), decoders.Strip(" ", 2, 2)]
    )
    return json_of(byte_fallback(decoder), **UNK_CONFIG)


@kind("odd-decoder-strip-tokens")
def _():
    decoder = decoders.Sequence([decoders.ByteFallback(), decoders.Strip("▁", 1, 0), decoders.Replace("e", "éé")])
    return json_of(byte_fallback(decoder), **UNK_CONFIG)


@kind("odd-decoder-replace")
def _():
    decoder = decoders.Sequence(
        [
            decoders.ByteFallback(),
            decoders.Fuse(),
            decoders.Replace("▁t", " T"),
            decoders.Replace("aa", "a"),
            decoders.Replace(Regex("▁+"), " "),
        ]
    )
    return json_of(byte_fallback(decoder), **UNK_CONFIG)


@kind("odd-decoder-nested")
def _():
    inner = decoders.Sequence([decoders.Metaspace(prepend_scheme="first"), decoders.ByteFallback()])
    return json_of(
        byte_fallback(decoders.Sequence([inner, decoders.Sequence([decoders.Fuse(), decoders.Strip("!", 0, 1)])])),
        **UNK_CONFIG
    )


@kind("odd-decoder-byte-level")
def _():
    return json_of(
        byte_level(decoder=decoders.Sequence([decoders.ByteLevel(), decoders.Replace("the", "THE")])), **END_CONFIG
    )
