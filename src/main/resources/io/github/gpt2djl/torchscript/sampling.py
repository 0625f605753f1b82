# Steps in which the model's device chooses the tokens: fetching a GPU's logits would take longer than computing them.

from dtypes import boolean, float32, float64, int64
from gpt2 import Gpt2

# Chooses the next token of each row [B] from its logits y [B, V]: the likeliest one if the temperature is 0, otherwise the
# one that sampling.Multinomial draws after Temperature, TopK and TopP. rules [B, 3]: temperature, k (0: all), p (1: all);
# draws [B]. max_k: the largest k; nucleus: whether any p is below 1; drawn: whether any temperature is not 0.
def choose(y: Tensor, rules: Tensor, draws: Tensor, max_k: int, nucleus: bool, drawn: bool) -> Tensor:
  chosen = torch.argmax(y, 1)
  if drawn:
    V = y.size(1)
    temperature, k, p = torch.unbind(rules.unsqueeze(2), 1)                # [B, 1] each
    greedy = temperature.eq(0.)
    s = y / temperature.masked_fill(greedy, 1.).to(float32())              # [B, V]
    if max_k > 0:
      s = top_k(s, k, min(max_k, V))
    if nucleus:
      s = top_p(s, p)
    w = s.to(float64())
    sums = torch.cumsum(torch.exp(w - torch.amax(w, [1], True)), 1)
    total = sums.narrow(1, V - 1, 1).contiguous()
    # Rounding must not lead beyond the last token with a positive probability.
    place = torch.minimum(torch.searchsorted(sums, draws.unsqueeze(1) * total, out_int32=False, right=True), torch.searchsorted(sums, total))
    chosen = torch.where(greedy, chosen.unsqueeze(1), place).squeeze(1)
  return chosen

# Keeps the k [B, 1] highest scores of each row, and ties with the k-th. max_k: the largest k.
# s [B, V] -> [B, V], -inf for dropped tokens.
def top_k(s: Tensor, k: Tensor, max_k: int) -> Tensor:
  highest = torch.topk(s, max_k)[0]                                        # [B, max_k]
  lowest = highest.gather(1, (k.to(int64()) - 1).clamp_(0, max_k - 1))     # [B, 1]
  return s.masked_fill(s.lt(lowest.masked_fill(k.eq(0.), -inf)), -inf)

# Keeps the likeliest tokens of each row until their probabilities add up to p [B, 1], the token that crosses p included.
# Among equal scores the higher id comes first. s [B, V] -> [B, V], -inf for dropped tokens.
def top_p(s: Tensor, p: Tensor) -> Tensor:
  V = s.size(1)
  ranked, order = torch.sort(torch.flip(s, [1]), stable=True, dim=1, descending=True)
  w = ranked.to(float64())
  w = torch.exp(w - w.narrow(1, 0, 1))
  mass = torch.cumsum(w / torch.sum(w, [1], True), 1).to(float32())        # [B, V]
  last = torch.sum(mass.lt(p.masked_fill(p.eq(1.), 2.).to(float32())), [1], True).clamp_(0, V - 1)
  least = ranked.gather(1, last)                                           # [B, 1]
  lowest = V - 1 - order.gather(1, last)
  ids = torch.arange(V, dtype=int64(), layout=None, device=s.device).unsqueeze(0)
  return s.masked_fill(s.lt(least).logical_or_(s.eq(least).logical_and_(ids.lt(lowest))), -inf)

# Runs at most n steps, the number of rows of draws [n, B]; fewer if each row has chosen an id of eos [e] before.
# ids [B, 1], past and lengths as for a step; the other arguments as for choose.
# Returns the tokens and their log-probabilities, [2, steps, B].
def steps(model: Gpt2, ids: Tensor, past: int, lengths: Tensor, cache: Tensor, rules: Tensor, draws: Tensor, max_k: int, nucleus: bool, drawn: bool, eos: Tensor) -> Tensor:
  device = model.wte[0].device
  next = ids.to(device)
  lengths = lengths.to(device)
  rules = rules.to(device)
  draws = draws.to(device)
  eos = eos.to(device)
  B = ids.size(0)
  n = draws.size(0)
  ended = torch.zeros([B], dtype=boolean(), layout=None, device=device)
  chosen = annotate(List[Tensor], [])
  t = 0
  going = True
  while going:
    x = model.hidden(next, model.batches.make(B, 1, past + t, lengths, cache, 1, False))
    y = model.logits(x)                                             # [B, V]
    id = choose(y, rules, draws.select(0, t), max_k, nucleus, drawn)       # [B]
    own = y.gather(1, id.unsqueeze(1)).squeeze(1) - torch.logsumexp(y, [1])
    chosen.append(torch.stack([id.to(float64()), own.to(float64())]))
    ended = ended.logical_or(torch.isin(id, eos))
    next = id.unsqueeze(1)
    if lengths.numel() > 0:
      lengths = lengths + 1
    t = t + 1
    going = t < n
    # Not in every step: reading the result waits for the device.
    if going and t % 8 == 0:
      going = not bool(torch.all(ended))
  return torch.stack(chosen, 1).cpu()
