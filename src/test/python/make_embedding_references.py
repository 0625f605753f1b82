"""The mean of the last hidden states, as transformers computes them for the reference models and the shipped one.

    pip install torch transformers safetensors
    python src/test/python/make_embedding_references.py          # from the project's folder

writes src/test/resources/reference/embeddings.json.
"""

import json
import pathlib

import torch
from transformers import AutoModelForCausalLM

ROOT = pathlib.Path("src/test/resources/reference")
FOLDERS = ["bare-bf16", "gpt-neo-f32", "gpt1-f32", "opt-f16", "opt-no-bias-f16", "opt-projected-f16", "prefixed-f32",
           "untied-f16"]
IDS = [[7], [1, 5, 3, 10, 7, 5, 0, 12, 4, 4, 9, 2, 11, 6, 8, 3]]


@torch.no_grad()
def embedding(inner, ids):
    mean = inner(torch.tensor([ids]))[0][0].double().mean(0)
    return [round(x, 6) for x in mean.tolist()]


rows = []
for folder in [ROOT / name for name in FOLDERS] + [pathlib.Path("models/shakespeare")]:
    model, loading = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32, output_loading_info=True)
    assert not any(loading[key] for key in ("missing_keys", "mismatched_keys")), loading
    inner = model.transformer if hasattr(model, "transformer") else model.model
    for ids in IDS:
        rows.append({"folder": folder.as_posix(), "ids": ids, "embedding": embedding(inner.eval(), ids)})
(ROOT / "embeddings.json").write_text("[\n" + ",\n".join(json.dumps(row) for row in rows) + "\n]\n")
