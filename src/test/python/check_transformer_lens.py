"""Compares inspection.safetensors with TransformerLens: the same names, and the same numbers, for the reference GPT-2.

    pip install torch transformers safetensors transformer_lens==3.8.1
    python src/test/python/check_transformer_lens.py             # from the project's folder

Prints the largest difference of each place. TransformerLens computes the model by its own code from the same weights,
which are not processed (no folding, no centring). Versions before 3 have hook_normalized behind a norm's weight and bias
where norms are not folded.
"""

import json
import pathlib

import torch
from safetensors.torch import load_file
from transformer_lens import HookedTransformer, HookedTransformerConfig

ROOT = pathlib.Path("src/test/resources/reference")
FOLDER = "untied-f16"

config = json.loads((ROOT / FOLDER / "config.json").read_text())
weights = {name.removeprefix("transformer."): tensor.float()
           for name, tensor in load_file(ROOT / FOLDER / "model.safetensors").items()}
E, H, L, V = (config[key] for key in ("n_embd", "n_head", "n_layer", "vocab_size"))
D = E // H
model = HookedTransformer(HookedTransformerConfig(
    n_layers=L, d_model=E, n_ctx=config["n_positions"], d_head=D, n_heads=H, d_mlp=config["n_inner"] or 4 * E, d_vocab=V, act_fn="gelu_new",
    eps=config["layer_norm_epsilon"], normalization_type="LN", use_attn_result=True))
state = {"embed.W_E": weights["wte.weight"], "pos_embed.W_pos": weights["wpe.weight"],
         "ln_final.w": weights["ln_f.weight"], "ln_final.b": weights["ln_f.bias"],
         "unembed.W_U": weights["lm_head.weight"].T, "unembed.b_U": torch.zeros(V)}
for l in range(L):
    h, b = f"h.{l}.", f"blocks.{l}."
    for norm, name in (("ln_1", "ln1"), ("ln_2", "ln2")):
        state[b + name + ".w"], state[b + name + ".b"] = weights[h + norm + ".weight"], weights[h + norm + ".bias"]
    qkv, bias = weights[h + "attn.c_attn.weight"].split(E, 1), weights[h + "attn.c_attn.bias"].split(E)
    for i, name in enumerate("QKV"):
        state[b + "attn.W_" + name] = qkv[i].view(E, H, D).transpose(0, 1)
        state[b + "attn.b_" + name] = bias[i].view(H, D)
    state[b + "attn.W_O"] = weights[h + "attn.c_proj.weight"].view(H, D, E)
    state[b + "attn.b_O"] = weights[h + "attn.c_proj.bias"]
    for name, matrix in (("in", "c_fc"), ("out", "c_proj")):
        state[b + "mlp.W_" + name] = weights[h + f"mlp.{matrix}.weight"]
        state[b + "mlp.b_" + name] = weights[h + f"mlp.{matrix}.bias"]
missing, unexpected = model.load_state_dict(state, strict=False)
assert not unexpected and all("mask" in name or "IGNORE" in name for name in missing), (missing, unexpected)

ours = {name.removeprefix(FOLDER + "/"): tensor
        for name, tensor in load_file(ROOT / "inspection.safetensors").items() if name.startswith(FOLDER + "/")}
ids = ours.pop("ids").long()
with torch.no_grad():
    logits, cache = model.run_with_cache(ids[None])
theirs = {name: tensor[0] for name, tensor in cache.items()} | {"logits": logits[0]}
extra, absent = sorted(theirs.keys() - ours.keys()), sorted(ours.keys() - theirs.keys())
worst = 0
for name, tensor in ours.items():
    if name in theirs:
        assert tensor.shape == theirs[name].shape, (name, tensor.shape, theirs[name].shape)
        difference = torch.where(tensor == theirs[name], 0, tensor - theirs[name]).abs().max().item()
        worst = max(worst, difference)
        print(f"{difference:.1e}  {name}")
assert worst < 1e-4 and not absent, (worst, absent)
print(f"largest difference {worst:.1e} at {len(ours) - len(absent)} places; only here: {absent}; only there: {extra}")
