"""GPT-Neo's layers that look back on a window, OPT's tensors that may be absent, and what transformers computes of them.

    pip install torch transformers safetensors
    python src/test/python/make_architecture_references.py          # from the project's folder

writes src/test/resources/reference/architectures: tiny models with random weights, and of each case in cases.json its
config.json, the file with its weights, the log-probabilities of some ids, the ids that follow a few prompts by greedy
decoding, by beam search and by contrastive search, and the norm of the gradients of a batch's loss.

    python src/test/python/make_architecture_references.py --check FOLDER

loads each folder below FOLDER, as this library has saved it, and compares (see ArchitectureReferenceTest.isSaved).
"""

import argparse
import hashlib
import json
import logging
import pathlib
import shutil

import torch
from safetensors.torch import save_model
from transformers import GPTNeoConfig, GPTNeoForCausalLM, OPTConfig, OPTForCausalLM

ROOT = pathlib.Path("src/test/resources/reference/architectures")
V = 13
POSITIONS = 40
IDS = [1, 5, 3, 10, 7, 5, 0, 12, 4, 4, 9, 2, 11, 6, 8, 3, 1, 7, 10, 2]
# What is padded has other lengths than the window, shorter and longer ones.
PROMPTS = [IDS, IDS[:2], IDS[5:14], IDS[3:8]]
NEO = {"num_layers": 4, "num_heads": 2, "hidden_size": 8, "vocab_size": V, "max_position_embeddings": POSITIONS,
       "window_size": 4, "attention_types": [[["global", "local"], 2]], "bos_token_id": None, "eos_token_id": None}
OPT = {"num_hidden_layers": 2, "num_attention_heads": 2, "hidden_size": 8, "ffn_dim": 12, "vocab_size": V,
       "max_position_embeddings": POSITIONS, "bos_token_id": None, "eos_token_id": None}
NO_BIAS = {"enable_bias": False}
NO_AFFINE = {"layer_norm_elementwise_affine": False}
NO_LAST = {"_remove_final_layer_norm": True}
POST = {"do_layer_norm_before": False}
PROJECTED = {"word_embed_proj_dim": 6}
CASES = [("gpt_neo", values) for values in (
    {},
    {"window_size": 7},
    {"window_size": 1},
    {"window_size": POSITIONS - 1},
    {"window_size": POSITIONS},
    {"window_size": 10 * POSITIONS},
    {"attention_types": [[["global"], 4]]},
    {"attention_types": [[["local"], 4]]},
    {"attention_types": [[["local"], 4]], "window_size": 7, "activation_function": "gelu"},
    {"attention_types": [[["local"], 1], [["global", "local"], 0], [["global", "local", "local"], 1]], "window_size": 3},
    # The later of the two counts.
    {"attention_layers": ["local", "local", "global", "local"], "activation_function": "quick_gelu"},
    {"intermediate_size": 20, "activation_function": "relu"},
    {"tie_word_embeddings": False, "layer_norm_epsilon": 0.3},
)] + [("opt", values) for values in (
    NO_BIAS,
    NO_AFFINE,
    NO_LAST,
    {**NO_BIAS, **NO_AFFINE, **NO_LAST},
    {**NO_BIAS, "activation_function": "gelu"},
    {**PROJECTED, **NO_BIAS, **NO_AFFINE},
    {**PROJECTED, **NO_LAST},
    {**POST, **NO_BIAS},
    {**POST, **NO_AFFINE, **PROJECTED},
    {**POST, **NO_LAST},
    {**POST, **PROJECTED, **NO_BIAS, **NO_AFFINE, **NO_LAST, "tie_word_embeddings": False},
)]
CLASSES = {"gpt_neo": (GPTNeoConfig, GPTNeoForCausalLM, NEO), "opt": (OPTConfig, OPTForCausalLM, OPT)}


def made(kind, values):
    config_class, model_class, usual = CLASSES[kind]
    torch.manual_seed(3)
    model = model_class(config_class(**{**usual, **values})).eval()
    with torch.no_grad():
        for name, parameter in sorted(model.named_parameters()):
            # Texts that come from positions alone repeat themselves less.
            scale = 1.5 if "wpe" in name or "positions" in name else 0.5
            parameter.copy_(scale * torch.randn(parameter.shape) + (1 if "norm" in name or "ln_" in name else 0))
    return model


