"""The vectors inside the reference models, as transformers computes them: its hidden states, its attentions, and the
inputs and outputs of its modules.

    pip install torch transformers safetensors
    python src/test/python/make_inspection_references.py          # from the project's folder

writes src/test/resources/reference/inspection.safetensors: one tensor for each model and place, named folder/place;
folder/ids; and lens/folder/layer, the logits by the head from the hidden state before each layer.
"""

import pathlib

import torch
from safetensors.torch import save_file
from transformers import AutoModelForCausalLM

ROOT = pathlib.Path("src/test/resources/reference")
# GPT-2, GPT, OPT, OPT-350m's form, and GPT-Neo, whose second layer sees 8 tokens.
FOLDERS = ["untied-f16", "gpt1-f32", "opt-f16", "opt-projected-f16", "gpt-neo-f32"]
IDS = [1, 5, 3, 10, 7, 5, 0, 12, 4, 9, 2, 3]

# The modules of a layer: norms, the input of attention, its output matrix, and the MLP's matrices.
GPT2 = dict(ln1="ln_1", ln2="ln_2", qkv="attn.c_attn", o="attn.c_proj", up="mlp.c_fc", down="mlp.c_proj")
OPT = dict(ln1="self_attn_layer_norm", ln2="final_layer_norm", qkv="self_attn.{}_proj", o="self_attn.out_proj",
           up="fc1", down="fc2")
NEO = dict(GPT2, qkv="attn.attention.{}_proj", o="attn.attention.out_proj")


class Seen:
    """The inputs and outputs of all modules."""

    def __init__(self, model):
        self.inputs, self.outputs = {}, {}
        for name, module in model.named_modules():
            module.register_forward_hook(self.keep(name))

    def keep(self, name):
        def hook(module, args, output):
            if args and isinstance(args[0], torch.Tensor):
                self.inputs[name] = args[0]
            if isinstance(output, torch.Tensor):
                self.outputs[name] = output
        return hook


def rows(x):
    return x.reshape(len(IDS), -1)


@torch.no_grad()
def trace(folder):
    model = AutoModelForCausalLM.from_pretrained(ROOT / folder, dtype=torch.float32, attn_implementation="eager").eval()
    config = model.config
    kind = config.model_type
    names = {"gpt2": GPT2, "openai-gpt": GPT2, "opt": OPT, "gpt_neo": NEO}[kind]
    inner, layer = ("model.decoder.", "layers") if kind == "opt" else ("transformer.", "h")
    H = config.num_attention_heads
    post_norm = kind == "openai-gpt" or (kind == "opt" and not config.do_layer_norm_before)
    seen = Seen(model)
    result = model(torch.tensor([IDS]), output_attentions=True, output_hidden_states=True)
    E = config.hidden_size
    D = E // H
    out = {"logits": result.logits[0], "ids": torch.tensor(IDS)}
    tokens = {"gpt2": "wte", "gpt_neo": "wte", "openai-gpt": "tokens_embed", "opt": "embed_tokens"}[kind]
    places = {"gpt2": "wpe", "gpt_neo": "wpe", "openai-gpt": "positions_embed", "opt": "embed_positions"}[kind]
    projected = inner + "project_in" in seen.outputs
    out["hook_embed"] = rows(seen.outputs[inner + ("project_in" if projected else tokens)])
    out["hook_pos_embed"] = rows(seen.outputs[inner + places])

    def norm(place, name):
        x = seen.inputs[name].reshape(len(IDS), -1)
        module = model.get_submodule(name)
        scale = torch.sqrt(x.var(-1, unbiased=False, keepdim=True) + module.eps)
        out[place + ".hook_scale"], out[place + ".hook_normalized"] = scale, (x - x.mean(-1, keepdim=True)) / scale
        rest = out[place + ".hook_normalized"] * module.weight + module.bias
        assert torch.allclose(rest, rows(seen.outputs[name]), atol=1e-5)

    for l in range(config.num_hidden_layers):
        block, m = f"blocks.{l}.", f"{inner}{layer}.{l}."
        out[block + "hook_resid_pre"] = result.hidden_states[l][0]
        norm(block + "ln1", m + names["ln1"])
        norm(block + "ln2", m + names["ln2"])
        if "{}" in names["qkv"]:
            q, k, v = (rows(seen.outputs[m + names["qkv"].format(one)]).view(-1, H, D) for one in "qkv")
        else:
            q, k, v = rows(seen.outputs[m + names["qkv"]]).view(-1, 3, H, D).unbind(1)
        out[block + "attn.hook_q"], out[block + "attn.hook_k"], out[block + "attn.hook_v"] = q, k, v
        pattern = result.attentions[l][0]
        out[block + "attn.hook_pattern"] = pattern
        # GPT-Neo does not scale. Where a query does not see a key, its attention is 0.
        scores = torch.einsum("qhd,khd->hqk", q, k) * (1 if kind == "gpt_neo" else D ** -0.5)
        out[block + "attn.hook_attn_scores"] = scores.masked_fill(pattern == 0, -torch.inf)
        assert torch.allclose(torch.softmax(out[block + "attn.hook_attn_scores"], -1), pattern, atol=1e-5)
        z = rows(seen.inputs[m + names["o"]]).view(-1, H, D)
        out[block + "attn.hook_z"] = z
        w = model.get_submodule(m + names["o"]).weight
        w = w if names is GPT2 else w.T
        out[block + "attn.hook_result"] = torch.einsum("thd,hde->the", z, w.view(H, D, E))
        attention, mlp = rows(seen.outputs[m + names["o"]]), rows(seen.outputs[m + names["down"]])
        out[block + "hook_attn_out"], out[block + "hook_mlp_out"] = attention, mlp
        out[block + "mlp.hook_pre"] = rows(seen.outputs[m + names["up"]])
        out[block + "mlp.hook_post"] = rows(seen.inputs[m + names["down"]])
        if post_norm:
            out[block + "hook_resid_mid"] = rows(seen.inputs[m + names["ln1"]])
            out[block + "hook_resid_post"] = rows(seen.inputs[m + names["ln2"]])
            out[block + "hook_normalized_resid_post"] = rows(seen.outputs[m + names["ln2"]])
        else:
            out[block + "hook_resid_mid"] = rows(seen.inputs[m + names["ln2"]])
            out[block + "hook_resid_post"] = rows(seen.inputs[m + names["ln2"]]) + mlp
    last = {"opt": "final_layer_norm"}.get(kind, "ln_f")
    if inner + last in seen.outputs:
        norm("ln_final", inner + last)
        assert torch.allclose(out[block + "hook_resid_post"], rows(seen.inputs[inner + last]), atol=1e-6)
    lens = {}
    for l, x in enumerate(result.hidden_states[:-1]):
        if not post_norm:
            x = model.get_submodule(inner + last)(x)
        if projected:
            x = model.get_submodule(inner + "project_out")(x)
        lens[f"lens/{folder}/{l}"] = model.lm_head(x)[0].float().contiguous().clone()
    return lens | {f"{folder}/{place}": tensor.float().contiguous().clone() for place, tensor in out.items()}


tensors = {}
for folder in FOLDERS:
    tensors.update(trace(folder))
save_file(tensors, ROOT / "inspection.safetensors")
