# Computes the probability and the embedding of a text, in one pass without a cache.

from dtypes import float32
from gpt2 import Gpt2

# The hidden state of each token of one row: ids [1, T] -> [T, E].
def hidden(model: Gpt2, ids: Tensor) -> Tensor:
  return model.hidden(ids, model.batches.make(1, ids.size(1), 0, torch.zeros([0]), torch.zeros([0]), 0, False))

# The logits at every position of one row: ids [1, T] -> [T, V].
def all_logits(model: Gpt2, ids: Tensor) -> Tensor:
  return model.logits(hidden(model, ids)).cpu()

# The mean of the hidden states of one row: ids [1, T] -> [E].
def embedding(model: Gpt2, ids: Tensor) -> Tensor:
  return torch.mean(hidden(model, ids).to(float32()), [0]).cpu()

# Scores each id of one row given the ids before it: ids [1, T] -> [2 + 2 * top, T - 1], namely the id's log-probability,
# its rank (1 for the likeliest token), the log-probabilities of the likeliest tokens, and their ids.
# The head computes 64 positions at a time: the logits of a whole context would take 200 MB.
def scores(model: Gpt2, ids: Tensor, top: int) -> Tensor:
  x = hidden(model, ids)
  n = ids.size(1) - 1
  result = torch.zeros([2 + 2 * top, n], dtype=float32())
  for chunk in range((n + 63) // 64):
    start = 64 * chunk
    count = min(64, n - start)
    y = model.logits(x.narrow(0, start, count))                     # [count, V]
    target = ids.squeeze(0).narrow(0, start + 1, count).to(x.device).unsqueeze(1)   # [count, 1]
    own = y.gather(1, target)                                              # [count, 1]
    logsumexp = torch.logsumexp(y, [1])                                    # [count]
    part = result.narrow(1, start, count)
    part.select(0, 0).copy_(own.squeeze(1) - logsumexp)
    if top > 0:
      likeliest, which = torch.topk(y, top)                                # [count, top] each
      part.narrow(0, 2, top).copy_((likeliest - logsumexp.unsqueeze(1)).t())
      part.narrow(0, 2 + top, top).copy_(which.t())
    # In place, which takes a quarter of the time of summing booleans.
    part.select(0, 1).copy_(torch.sum(y.gt_(own), [1]) + 1)
  return result