def rounded(numbers):
    return [round(x, 6) for x in numbers.flatten().tolist()]


@torch.no_grad()
def log_probs(model, ids):
    return torch.log_softmax(model(torch.tensor([ids])).logits[0].double(), -1)


@torch.no_grad()
def continued(model, prompt, **options):
    row = torch.tensor([prompt])
    return model.generate(row, attention_mask=torch.ones_like(row), max_length=POSITIONS, do_sample=False, pad_token_id=0,
                          eos_token_id=None, no_repeat_ngram_size=3, **options)[0, len(prompt):].tolist()


@torch.no_grad()
def contrastive(model, prompt, alpha=0.6, k=4):
    """Su et al. 2022, in the plainest form: each candidate is computed with the whole text."""
    ids = list(prompt)
    inner = model.transformer if hasattr(model, "transformer") else model.model
    while len(ids) < POSITIONS:
        shares, candidates = torch.softmax(log_probs(model, ids)[-1], -1).topk(k)
        scores = []
        for share, candidate in zip(shares.tolist(), candidates.tolist()):
            x = inner(torch.tensor([ids + [candidate]]))[0][0].double()
            x = x / x.norm(dim=-1, keepdim=True)
            scores.append((1 - alpha) * share - alpha * (x[:-1] @ x[-1]).max().item())
        ids.append(candidates[max(range(k), key=scores.__getitem__)].item())
    return ids[len(prompt):]


def gradients_norm(model):
    """Of the mean loss of two rows that are longer than the window."""
    model.zero_grad()
    rows = torch.tensor([IDS[:18], IDS[2:]])
    model(rows, labels=rows).loss.backward()
    squares = sum(p.grad.double().pow(2).sum() for p in model.parameters() if p.requires_grad)
    return round(squares.sqrt().item(), 6)


def case(kind, values):
    model = made(kind, values)
    scratch = ROOT / "scratch.safetensors"
    save_model(model, scratch)
    name = kind + "-" + hashlib.sha256(scratch.read_bytes()).hexdigest()[:6] + ".safetensors"
    scratch.rename(ROOT / name).chmod(0o644)
    expected = log_probs(model, IDS)
    if kind == "gpt_neo" and values.get("window_size", 4) < len(IDS) and "local" in model.config.attention_layers:
        everything = made(kind, {**values, "window_size": POSITIONS})
        assert (log_probs(everything, IDS) - expected).abs().max() > 0.1, values
    return {"type": kind, "values": values, "config": model.config.to_json_string(use_diff=False), "weights": name,
            "ids": IDS, "log_probs": rounded(expected), "prompts": PROMPTS,
            "greedy": [continued(model, prompt) for prompt in PROMPTS],
            "beams": [continued(model, prompt, num_beams=3) for prompt in PROMPTS[:2]],
            "contrastive": contrastive(model, PROMPTS[2]),
            "gradients": gradients_norm(model)}


def check(folder):
    """What this library has saved: no tensor is missing or unexpected, and the log-probabilities are the same."""
    count = 0
    for each in json.loads((ROOT / "cases.json").read_text()):
        name = each["type"], each["values"]
        saved = folder / str(count)
        _, model_class, _ = CLASSES[each["type"]]
        model, info = model_class.from_pretrained(saved, output_loading_info=True)
        assert not any(info.values()), (name, info)
        difference = (log_probs(model.eval(), each["ids"]).flatten() - torch.tensor(each["log_probs"])).abs().max()
        assert difference < 1e-5, (name, difference)
        count += 1
    print(count, "folders are loaded as they were")


def main():
    logging.disable(logging.WARNING)
    parser = argparse.ArgumentParser()
    parser.add_argument("--check", type=pathlib.Path)
    arguments = parser.parse_args()
    if arguments.check:
        check(arguments.check)
        return
    shutil.rmtree(ROOT, ignore_errors=True)
    ROOT.mkdir(parents=True)
    cases = [case(kind, values) for kind, values in CASES]
    (ROOT / "cases.json").write_text("[\n" + ",\n".join(json.dumps(each, separators=(",", ":")) for each in cases) + "\n]\n")
    print(len(cases), "cases")


if __name__ == "__main__":
    main()
