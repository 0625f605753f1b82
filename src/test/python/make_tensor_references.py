"""The forms in which people's files hold a tiny GPT-2's and OPT's tensors, and what transformers computes from each.

    pip install torch transformers safetensors
    python src/test/python/make_tensor_references.py          # from the project's folder

writes src/test/resources/reference/tensors: for each form a folder with config.json, the weights, and expected.json: the
log-probabilities of a few ids, or null where transformers does not load the weights (it would begin with random ones).
"""

import json
import logging
import pathlib
import shutil

import torch
from safetensors.torch import save_file, save_model
from transformers import AutoModelForCausalLM, GPT2Config, GPT2LMHeadModel, OPTConfig, OPTForCausalLM
from transformers import OpenAIGPTConfig, OpenAIGPTLMHeadModel

ROOT = pathlib.Path("src/test/resources/reference/tensors")
VOCABULARY = 11
IDS = [1, 5, 3, 10, 7, 5]
GPT2 = GPT2Config(n_layer=1, n_head=2, n_embd=4, n_inner=6, n_positions=6, vocab_size=VOCABULARY, bos_token_id=VOCABULARY - 1,
                  eos_token_id=VOCABULARY - 1, initializer_range=0.3)
UNTIED = GPT2Config(**{**GPT2.to_dict(), "tie_word_embeddings": False})
GPT = OpenAIGPTConfig(n_layer=1, n_head=2, n_embd=4, n_positions=6, vocab_size=VOCABULARY, initializer_range=0.3)
OPT = OPTConfig(num_hidden_layers=1, num_attention_heads=2, hidden_size=4, ffn_dim=6, word_embed_proj_dim=4,
                max_position_embeddings=6, vocab_size=VOCABULARY, init_std=0.3)
CLASSES = {"gpt2": GPT2LMHeadModel, "openai-gpt": OpenAIGPTLMHeadModel, "opt": OPTForCausalLM}


def bin_of(change, **options):
    """torch.save of a changed state_dict."""
    return lambda model, folder: torch.save(change(model.state_dict()), folder / "pytorch_model.bin", **options)


def safetensors_of(change):
    return lambda model, folder: save_file(change(model.state_dict()), folder / "model.safetensors")


def each(change, only=lambda name, tensor: True):
    return lambda state: {name: change(tensor) if only(name, tensor) else tensor for name, tensor in state.items()}


def renamed(change):
    return lambda state: {change(number, name): tensor for number, (name, tensor) in enumerate(state.items())}


def without_head(state):
    return {name: tensor for name, tensor in state.items() if name != "lm_head.weight"}


def transposed(tensor):
    return tensor.t().contiguous().t() if tensor.dim() == 2 else tensor


def columns(tensor):
    """A part of a wider matrix."""
    return torch.cat([tensor + 1, tensor, tensor + 2], -1)[..., tensor.shape[-1]:2 * tensor.shape[-1]]


def flat(state):
    """All tensors in one storage."""
    state = without_head(state)
    storage = torch.cat([tensor.reshape(-1) for tensor in state.values()])
    parts = storage.split([tensor.numel() for tensor in state.values()])
    return {name: part.view(tensor.shape) for (name, tensor), part in zip(state.items(), parts)}


def with_attribute(tensor):
    tensor = tensor.clone()
    tensor.note = "trained"
    return tensor


def with_extras(state):
    return {**state, "epoch": 3, "names": ["a", None], "size": torch.Size([2]), "device": torch.device("cpu"),
            "dtype": torch.bfloat16, "nested": {1: 2, "y": {3}, 0.5: True}, "bytes": b"\xff", "large": 2 ** 80,
            "complex": 1 + 2j, "negative": -2 ** 70, "parameter": torch.nn.Parameter(torch.ones(2)),
            "counts": torch.ones(3, dtype=torch.int64), "z": torch.zeros(2, dtype=torch.complex64)}


def with_another_head(state):
    return {**state, "lm_head.weight": state["lm_head.weight"] * 1.5 + 0.1}


def repeated(state):
    return {**without_head(state), "transformer.wpe.weight": torch.linspace(-1, 1, 4).expand(6, 4)}


def scattered(model, folder):
    """Files in a subfolder and with a space, and an index that names few tensors, and one in the wrong file."""
    state = model.state_dict()
    names = list(without_head(state))
    (folder / "part").mkdir()
    torch.save({name: state[name] for name in names[:5]}, folder / "part" / "a.bin")
    torch.save({name: state[name] + 1 for name in names[:1]}, folder / "a.bin")
    torch.save({name: state[name] for name in names[5:]}, folder / "b 2.bin")
    index = {names[0]: "b 2.bin", names[6]: "part/a.bin", names[1]: "a.bin"}
    (folder / "pytorch_model.bin.index.json").write_text(json.dumps({"metadata": {}, "weight_map": index}) + "\n")


