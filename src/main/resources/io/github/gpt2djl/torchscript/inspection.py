# The model of gpt2.py once more, written to be read and traced: every vector that arises has a name, every head is by
# itself, and there is no cache. The names are those of TransformerLens.
#   B texts of T tokens each, E width, H heads, D = E / H, V vocabulary

from activation import activate
from dtypes import float32, int64
from gpt2 import Gpt2
from hooks import Hooks, hook, wants
from layer_kernel import Matrices
from layer_norm import LayerNorms

# --- trace ---
# ids [B, T] -> the vectors of the wanted places, in their order.
def trace(model: Gpt2, ids: Tensor, hooks: Hooks) -> List[Tensor]:
  run(model, ids, hooks)
  kept = annotate(List[Tensor], [])
  for place in hooks.wanted:
    kept.append(hooks.kept[place].to(float32()).cpu())
  return kept

# --- run ---
# A residual stream for each token: its vector and its position's, to which each layer adds. ids [B, T] -> logits [B, T, V].
def run(model: Gpt2, ids: Tensor, hooks: Hooks) -> Tensor:
  wte = model.wte[0]
  ids = ids.to(wte.device)
  embed = model.project(model.project_in, torch.embedding(wte, torch.flatten(ids)).to(model.dtype), False)
  embed = hook(hooks, "hook_embed", embed.to(float32()).view([ids.size(0), ids.size(1), -1]))                    # [B, T, E]
  position = model.wpe[0].narrow(0, 0, ids.size(1)).to(float32()).unsqueeze(0).expand(embed.size())
  x = embed + hook(hooks, "hook_pos_embed", position)
  for l in range(model.n_layer):
    x = block(model, x, l, hooks, "blocks." + str(l) + ".")
  if model.ln_f.count() > 0:
    x = norm(model.ln_f, 0, x, hooks, "ln_final.")
  return hook(hooks, "logits", unembed(model, x))

# --- block ---
# x [B, T, E] -> [B, T, E]. The first GPT and OPT-350m norm the sums (post-norm).
def block(model: Gpt2, x: Tensor, l: int, hooks: Hooks, name: str) -> Tensor:
  x = hook(hooks, name + "hook_resid_pre", x)
  if model.post_norm:
    x = hook(hooks, name + "hook_resid_mid", x + attention(model, x, l, hooks, name))
    x = norm(model.ln_1, l, x, hooks, name + "ln1.")
    x = hook(hooks, name + "hook_resid_post", x + mlp(model, x, l, hooks, name))
    x = hook(hooks, name + "hook_normalized_resid_post", norm(model.ln_2, l, x, hooks, name + "ln2."))
  else:
    x = x + attention(model, norm(model.ln_1, l, x, hooks, name + "ln1."), l, hooks, name)
    x = hook(hooks, name + "hook_resid_mid", x)
    x = x + mlp(model, norm(model.ln_2, l, x, hooks, name + "ln2."), l, hooks, name)
    x = hook(hooks, name + "hook_resid_post", x)
  return x

# --- attention ---
# A query asks, a key answers, and a value is what is carried: x [B, T, E] -> [B, T, E].
def attention(model: Gpt2, x: Tensor, l: int, hooks: Hooks, name: str) -> Tensor:
  B = x.size(0)
  T = x.size(1)
  H = model.n_head
  D = x.size(2) // H
  qkv = linear(model, model.c_attn, x, l).view([B, T, 3, H, D])
  q = hook(hooks, name + "attn.hook_q", qkv.select(2, 0))                              # [B, T, H, D]
  k = hook(hooks, name + "attn.hook_k", qkv.select(2, 1))
  v = hook(hooks, name + "attn.hook_v", qkv.select(2, 2))
  scores = torch.matmul(q.transpose(1, 2), k.permute([0, 2, 3, 1])) * model.qk_scales[l]   # [B, H, T, T]
  scores = hook(hooks, name + "attn.hook_attn_scores", scores.masked_fill(unseen(model, x, l), -inf))
  pattern = hook(hooks, name + "attn.hook_pattern", torch.softmax(scores, -1))
  z = torch.matmul(pattern, v.transpose(1, 2)).transpose(1, 2)
  z = hook(hooks, name + "attn.hook_z", z)                                              # [B, T, H, D]
  if wants(hooks, name + "attn.hook_result"):
    result = hook(hooks, name + "attn.hook_result", heads(model, z, l))                 # [B, T, H, E]
    y = torch.sum(result, [2]) + linear(model, model.attn_c_proj, torch.zeros([1, 1, H * D], dtype=float32(), layout=None, device=x.device), l)
  else:
    y = linear(model, model.attn_c_proj, z.reshape([B, T, H * D]), l)
  return hook(hooks, name + "hook_attn_out", y)

# The keys that each query does not see: later ones, and in GPT-Neo's local layers those too far before it. [T, T].
def unseen(model: Gpt2, x: Tensor, l: int) -> Tensor:
  keys = torch.arange(x.size(1), dtype=int64(), layout=None, device=x.device)
  queries = keys.unsqueeze(1)
  hidden = keys > queries
  if model.batches.window > 0 and model.batches.local[l]:
    hidden = hidden.logical_or_(keys <= queries - model.batches.window)
  return hidden

# --- heads ---
# What each head adds to the residual stream, without the bias: z [B, T, H, D] -> [B, T, H, E].
def heads(model: Gpt2, z: Tensor, l: int) -> Tensor:
  H = z.size(2)
  D = z.size(3)
  # The rows of the matrix, from which the kernel gives only products: those with unit vectors.
  units = torch.eye(H * D, dtype=float32(), layout=None, device=z.device).unsqueeze(0)
  rows = linear(model, model.attn_c_proj, units, l) - linear(model, model.attn_c_proj, torch.zeros_like(units).narrow(1, 0, 1), l)
  w = rows.view([H, D, -1])                                                              # [H, D, E]
  return torch.einsum("bthd,hde->bthe", [z, w])

# --- mlp ---
# x [B, T, E] -> [B, T, E].
def mlp(model: Gpt2, x: Tensor, l: int, hooks: Hooks, name: str) -> Tensor:
  pre = hook(hooks, name + "mlp.hook_pre", linear(model, model.c_fc, x, l))             # [B, T, 4E]
  post = hook(hooks, name + "mlp.hook_post", activate(pre, model.activation))
  return hook(hooks, name + "hook_mlp_out", linear(model, model.mlp_c_proj, post, l))

# --- norm ---
# x [B, T, E] -> [B, T, E].
def norm(norms: LayerNorms, l: int, x: Tensor, hooks: Hooks, name: str) -> Tensor:
  x = x - torch.mean(x, [-1], True)
  scale = hook(hooks, name + "hook_scale", torch.sqrt(torch.mean(x * x, [-1], True) + norms.epsilon))   # [B, T, 1]
  x = hook(hooks, name + "hook_normalized", x / scale)
  return x * norms.weights[l] + norms.biases[l]

# --- unembed ---
# The last norm's output, or the last layer's -> logits: x [B, T, E] -> [B, T, V].
def unembed(model: Gpt2, x: Tensor) -> Tensor:
  flat = torch.flatten(x, 0, 1).to(model.dtype)
  y = model.logits(model.project(model.project_out, flat, False))
  return y.view([x.size(0), x.size(1), -1])

# x [B, T, in] -> [B, T, out], in 32 bits.
def linear(model: Gpt2, matrices: Matrices, x: Tensor, l: int) -> Tensor:
  flat = torch.flatten(x, 0, 1).to(model.dtype)
  return matrices.linear(flat, l, False).to(float32()).view([x.size(0), x.size(1), -1])
