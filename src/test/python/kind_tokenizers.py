"""How make_kind_references.py makes a tokenizer: learned from kind_texts.py's corpus, published as a folder's files."""

import collections
import json

from sentencepiece import sentencepiece_model_pb2
from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors

from kind_patterns import *
from kind_sentencepiece import sentence_piece
from kind_texts import SENTENCES

KINDS = {}
BERT = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
ROBERTA = ["<s>", "<pad>", "</s>", "<unk>", "<mask>"]
BYTES = [f"<0x{b:02X}>" for b in range(256)]
FAST = "PreTrainedTokenizerFast"


def kind(name, **options):
    """Registers a function that gives a folder's files; options: its lines' sentences, the most unknown tokens, large."""

    def register(make):
        KINDS[name] = (make, options)
        return make

    return register


def split(pattern, behavior="isolated", invert=False):
    return pre_tokenizers.Split(Regex(pattern), behavior, invert)


def files(tokenizer_class=FAST, **more):
    """tokenizer_config.json, and the other files: names as keywords with _ for the dot."""
    config = {"tokenizer_class": tokenizer_class, **more.pop("config", {})}
    out = {"config.json": {"model_type": "gpt2"}, "tokenizer_config.json": config}
    for name, content in more.items():
        stem, _, end = name.rpartition("_")
        out[f"{stem}.{end}"] = content
    return out


def learned(normalizer, pre, size, special=(), alphabet=(), prefix="", suffix="", limit=270, sentences=SENTENCES):
    """Byte-pair encoding's vocabulary and merges; ties by spelling, so that each run gives the same."""
    words = collections.Counter()
    for sentence in sentences:
        text = normalizer.normalize_str(sentence) if normalizer else sentence
        words.update(word for word, _ in (pre.pre_tokenize_str(text) if pre else [(text, None)]) if word)
    letters = collections.Counter("".join(words.elements()))
    kept = set(sorted(letters, key=lambda c: (-letters[c], c))[:limit])
    parts = {}
    for word in words:
        if kept.issuperset(word):
            parts[word] = [
                (prefix if i else "") + c + (suffix if i == len(word) - 1 else "") for i, c in enumerate(word)
            ]
    vocabulary = [
        *special,
        *sorted({*alphabet, *kept, *(part for word in parts.values() for part in word)} - set(special)),
    ]
    merges = []
    while len(vocabulary) < size:
        pairs = collections.Counter()
        for word, pieces in parts.items():
            for pair in zip(pieces, pieces[1:]):
                pairs[pair] += words[word]
        if not pairs:
            break
        best = max(pairs, key=lambda pair: (pairs[pair], pair))
        merged = best[0] + best[1][len(prefix) :]
        merges.append(best)
        if merged not in vocabulary:
            vocabulary.append(merged)
        for pieces in parts.values():
            i = 0
            while i < len(pieces) - 1:
                if (pieces[i], pieces[i + 1]) == best:
                    pieces[i : i + 2] = [merged]
                i += 1
    return {token: i for i, token in enumerate(vocabulary)}, merges


def whole_of(model, normalizer=None, pre=None, decoder=None, post=None, special=(), added=()):
    """A tokenizer.json as a dictionary."""
    tokenizer = Tokenizer(model)
    if normalizer is not None:
        tokenizer.normalizer = normalizer
    if pre is not None:
        tokenizer.pre_tokenizer = pre
    tokenizer.add_special_tokens(list(special))
    return assembled(tokenizer, decoder, post, added)


def assembled(tokenizer, decoder=None, post=None, added=()):
    tokenizer.decoder = decoder
    if post is not None:
        tokenizer.post_processor = post(tokenizer) if callable(post) else post
    for token in added:
        add = tokenizer.add_special_tokens if token.special else tokenizer.add_tokens
        add([token])
    return json.loads(tokenizer.to_str())


def around(single):
    """TemplateProcessing with the named tokens."""

    def make(tokenizer):
        names = sorted({part for part in single.split() if not part.startswith("$")})
        return processors.TemplateProcessing(
            single=single, special_tokens=[(n, tokenizer.token_to_id(n)) for n in names]
        )

    return make


def word_piece(size, normalizer, prefix="##", decoder=None, post=around("[CLS] $A [SEP]"), added=()):
    pre = pre_tokenizers.BertPreTokenizer()
    vocabulary, _ = learned(normalizer, pre, size, BERT, prefix=prefix)
    model = models.WordPiece(vocabulary, unk_token="[UNK]", continuing_subword_prefix=prefix)
    return whole_of(model, normalizer, pre, decoder, post, BERT, added)


def listed(vocabulary):
    return "".join(token + "\n" for token in sorted(vocabulary, key=vocabulary.get))


def bert_normalizer(lower=True, chinese=True, accents=None):
    return normalizers.BertNormalizer(True, chinese, accents, lower)


def byte_level(size=310, pre=None, normalizer=None, special=("<|endoftext|>",), model=None, decoder=None, **more):
    """Byte-level byte-pair encoding."""
    pre = pre or pre_tokenizers.ByteLevel(add_prefix_space=False)
    vocabulary, merges = learned(normalizer, pre, size, special, pre_tokenizers.ByteLevel.alphabet())
    return whole_of(
        models.BPE(vocabulary, merges, **(model or {})),
        normalizer,
        pre,
        decoder or decoders.ByteLevel(),
        special=special,
        **more,
    )


