"""What the attentions, the MLPs and the head of the committed models compute alone, each from the same vectors.

    pip install torch transformers
    python src/test/python/make_product_references.py   # needs the output of make_references.py

The token is id 0 at the last position of the context; keys and values of all positions before it are zeros, as in the
empty cache of the benchmark's measurement. Written to src/test/resources/reference/products.json.
"""

import json
import pathlib

import torch
from torch.nn.functional import scaled_dot_product_attention
from transformers import AutoModelForCausalLM

ROOT = pathlib.Path(__file__).resolve().parent.parent / "resources" / "reference"
NAMES = ["bare-bf16", "gpt1-f32", "opt-projected-f16", "gpt-neo-f32"]


def parts(model):
    """The vector that enters, (qkv, out, scale, window, mlp) of each layer, and what goes before the head."""
    config = model.config
    last = config.max_position_embeddings - 1
    zero = torch.tensor([0])
    position = torch.tensor([last])
    kind = config.model_type
    if kind in ("gpt2", "openai-gpt"):
        body = model.transformer
        tables = (body.wte, body.wpe) if kind == "gpt2" else (body.tokens_embed, body.positions_embed)
        x = tables[0](zero) + tables[1](position)
        layers = [(lambda x, a=b.attn: a.c_attn(x).chunk(3, -1), b.attn.c_proj,
                   (config.n_embd // config.n_head) ** -0.5, None, b.mlp) for b in body.h]
        return x, layers, config.n_head, lambda x: x
    if kind == "gpt_neo":
        body = model.transformer
        x = body.wte(zero) + body.wpe(position)
        layers = [(lambda x, a=b.attn.attention: (a.q_proj(x), a.k_proj(x), a.v_proj(x)), b.attn.attention.out_proj,
                   1.0, config.window_size if t == "local" else None, b.mlp)
                  for b, t in zip(body.h, config.attention_layers)]
        return x, layers, config.num_heads, lambda x: x
    body = model.model.decoder
    x = body.embed_tokens(zero)
    x = body.project_in(x) if body.project_in is not None else x
    x = x + torch.nn.functional.embedding(position + body.embed_positions.offset, body.embed_positions.weight)
    layers = [(lambda x, a=b.self_attn: (a.q_proj(x), a.k_proj(x), a.v_proj(x)), b.self_attn.out_proj,
               b.self_attn.scaling, None, lambda x, b=b: b.fc2(b.activation_fn(b.fc1(x)))) for b in body.layers]
    return x, layers, config.num_attention_heads, body.project_out or (lambda x: x)


def attention(x, qkv, out, heads, scale, seen):
    q, k, v = (t.view(1, heads, 1, -1) for t in qkv(x))
    past = torch.zeros(1, heads, seen - 1, k.size(-1))
    a = scaled_dot_product_attention(q, torch.cat([past, k], 2), torch.cat([past, v], 2), scale=scale)
    return out(a.reshape(1, -1))


def numbers(tensor):
    return [float(f"{value:.7g}") for value in tensor.flatten().tolist()]


result = {}
for name in NAMES:
    model = AutoModelForCausalLM.from_pretrained(ROOT / name, dtype=torch.float32).eval()
    with torch.no_grad():
        x, layers, heads, before_head = parts(model)
        positions = model.config.max_position_embeddings
        products = []
        for qkv, out, scale, window, mlp in layers:
            products.append(numbers(attention(x, qkv, out, heads, scale, min(positions, window or positions))))
            products.append(numbers(mlp(x)))
        products.append(numbers(model.lm_head(before_head(x))))
    result[name] = products
    print(name, [len(p) for p in products], [round(max(map(abs, p)), 2) for p in products])
(ROOT / "products.json").write_text(json.dumps(result) + "\n")
