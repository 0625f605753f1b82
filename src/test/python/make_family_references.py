"""Writes a tiny model of each published family, and what transformers makes of texts with it, from text to text.

    pip install torch transformers tokenizers sentencepiece protobuf peft
    python src/test/python/make_family_references.py

writes src/test/resources/reference/families: a folder is a family, with config.json, weights and tokenizer in the form
that the published model has (family_models.py), and expected.json. The weights are random. Its rows have the ids of a
prompt, their log-probabilities, the ids that follow by greedy decoding, the text of these (that of all ids without that
of the prompt, special tokens left out), and the text of all with special tokens. gpt2-lora is PEFT's adapter on gpt2.

    python src/test/python/make_family_references.py --check FOLDER

loads each folder below FOLDER, as this library has saved it, and compares.
"""

import argparse
import hashlib
import itertools
import json
import logging
import os
import pathlib
import shutil
import warnings

os.environ.update(TOKENIZERS_PARALLELISM="false", HF_HUB_OFFLINE="1")
warnings.filterwarnings("ignore")
import torch
from peft import LoraConfig, get_peft_model
from safetensors.torch import save_file
from transformers import AutoConfig, AutoModelForCausalLM, AutoTokenizer, PreTrainedTokenizerFast, TextStreamer
from transformers import logging as chatter

from family_models import FAMILIES, POSITIONS

chatter.set_verbosity_error()
chatter.disable_progress_bar()
logging.disable(logging.WARNING)
ROOT = pathlib.Path(__file__).resolve().parents[1] / "resources/reference/families"
NEW_TOKENS = 20
ADAPTER = "gpt2-lora"


class TooNear(Exception):
    """Two tokens are about as likely: which one is greedy's may depend on the machine."""


class Printed(TextStreamer):
    """Keeps what a TextStreamer would print."""

    def __init__(self, tokenizer):
        super().__init__(tokenizer, skip_special_tokens=True)
        self.text = ""

    def on_finalized_text(self, text, stream_end=False):
        self.text += text


def compact(value):
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def write_files(folder, contents):
    for name, content in contents.items():
        if isinstance(content, bytes):
            (folder / name).write_bytes(content)
        else:
            text = content if isinstance(content, str) else compact(content)
            (folder / name).write_text(text, encoding="utf-8", newline="\n")


def write_expected(folder, expected):
    (folder / "expected.json").write_text("[\n" + ",\n".join(compact(row) for row in expected) + "\n]\n")


def tensors(model, masks, bare):
    """In F16 under the published names, with the masks that older files have."""
    stored = {}
    state = model.state_dict()
    if max(t.abs().max() for t in state.values()) < 60000:
        state = {name: stored.setdefault(t.data_ptr(), t.half().contiguous()) for name, t in state.items()}
    if masks:
        triangle = torch.tril(torch.ones(1, 1, POSITIONS, POSITIONS)).to(getattr(torch, masks))
        inner = "attn.attention" if model.config.model_type == "gpt_neo" else "attn"
        for layer in range(2):
            state[f"transformer.h.{layer}.{inner}.bias"] = triangle.clone()
            state[f"transformer.h.{layer}.{inner}.masked_bias"] = torch.tensor(-10000.0).half()
    if bare:
        state = {name.removeprefix("transformer."): tensor for name, tensor in state.items()}
    return state


