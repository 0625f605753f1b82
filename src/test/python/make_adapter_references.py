"""What PEFT makes of LoRA adapters on a tiny GPT-2, on that with a head of its own, and on a tiny OPT.

    pip install torch transformers peft
    python src/test/python/make_adapter_references.py          # from the project's folder

writes src/test/resources/reference/adapters: the bases, adapters with random weights, and each one's log-probabilities of
a few ids, or null where PEFT does not load it. PEFT looks for the base where the adapter says, seen from the current
directory.
"""

import json
import logging
import pathlib
import shutil

import torch
from peft import IA3Config, LoHaConfig, LoraConfig, PeftModel, PromptTuningConfig, get_peft_model
from safetensors.torch import load_file
from tokenizers import Tokenizer, models
from transformers import AutoModelForCausalLM, GPT2Config, GPTNeoConfig, OPTConfig
from transformers import PreTrainedTokenizerFast

ROOT = pathlib.Path("src/test/resources/reference/adapters")
VOCABULARY = 31
RESIZED = 34
GPT2 = GPT2Config(n_layer=2, n_head=2, n_embd=8, n_positions=12, vocab_size=VOCABULARY, n_inner=12,
                  bos_token_id=VOCABULARY - 1, eos_token_id=VOCABULARY - 1, initializer_range=0.3)
BASES = {
    "base": GPT2,
    "untied": GPT2Config(**{**GPT2.to_dict(), "tie_word_embeddings": False}),
    "opt": OPTConfig(num_hidden_layers=2, num_attention_heads=2, hidden_size=8, ffn_dim=12, word_embed_proj_dim=6,
                     do_layer_norm_before=False, max_position_embeddings=12, vocab_size=VOCABULARY, init_std=0.3),
    "neo": GPTNeoConfig(num_layers=2, num_heads=2, hidden_size=8, intermediate_size=12, window_size=3,
                        attention_types=[[["global", "local"], 1]], max_position_embeddings=12, vocab_size=VOCABULARY,
                        bos_token_id=VOCABULARY - 1, eos_token_id=VOCABULARY - 1, initializer_range=0.3),
    "bare": OPTConfig(num_hidden_layers=2, num_attention_heads=2, hidden_size=8, ffn_dim=12, enable_bias=False,
                      layer_norm_elementwise_affine=False, _remove_final_layer_norm=True, max_position_embeddings=12,
                      vocab_size=VOCABULARY, init_std=0.3),
}


def lora(*targets, **options):
    return LoraConfig(target_modules=list(targets) or None, **{"r": 2, "lora_alpha": 3, **options})