def both_forms(model, folder):
    save_model(model, folder / "model.safetensors")
    bin_of(each(torch.zeros_like))(model, folder)


FORMS = {
    "save-model": (GPT2, lambda model, folder: save_model(model, folder / "model.safetensors")),
    "save-model-untied": (UNTIED, lambda model, folder: safetensors_of(
        lambda state: {name: tensor for name, tensor in state.items() if "wte" not in name})(model, folder)),
    "save-model-gpt": (GPT, lambda model, folder: save_model(model, folder / "model.safetensors")),
    "save-model-opt": (OPT, lambda model, folder: save_model(model, folder / "model.safetensors")),
    "head-alone-bare": (GPT2, safetensors_of(lambda state: {
        name.removeprefix("transformer."): tensor for name, tensor in state.items() if "wte" not in name})),
    "legacy": (GPT2, bin_of(lambda state: state, _use_new_zipfile_serialization=False)),
    "legacy-half": (GPT2, bin_of(each(lambda tensor: tensor.half()), _use_new_zipfile_serialization=False)),
    "legacy-flat": (GPT2, bin_of(flat, _use_new_zipfile_serialization=False)),
    "legacy-transposed": (GPT2, bin_of(each(transposed), _use_new_zipfile_serialization=False, pickle_protocol=3)),
    "protocol-3": (GPT2, bin_of(lambda state: state, pickle_protocol=3)),
    "protocol-4": (GPT2, bin_of(lambda state: state, pickle_protocol=4)),
    "legacy-protocol-5": (GPT2, bin_of(lambda state: state, _use_new_zipfile_serialization=False, pickle_protocol=5)),
    "transposed": (GPT2, bin_of(each(transposed))),
    "transposed-opt": (OPT, bin_of(each(transposed))),
    "columns": (GPT2, bin_of(each(columns))),
    "repeated": (GPT2, bin_of(repeated)),
    "flat": (GPT2, bin_of(flat)),
    "double-safetensors": (GPT2, safetensors_of(lambda state: each(lambda tensor: tensor.double())(without_head(state)))),
    "double-transposed": (GPT2, bin_of(each(lambda tensor: transposed(tensor.double() / 3)))),
    "integers": (GPT2, bin_of(each(lambda tensor: (tensor * 9).long()))),
    "parameters": (GPT2, lambda model, folder: torch.save(dict(model.named_parameters()), folder / "pytorch_model.bin")),
    "attributes": (GPT2, bin_of(lambda state: each(with_attribute)(without_head(state)))),
    "parameter-attributes": (GPT2, bin_of(lambda state: each(
        lambda tensor: with_attribute(torch.nn.Parameter(tensor)))(without_head(state)))),
    "extras": (GPT2, bin_of(with_extras)),
    "wrapped": (GPT2, bin_of(lambda state: {"epoch": 1, "state_dict": state})),
    "data-parallel": (GPT2, bin_of(renamed(lambda number, name: "module." + name))),
    "mixed-prefixes": (GPT2, bin_of(renamed(
        lambda number, name: name.removeprefix("transformer.") if number % 2 else name))),
    "mixed-prefixes-opt": (OPT, bin_of(renamed(
        lambda number, name: name.removeprefix("model.") if number % 2 else name))),
    "another-head": (GPT2, bin_of(with_another_head)),
    "another-head-opt": (OPT, bin_of(with_another_head)),
    "no-head-untied": (UNTIED, bin_of(without_head)),
    "scattered": (GPT2, scattered),
    "both-forms": (GPT2, both_forms),
    "head-and-class": (GPT2, bin_of(lambda state: {
        **without_head(state), "multiple_choice_head.summary.weight": torch.ones(1, 4), "score.weight": torch.ones(2, 4)})),
}


def expected(folder):
    """What transformers computes, or None where it does not load all weights."""
    try:
        model, info = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32, output_loading_info=True)
    except Exception as e:
        print(folder.name, "is not loaded:", type(e).__name__)
        return None
    if info["missing_keys"]:
        print(folder.name, "lacks", sorted(info["missing_keys"])[:2])
        return None
    with torch.no_grad():
        log_probs = torch.log_softmax(model.eval()(torch.tensor([IDS])).logits[0].double(), -1)
    return [round(x, 7) for x in log_probs.flatten().tolist()]


def main():
    logging.disable(logging.WARNING)
    shutil.rmtree(ROOT, ignore_errors=True)
    for name, (config, write) in FORMS.items():
        torch.manual_seed(len(name))
        model = CLASSES[config.model_type](config)
        with torch.no_grad():
            for parameter in model.parameters():
                parameter.add_(0.2 * torch.randn(parameter.shape))
        folder = ROOT / name
        folder.mkdir(parents=True)
        config.save_pretrained(folder)
        write(model, folder)
        (folder / "expected.json").write_text(json.dumps({"ids": IDS, "log_probs": expected(folder)}) + "\n")


if __name__ == "__main__":
    main()