def halves(state):
    names = sorted(state)
    return [{name: state[name] for name in part} for part in (names[: len(names) // 2], names[len(names) // 2 :])]


def save(folder, state, form):
    binary = form.endswith("bin")
    # A pickle holds the table once, and the head shares it.
    if not binary or form.startswith("sharded"):
        state = {name: tensor for name, tensor in state.items() if name != "lm_head.weight"}
    end = "bin" if binary else "safetensors"
    stem = "pytorch_model" if binary else "model"
    write = torch.save if binary else lambda state, file: save_file(state, file, {"format": "pt"})
    if form == "legacy bin":
        write = lambda state, file: torch.save(state, file, _use_new_zipfile_serialization=False)
    if not form.startswith("sharded"):
        write(state, folder / f"{stem}.{end}")
        return
    index = {"metadata": {"total_size": sum(t.numel() * t.element_size() for t in state.values())}, "weight_map": {}}
    for number, shard in enumerate(halves(state), 1):
        name = f"{stem}-{number:05}-of-00002.{end}"
        write(shard, folder / name)
        index["weight_map"] |= dict.fromkeys(shard, name)
    (folder / f"{stem}.{end}.index.json").write_text(json.dumps(index, indent=2) + "\n")


@torch.no_grad()
def made(folder, name, scale, pad, attempt):
    torch.manual_seed(int(hashlib.sha256(name.encode()).hexdigest()[:8], 16) + attempt)
    config = AutoConfig.from_pretrained(folder)
    model = AutoModelForCausalLM.from_config(config).eval()
    for key, parameter in sorted(model.named_parameters()):
        # Texts that come from positions alone repeat themselves less.
        positions = "wpe" in key or "positions" in key
        parameter.copy_((1.5 if positions else scale) * torch.randn(parameter.shape))
        if key == "transformer.ln_f.weight" and config.layer_norm_epsilon > 1:
            # Without its norm, the last state is far from unit length.
            parameter.mul_(0.1).add_(0.05).mul_(config.layer_norm_epsilon**0.5)
        elif ("norm" in key or "ln_" in key) and key.endswith("weight"):
            parameter.add_(1)
            if getattr(config, "layer_norm_epsilon", 0) > 1:
                parameter.mul_(config.layer_norm_epsilon**0.5)
    if pad:
        # SentencePiece has no text for ids that have no token, so none of these is ever the likeliest.
        model.get_input_embeddings().weight[-pad:] *= 0.1
    model.tie_weights()
    return model


def tokenizer_of(folder, name):
    if FAMILIES[name]["plain"]:
        return PreTrainedTokenizerFast.from_pretrained(folder)
    return AutoTokenizer.from_pretrained(folder)


@torch.inference_mode()
def rows(folder, name):
    model, info = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32, output_loading_info=True)
    assert not info["missing_keys"] and not info["mismatched_keys"], info
    return answers(model.eval(), tokenizer_of(folder, name), name)


@torch.inference_mode()
def answers(model, words, name):
    out = []
    for text in FAMILIES[name]["prompts"]:
        ids = words(text)["input_ids"]
        inputs = torch.tensor([ids])
        streamer = Printed(words)
        generated = model.generate(inputs, attention_mask=torch.ones_like(inputs), do_sample=False, streamer=streamer,
                                   max_new_tokens=NEW_TOKENS, max_length=None, pad_token_id=model.config.pad_token_id or 0)
        everything = generated[0].tolist()
        logits = model(generated).logits[0].double()
        top = logits[len(ids) - 1 : -1].topk(2).values
        gap = (top[:, 0] - top[:, 1]).min().item()
        if gap < 3e-3:
            raise TooNear(text)
        log_probs = logits[: len(ids) - 1].log_softmax(-1).gather(1, inputs[0, 1:, None])[:, 0]
        whole = words.decode(everything, skip_special_tokens=True)
        before = words.decode(ids, skip_special_tokens=True)
        assert whole.startswith(before), (name, before, whole)
        # transformers' streamer prints the same, piece by piece.
        assert streamer.text == whole, (name, streamer.text, whole)
        out.append({"text": text, "ids": ids, "log_probs": [round(x, 6) for x in log_probs.tolist()],
                    "greedy": everything[len(ids) :], "generated": whole[len(before) :],
                    "decoded": words.decode(everything)})
    return out, words


def write_adapter():
    """PEFT's adapter on the family gpt2, with random weights."""
    base = ROOT / "gpt2"
    folder = ROOT / ADAPTER
    shutil.rmtree(folder, ignore_errors=True)
    torch.manual_seed(5)
    model = AutoModelForCausalLM.from_pretrained(base, dtype=torch.float32)
    model = get_peft_model(model, LoraConfig(r=4, lora_alpha=8, target_modules=["c_attn"], fan_in_fan_out=True))
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            if "lora_" in name:
                parameter.copy_(0.4 * torch.randn(parameter.shape))
    # Seen from the project's folder.
    model.peft_config["default"].base_model_name_or_path = str(base.relative_to(pathlib.Path.cwd()))
    model.save_pretrained(folder)
    (folder / "adapter_model.safetensors").chmod(0o644)
    (folder / "README.md").unlink(missing_ok=True)
    expected, _ = answers(model.eval(), tokenizer_of(base, "gpt2"), "gpt2")
    assert expected[0]["greedy"] != json.loads((base / "expected.json").read_text())[0]["greedy"]
    write_expected(folder, expected)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--check", type=pathlib.Path)
    parser.add_argument("names", nargs="*")
    arguments = parser.parse_args()
    if arguments.check:
        for name in FAMILIES:
            expected = json.loads((ROOT / name / "expected.json").read_text())
            now, _ = rows(arguments.check / name, name)
            for row, other in zip(expected, now, strict=True):
                far = [abs(a - b) for a, b in zip(row.pop("log_probs"), other.pop("log_probs"), strict=True)]
                assert row == other and max(far, default=0) < 1e-5, (name, row, other, far)
        print(len(FAMILIES), "folders give the same")
        return
    for name, family in FAMILIES.items():
        if arguments.names and name not in arguments.names:
            continue
        folder = ROOT / name
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        config, files = family["make"]()
        write_files(folder, {"config.json": config, **files})
        words = tokenizer_of(folder, name)
        config["vocab_size"] = len(words) + family["pad"]
        (folder / "config.json").write_text(json.dumps(config, indent=2, sort_keys=True, ensure_ascii=False) + "\n")
        for attempt in itertools.count():
            model = made(folder, name, family["scale"], family["pad"], attempt)
            save(folder, tensors(model, family["masks"], family["bare"]), family["weights"])
            try:
                expected, words = rows(folder, name)
                break
            except TooNear:
                pass
        write_expected(folder, expected)
        size = sum(file.stat().st_size for file in folder.iterdir())
        print(f"{name:24} {type(words).__name__:24} {len(words):4} tokens {size:7} bytes", expected[0]["ids"][:12],
              repr(expected[0]["generated"]), flush=True)
    if not arguments.names or ADAPTER in arguments.names:
        write_adapter()


if __name__ == "__main__":
    main()
