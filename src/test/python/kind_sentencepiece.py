"""Trains a small SentencePiece model."""

import io
import re
import tempfile

import sentencepiece
from sentencepiece import sentencepiece_model_pb2

from kind_texts import SENTENCES

# SentencePiece has a piece for each character of its corpus: fewer scripts are a smaller file.
FEWER = [
    line
    for line in SENTENCES
    if not re.search("[\u0900-\u0dff\u0e00-\u0eff\u1ea0-\u1ef9\u0370-\u03ff\u0600-\u06ff]", line)
]
RULES = {
    "\t": " ",
    "\n": " ",
    "\r": " ",
    "\u00a0": " ",
    "\u3000": " ",
    "\u2003": " ",
    "\u200b": "",
    "\xad": "",
    "\ufb01": "fi",
    "\ufb02": "fl",
    "①": "1",
    "Ⅷ": "VIII",
    "½": "1⁄2",
    "²": "2",
    "…": "...",
    "㌔": "キロ",
    "\u212b": "Å",
    "e\u0301": "é",
    "A\u030a": "Å",
    "n\u0303": "ñ",
    "ﾊ": "ハ",
    "ﾝ": "ン",
    "ｶ": "カ",
    "ｸ": "ク",
    "ｶ\uff9e": "ガ",
    "か\u3099": "が",
    "\x01": "",
    "\x7f": "",
    **{chr(c + 0xFEE0): chr(c) for c in [*range(48, 58), *range(97, 123), 33, 63]},
}


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
            sentence_iterator=iter(FEWER * 3),
            model_writer=out,
            model_type=kind,
            vocab_size=size,
            num_threads=1,
            hard_vocab_limit=False,
            character_coverage=coverage,
            minloglevel=2,
            **normalization,
            **options,
        )
    proto = sentencepiece_model_pb2.ModelProto.FromString(out.getvalue())
    for field in ("input", "model_prefix"):
        proto.trainer_spec.ClearField(field)
    proto.normalizer_spec.ClearField("normalization_rule_tsv")
    return proto.SerializeToString(deterministic=True)
