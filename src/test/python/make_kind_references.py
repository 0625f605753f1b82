"""Writes a small tokenizer of each kind, and what transformers makes of texts and ids with it.

    python src/test/python/make_kind_references.py
    python src/test/python/make_kind_references.py --lines 10000 --sequences 2000 --out /path/to/a/large/reference

Needs transformers 5.24, tokenizers 0.23, sentencepiece and protobuf. A folder is a kind: the tokenizer's files as they
are published, and rows.json.gz. There, what is absent is as what stands before it: "decoded" as "text", "visible" (special
tokens skipped) as "decoded". "around" counts the special tokens before a text and behind, none if absent; where the ids
without them are others, "ordinary" holds these. A sequence's "cut" parts it into a prompt and the rest.
"""

import argparse
import gzip
import json
import logging
import os
import pathlib
import random
import shutil
import warnings

os.environ.update(TOKENIZERS_PARALLELISM="false", RUST_BACKTRACE="0")
warnings.filterwarnings("ignore")
from transformers import AutoTokenizer, logging as chatter

import kinds_byte_level, kinds_characters, kinds_pieces  # noqa: E401, F401, they register the kinds
from kind_texts import SENTENCES, Lines, sequences
from kind_tokenizers import BYTES, KINDS

chatter.set_verbosity_error()
logging.disable(logging.WARNING)
HERE = pathlib.Path(__file__).resolve().parents[1] / "resources/reference/kinds"


def write(folder, contents):
    folder.mkdir(parents=True)
    for name, content in contents.items():
        if isinstance(content, bytes):
            (folder / name).write_bytes(content)
        else:
            text = content if isinstance(content, str) else compact(content)
            (folder / name).write_text(text, encoding="utf-8", newline="\n")


def compact(value):
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def without_nulls(row):
    return {key: value for key, value in row.items() if value is not None}


def unlike(value, other):
    return None if value == other else value


def around(ids, ordinary):
    """How many ids stand before the ordinary ones and behind, or null."""
    for before in range(len(ids) - len(ordinary) + 1):
        if ids[before : before + len(ordinary)] == ordinary:
            return [before, len(ids) - len(ordinary) - before]
    return None


def text_row(tokenizer, text):
    ids = tokenizer(text)["input_ids"]
    decoded = tokenizer.decode(ids, skip_special_tokens=False)
    ordinary = tokenizer(text, add_special_tokens=False)["input_ids"]
    ends = around(ids, ordinary)
    return without_nulls(
        {
            "text": text,
            "ids": ids,
            "around": unlike(ends, [0, 0]),
            "ordinary": ordinary if ends is None else None,
            "decoded": unlike(decoded, text),
            "visible": unlike(tokenizer.decode(ids, skip_special_tokens=True), decoded),
        }
    )


def sequence_row(tokenizer, ids, cut):
    decoded = tokenizer.decode(ids, skip_special_tokens=False)
    prompt = tokenizer.decode(ids[:cut], skip_special_tokens=False)
    return without_nulls(
        {
            "ids": ids,
            "decoded": decoded,
            "visible": unlike(tokenizer.decode(ids, skip_special_tokens=True), decoded),
            "cut": cut,
            "prompt": prompt,
            "promptVisible": unlike(tokenizer.decode(ids[:cut], skip_special_tokens=True), prompt),
        }
    )


def made(row, tokenizer, inputs):
    """The rows of the inputs, but of those at which the tokenizers library itself stops (Strip of an empty token)."""
    out = []
    for one in inputs:
        try:
            out.append(row(tokenizer, *one))
        except BaseException as e:
            if type(e).__name__ != "PanicException":
                raise
    return out


def bytes_of(vocabulary):
    """The id of each byte, where the vocabulary has such."""
    if all(piece in vocabulary for piece in BYTES):
        return [vocabulary[piece] for piece in BYTES]
    letters = [b for b in range(256) if 33 <= b <= 126 or 161 <= b <= 172 or 174 <= b <= 255]
    names = {b: chr(b) for b in letters}
    for b in range(256):
        if b not in names:
            names[b] = chr(256 + len(names) - len(letters))
    return [vocabulary[names[b]] for b in range(256)] if all(n in vocabulary for n in names.values()) else None


def rows(name, folder, line_count, sequence_count, sentences):
    tokenizer = AutoTokenizer.from_pretrained(folder)
    rng = random.Random(name)
    added = {i: str(t) for i, t in tokenizer.added_tokens_decoder.items() if str(t).strip()}
    lines = made(
        text_row, tokenizer, ((line,) for line in Lines(rng, sorted(added.values()), sentences).lines(line_count))
    )
    vocabulary = tokenizer.get_vocab()
    encoded = [row["ids"] for row in lines if row["ids"]]
    ids = sorted(set(vocabulary.values()))
    random_ids = sequences(rng, sequence_count, encoded, ids, sorted(added), bytes_of(vocabulary))
    cut = made(sequence_row, tokenizer, ((one, rng.randint(0, len(one))) for one in random_ids))
    unknown = tokenizer.unk_token_id
    every = [i for row in lines for i in row["ids"]]
    share = sum(i == unknown for i in every) / max(1, len(every))
    print(
        f"{name:32} {type(tokenizer).__name__:20} {len(tokenizer):5} tokens, {len(every):7} ids, {share:6.1%} unknown,"
        f" {sum(f.stat().st_size for f in folder.iterdir()):7} bytes",
        flush=True,
    )
    return {"lines": lines, "sequences": cut}, share, tokenizer


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--lines", type=int, default=30)
    parser.add_argument("--sequences", type=int, default=15)
    parser.add_argument("--out", type=pathlib.Path, default=HERE)
    parser.add_argument(
        "--backends", type=pathlib.Path, help="a folder for the tokenizer.json that transformers composes of each"
    )
    parser.add_argument("kinds", nargs="*", help="only these")
    options = parser.parse_args()
    seen = {}
    for name, (make, extra) in KINDS.items():
        if options.kinds and name not in options.kinds or extra.get("large") and options.out == HERE:
            continue
        folder = options.out / name
        shutil.rmtree(folder, ignore_errors=True)
        write(folder, make())
        references, share, tokenizer = rows(
            name, folder, options.lines, options.sequences, extra.get("sentences", SENTENCES)
        )
        (folder / "rows.json.gz").write_bytes(gzip.compress(compact(references).encode(), mtime=0))
        most = extra.get("unknown", 0.3)
        if share > most:
            raise SystemExit(f"{name}: {share:.1%} of the ids are the unknown token, expected at most {most:.0%}")
        shape = compact([row["ids"] for row in references["lines"]])
        if shape in seen:
            raise SystemExit(f"{name}: the same ids as {seen[shape]}")
        seen[shape] = name
        if options.backends and hasattr(tokenizer, "backend_tokenizer"):
            options.backends.mkdir(parents=True, exist_ok=True)
            (options.backends / f"{name}.json").write_text(tokenizer.backend_tokenizer.to_str(), encoding="utf-8")


if __name__ == "__main__":
    main()
