# Attention in several calls, where one call for all rows and tokens would be slower or would round differently.

# Each token in a call of its own, as in a step: q [1, H, T, D], k and v [1, H, S, D] -> [1, H, T, D].
# window: number of keys that a token sees, including its own; 0: all.
def attention_per_token(q: Tensor, k: Tensor, v: Tensor, scale: float, window: int) -> Tensor:
  T = q.size(2)
  a = annotate(List[Tensor], [])
  for t in range(T):
    end = k.size(2) - T + t + 1
    n = min(end, window) if window > 0 else end
    a.append(torch.scaled_dot_product_attention(q.narrow(2, t, 1), k.narrow(2, end - n, n), v.narrow(2, end - n, n), scale=scale))
  return torch.cat(a, 2)

# --- per prompt ---
# Each prompt in a call of its own, without what fills it up: q, k and v [B, H, T, D] -> [B, H, T, D], 0 for the filling.
# mask [T, T]; lengths [B].
def attention_per_prompt(q: Tensor, k: Tensor, v: Tensor, mask: Optional[Tensor], is_causal: bool, scale: float, lengths: Tensor) -> Tensor:
  a = torch.zeros_like(q)
  for b in range(q.size(0)):
    n = int(lengths.select(0, b))
    own = annotate(Optional[Tensor], None)
    if mask is not None:
      own = mask.narrow(0, 0, n).narrow(1, 0, n)
    y = torch.scaled_dot_product_attention(q.narrow(0, b, 1).narrow(2, 0, n), k.narrow(0, b, 1).narrow(2, 0, n), v.narrow(0, b, 1).narrow(2, 0, n), own, 0., is_causal, scale=scale)
    a.narrow(0, b, 1).narrow(2, 0, n).copy_(y)
  return a

# --- per row ---
# Each row in a call of its own, for a step of rows with very different lengths: q [B, H, 1, D] -> [B, H, 1, D].
# kv: for each row, keys and values [1, H, S, D] of each layer in turn.
def attention_per_row(q: Tensor, kv: List[List[Tensor]], l: int, scale: float) -> Tensor:
  rows = torch.split(q, 1)
  a = annotate(List[Tensor], [])
  for b in range(len(rows)):
    a.append(torch.scaled_dot_product_attention(rows[b], kv[b][2 * l], kv[b][2 * l + 1], scale=scale))
  return torch.cat(a)
