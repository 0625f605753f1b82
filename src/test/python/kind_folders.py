"""The kinds of make_kind_references.py, one function for each folder; tokenizer files only."""

from tokenizers import AddedToken, Regex, decoders, normalizers, pre_tokenizers, processors

from kind_texts import PROTEINS, SENTENCES, SMILES
from kind_tokenizers import *

BERT_CONFIG = {"unk_token": "[UNK]", "sep_token": "[SEP]", "pad_token": "[PAD]", "cls_token": "[CLS]", "mask_token": "[MASK]"}
UNK_CONFIG = {"unk_token": "<unk>", "bos_token": "<s>", "eos_token": "</s>"}
END_CONFIG = {"unk_token": "<|endoftext|>", "bos_token": "<|endoftext|>", "eos_token": "<|endoftext|>"}


def merges(whole):
    return "#version: 0.2\n" + "".join(" ".join(m) + "\n" for m in whole["model"]["merges"])


def vocab_and_merges(tokenizer_class, whole, **config):
    return files(tokenizer_class, vocab_json=whole["model"]["vocab"], merges_txt=merges(whole), config=config)


def json_of(whole, tokenizer_class=FAST, **config):
    return files(tokenizer_class, tokenizer_json=whole, config=config)


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
    return files("BertTokenizer", vocab_txt=listed(whole["model"]["vocab"]), special_tokens_map_json=named, config=config)


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


@kind("bert-processing")
def _():
    post = lambda t: processors.BertProcessing(("[SEP]", t.token_to_id("[SEP]")), ("[CLS]", t.token_to_id("[CLS]")))
    normalizer = normalizers.Sequence([normalizers.Nmt(), normalizers.NFKC(), normalizers.StripAccents(), normalizers.Lowercase()])
    return json_of(word_piece(520, normalizer, decoder=decoders.WordPiece(), post=post), **BERT_CONFIG)


# Unigram

@kind("unigram-json")
def _():
    return json_of(unigram(), **UNK_CONFIG)


@kind("unigram-byte-fallback")
def _():
    whole = unigram(True, normalizers.Replace(" ", "▁"), pre_tokenizers.Split("▁", "merged_with_next"),
                    decoders.Sequence([decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse()]), rules=False,
                    size=540)
    return json_of(whole, **UNK_CONFIG)


@kind("unigram-added-tokens")
def _():
    return json_of(unigram(post=around("<s> $A </s>"), added=odd_tokens()), **UNK_CONFIG)


@kind("unigram-strip")
def _():
    normalizer = normalizers.Sequence([normalizers.Strip(True, True), normalizers.Replace(Regex(" {2,}"), "▁")])
    pre = pre_tokenizers.Metaspace(prepend_scheme="never")
    return json_of(unigram(normalizer=normalizer, pre=pre, decoder=decoders.Metaspace(prepend_scheme="never")), **UNK_CONFIG)


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
    whole = byte_fallback(decoders.Sequence([decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse()]),
                          normalizers.Replace(" ", "▁"), pre_tokenizers.Split(" ", "merged_with_previous"))
    return json_of(whole, **UNK_CONFIG)


@kind("llama-json")
def _():
    return json_of(byte_fallback(post=around("<s> $A")), "LlamaTokenizer", legacy=True, add_bos_token=True, **UNK_CONFIG)


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
    whole = characters(480, pre=pre_tokenizers.BertPreTokenizer(), normalizer=bert_normalizer(False, True, False),
                       decoder=decoders.BPEDecoder(), model={"end_of_word_suffix": "</w>"})
    return json_of(whole, **UNK_CONFIG)


@kind("char-bpe")
def _():
    normalizer = normalizers.Sequence([normalizers.NFKC(), normalizers.Lowercase()])
    whole = characters(480, pre=pre_tokenizers.WhitespaceSplit(), normalizer=normalizer, decoder=decoders.BPEDecoder("</w>"),
                       model={"end_of_word_suffix": "</w>", "fuse_unk": True})
    return json_of(whole, **UNK_CONFIG)


@kind("bpe-prefix")
def _():
    whole = characters(480, pre=pre_tokenizers.Whitespace(), normalizer=normalizers.NFD(), decoder=decoders.WordPiece("##", False),
                       model={"continuing_subword_prefix": "##"})
    return json_of(whole, **UNK_CONFIG)


@kind("digits-punctuation")
def _():
    steps = [pre_tokenizers.WhitespaceSplit(), pre_tokenizers.Digits(True), pre_tokenizers.Punctuation("merged_with_previous")]
    return json_of(characters(pre=pre_tokenizers.Sequence(steps)), **UNK_CONFIG)


@kind("unicode-scripts")
def _():
    steps = [pre_tokenizers.UnicodeScripts(), pre_tokenizers.Digits(False), pre_tokenizers.Punctuation("contiguous")]
    return json_of(characters(pre=pre_tokenizers.Sequence(steps), decoder=decoders.Fuse()), **UNK_CONFIG)


