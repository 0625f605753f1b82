# Reads a residual stream: what the model would say after each layer, and which part has added what to a logit.

from dtypes import int64
from gpt2 import Gpt2
from hooks import Hooks, make
from inspection import linear, run, unembed
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
# way is linear. ids [1, T]; wanted: the places that are read here, one a line; tokens [n] -> [parts, n], whose sum over
# the parts is the logits at a position. The parts: embedding, position; of each layer its heads, the bias of attention, and
# the MLP; and after each norm that the stream goes through, the norm's bias.
def attribution(model: Gpt2, ids: Tensor, wanted: str, position: int, tokens: Tensor) -> Tensor:
  hooks = make(wanted, "", torch.zeros([0, 6], dtype=int64()), torch.zeros([0]))
  run(model, ids, hooks)
  parts = torch.stack([at(hooks, "hook_embed", position), at(hooks, "hook_pos_embed", position)])   # [parts, E]
  for l in range(model.n_layer):
    name = "blocks." + str(l) + "."
    heads = at(hooks, name + "attn.hook_result", position)                                          # [H, E]
    bias = at(hooks, name + "hook_attn_out", position) - torch.sum(heads, [0])
    parts = torch.cat([parts, heads, bias.unsqueeze(0)])
    if model.post_norm:
      parts = through(parts, model.ln_1, l, at(hooks, name + "ln1.hook_scale", position))
    parts = torch.cat([parts, at(hooks, name + "hook_mlp_out", position).unsqueeze(0)])
    if model.post_norm:
      parts = through(parts, model.ln_2, l, at(hooks, name + "ln2.hook_scale", position))
  if model.ln_f.count() > 0:
    parts = through(parts, model.ln_f, 0, at(hooks, "ln_final.hook_scale", position))
  logits = unembed(model, parts.unsqueeze(0)).squeeze(0)                                            # [parts, V]
  return torch.index_select(logits, 1, tokens.to(logits.device)).cpu()

# The vectors of a place at one position of the only text: [E], or [H, E].
def at(hooks: Hooks, place: str, position: int) -> Tensor:
  return hooks.kept[place].select(0, 0).select(0, position)

# Takes each part through a norm whose scale is known: parts [parts, E], scale [1] -> [parts + 1, E].
def through(parts: Tensor, norms: LayerNorms, l: int, scale: Tensor) -> Tensor:
  centred = parts - torch.mean(parts, [-1], True)
  return torch.cat([centred / scale * norms.weights[l], norms.biases[l].unsqueeze(0)])