def splits(*patterns, then=()):
    steps = [split(p) if isinstance(p, str) else p for p in patterns]
    return pre_tokenizers.Sequence([*steps, *then, pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)])


def characters(
    size=400, special=("<unk>", "<s>", "</s>"), pre=None, normalizer=None, decoder=None, model=None, limit=270, **more
):
    """Byte-pair encoding on characters, with an unknown token."""
    options = model or {}
    prefix, suffix = options.get("continuing_subword_prefix", ""), options.get("end_of_word_suffix", "")
    vocabulary, merges = learned(normalizer, pre, size, special, prefix=prefix, suffix=suffix, limit=limit)
    return whole_of(
        models.BPE(vocabulary, merges, unk_token=special[0], **options),
        normalizer,
        pre,
        decoder,
        special=special,
        **more,
    )


def with_bytes(whole, first=3):
    """The 256 byte pieces behind the first tokens, as Llama has them."""
    model = whole["model"]
    old = sorted(model["vocab"], key=model["vocab"].get)
    model["vocab"] = {token: i for i, token in enumerate([*old[:first], *BYTES, *old[first:]])}
    model["byte_fallback"] = True
    model["fuse_unk"] = True
    for token in whole["added_tokens"]:
        token["id"] = model["vocab"].get(token["content"], token["id"] + len(BYTES))
    return whole


def llama_decoder(strip=True):
    steps = [decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse()]
    return decoders.Sequence([*steps, decoders.Strip(" ", 1, 0)] if strip else steps)


def byte_fallback(decoder=None, normalizer=None, pre=None, **more):
    if normalizer is None and pre is None:
        normalizer = normalizers.Sequence([normalizers.Prepend("▁"), normalizers.Replace(" ", "▁")])
    return with_bytes(
        characters(220, limit=150, normalizer=normalizer, pre=pre, decoder=decoder or llama_decoder(), **more)
    )


def unigram(fallback=False, normalizer=None, pre=None, decoder=None, post=None, added=(), rules=True, **options):
    """A tokenizer.json with the pieces of a trained SentencePiece model."""
    model = sentencepiece_model_pb2.ModelProto.FromString(
        sentence_piece(rules=rules, byte_fallback=fallback, **options)
    )
    pieces = [(p.piece, round(p.score, 3)) for p in model.pieces]
    tokenizer = Tokenizer(models.Unigram(pieces, model.trainer_spec.unk_id, fallback))
    steps = [normalizer] if normalizer else []
    if rules:
        steps.insert(0, normalizers.Precompiled(model.normalizer_spec.precompiled_charsmap))
    tokenizer.normalizer = normalizers.Sequence(steps)
    tokenizer.pre_tokenizer = pre or pre_tokenizers.Metaspace()
    tokenizer.add_special_tokens([p.piece for p in model.pieces if p.type in (2, 3)])
    return assembled(tokenizer, decoder or decoders.Metaspace(), post, added)


def word_level(sentences, pre, normalizer=None, decoder=None, size=600, special=("<unk>", "<s>", "</s>"), **more):
    words = collections.Counter()
    for sentence in sentences:
        text = normalizer.normalize_str(sentence) if normalizer else sentence
        words.update(word for word, _ in pre.pre_tokenize_str(text))
    known = [*special, *sorted(words, key=lambda word: (-words[word], word))][:size]
    model = models.WordLevel({word: i for i, word in enumerate(known)}, unk_token=special[0])
    return whole_of(model, normalizer, pre, decoder, special=special, **more)


def odd_tokens():
    """Added tokens with every flag."""
    return [
        AddedToken("<sp>", special=True),
        AddedToken("<l>", lstrip=True, special=True),
        AddedToken("<r>", rstrip=True),
        AddedToken("<lr>", lstrip=True, rstrip=True, normalized=False),
        AddedToken("dog", single_word=True, normalized=False),
        AddedToken("river", normalized=True),
        AddedToken("the fox", normalized=True, single_word=True),
        AddedToken("weiß", normalized=False),
        AddedToken("[end]", special=True, normalized=True, lstrip=True),
    ]


BERT_CONFIG = {
    "unk_token": "[UNK]",
    "sep_token": "[SEP]",
    "pad_token": "[PAD]",
    "cls_token": "[CLS]",
    "mask_token": "[MASK]",
}
UNK_CONFIG = {"unk_token": "<unk>", "bos_token": "<s>", "eos_token": "</s>"}
END_CONFIG = {"unk_token": "<|endoftext|>", "bos_token": "<|endoftext|>", "eos_token": "<|endoftext|>"}


def merges(whole):
    return "#version: 0.2\n" + "".join(" ".join(m) + "\n" for m in whole["model"]["merges"])


def vocab_and_merges(tokenizer_class, whole, **config):
    return files(tokenizer_class, vocab_json=whole["model"]["vocab"], merges_txt=merges(whole), config=config)


def json_of(whole, tokenizer_class=FAST, **config):
    return files(tokenizer_class, tokenizer_json=whole, config=config)
