"""The baseline of the README's table: transformers' GPT-2 in PyTorch eager, timed as `bench` times this library.

    pip install torch transformers
    python src/test/python/bench_transformers.py FOLDER [--prompt-tokens 64] [--max-new-tokens 64] [--batch-size 1] [--dtype float32]

FOLDER is a checkpoint, for example the one that make_references.py --large writes. Two warm-up repetitions, then
five measured ones; medians. Sampling is transformers' own: top-k 50, then top-p 0.95, then torch.multinomial.
"""

import argparse
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
arguments = parser.parse_args()

model = GPT2LMHeadModel.from_pretrained(arguments.folder, dtype=getattr(torch, arguments.dtype)).eval()
warpers = LogitsProcessorList([TopKLogitsWarper(50), TopPLogitsWarper(0.95)])
prompt = torch.randint(0, model.config.vocab_size, (1, arguments.prompt_tokens)).repeat(arguments.batch_size, 1)


def choose(output):
    return torch.multinomial(warpers(None, output.logits[:, -1].float()).softmax(-1), 1)


@torch.inference_mode()
def repetition():
    start = time.perf_counter()
    output = model(prompt, use_cache=True, logits_to_keep=1)
    chosen = choose(output)
    prefilled = time.perf_counter()
    for _ in range(arguments.max_new_tokens - 1):
        output = model(chosen, past_key_values=output.past_key_values, use_cache=True)
        chosen = choose(output)
    end = time.perf_counter()
    return 1e3 * (prefilled - start), 1e3 * (end - prefilled) / (arguments.max_new_tokens - 1)


times = [repetition() for _ in range(7)][2:]
first, step = (statistics.median(t) for t in zip(*times))
print(f"threads {torch.get_num_threads()}, time to first token {first:.1f} ms, decode {step:.2f} ms a step, "
      f"{1000 * arguments.batch_size / step:.1f} tokens/s")
