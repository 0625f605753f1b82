"""Kinds of byte-level byte-pair encoding, one function for each folder."""

from kind_tokenizers import *

# Byte-level byte-pair encoding


@kind("gpt2-prefix-space")
def _():
    pre = pre_tokenizers.ByteLevel(add_prefix_space=True)
    return vocab_and_merges("GPT2Tokenizer", byte_level(pre=pre), add_prefix_space=True, **END_CONFIG)


@kind("add-bos-add-eos")
def _():
    whole = byte_level(special=("<|endoftext|>", "<s>", "</s>"))
    return vocab_and_merges(
        "GPT2Tokenizer",
        whole,
        add_bos_token=True,
        add_eos_token=True,
        unk_token="<|endoftext|>",
        bos_token="<s>",
        eos_token="</s>",
    )


@kind("roberta")
def _():
    return vocab_and_merges("RobertaTokenizer", byte_level(special=ROBERTA))


@kind("roberta-processing")
def _():
    post = lambda t: processors.RobertaProcessing(
        ("</s>", t.token_to_id("</s>")), ("<s>", t.token_to_id("<s>")), True, False
    )
    whole = byte_level(special=ROBERTA, post=post)
    return json_of(
        whole,
        "RobertaTokenizer",
        mask_token={
            "__type": "AddedToken",
            "content": "<mask>",
            "lstrip": True,
            "normalized": True,
            "rstrip": False,
            "single_word": False,
            "special": True,
        },
    )


@kind("gpt-neox")
def _():
    whole = byte_level(
        special=("<|endoftext|>", "<|padding|>"),
        normalizer=normalizers.NFC(),
        added=[
            AddedToken("  ", normalized=True),
            AddedToken("   ", normalized=True),
            AddedToken("    ", normalized=True),
        ],
    )
    return json_of(whole, "GPTNeoXTokenizer", add_prefix_space=False, **END_CONFIG)


@kind("gpt-neox-bos")
def _():
    whole = byte_level(special=("<|endoftext|>", "<|padding|>"), normalizer=normalizers.NFC())
    return json_of(whole, "GPTNeoXTokenizer", add_bos_token=True, add_prefix_space=True, **END_CONFIG)


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
    whole = byte_level(
        pre=splits(QWEN2), normalizer=normalizers.NFC(), special=("<|endoftext|>", "<|im_start|>", "<|im_end|>")
    )
    return json_of(whole, "Qwen2Tokenizer", **END_CONFIG)


@kind("qwen2-vocab-merges")
def _():
    whole = byte_level(pre=splits(QWEN2), normalizer=normalizers.NFC(), special=("<|endoftext|>", "<|im_start|>"))
    return vocab_and_merges("Qwen2Tokenizer", whole, eos_token="<|endoftext|>", pad_token="<|endoftext|>")


@kind("o200k-split")
def _():
    return json_of(byte_level(pre=splits(O200K)), **END_CONFIG)


@kind("deepseek-like")
def _():
    begin, end = "<｜begin▁of▁sentence｜>", "<｜end▁of▁sentence｜>"
    whole = byte_level(
        pre=splits(*DEEPSEEK), special=(begin, end), post=around(f"{begin} $A"), normalizer=normalizers.Sequence([])
    )
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
    steps = [
        pre_tokenizers.Punctuation("contiguous"),
        pre_tokenizers.ByteLevel(add_prefix_space=False),
        pre_tokenizers.Digits(False),
        split("[0-9][0-9][0-9]"),
    ]
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
