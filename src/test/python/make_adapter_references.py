"""What PEFT makes of LoRA adapters on a tiny GPT-2.

    pip install torch transformers peft
    python src/test/python/make_adapter_references.py          # from the project's folder

writes src/test/resources/reference/adapters: the base, two adapters with random A and B, and each one's
log-probabilities of a few ids. PEFT looks for the base where the adapter says, seen from the current directory.
"""

import json
import pathlib
import shutil

import torch
from peft import LoraConfig, PeftModel, get_peft_model
from transformers import GPT2Config, GPT2LMHeadModel

ROOT = pathlib.Path("src/test/resources/reference/adapters")
VOCABULARY = 61
ADAPTERS = {
    "attention": LoraConfig(r=4, lora_alpha=8, target_modules=["c_attn"]),
    "everywhere": LoraConfig(r=3, lora_alpha=5, target_modules=["c_attn", "attn.c_proj", "mlp.c_proj", "c_fc"],
                             use_rslora=True, layers_to_transform=[1], lora_dropout=0.1),
}


def log_probabilities(model, ids):
    with torch.no_grad():
        return torch.log_softmax(model.eval()(torch.tensor([ids])).logits[0].double(), -1)


def main():
    torch.manual_seed(7)
    shutil.rmtree(ROOT, ignore_errors=True)
    config = GPT2Config(n_layer=2, n_head=2, n_embd=16, n_positions=24, vocab_size=VOCABULARY,
                        bos_token_id=VOCABULARY - 1, eos_token_id=VOCABULARY - 1, initializer_range=0.3)
    base = ROOT / "base"
    GPT2LMHeadModel(config).half().save_pretrained(base)
    ids = torch.randint(VOCABULARY, (12,)).tolist()
    plain = log_probabilities(GPT2LMHeadModel.from_pretrained(base, dtype=torch.float32), ids)
    for name, lora in ADAPTERS.items():
        lora.task_type = "CAUSAL_LM"
        model = get_peft_model(GPT2LMHeadModel.from_pretrained(base, dtype=torch.float32), lora)
        for key, parameter in model.named_parameters():
            if "lora_" in key:
                torch.nn.init.normal_(parameter, std=0.3)
        model.peft_config["default"].base_model_name_or_path = str(base)
        model.save_pretrained(ROOT / name)
        (ROOT / name / "README.md").unlink()
        loaded = PeftModel.from_pretrained(
            GPT2LMHeadModel.from_pretrained(base, dtype=torch.float32), ROOT / name)
        expected = log_probabilities(loaded, ids)
        assert (expected - plain).abs().max() > 1
        (ROOT / name / "expected.json").write_text(json.dumps(
            {"ids": ids, "log_probs": [round(x, 7) for x in expected.flatten().tolist()]}) + "\n")


if __name__ == "__main__":
    main()
