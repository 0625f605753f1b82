"""A fine-tuned GPT-2 with everything that transformers saves for one, and what transformers makes of texts with it.

    pip install torch transformers
    python src/test/python/make_finetuned_references.py            # writes src/test/resources/reference/finetuned
    python src/test/python/make_finetuned_references.py --check FOLDER   # does a copy of it give the same in Python?

The model has added tokens (special ones, and a plain one), a chat template, several ends in generation_config.json,
and embeddings that are resized to a multiple of 64. Its weights are random: only ids and texts count.
"""

import json
import pathlib
import shutil
import sys

import torch
from tokenizers import AddedToken
from transformers import AutoModelForCausalLM, AutoTokenizer, GPT2Config, GPT2LMHeadModel, GPT2Tokenizer
from transformers import GenerationConfig, TextStreamer

ROOT = pathlib.Path(__file__).resolve().parent.parent / "resources" / "reference" / "finetuned"
TEXTS = [
    "<|user|>\nHi there!<|end|>\n<|assistant|>\n",
    "the wombat sat, the other ones read",
    "Grüße, 你好 👍 <|end|>wombats[PAD]",
    " in the end",
]
NEW_TOKENS = 24


class Pieces(TextStreamer):
    """Keeps the pieces that a TextStreamer would print."""

    def __init__(self, tokenizer, **options):
        super().__init__(tokenizer, skip_prompt=True, **options)
        self.pieces = []

    def on_finalized_text(self, text, stream_end=False):
        self.pieces.append(text)


def byte_alphabet():
    printable = [*range(33, 127), *range(161, 173), *range(174, 256)]
    others = [b for b in range(256) if b not in printable]
    return {b: chr(b) if b in printable else chr(256 + others.index(b)) for b in range(256)}


def tokenizer():
    letters = byte_alphabet()
    merges = [("t", "h"), ("th", "e"), ("e", "r"), ("i", "n"), ("o", "n"), (letters[32], "the"), ("r", "e"), ("o", "u")]
    vocab = {letters[b]: b for b in range(256)}
    for a, b in merges:
        vocab[a + b] = len(vocab)
    vocab["<|endoftext|>"] = len(vocab)
    made = GPT2Tokenizer(vocab=vocab, merges=merges)
    made.add_special_tokens({"pad_token": "[PAD]", "additional_special_tokens": ["<|user|>", "<|assistant|>", "<|end|>"]})
    made.add_tokens([AddedToken("wombat", normalized=False)])
    made.chat_template = ("{% for m in messages %}<|{{ m['role'] }}|>\n{{ m['content'] }}<|end|>\n{% endfor %}"
                          "{% if add_generation_prompt %}<|assistant|>\n{% endif %}")
    return made


def make():
    torch.manual_seed(7)
    shutil.rmtree(ROOT, ignore_errors=True)
    words = tokenizer()
    ends = words.convert_tokens_to_ids(["<|endoftext|>", "<|end|>"])
    config = GPT2Config(n_layer=2, n_head=2, n_embd=16, n_positions=128, vocab_size=len(words) - 5,
                        bos_token_id=ends[0], eos_token_id=ends[0], initializer_range=0.35)
    model = GPT2LMHeadModel(config)
    model.resize_token_embeddings(len(words), pad_to_multiple_of=64, mean_resizing=False)
    # Mostly letters and words: what is not is short as a vector, and so rarely the likeliest.
    rare = [*range(0, 32), *range(127, 256), *range(len(words), model.config.vocab_size)]
    model.transformer.wte.weight.data[rare] *= 0.2
    model.transformer.wte.weight.data[ends[1]] *= 1.3
    model.generation_config = GenerationConfig(bos_token_id=ends[0], eos_token_id=ends, pad_token_id=words.pad_token_id,
                                               max_new_tokens=NEW_TOKENS, repetition_penalty=1.2)
    model.half().save_pretrained(ROOT)
    words.save_pretrained(ROOT)
    (ROOT / "expected.json").write_text(json.dumps(answers(ROOT), ensure_ascii=False, indent=1) + "\n")
    print(*sorted(p.name for p in ROOT.iterdir()))


@torch.inference_mode()
def answers(folder):
    words = AutoTokenizer.from_pretrained(folder)
    model = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32).eval()
    rows = []
    for text in TEXTS:
        ids = words(text)["input_ids"]
        inputs = torch.tensor([ids])
        streamer = Pieces(words, skip_special_tokens=True)
        generated = model.generate(inputs, attention_mask=torch.ones_like(inputs), streamer=streamer)[0].tolist()
        new = generated[len(ids):]
        log_probs = model(inputs).logits[0, :-1].log_softmax(-1).gather(1, inputs[0, 1:, None])[:, 0]
        row = {"text": text, "ids": ids, "decoded": words.decode(ids), "visible": words.decode(ids, skip_special_tokens=True),
               "generated": new, "generated_visible": words.decode(new, skip_special_tokens=True),
               "streamed": "".join(streamer.pieces).removesuffix("\n"),
               "log_probs": [round(x, 5) for x in log_probs.tolist()]}
        # Stops at what the text itself would go on with: its third and fourth new tokens.
        stop = words.decode(new[2:4])
        if "�" not in stop and stop:
            stopped = model.generate(inputs, attention_mask=torch.ones_like(inputs), stop_strings=[stop], tokenizer=words)
            row |= {"stop": stop, "stopped": stopped[0].tolist()[len(ids):]}
        rows.append(row)
    chat = words.apply_chat_template([{"role": "user", "content": "Hi there!"}], tokenize=False, add_generation_prompt=True)
    assert chat == TEXTS[0]
    return rows


def check(folder):
    expected = json.loads((ROOT / "expected.json").read_text())
    for row, now in zip(expected, answers(folder), strict=True):
        far = max(abs(a - b) for a, b in zip(row.pop("log_probs"), now.pop("log_probs"), strict=True))
        assert row == now, (row, now)
        assert far < 1e-4, far
    print(folder, "gives the same")


if __name__ == "__main__":
    if sys.argv[1:2] == ["--check"]:
        check(pathlib.Path(sys.argv[2]))
    else:
        make()