# name: (base, configuration, rows of the resized embeddings)
ADAPTERS = {
    "attention": ("base", lora("c_attn", r=4, lora_alpha=8), None),
    "everywhere": ("base", lora("c_attn", "attn.c_proj", "mlp.c_proj", "c_fc", r=3, lora_alpha=5, use_rslora=True,
                                layers_to_transform=[1], lora_dropout=0.1), None),
    "save-head": ("base", lora("c_attn", modules_to_save=["lm_head"]), None),
    "save-table": ("base", lora("c_attn", modules_to_save=["wte"]), None),
    "save-both": ("base", lora("c_attn", modules_to_save=["wte", "lm_head"]), None),
    "save-tied": ("base", lora("c_attn", modules_to_save=["wte"], ensure_weight_tying=True), None),
    "save-norms": ("base", lora("c_attn", modules_to_save=["ln_f", "ln_1"]), None),
    "save-head-untied": ("untied", lora("c_attn", modules_to_save=["lm_head"]), None),
    "save-both-opt": ("opt", lora("q_proj", modules_to_save=["embed_tokens", "lm_head"]), None),
    "bias-all": ("base", lora("c_attn", bias="all"), None),
    "bias-lora": ("base", lora("c_attn", bias="lora_only"), None),
    "bias-all-opt": ("opt", lora("q_proj", "fc2", bias="all"), None),
    "lora-bias": ("base", lora("c_attn", "mlp.c_proj", lora_bias=True), None),
    "patterns": ("base", lora("c_attn", "c_fc", rank_pattern={"c_fc": 1, "h.1.attn.c_attn": 3},
                              alpha_pattern={r"h\.\d+\.attn\..*": 4, "c_attn": 9}, use_rslora=True), None),
    "expression": ("base", LoraConfig(r=2, target_modules=r"transformer\.h\.(?P<block>[01])\.(attn\.c_attn|mlp\.c_fc)"), None),
    "excluded": ("base", lora("c_attn", "c_proj", exclude_modules=["mlp.c_proj"]), None),
    "excluded-expression": ("base", lora("c_attn", "c_proj", exclude_modules=r".*h\.0\..*"), None),
    "layers-pattern": ("base", lora("c_attn", layers_to_transform=[0], layers_pattern="h"), None),
    "all-linear": ("base", LoraConfig(r=2, target_modules="all-linear"), None),
    "all-linear-opt": ("opt", LoraConfig(r=2, target_modules="all-linear"), None),
    "default-opt": ("opt", lora(), None),
    "magnitudes": ("base", lora("c_attn", "mlp.c_proj", use_dora=True), None),
    "magnitudes-opt": ("opt", lora("v_proj", "fc1", "project_in", use_dora=True), None),
    "table": ("base", lora("c_attn", "wte"), None),
    "table-magnitudes": ("base", lora("wte", use_dora=True), None),
    "table-opt": ("opt", lora("embed_tokens", "k_proj"), None),
    "positions": ("base", lora("wpe"), None),
    "head": ("base", lora("lm_head", "c_attn"), None),
    "head-and-table-untied": ("untied", lora("lm_head", "wte"), None),
    "tokens": ("base", lora("c_attn", trainable_token_indices=[3, 5, 30]), None),
    "tokens-untied": ("untied", lora("c_attn", trainable_token_indices={"wte": [7]}), None),
    "tokens-opt": ("opt", lora("fc1", trainable_token_indices=[5, 1]), None),
    "resized": ("base", lora("c_attn"), RESIZED),
    "resized-head": ("base", lora("c_attn", modules_to_save=["lm_head"]), RESIZED),
    "resized-table": ("base", lora("c_attn", "wte"), RESIZED),
    "resized-both": ("base", lora("c_attn", modules_to_save=["wte", "lm_head"]), RESIZED),
    "resized-untied": ("untied", lora("c_attn"), RESIZED),
    "resized-opt": ("opt", lora("fc1"), RESIZED),
    "orthogonal": ("base", lora("c_attn", init_lora_weights="orthogonal"), None),
    "default-neo": ("neo", lora(), None),
    "everywhere-neo": ("neo", lora("q_proj", "k_proj", "v_proj", "out_proj", "c_fc", "c_proj", r=3), None),
    "all-linear-neo": ("neo", LoraConfig(r=2, target_modules="all-linear"), None),
    "bias-all-neo": ("neo", lora("k_proj", bias="all"), None),
    "lora-bias-neo": ("neo", lora("out_proj", "c_fc", lora_bias=True), None),
    "magnitudes-neo": ("neo", lora("q_proj", "c_proj", use_dora=True), None),
    "save-both-neo": ("neo", lora("q_proj", modules_to_save=["wte", "lm_head"]), None),
    "save-norms-neo": ("neo", lora("q_proj", modules_to_save=["ln_f", "ln_1"]), None),
    "table-neo": ("neo", lora("wte", "wpe"), None),
    "tokens-neo": ("neo", lora("v_proj", trainable_token_indices=[3, 30]), None),
    "resized-neo": ("neo", lora("q_proj", modules_to_save=["wte"]), RESIZED),
    "default-bare": ("bare", lora(), None),
    "all-linear-bare": ("bare", LoraConfig(r=2, target_modules="all-linear"), None),
    "bias-all-bare": ("bare", lora("q_proj", bias="all"), None),
    "magnitudes-bare": ("bare", lora("v_proj", "fc2", use_dora=True), None),
    # What is told not to be computed.
    "lora-bias-bare": ("bare", lora("q_proj", lora_bias=True), None),
    "singular-values": ("base", lora("c_attn", init_lora_weights="pissa"), None),
    "scales": ("base", IA3Config(target_modules=["c_attn", "c_fc"], feedforward_modules=["c_fc"]), None),
    "prompt": ("base", PromptTuningConfig(num_virtual_tokens=3), None),
    "products": ("opt", LoHaConfig(r=2, target_modules=["q_proj"]), None),
}
BINARY = {"bias-lora": {}, "patterns": {"_use_new_zipfile_serialization": False}}


