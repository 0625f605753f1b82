"""How make_kind_references.py makes tokenizers: each is trained on kind_texts.py's corpus and published as a folder's files."""

import collections
import io
import json
import re
import tempfile

import sentencepiece
from sentencepiece import sentencepiece_model_pb2
from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors

from kind_texts import SENTENCES

KINDS = {}
# SentencePiece has a piece for each character of its corpus: fewer scripts are a smaller file.
FEWER = [line for line in SENTENCES if not re.search("[\u0900-\u0dff\u0e00-\u0eff\u1ea0-\u1ef9\u0370-\u03ff\u0600-\u06ff]", line)]
BERT = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
ROBERTA = ["<s>", "<pad>", "</s>", "<unk>", "<mask>"]
BYTES = [f"<0x{b:02X}>" for b in range(256)]
FAST = "PreTrainedTokenizerFast"

LLAMA3 = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
QWEN2 = LLAMA3.replace("{1,3}", "")
CL100K = (r"'(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]++[\r\n]*|\s*[\r\n]|\s+(?!\S)|\s+")
O200K = "|".join([
    r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?",
    r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?",
    r"\p{N}{1,3}", r" ?[^\s\p{L}\p{N}]+[\r\n/]*", r"\s*[\r\n]+", r"\s+(?!\S)", r"\s+"])
DEEPSEEK = [
    r"\p{N}{1,3}", "[一-龥぀-ゟ゠-ヿ]+",
    r"""[!"#$%&'()*+,\-./:;<=>?@\[\\\]^_`{|}~][A-Za-z]+|[^\r\n\p{L}\p{P}\p{S}]?[\p{L}\p{M}]+| ?[\p{P}\p{S}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"""]
DEEPSEEK_CODER = ["[\r\n]", r"\s?\p{L}+", r"\s?\p{P}+", "[一-龥ࠀ-一가-퟿]+"]
BLOOM = r" ?[^(\s|[.,!?…。，、।۔،])]+"
CHEMICAL = (r"(\[[^\]]+]|Br?|Cl?|N|O|S|P|F|I|b|c|n|o|s|p|\(|\)|\.|=|#|-|\+|\\|\/|:|~|@|\?|>>?|\*|\$|\%[0-9]{2}|[0-9])")
RULES = {
    "\t": " ", "\n": " ", "\r": " ", "\u00a0": " ", "\u3000": " ", "\u2003": " ", "\u200b": "", "\xad": "", "\ufb01": "fi",
    "\ufb02": "fl", "①": "1", "Ⅷ": "VIII", "½": "1⁄2", "²": "2", "…": "...", "㌔": "キロ", "\u212b": "Å", "e\u0301": "é",
    "A\u030a": "Å", "n\u0303": "ñ", "ﾊ": "ハ", "ﾝ": "ン", "ｶ": "カ", "ｸ": "ク", "ｶ\uff9e": "ガ", "か\u3099": "が", "\x01": "", "\x7f": "",
    **{chr(c + 0xFEE0): chr(c) for c in [*range(48, 58), *range(97, 123), 33, 63]}}


def kind(name, **options):
    """Registers a function that gives the files of a folder; options: sentences for its lines, the unknown tokens' largest share, large."""

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
            parts[word] = [(prefix if i else "") + c + (suffix if i == len(word) - 1 else "") for i, c in enumerate(word)]
    vocabulary = [*special, *sorted({*alphabet, *kept, *(part for word in parts.values() for part in word)} - set(special))]
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
        return processors.TemplateProcessing(single=single, special_tokens=[(n, tokenizer.token_to_id(n)) for n in names])

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
    return whole_of(models.BPE(vocabulary, merges, **(model or {})), normalizer, pre, decoder or decoders.ByteLevel(),
                    special=special, **more)


def splits(*patterns, then=()):
    steps = [split(p) if isinstance(p, str) else p for p in patterns]
    return pre_tokenizers.Sequence([*steps, *then, pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)])


def characters(size=400, special=("<unk>", "<s>", "</s>"), pre=None, normalizer=None, decoder=None, model=None, limit=270, **more):
    """Byte-pair encoding on characters, with an unknown token."""
    options = model or {}
    prefix, suffix = options.get("continuing_subword_prefix", ""), options.get("end_of_word_suffix", "")
    vocabulary, merges = learned(normalizer, pre, size, special, prefix=prefix, suffix=suffix, limit=limit)
    return whole_of(models.BPE(vocabulary, merges, unk_token=special[0], **options), normalizer, pre, decoder,
                    special=special, **more)


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
    return with_bytes(characters(220, limit=150, normalizer=normalizer, pre=pre, decoder=decoder or llama_decoder(), **more))


def sentence_piece(kind="unigram", size=330, rules=True, coverage=0.98, **options):
    """A SentencePiece model's bytes."""
    out = io.BytesIO()
    with tempfile.NamedTemporaryFile("w", suffix=".tsv") as table:
        for source, target in sorted(RULES.items()):
            table.write(" ".join(f"{ord(c):X}" for c in source) + "\t" + " ".join(f"{ord(c):X}" for c in target) + "\n")
        table.flush()
        normalization = {"normalization_rule_name": "identity"}
        if isinstance(rules, str):
            normalization = {"normalization_rule_name": rules}
        elif rules:
            normalization = {"normalization_rule_tsv": table.name}
        sentencepiece.SentencePieceTrainer.train(
            sentence_iterator=iter(FEWER * 3), model_writer=out, model_type=kind, vocab_size=size, num_threads=1,
            hard_vocab_limit=False, character_coverage=coverage, minloglevel=2,
            **normalization, **options)
    proto = sentencepiece_model_pb2.ModelProto.FromString(out.getvalue())
    for field in ("input", "model_prefix"):
        proto.trainer_spec.ClearField(field)
    proto.normalizer_spec.ClearField("normalization_rule_tsv")
    return proto.SerializeToString(deterministic=True)


def unigram(fallback=False, normalizer=None, pre=None, decoder=None, post=None, added=(), rules=True, **options):
    """A tokenizer.json with the pieces of a trained SentencePiece model."""
    model = sentencepiece_model_pb2.ModelProto.FromString(sentence_piece(rules=rules, byte_fallback=fallback, **options))
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
        AddedToken("<sp>", special=True), AddedToken("<l>", lstrip=True, special=True), AddedToken("<r>", rstrip=True),
        AddedToken("<lr>", lstrip=True, rstrip=True, normalized=False), AddedToken("dog", single_word=True, normalized=False),
        AddedToken("river", normalized=True), AddedToken("the fox", normalized=True, single_word=True),
        AddedToken("weiß", normalized=False), AddedToken("[end]", special=True, normalized=True, lstrip=True)]