@kind("fixed-length")
def _():
    steps = [pre_tokenizers.CharDelimiterSplit("_"), pre_tokenizers.FixedLength(5)]
    normalizer = normalizers.Replace(" ", "_")
    return json_of(characters(pre=pre_tokenizers.Sequence(steps), normalizer=normalizer, decoder=decoders.Fuse()), **UNK_CONFIG)


@kind("split-behaviors")
def _():
    steps = [pre_tokenizers.Split(" ", "merged_with_next"), split("[A-Z]", "merged_with_previous"),
             pre_tokenizers.Split(",", "removed"), split("[^aeiou]+", "contiguous"), split(r"\d", "isolated", True)]
    return json_of(characters(pre=pre_tokenizers.Sequence(steps), decoder=decoders.Fuse()), **UNK_CONFIG)


@kind("no-decoder")
def _():
    return json_of(characters(pre=pre_tokenizers.Whitespace()), **UNK_CONFIG)


@kind("nmt-normalizer")
def _():
    normalizer = normalizers.Sequence([normalizers.Nmt(), normalizers.NFKC(), normalizers.StripAccents(), normalizers.Lowercase()])
    return json_of(characters(pre=pre_tokenizers.Metaspace(), normalizer=normalizer, decoder=decoders.Metaspace()), **UNK_CONFIG)


# Byte-level byte-pair encoding

@kind("gpt2-prefix-space")
def _():
    pre = pre_tokenizers.ByteLevel(add_prefix_space=True)
    return vocab_and_merges("GPT2Tokenizer", byte_level(pre=pre), add_prefix_space=True, **END_CONFIG)


@kind("add-bos-add-eos")
def _():
    whole = byte_level(special=("<|endoftext|>", "<s>", "</s>"))
    return vocab_and_merges("GPT2Tokenizer", whole, add_bos_token=True, add_eos_token=True, unk_token="<|endoftext|>",
                            bos_token="<s>", eos_token="</s>")


@kind("roberta")
def _():
    return vocab_and_merges("RobertaTokenizer", byte_level(special=ROBERTA))


@kind("roberta-processing")
def _():
    post = lambda t: processors.RobertaProcessing(("</s>", t.token_to_id("</s>")), ("<s>", t.token_to_id("<s>")), True, False)
    whole = byte_level(special=ROBERTA, post=post)
    return json_of(whole, "RobertaTokenizer", mask_token={"__type": "AddedToken", "content": "<mask>", "lstrip": True,
                   "normalized": True, "rstrip": False, "single_word": False, "special": True})


@kind("gpt-neox")
def _():
    whole = byte_level(special=("<|endoftext|>", "<|padding|>"), normalizer=normalizers.NFC(),
                       added=[AddedToken("  ", normalized=True), AddedToken("   ", normalized=True), AddedToken("    ", normalized=True)])
    return json_of(whole, "GPTNeoXTokenizer", add_prefix_space=False, **END_CONFIG)


@kind("gpt4-split")
def _():
    return json_of(byte_level(pre=splits(split(LLAMA3, "removed", True))), **END_CONFIG)


@kind("cl100k-split")
def _():
    return json_of(byte_level(pre=splits(CL100K)), **END_CONFIG)


@kind("llama3-split")
def _():
    post = lambda t: processors.Sequence([processors.ByteLevel(trim_offsets=False), around("<|begin|> $A")(t)])
    whole = byte_level(special=("<|begin|>", "<|end|>"), pre=splits(LLAMA3), post=post, model={"ignore_merges": True})
    return json_of(whole, bos_token="<|begin|>", eos_token="<|end|>")


@kind("qwen2-split")
def _():
    whole = byte_level(pre=splits(QWEN2), normalizer=normalizers.NFC(), special=("<|endoftext|>", "<|im_start|>", "<|im_end|>"))
    return json_of(whole, "Qwen2Tokenizer", **END_CONFIG)


@kind("o200k-split")
def _():
    return json_of(byte_level(pre=splits(O200K)), **END_CONFIG)


@kind("deepseek-like")
def _():
    begin, end = "<｜begin▁of▁sentence｜>", "<｜end▁of▁sentence｜>"
    whole = byte_level(pre=splits(*DEEPSEEK), special=(begin, end), post=around(f"{begin} $A"), normalizer=normalizers.Sequence([]))
    return json_of(whole, "LlamaTokenizerFast", add_bos_token=True, bos_token=begin, eos_token=end)


@kind("deepseek-coder-like")
def _():
    pre = splits(*DEEPSEEK_CODER, then=[pre_tokenizers.Digits(True)])
    return json_of(byte_level(pre=pre), **END_CONFIG)


@kind("bloom-like")
def _():
    return json_of(byte_level(pre=splits(BLOOM)), "BloomTokenizerFast", **END_CONFIG)


@kind("falcon-like")
def _():
    steps = [pre_tokenizers.Punctuation("contiguous"), pre_tokenizers.ByteLevel(add_prefix_space=False),
             pre_tokenizers.Digits(False), split("[0-9][0-9][0-9]")]
    return json_of(byte_level(pre=pre_tokenizers.Sequence(steps)), **END_CONFIG)


