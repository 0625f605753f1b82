"""Writes a checkpoint with random weights in the shape and the file format of a published model, to measure with.

    pip install torch numpy safetensors
    python src/test/python/make_shape.py gpt2-xl target/reference/gpt2-xl
    python src/test/python/make_shape.py gpt2 target/reference/cycle --cycle   # a text of 8 tokens over and over
"""

import json
import pathlib
import sys

import torch
from safetensors.torch import save_file

CATALOG = pathlib.Path(__file__).resolve().parents[3] / "models" / "catalog.json"


def shapes(c):
    """Names and shapes as published; norms' gains come with the value 1."""
    if c.get("model_type") == "opt":
        e, inner, width = c["hidden_size"], c["ffn_dim"], c.get("word_embed_proj_dim", c["hidden_size"])
        p = "model.decoder."
        yield p + "embed_tokens.weight", (c["vocab_size"], width)
        yield p + "embed_positions.weight", (c["max_position_embeddings"] + 2, e)
        if width != e:
            yield p + "project_in.weight", (e, width)
            yield p + "project_out.weight", (width, e)
        for layer in range(c["num_hidden_layers"]):
            h = f"{p}layers.{layer}."
            for name in ("q", "k", "v", "out"):
                yield f"{h}self_attn.{name}_proj.weight", (e, e)
                yield f"{h}self_attn.{name}_proj.bias", (e,)
            for name, o, i in (("fc1", inner, e), ("fc2", e, inner)):
                yield f"{h}{name}.weight", (o, i)
                yield f"{h}{name}.bias", (o,)
            for name in ("self_attn_layer_norm", "final_layer_norm"):
                yield f"{h}{name}.weight", (e,)
                yield f"{h}{name}.bias", (e,)
        if c.get("do_layer_norm_before", True):
            yield p + "final_layer_norm.weight", (e,)
            yield p + "final_layer_norm.bias", (e,)
        return
    first = c.get("model_type") == "openai-gpt"
    e = c["n_embd"]
    yield "tokens_embed.weight" if first else "wte.weight", (c["vocab_size"], e)
    yield "positions_embed.weight" if first else "wpe.weight", (c["n_positions"], e)
    for layer in range(c["n_layer"]):
        h = f"h.{layer}."
        for name, i, o in (("attn.c_attn", e, 3 * e), ("attn.c_proj", e, e), ("mlp.c_fc", e, 4 * e),
                           ("mlp.c_proj", 4 * e, e)):
            yield f"{h}{name}.weight", (i, o)
            yield f"{h}{name}.bias", (o,)
        for name in ("ln_1", "ln_2"):
            yield f"{h}{name}.weight", (e,)
            yield f"{h}{name}.bias", (e,)
    if not first:
        yield "ln_f.weight", (e,)
        yield "ln_f.bias", (e,)


def cycle(tensors, config):
    """Of GPT-2's shape, a model whose layers add nothing and whose head prefers the next of eight tokens."""
    for name, value in tensors.items():
        if "c_proj" in name or name == "wpe.weight":
            value.zero_()
    table = tensors["wte.weight"]
    token = torch.arange(len(table))
    following = torch.where(token // 8 * 8 + 8 > len(table), token, token // 8 * 8 + (token + 1) % 8)
    head = torch.empty_like(table)
    head[following] = table
    tensors["lm_head.weight"] = head
    config["tie_word_embeddings"] = False


def main(name, folder, repeating):
    model = next(m for m in json.loads(CATALOG.read_text()) if m["name"] == name)
    pickled = any(f["name"].startswith("pytorch_model") for f in model["files"])
    dtype = torch.float16 if pickled else torch.float32
    generator = torch.Generator().manual_seed(1)
    tensors = {}
    for tensor, shape in shapes(model["config"]):
        gain = ("norm" in tensor or "ln_" in tensor) and tensor.endswith("weight")
        value = torch.ones(shape) if gain else torch.empty(shape).uniform_(-0.04, 0.04, generator=generator)
        tensors[tensor] = value.to(dtype)
    config = {"model_type": "gpt2", **model["config"]}
    if repeating:
        cycle(tensors, config)
    folder.mkdir(parents=True, exist_ok=True)
    if pickled:
        torch.save(tensors, folder / "pytorch_model.bin")
    else:
        save_file(tensors, folder / "model.safetensors", metadata={"format": "pt"})
    (folder / "config.json").write_text(json.dumps(config) + "\n")
    print(folder, sum(t.numel() for t in tensors.values()), "parameters")


if __name__ == "__main__":
    if len(sys.argv) not in (3, 4) or sys.argv[3:] not in ([], ["--cycle"]):
        sys.exit(__doc__)
    main(sys.argv[1], pathlib.Path(sys.argv[2]), len(sys.argv) == 4)