def loaded(base, rows=None):
    model = AutoModelForCausalLM.from_pretrained(ROOT / base, dtype=torch.float32)
    if rows:
        model.resize_token_embeddings(rows)
    return model


def log_probabilities(model, ids):
    with torch.no_grad():
        return torch.log_softmax(model.eval()(torch.tensor([ids])).logits[0].double(), -1)


def random_weights(model):
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.add_(0.1 * torch.randn(parameter.shape))
    return model


def binary(folder, options):
    """The same as adapter_model.bin; doubles in one of them."""
    file = folder / "adapter_model.safetensors"
    tensors = {name: tensor.double() for name, tensor in load_file(file).items()}
    torch.save(tensors, folder / "adapter_model.bin", **options)
    file.unlink()


def make(name, base, config, rows):
    torch.manual_seed(len(name))
    config.task_type = "CAUSAL_LM"
    model = get_peft_model(loaded(base, rows), config)
    with torch.no_grad():
        for parameter in model.parameters():
            if parameter.requires_grad:
                parameter.add_(0.3 * torch.randn(parameter.shape))
        if rows:
            model.get_input_embeddings().weight[VOCABULARY:] = torch.randn(rows - VOCABULARY, model.get_input_embeddings().weight.shape[1])
    folder = ROOT / name
    model.peft_config["default"].base_model_name_or_path = str(ROOT / base)
    model.save_pretrained(folder)
    (folder / "README.md").unlink()
    if name in BINARY:
        binary(folder, BINARY[name])
    ids = torch.randint(rows or VOCABULARY, (6,)).tolist()[:-1] + [(rows or VOCABULARY) - 1]
    with_adapter = PeftModel.from_pretrained(loaded(base, rows), folder)
    expected = log_probabilities(with_adapter, ids)
    if not rows and not config.is_prompt_learning:
        assert (expected - log_probabilities(loaded(base), ids)).abs().max() > 0.3, name
    (folder / "expected.json").write_text(json.dumps(
        {"ids": ids, "log_probs": [round(x, 6) for x in expected.flatten().tolist()]}) + "\n")


def tokenizer(folder, rows):
    """As a fine-tune saves it with its adapter: words, and those that were added."""
    words = Tokenizer(models.BPE(vocab={chr(97 + i): i for i in range(rows)}, merges=[]))
    PreTrainedTokenizerFast(tokenizer_object=words).save_pretrained(folder)


def main():
    logging.disable(logging.WARNING)
    shutil.rmtree(ROOT, ignore_errors=True)
    for number, (name, config) in enumerate(BASES.items()):
        torch.manual_seed(7 + number)
        model = AutoModelForCausalLM.from_config(config)
        random_weights(model).half().save_pretrained(ROOT / name)
        (ROOT / name / "generation_config.json").unlink()
    for name, (base, config, rows) in ADAPTERS.items():
        try:
            make(name, base, config, rows)
        except Exception as e:
            print(name, type(e).__name__, str(e)[:200])
    tokenizer(ROOT / "resized", RESIZED)


if __name__ == "__main__":
    main()
