"""The values of config.json that change a forward pass, and what transformers computes with each.

    pip install torch transformers safetensors
    python src/test/python/make_config_references.py          # from the project's folder

writes src/test/resources/reference/configs: the weights of a tiny GPT-2, GPT and OPT, and of each case in cases.json its
config.json, the log-probabilities of a few ids, and the ids that greedy decoding gives after them.
"""

import json
import logging
import pathlib
import shutil

import torch
from safetensors.torch import save_model
from transformers import GPT2Config, GPT2LMHeadModel, OpenAIGPTConfig, OpenAIGPTLMHeadModel, OPTConfig, OPTForCausalLM
from transformers.activations import ACT2CLS

ROOT = pathlib.Path("src/test/resources/reference/configs")
IDS = [1, 5, 3, 10, 7, 5]
V = 13
GPT2 = GPT2Config(n_layer=3, n_head=2, n_embd=8, n_positions=16, vocab_size=V, bos_token_id=None, eos_token_id=None,
                  initializer_range=0.4)
GPT = OpenAIGPTConfig(n_layer=2, n_head=2, n_embd=8, n_positions=16, vocab_size=V, initializer_range=0.4)
OPT = OPTConfig(num_hidden_layers=2, num_attention_heads=2, hidden_size=8, ffn_dim=12, word_embed_proj_dim=8,
                max_position_embeddings=16, vocab_size=V, eos_token_id=None, init_std=0.4)
CLASSES = {"gpt2": GPT2LMHeadModel, "openai-gpt": OpenAIGPTLMHeadModel, "opt": OPTForCausalLM}
# PReLU and xIELU have weights of their own, which no published file of these architectures holds.
ACTIVATIONS = [name for name in ACT2CLS if name not in ("prelu", "xielu")]
CASES = ([("gpt2", {"activation_function": name}) for name in ACTIVATIONS]
         + [("opt", {"activation_function": name}) for name in ACTIVATIONS]
         + [("openai-gpt", {"afn": name}) for name in ("gelu", "relu", "silu", "swish")]
         + [("gpt2", values) for values in (
             {"scale_attn_weights": False},
             {"scale_attn_by_inverse_layer_idx": True},
             {"scale_attn_weights": False, "scale_attn_by_inverse_layer_idx": True},
             {"reorder_and_upcast_attn": True},
             {"scale_attn_by_inverse_layer_idx": True, "reorder_and_upcast_attn": True, "activation_function": "gelu"},
             {"layer_norm_epsilon": 1e12},
             {"layer_norm_epsilon": 0.3},
             {"layer_norm_epsilon": 0.0})])


def main():
    logging.disable(logging.WARNING)
    shutil.rmtree(ROOT, ignore_errors=True)
    ROOT.mkdir(parents=True)
    states = {}
    for config in (GPT2, GPT, OPT):
        torch.manual_seed({"gpt2": 6, "opt": 7, "openai-gpt": 8}[config.model_type])
        model = CLASSES[config.model_type](config)
        with torch.no_grad():
            for parameter in model.parameters():
                parameter.add_(0.3 * torch.randn(parameter.shape))
            for name, parameter in model.named_parameters():
                if "c_fc" in name or "fc1" in name:
                    # Functions that differ only far from 0 are told apart, too.
                    parameter.mul_(4)
        states[config.model_type] = config, model.state_dict()
        save_model(model, ROOT / f"{config.model_type}.safetensors")
    cases = []
    for kind, values in CASES:
        config, state = states[kind]
        config = type(config)(**{**config.to_dict(), **values})
        model = CLASSES[kind](config).eval()
        model.load_state_dict(state)
        with torch.no_grad():
            log_probs = torch.log_softmax(model(torch.tensor([IDS])).logits[0].double(), -1)
            greedy = model.generate(torch.tensor([IDS]), attention_mask=torch.ones(1, len(IDS)), max_new_tokens=10, do_sample=False, eos_token_id=None)
        cases.append({"type": kind, "values": values, "config": config.to_json_string(use_diff=False), "ids": IDS,
                      "log_probs": [round(x, 7) for x in log_probs.flatten().tolist()],
                      "greedy": greedy[0, len(IDS):].tolist()})
    (ROOT / "cases.json").write_text(json.dumps(cases, indent=0) + "\n")


if __name__ == "__main__":
    main()
