"""Kinds of WordPiece, Unigram, whole words and SentencePiece models, one function for each folder."""

from kind_texts import PROTEINS, SENTENCES, SMILES
from kind_tokenizers import *

# WordPiece


@kind("wordpiece-vocab-txt")
def _():
    whole = word_piece(520, bert_normalizer())
    return files("BertTokenizer", vocab_txt=listed(whole["model"]["vocab"]))


@kind("wordpiece-cased")
def _():
    whole = word_piece(520, bert_normalizer(False, True, False))
    config = {"do_lower_case": False, "strip_accents": False}
    named = {**BERT_CONFIG, "additional_special_tokens": ["[NEW]"]}
    return files(
        "BertTokenizer", vocab_txt=listed(whole["model"]["vocab"]), special_tokens_map_json=named, config=config
    )


@kind("wordpiece-no-chinese")
def _():
    whole = word_piece(520, bert_normalizer(True, False, False))
    config = {"tokenize_chinese_chars": False, "strip_accents": False, **BERT_CONFIG}
    return files("BertTokenizer", vocab_txt=listed(whole["model"]["vocab"]), config=config)


@kind("wordpiece-json")
def _():
    whole = word_piece(520, bert_normalizer(), "@@", decoder=decoders.WordPiece("@@", True))
    whole["model"]["max_input_chars_per_word"] = 40
    return json_of(whole, **BERT_CONFIG)


@kind("wordpiece-added-tokens")
def _():
    whole = word_piece(520, bert_normalizer(), decoder=decoders.WordPiece(cleanup=False), added=odd_tokens())
    return json_of(whole, **BERT_CONFIG)


@kind("wordpiece-clean-up")
def _():
    whole = word_piece(520, bert_normalizer(), decoder=decoders.WordPiece(cleanup=False))
    return json_of(whole, clean_up_tokenization_spaces=True, **BERT_CONFIG)


@kind("wordpiece-split-special")
def _():
    whole = word_piece(520, bert_normalizer(False, True, False), decoder=decoders.WordPiece())
    return json_of(whole, split_special_tokens=True, **BERT_CONFIG)


@kind("wordpiece-bert-json")
def _():
    """The class counts, not the file's normalizer and decoder."""
    whole = word_piece(520, normalizers.NFD(), decoder=decoders.Fuse(), post=around("[CLS] $A"))
    return json_of(whole, "BertTokenizer", do_lower_case=False, strip_accents=True)


@kind("bert-processing")
def _():
    post = lambda t: processors.BertProcessing(("[SEP]", t.token_to_id("[SEP]")), ("[CLS]", t.token_to_id("[CLS]")))
    normalizer = normalizers.Sequence(
        [normalizers.Nmt(), normalizers.NFKC(), normalizers.StripAccents(), normalizers.Lowercase()]
    )
    return json_of(word_piece(520, normalizer, decoder=decoders.WordPiece(), post=post), **BERT_CONFIG)


# Unigram


@kind("unigram-json")
def _():
    return json_of(unigram(), **UNK_CONFIG)


@kind("unigram-byte-fallback")
def _():
    whole = unigram(
        True,
        normalizers.Replace(" ", "▁"),
        pre_tokenizers.Split("▁", "merged_with_next"),
        decoders.Sequence([decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse()]),
        rules=False,
        size=540,
    )
    return json_of(whole, **UNK_CONFIG)


@kind("unigram-added-tokens")
def _():
    return json_of(unigram(post=around("<s> $A </s>"), added=odd_tokens()), **UNK_CONFIG)


@kind("unigram-strip")
def _():
    normalizer = normalizers.Sequence([normalizers.Strip(True, True), normalizers.Replace(Regex(" {2,}"), "▁")])
    pre = pre_tokenizers.Metaspace(prepend_scheme="never")
    return json_of(
        unigram(normalizer=normalizer, pre=pre, decoder=decoders.Metaspace(prepend_scheme="never")), **UNK_CONFIG
    )


# Words and letters


@kind("wordlevel-whitespace", unknown=0.4)
def _():
    return json_of(word_level(SENTENCES, pre_tokenizers.Whitespace()), **UNK_CONFIG)


@kind("wordlevel-protein", sentences=PROTEINS)
def _():
    return json_of(word_level([*PROTEINS, *SENTENCES[:2]], split(".")), **UNK_CONFIG)


@kind("wordlevel-letters")
def _():
    pre = pre_tokenizers.Split("", "isolated")
    return json_of(word_level(SENTENCES, pre, decoder=decoders.Fuse()), **UNK_CONFIG)


@kind("wordlevel-smiles", sentences=SMILES)
def _():
    return json_of(word_level(SMILES, split(CHEMICAL), decoder=decoders.Fuse()), **UNK_CONFIG)


# SentencePiece models


