"""The baseline of the README's table: transformers' GPT-2 in PyTorch eager, timed as `bench` times this library.

    pip install torch transformers
    python src/test/python/bench_transformers.py FOLDER [--prompt-tokens 64] [--max-new-tokens 64] [--batch-size 1] [--dtype float32]
        [--device cuda] [--cache static] [--json]

FOLDER is a checkpoint, for example the one that make_references.py --large writes. Two warm-up repetitions, then
five measured ones; medians. With --cache static, generate with a static cache and its compiled step. Sampling is transformers' own: top-k 50, then top-p 0.95, then torch.multinomial.
"""

import argparse
import json
import statistics
import time

import torch
from transformers import GPT2LMHeadModel, LogitsProcessorList, TopKLogitsWarper, TopPLogitsWarper

parser = argparse.ArgumentParser()
parser.add_argument("folder")
parser.add_argument("--prompt-tokens", type=int, default=64)
parser.add_argument("--max-new-tokens", type=int, default=64)
parser.add_argument("--batch-size", type=int, default=1)
parser.add_argument("--dtype", choices=("float32", "bfloat16", "float16"), default="float32")
parser.add_argument("--device", choices=("cpu", "cuda"), default="cpu")
parser.add_argument("--cache", choices=("eager", "static"), default="eager")
parser.add_argument("--json", action="store_true")
arguments = parser.parse_args()

model = GPT2LMHeadModel.from_pretrained(arguments.folder, dtype=getattr(torch, arguments.dtype)).eval()
model.to(arguments.device)
warpers = LogitsProcessorList([TopKLogitsWarper(50), TopPLogitsWarper(0.95)])
prompt = torch.randint(0, model.config.vocab_size, (1, arguments.prompt_tokens)).repeat(arguments.batch_size, 1)
prompt = prompt.to(arguments.device)


def choose(output):
    return torch.multinomial(warpers(None, output.logits[:, -1].float()).softmax(-1), 1)


def now():
    if arguments.device == "cuda":
        torch.cuda.synchronize()
    return time.perf_counter()


@torch.inference_mode()
def eager():
    start = now()
    output = model(prompt, use_cache=True, logits_to_keep=1)
    chosen = choose(output)
    prefilled = now()
    for _ in range(arguments.max_new_tokens - 1):
        output = model(chosen, past_key_values=output.past_key_values, use_cache=True)
        chosen = choose(output)
    return 1e3 * (prefilled - start), 1e3 * (now() - prefilled) / (arguments.max_new_tokens - 1)


@torch.inference_mode()
def static():
    def generate(tokens):
        start = now()
        model.generate(prompt, attention_mask=torch.ones_like(prompt), do_sample=True, top_k=50, top_p=0.95,
                       max_new_tokens=tokens, min_new_tokens=tokens, cache_implementation="static", pad_token_id=0)
        return 1e3 * (now() - start)

    first = generate(1)
    return first, (generate(arguments.max_new_tokens) - first) / (arguments.max_new_tokens - 1)


repetition = static if arguments.cache == "static" else eager
times = [repetition() for _ in range(7)][2:]
first, step = (statistics.median(t) for t in zip(*times))
rate = 1000 * arguments.batch_size / step
if arguments.json:
    print(json.dumps({"time_to_first_token_ms": round(first, 2), "decode_ms_per_step": round(step, 3),
                      "tokens_per_second": round(rate, 1)}))
else:
    print(f"threads {torch.get_num_threads()}, time to first token {first:.1f} ms, decode {step:.2f} ms a step, "
          f"{rate:.1f} tokens/s")