@kind("byte-level-normalizer")
def _():
    steps = [normalizers.NFC(), normalizers.ByteLevel()]
    whole = byte_level(pre=split(r"Ġ?[^Ġ]+|Ġ+"), normalizer=normalizers.Sequence(steps))
    return json_of(whole, **END_CONFIG)


@kind("template-processing")
def _():
    whole = byte_level(special=("<s>", "</s>", "<pad>"), post=around("<s> $A </s> </s>"))
    return json_of(whole, bos_token="<s>", eos_token="</s>", pad_token="<pad>")


@kind("byte-level-clean-up")
def _():
    return json_of(byte_level(), clean_up_tokenization_spaces=True, **END_CONFIG)


@kind("byte-level-added-tokens")
def _():
    return json_of(byte_level(added=odd_tokens()), **END_CONFIG)


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
    config = {"eos_token": "</s>", "unk_token": "<unk>", "pad_token": "[PAD]", "extra_ids": 0, "additional_special_tokens": [],
              "bos_token": "<s>", "cls_token": "[CLS]", "sep_token": "[SEP]", "mask_token": "[MASK]"}
    return files("T5Tokenizer", spiece_model=model, config=config)


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
    return json_of(whole, "AlbertTokenizer", keep_accents=True, do_lower_case=False, **{**BERT_CONFIG, "unk_token": "<unk>", "pad_token": "<pad>"})


@kind("llama-model")
def _():
    model = sentence_piece("bpe", 560, False, byte_fallback=True, allow_whitespace_only_pieces=True, remove_extra_whitespaces=False)
    return files("LlamaTokenizer", tokenizer_model=model, config={"add_bos_token": True, "legacy": False, **UNK_CONFIG})


@kind("gpt-sw3")
def _():
    model = sentence_piece("bpe", 560, False, byte_fallback=True, unk_id=0, bos_id=1, eos_id=2, pad_id=3,
                           eos_piece="<|endoftext|>", remove_extra_whitespaces=False, add_dummy_prefix=False)
    return files("GPTSw3Tokenizer", spiece_model=model)


@kind("spm-backend")
def _():
    model = sentence_piece("bpe", 560, True, byte_fallback=True, user_defined_symbols="<sep>,dog")
    return files(tokenizer_model=model)


@kind("spm-backend-unigram")
def _():
    return files(tokenizer_model=sentence_piece(control_symbols="<ctl>"))


@kind("camembert-spiece")
def _():
    return files("CamembertTokenizer", **{"sentencepiece.bpe_model": sentence_piece()})


@kind("xlnet-spiece")
def _():
    return files("XLNetTokenizer", spiece_model=sentence_piece(control_symbols="<cls>,<sep>,<pad>,<mask>,<eod>", user_defined_symbols="<eop>"))


# Decoders

@kind("ctc-decoder")
def _():
    normalizer = normalizers.Sequence([normalizers.Lowercase(), normalizers.Replace(" ", "|")])
    whole = word_level(SENTENCES, pre_tokenizers.Split("", "isolated"), normalizer, decoders.CTC(), special=("<unk>", "<pad>", "</s>"))
    return json_of(whole, unk_token="<unk>", pad_token="<pad>", eos_token="</s>")


@kind("odd-decoder-strip")
def _():
    decoder = decoders.Sequence([decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse(), decoders.Strip(" ", 2, 2)])
    return json_of(byte_fallback(decoder), **UNK_CONFIG)


@kind("odd-decoder-strip-tokens")
def _():
    decoder = decoders.Sequence([decoders.ByteFallback(), decoders.Strip("▁", 1, 0), decoders.Replace("e", "éé")])
    return json_of(byte_fallback(decoder), **UNK_CONFIG)


@kind("odd-decoder-replace")
def _():
    decoder = decoders.Sequence([decoders.ByteFallback(), decoders.Fuse(), decoders.Replace("▁t", " T"), decoders.Replace("aa", "a"),
                                 decoders.Replace(Regex("▁+"), " ")])
    return json_of(byte_fallback(decoder), **UNK_CONFIG)


@kind("odd-decoder-nested")
def _():
    inner = decoders.Sequence([decoders.Metaspace(prepend_scheme="first"), decoders.ByteFallback()])
    return json_of(byte_fallback(decoders.Sequence([inner, decoders.Sequence([decoders.Fuse(), decoders.Strip("!", 0, 1)])])), **UNK_CONFIG)


@kind("odd-decoder-byte-level")
def _():
    return json_of(byte_level(decoder=decoders.Sequence([decoders.ByteLevel(), decoders.Replace("the", "THE")])), **END_CONFIG)


# Larger than what is committed

@kind("unigram-nfkc", large=True)
def _():
    return json_of(unigram(rules="nmt_nfkc"), **UNK_CONFIG)


@kind("t5-spiece-nfkc", large=True)
def _():
    return files("T5Tokenizer", spiece_model=sentence_piece(rules="nmt_nfkc_cf", pad_id=0, eos_id=1, unk_id=2, bos_id=-1))