@kind("t5-spiece")
def _():
    model = sentence_piece(control_symbols="[PAD],[CLS],[SEP],[MASK]", unk_id=0, bos_id=1, eos_id=2)
    config = {
        "eos_token": "</s>",
        "unk_token": "<unk>",
        "pad_token": "[PAD]",
        "extra_ids": 0,
        "additional_special_tokens": [],
        "bos_token": "<s>",
        "cls_token": "[CLS]",
        "sep_token": "[SEP]",
        "mask_token": "[MASK]",
    }
    return files("T5Tokenizer", spiece_model=model, config=config)


@kind("t5-spiece-extra-ids")
def _():
    return files("T5Tokenizer", spiece_model=sentence_piece(pad_id=0, eos_id=1, unk_id=2, bos_id=-1))


@kind("t5-json")
def _():
    pre = pre_tokenizers.Sequence([pre_tokenizers.WhitespaceSplit(), pre_tokenizers.Metaspace()])
    whole = unigram(pre=pre, pad_id=0, eos_id=1, unk_id=2, bos_id=-1, post=around("$A </s>"))
    return json_of(whole, "T5Tokenizer", extra_ids=3, eos_token="</s>", unk_token="<unk>", pad_token="<pad>")


ALBERT = {"pad_id": 0, "unk_id": 1, "bos_id": -1, "eos_id": -1, "control_symbols": "[CLS],[SEP],[MASK]"}


@kind("albert-spiece")
def _():
    return files("AlbertTokenizer", spiece_model=sentence_piece(**ALBERT))


@kind("albert-json")
def _():
    whole = unigram(**ALBERT, post=around("[CLS] $A [SEP]"))
    return json_of(
        whole,
        "AlbertTokenizer",
        keep_accents=True,
        do_lower_case=False,
        **{**BERT_CONFIG, "unk_token": "<unk>", "pad_token": "<pad>"}
    )


@kind("llama-model")
def _():
    model = sentence_piece(
        "bpe", 560, False, byte_fallback=True, allow_whitespace_only_pieces=True, remove_extra_whitespaces=False
    )
    return files("LlamaTokenizer", tokenizer_model=model, config={"add_bos_token": True, "legacy": False, **UNK_CONFIG})


@kind("llama-model-legacy")
def _():
    model = sentence_piece(
        "bpe", 560, False, byte_fallback=True, allow_whitespace_only_pieces=True, remove_extra_whitespaces=False
    )
    one = {"lstrip": False, "rstrip": False, "normalized": False, "single_word": False, "special": True}
    added = {
        "0": {"content": "<unk>", **one},
        "1": {"content": "<s>", **one},
        "2": {"content": "</s>", **one},
        "560": {"content": "<|im_start|>", **one},
        "561": {"content": "the dog", **one, "special": False, "rstrip": True},
    }
    config = {"legacy": True, "add_bos_token": True, "add_eos_token": True, "added_tokens_decoder": added, **UNK_CONFIG}
    return files("LlamaTokenizer", tokenizer_model=model, config=config)


@kind("gpt-sw3")
def _():
    model = sentence_piece(
        "bpe",
        560,
        False,
        byte_fallback=True,
        unk_id=0,
        bos_id=1,
        eos_id=2,
        pad_id=3,
        eos_piece="<|endoftext|>",
        remove_extra_whitespaces=False,
        add_dummy_prefix=False,
    )
    return files("GPTSw3Tokenizer", spiece_model=model)


@kind("spm-backend")
def _():
    model = sentence_piece("bpe", 560, True, byte_fallback=True, user_defined_symbols="<sep>,dog")
    return files(tokenizer_model=model)


@kind("spm-backend-no-prefix")
def _():
    model = sentence_piece(
        "bpe", 560, False, byte_fallback=True, add_dummy_prefix=False, remove_extra_whitespaces=False
    )
    return files(tokenizer_model=model)


@kind("spm-backend-unigram")
def _():
    return files(tokenizer_model=sentence_piece(control_symbols="<ctl>"))


@kind("camembert-spiece")
def _():
    return files("CamembertTokenizer", **{"sentencepiece.bpe_model": sentence_piece()})


@kind("xlnet-spiece")
def _():
    return files(
        "XLNetTokenizer",
        spiece_model=sentence_piece(control_symbols="<cls>,<sep>,<pad>,<mask>,<eod>", user_defined_symbols="<eop>"),
    )


# Larger than what is committed


@kind("unigram-nfkc", large=True)
def _():
    return json_of(unigram(rules="nmt_nfkc"), **UNK_CONFIG)


@kind("t5-spiece-nfkc", large=True)
def _():
    return files(
        "T5Tokenizer", spiece_model=sentence_piece(rules="nmt_nfkc_cf", pad_id=0, eos_id=1, unk_id=2, bos_id=-1)
    )
