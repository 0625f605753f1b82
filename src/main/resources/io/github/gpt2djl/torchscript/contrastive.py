# Contrastive search (Su et al. 2022) compares the hidden state [E] of each candidate for the next token, which is the
# head's input, with the hidden states of all earlier tokens.

from dtypes import float32
from gpt2 import Gpt2
from logits import write

# Memory for the hidden states of tokens: [rows, E].
def vectors(model: Gpt2, rows: int) -> Tensor:
  wte = model.wte[0]
  return torch.zeros([rows, wte.size(1)], dtype=float32(), layout=None, device=wte.device)

# x [N, E] scaled to vectors of length 1, [N, E]: the products of two of them are cosines.
def unit(x: Tensor) -> Tensor:
  y = x.to(float32())
  return y / torch.linalg_vector_norm(y, 2, [1], True)

# Runs a prompt, ids [1, T], in the first row of the cache. Writes its unit vectors to unit_vectors [C, E], and the logits
# and their log-sum-exp after its last token.
def prefill(model: Gpt2, ids: Tensor, cache: Tensor, unit_vectors: Tensor, logits: Tensor, logsumexp: Tensor) -> int:
  T = ids.size(1)
  batch = model.batches.make(1, T, 0, torch.zeros([0]), cache.narrow(2, 0, 1), 1, False)
  x = model.hidden(ids, batch)                                             # [T, E]
  unit_vectors.narrow(0, 0, T).copy_(unit(x))
  return write(model.logits(x.narrow(0, T - 1, 1)), logits, logsumexp)

# Runs candidates, ids [B, 1]: all rows share the same text of past tokens and differ in the next token. First stores the
# vector of the candidate that the previous step accepted, which is not in unit_vectors [C, E] yet (-1 after a prompt).
# Writes the candidates' unit vectors to new_vectors [B, E], and the largest cosine of each candidate and an earlier token
# to max_cosine [B].
def step(model: Gpt2, ids: Tensor, past: int, accepted: int, cache: Tensor, unit_vectors: Tensor, new_vectors: Tensor, max_cosine: Tensor, logits: Tensor, logsumexp: Tensor) -> int:
  if accepted >= 0:
    unit_vectors.select(0, past - 1).copy_(new_vectors.select(0, accepted))
  batch = model.batches.make(ids.size(0), 1, past, torch.zeros([0]), cache, 1, False)
  x = model.hidden(ids, batch)                                             # [B, E]
  new_vectors.copy_(unit(x))
  max_cosine.copy_(torch.amax(torch.matmul(new_vectors, unit_vectors.narrow(0, 0, past).t()), [1]))
  return write(model.logits(x), logits, logsumexp)
