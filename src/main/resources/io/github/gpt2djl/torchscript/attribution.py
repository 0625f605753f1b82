# Reads a residual stream: what the model would say after each layer, and which part has added what to a logit.

from dtypes import float32, int64
from gpt2 import Gpt2
from hooks import Hooks, make
from inspection import run, unembed
from layer_norm import LayerNorms

# --- logit lens ---
# The logits that a residual stream would give if the other layers were left out (nostalgebraist 2020): x [N, E] -> [N, V].
# In models whose norms follow the sums, x has been normed already.
def lens(model: Gpt2, x: Tensor) -> Tensor:
  x = x.to(model.wte[0].device)
  if model.ln_f.count() > 0:
    x = model.ln_f.norm(x, 0)
  return unembed(model, x.unsqueeze(0)).squeeze(0).cpu()

# --- attribution ---
# A logit is a sum over what was added to the residual stream: the last norm's scale is taken as it is, the rest of the
# way is linear. ids [1, T]; wanted: the places that are read here, one a line; positions [N]; tokens [N, n] -> [parts, N, n],
# whose sum over the parts is the tokens' logits at the positions. The parts: embedding, position; of each layer its heads,
# the bias of attention, and the MLP; and after each norm that the stream goes through, the norm's bias.
def attribution(model: Gpt2, ids: Tensor, wanted: str, positions: Tensor, tokens: Tensor) -> Tensor:
  hooks = make(wanted, "", torch.zeros([0, 6], dtype=int64()), torch.zeros([0]))
  run(model, ids, hooks)
  positions = positions.to(model.wte[0].device)
  parts = torch.stack([at(hooks, "hook_embed", positions), at(hooks, "hook_pos_embed", positions)])   # [parts, N, E]
  for l in range(model.n_layer):
    name = "blocks." + str(l) + "."
    heads = at(hooks, name + "attn.hook_result", positions).transpose(0, 1)                           # [H, N, E]
    bias = at(hooks, name + "hook_attn_out", positions) - torch.sum(heads, [0])
    parts = torch.cat([parts, heads, bias.unsqueeze(0)])
    if model.post_norm:
      parts = through(parts, model.ln_1, l, at(hooks, name + "ln1.hook_scale", positions))
    parts = torch.cat([parts, at(hooks, name + "hook_mlp_out", positions).unsqueeze(0)])
    if model.post_norm:
      parts = through(parts, model.ln_2, l, at(hooks, name + "ln2.hook_scale", positions))
  if model.ln_f.count() > 0:
    parts = through(parts, model.ln_f, 0, at(hooks, "ln_final.hook_scale", positions))
  columns = head_columns(model, torch.flatten(tokens), parts.size(2))                                 # [E, N * n]
  columns = columns.view([-1, tokens.size(0), tokens.size(1)])
  return torch.einsum("pte,etn->ptn", [parts, columns]).cpu()

# The vectors of a place at some positions of the only text: [N, E], or [N, H, E].
def at(hooks: Hooks, place: str, positions: Tensor) -> Tensor:
  return torch.index_select(hooks.kept[place].select(0, 0), 0, positions)

# Takes each part through a norm whose deviations are known: parts [parts, N, E], scale [N, 1] -> [parts + 1, N, E].
def through(parts: Tensor, norms: LayerNorms, l: int, scale: Tensor) -> Tensor:
  centred = parts - torch.mean(parts, [-1], True)
  bias = norms.biases[l].to(float32()).expand([1, parts.size(1), parts.size(2)])
  return torch.cat([centred / scale * norms.weights[l], bias])

# The numbers by which a hidden state is multiplied for the logits of some tokens: tokens [n] -> [E, n]. The kernel gives
# only products, so these are the products of unit vectors, 64 at a time.
def head_columns(model: Gpt2, tokens: Tensor, E: int) -> Tensor:
  device = model.wte[0].device
  units = torch.eye(E, dtype=float32(), layout=None, device=device)
  columns = annotate(List[Tensor], [])
  for i in range((E + 63) // 64):
    logits = unembed(model, units.narrow(0, 64 * i, min(64, E - 64 * i)).unsqueeze(0)).squeeze(0)
    columns.append(torch.index_select(logits, 1, tokens.to(device)))
  return torch.cat(columns)
