# The parts of a step that a benchmark measures.

from dtypes import int64
from gpt2 import Gpt2

# The attentions and MLPs of all layers, with their matrices, and the head, for a step of B rows with S tokens each.
# A whole step also has norms, sums, the log-sum-exp and the copies for Java. cache [L, 2, B, H, C, D].
# Returns an attention [N, E] and an MLP [N, E] of each layer, the logits [B, V], and the first of them.
def attentions_and_mlps(model: Gpt2, cache: Tensor, S: int) -> List[Tensor]:
  B = cache.size(2)
  batch = model.batches.make(B, 1, S - 1, torch.zeros([0]), cache, 1, False)
  x = model.c_attn.fit(model.embed(torch.zeros([B, 1], dtype=int64()), batch))
  # Results are kept: torch would not compute unused ones.
  kept = annotate(List[Tensor], [])
  for l in range(model.n_layer):
    kept.append(model.attention(x, batch, [], l))
    kept.append(model.mlp(x, batch, l))
  y = model.logits(model.project(model.project_out, x, False).narrow(0, 0, B))   # [B, V]
  kept.append(y)
  # Waits for the device.
  kept.append(y.select(0, 0).select(0, 0).cpu())
  return kept
