"""Times training steps of transformers' GPT-2 in eager PyTorch: the baseline of the commands train and finetune.

    pip install torch transformers
    python src/test/python/bench_training.py --layers 6 --heads 6 --width 192 --vocab-size 2048 --batch-size 12 --context 256

Prints tokens per second of whole steps (forward, backward, clipping, AdamW), the median after warm-up. Dropout is that of
the commands: of embeddings and what is added, not of attention.
"""

import argparse
import statistics
import time

import torch
from transformers import GPT2Config, GPT2LMHeadModel


def main():
    parser = argparse.ArgumentParser()
    for name, default in {"layers": 6, "heads": 6, "width": 192, "vocab-size": 2048, "batch-size": 12, "context": 256,
                          "steps": 20, "threads": 0}.items():
        parser.add_argument("--" + name, type=int, default=default)
    parser.add_argument("--dropout", type=float, default=0.1)
    args = parser.parse_args()
    if args.threads:
        torch.set_num_threads(args.threads)
    torch.manual_seed(0)
    model = GPT2LMHeadModel(GPT2Config(
        n_layer=args.layers, n_head=args.heads, n_embd=args.width, n_positions=args.context, vocab_size=args.vocab_size,
        bos_token_id=None, eos_token_id=None, attn_pdrop=0.0, embd_pdrop=args.dropout, resid_pdrop=args.dropout,
        attn_implementation="sdpa", use_cache=False))
    model.train()
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-4, betas=(0.9, 0.99), weight_decay=0.1)
    times = []
    for _ in range(args.steps):
        ids = torch.randint(0, args.vocab_size, (args.batch_size, args.context))
        start = time.perf_counter()
        loss = model(ids, labels=ids).loss
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        times.append(time.perf_counter() - start)
    seconds = statistics.median(times[len(times) // 4:])
    print(f"{args.batch_size * args.context / seconds:.0f} tokens/s, {1000 * seconds:.0f} ms a step")


main()
