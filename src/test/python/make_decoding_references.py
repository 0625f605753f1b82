"""What Hugging Face transformers makes of scores and texts under each decoding option.

    pip install torch transformers
    python src/test/python/make_decoding_references.py       # writes src/test/resources/reference/decoding.json

Contrastive search is in transformers 4.x only:

    pip install torch transformers==4.46.3                   # apart from the other
    python src/test/python/make_decoding_references.py --contrastive          # writes contrastive.json beside it

Options are written as in a generation_config.json; the tests read them with this library.
"""

import json
import pathlib
import sys

import torch
from transformers import AutoModelForCausalLM, GenerationConfig, LogitsProcessorList

ROOT = pathlib.Path(__file__).resolve().parent.parent / "resources" / "reference"
MODEL = ROOT / "prefixed-f32"
VOCABULARY = 101
EOS = VOCABULARY - 1

RULES = [
    {"repetition_penalty": 1.3},
    {"repetition_penalty": 0.7},
    {"no_repeat_ngram_size": 1},
    {"no_repeat_ngram_size": 2},
    {"no_repeat_ngram_size": 3},
    {"bad_words_ids": [[3], [7, 8], [1, 2, 3], [EOS]]},
    {"sequence_bias": [[[5], -4.5], [[2, 9], 3.25], [[1], 0.5]]},
    {"suppress_tokens": [0, 5, 99]},
    {"begin_suppress_tokens": [4, 6]},
    {"min_length": 12},
    {"min_new_tokens": 3},
    {"forced_bos_token_id": 17},
    {"forced_eos_token_id": EOS},
    {"forced_eos_token_id": [EOS, 11]},
    {"eos_token_id": [3, EOS], "min_new_tokens": 4},
    {"do_sample": True, "top_k": 0, "min_p": 0.05},
    {"do_sample": True, "top_k": 0, "min_p": 0.4, "temperature": 1.5},
    {"do_sample": True, "top_k": 0, "typical_p": 0.3},
    {"do_sample": True, "top_k": 0, "typical_p": 0.95},
    {"do_sample": True, "top_k": 20, "typical_p": 0.6, "temperature": 0.7},
    {"do_sample": True, "top_k": 0, "epsilon_cutoff": 0.02},
    {"do_sample": True, "top_k": 0, "eta_cutoff": 0.01},
    {"do_sample": True, "top_k": 0, "eta_cutoff": 0.3, "temperature": 2.0},
    {"do_sample": True, "top_p": 0.9},
    {"do_sample": True, "temperature": 0.8, "top_k": 30, "top_p": 0.95, "min_p": 0.02, "typical_p": 0.9,
     "epsilon_cutoff": 0.01, "eta_cutoff": 0.05},
    {"do_sample": True, "temperature": 1.2, "top_k": 40, "top_p": 0.8, "repetition_penalty": 1.2,
     "no_repeat_ngram_size": 2, "bad_words_ids": [[12], [7, 8]], "sequence_bias": [[[8], 2.0]], "min_new_tokens": 2,
     "suppress_tokens": [1]},
    {"repetition_penalty": 1.5, "sequence_bias": [[[5], -4.5], [[8], 6.0]], "no_repeat_ngram_size": 2,
     "forced_eos_token_id": 9, "min_length": 20},
]
# (prompt's length, ids)
TEXTS = [
    (4, [7, 8, 2, 9, 7]),
    (6, [1, 2, 3, 4, 1, 2]),
    (1, [7]),
    (3, [5, 5, 5, 6, 5, 5, 1, 2, 7]),
]
GREEDY = [
    {},
    {"repetition_penalty": 1.3},
    {"no_repeat_ngram_size": 2},
    {"bad_words_ids": [[3], [7, 8]], "suppress_tokens": [50, 51, 52]},
    {"eos_token_id": [61, 20, 3, EOS], "min_new_tokens": 5},
    {"repetition_penalty": 1.2, "no_repeat_ngram_size": 3, "forced_eos_token_id": EOS},
]
# Over a vocabulary of 101, eight ids that end a text make many beams end early.
ENDS = [61, 20, 3, EOS, 30, 77, 8, 55]
BEAMS = [
    {"num_beams": 2},
    {"num_beams": 5, "num_return_sequences": 5},
    {"num_beams": 4, "num_return_sequences": 4, "eos_token_id": ENDS},
    *({"num_beams": beams, "num_return_sequences": beams, "eos_token_id": ends, "length_penalty": penalty,
       "early_stopping": early}
      for beams, ends in ((3, [61, 20, 3, EOS]), (5, ENDS))
      for penalty in (0.0, 0.8, 1.0, 2.0, -1.0)
      for early in (True, False, "never")),
    {"num_beams": 4, "num_return_sequences": 2, "repetition_penalty": 1.3, "eos_token_id": ENDS},
    {"num_beams": 4, "num_return_sequences": 3, "no_repeat_ngram_size": 2, "eos_token_id": ENDS},
    {"num_beams": 3, "num_return_sequences": 3, "min_new_tokens": 7, "eos_token_id": ENDS},
    {"num_beams": 3, "repetition_penalty": 1.2, "no_repeat_ngram_size": 3, "forced_eos_token_id": EOS},
    {"num_beams": 4, "num_return_sequences": 4, "bad_words_ids": [[3], [7, 8]], "suppress_tokens": [50, 51, 52],
     "sequence_bias": [[[5], -4.5], [[2, 9], 3.25]], "eos_token_id": ENDS},
    {"num_beams": 3, "num_return_sequences": 2, "forced_bos_token_id": 17, "max_new_tokens": 12},
]
CONTRASTIVE = [
    ("prefixed-f32", {"penalty_alpha": 0.6, "top_k": 4}),
    ("prefixed-f32", {"penalty_alpha": 0.2, "top_k": 2}),
    ("prefixed-f32", {"penalty_alpha": 0.9, "top_k": 10}),
    ("prefixed-f32", {"penalty_alpha": 1.0, "top_k": 101}),
    ("prefixed-f32", {"penalty_alpha": 0.05, "top_k": 5}),
    ("prefixed-f32", {"penalty_alpha": 0.4, "top_k": 8, "eos_token_id": ENDS}),
    ("prefixed-f32", {"penalty_alpha": 0.4, "top_k": 8, "eos_token_id": ENDS, "min_new_tokens": 9}),
    ("prefixed-f32", {"penalty_alpha": 0.3, "top_k": 6, "repetition_penalty": 1.3, "no_repeat_ngram_size": 2}),
    ("untied-f16", {"penalty_alpha": 0.6, "top_k": 4}),
    ("opt-f16", {"penalty_alpha": 0.6, "top_k": 4}),
    ("opt-projected-f16", {"penalty_alpha": 0.6, "top_k": 4}),
]


