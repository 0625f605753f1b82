"""Makes what PyTorch computes when it trains the small checkpoint prefixed-f32 of make_references.py.

    pip install torch transformers
    python src/test/python/make_training_references.py

Writes src/test/resources/reference/training.json (ids, the loss before each of some AdamW steps without dropout, the
norm of the gradients) and training.safetensors (the first gradients, and the weights after the last step).
"""

import json
import pathlib

import torch
from safetensors.torch import save_file
from transformers import AutoModelForCausalLM

ROOT = pathlib.Path(__file__).resolve().parent.parent / "resources" / "reference"
STEPS, BATCHES, ROWS, LENGTH = 5, 2, 3, 25
RATE, DECAY, CLIP, BETAS = 1e-2, 0.1, 1.0, (0.9, 0.99)


def main():
    torch.manual_seed(1)
    model = AutoModelForCausalLM.from_pretrained(
        ROOT / "prefixed-f32", attn_pdrop=0.0, embd_pdrop=0.0, resid_pdrop=0.0, attn_implementation="eager").float()
    model.train()
    ids = torch.randint(0, model.config.vocab_size, (STEPS, BATCHES, ROWS, LENGTH))
    named = {n: p for n, p in model.named_parameters()}
    groups = [{"params": [p for p in named.values() if p.dim() > 1], "weight_decay": DECAY},
              {"params": [p for p in named.values() if p.dim() == 1], "weight_decay": 0.0}]
    optimizer = torch.optim.AdamW(groups, lr=RATE, betas=BETAS)
    losses, norms, tensors = [], [], {}
    for step in range(STEPS):
        optimizer.zero_grad()
        for batch in range(BATCHES):
            loss = model(ids[step, batch], labels=ids[step, batch]).loss
            losses.append(loss.item())
            (loss / BATCHES).backward()
            if step == 0 and batch == 0:
                tensors |= {"gradient." + n: p.grad * BATCHES for n, p in named.items()}
        norms.append(torch.nn.utils.clip_grad_norm_(model.parameters(), CLIP).item())
        optimizer.step()
    tensors |= {"after." + n: p.detach() for n, p in named.items()}
    save_file({n: t.clone().contiguous() for n, t in tensors.items()}, ROOT / "training.safetensors")
    facts = {"ids": ids.tolist(), "losses": losses, "norms": norms,
             "optimizer": {"rate": RATE, "decay": DECAY, "clip": CLIP, "beta1": BETAS[0], "beta2": BETAS[1]}}
    (ROOT / "training.json").write_text(json.dumps(facts) + "\n")


main()
