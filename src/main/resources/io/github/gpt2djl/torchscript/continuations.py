# Scores several continuations of one text in one pass: the text's keys and values are in the cache once, and all
# continuations see them.

from batch import Batch
from dtypes import float32, int64
from gpt2 import Gpt2
from kv_cache import visible, writable

# Each token of the continuations is a row of its own, whose keys and values follow the text's in the first row of the
# cache [L, 2, places, H, C, D]. A token sees the past tokens of the text, and the tokens of its own continuation up to
# itself. positions [T]: of the tokens in their texts; owners [T]: the numbers of their continuations.
def branches(model: Gpt2, past: int, positions: Tensor, owners: Tensor, cache: Tensor) -> Batch:
  T = positions.numel()
  S = past + T
  device = cache.device
  order = torch.arange(S, dtype=int64(), layout=None, device=device)
  text = order.narrow(0, 0, past)
  keys = torch.cat([text, positions])                                      # [S]
  queries = positions.unsqueeze(1)                                         # [T, 1]
  foreign = torch.cat([torch.full_like(text, -1), owners]).ne(owners.unsqueeze(1))
  hidden = (keys > queries).logical_or_(foreign.logical_and_(order >= past))   # [T, S]
  zeros = torch.zeros(hidden.size(), dtype=cache.dtype, layout=None, device=device)
  mask = zeros.masked_fill(hidden, -inf).view([T, 1, 1, S])
  window = model.batches.window if S > model.batches.window else 0
  local_mask = mask
  if window > 0:
    local_mask = zeros.masked_fill(hidden.logical_or_(keys <= queries - window), -inf).view([T, 1, 1, S])
  slots = annotate(List[Optional[Tensor]], [torch.zeros_like(owners), order.narrow(0, past, T)])
  row = cache.narrow(2, 0, 1)
  seen = visible(row, S, 0, model.batches.local)
  for i in range(len(seen)):
    seen[i] = seen[i].expand([T, seen[i].size(1), S, seen[i].size(3)])
  none = annotate(List[List[Tensor]], [])
  return Batch(T, 1, past, 1, True, False, False, False, window, positions, mask, local_mask, slots, writable(row), seen, none)

# The log-probability and the rank of each token's next one, targets [T]: ids [T, 1] -> [2, T].
# The head computes 64 tokens at a time, as in scoring.py.
def scores(model: Gpt2, ids: Tensor, past: int, positions: Tensor, owners: Tensor, targets: Tensor, cache: Tensor) -> Tensor:
  device = cache.device
  x = model.hidden(ids, branches(model, past, positions.to(device), owners.to(device), cache))
  T = ids.size(0)
  result = torch.zeros([2, T], dtype=float32())
  for chunk in range((T + 63) // 64):
    start = 64 * chunk
    count = min(64, T - start)
    y = model.logits(x.narrow(0, start, count))                            # [count, V]
    own = y.gather(1, targets.narrow(0, start, count).to(device).unsqueeze(1))
    part = result.narrow(1, start, count)
    part.select(0, 0).copy_(own.squeeze(1) - torch.logsumexp(y, [1]))
    part.select(0, 1).copy_(torch.sum(y.gt_(own), [1]) + 1)
  return result