def numbers(tensor):
    return [None if x == float("-inf") else float(f"{x:.8g}") for x in tensor.flatten().tolist()]


def processed(model, options, prompt_length, ids, scores, new_tokens):
    # generate() fills in top_k 50; the class alone does not any more.
    config = GenerationConfig(**{"eos_token_id": EOS, "top_k": 50, **options, "max_length": prompt_length + new_tokens})
    model._prepare_special_tokens(config, kwargs_has_attention_mask=True)
    chain = model._get_logits_processor(config, input_ids_seq_length=prompt_length, device="cpu",
                                        logits_processor=LogitsProcessorList())
    return chain(torch.tensor([ids]), scores[None].clone())[0]


def searched(model, options, prompt):
    row = torch.tensor([prompt])
    options = {"max_new_tokens": 40, **options}
    ends = options.get("eos_token_id", [EOS])
    found = model.generate(row, attention_mask=torch.ones_like(row), do_sample=False, pad_token_id=0,
                           return_dict_in_generate=True, output_scores=True, **{"eos_token_id": EOS, **options})
    ids = []
    for sequence in found.sequences[:, len(prompt):].tolist():
        # What follows the end is padding.
        ended = [i for i, token in enumerate(sequence) if token in ends]
        ids.append(sequence[:ended[0] + 1] if ended else sequence)
    return {"options": options, "prompt": prompt, "ids": ids, "scores": numbers(found.sequences_scores)}


@torch.inference_mode()
def main():
    model = AutoModelForCausalLM.from_pretrained(MODEL, dtype=torch.float32).eval()
    generator = torch.Generator().manual_seed(5)
    cases = []
    for options in RULES:
        for prompt_length, ids in TEXTS:
            for new_tokens in (len(ids) - prompt_length + 1, 30):
                if options.get("min_new_tokens", 0) > new_tokens or options.get("min_length", 0) > prompt_length + new_tokens:
                    continue
                scores = torch.randn(VOCABULARY, generator=generator) * 2
                result = processed(model, options, prompt_length, ids, scores, new_tokens)
                cases.append({"options": {"max_new_tokens": new_tokens, **options}, "prompt_length": prompt_length,
                              "ids": ids, "scores": numbers(scores), "log_probs": numbers(result.log_softmax(-1))})
    texts = []
    for options in GREEDY:
        for prompt in ([9, 7, 8, 61, 2], [42]):
            row = torch.tensor([prompt])
            ids = model.generate(row, attention_mask=torch.ones_like(row), do_sample=False, max_new_tokens=40,
                                 pad_token_id=0, **{"eos_token_id": EOS, **options})[0, len(prompt):].tolist()
            texts.append({"options": {"max_new_tokens": 40, **options}, "prompt": prompt, "ids": ids})
    beams = [searched(model, options, prompt) for options in BEAMS for prompt in ([9, 7, 8, 61, 2], [42])]
    (ROOT / "decoding.json").write_text(json.dumps({"rules": cases, "texts": texts, "beams": beams}) + "\n")
    print(len(cases), "rows of scores,", len(texts), "texts", [len(t["ids"]) for t in texts])
    print(len(beams), "beam searches", [[len(ids) for ids in b["ids"]] for b in beams])


@torch.inference_mode()
def contrastive():
    cases = []
    for name, options in CONTRASTIVE:
        model = AutoModelForCausalLM.from_pretrained(ROOT / name, torch_dtype=torch.float32).eval()
        for prompt in ([9, 7, 8, 61, 2], [42]):
            row = torch.tensor([prompt])
            options = {"max_new_tokens": 40, **options}
            ids = model.generate(row, attention_mask=torch.ones_like(row), do_sample=False, pad_token_id=0,
                                 **{"eos_token_id": EOS, **options})[0, len(prompt):].tolist()
            cases.append({"model": name, "options": {"eos_token_id": [EOS], **options}, "prompt": prompt, "ids": ids})
    (ROOT / "contrastive.json").write_text(json.dumps(cases) + "\n")
    print(len(cases), "contrastive searches", [len(c["ids"]) for c in cases])


if __name__ == "__main__":
    contrastive() if "--contrastive" in sys.argv[1:] else main()
