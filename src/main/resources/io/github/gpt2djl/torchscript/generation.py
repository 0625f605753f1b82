# Runs prompts and steps through the model. logits [N, V] and logsumexp [N] are buffers of the caller.

from batch import last_tokens
from gpt2 import Gpt2
from logits import write

# --- forward ---
# Runs a step, ids [B, 1], or prompts, ids [B, T]: the logits after each row's last token. Each prompt fills copies rows
# of the cache.
def forward(model: Gpt2, ids: Tensor, past: int, lengths: Tensor, cache: Tensor, copies: int, logits: Tensor, logsumexp: Tensor) -> int:
  B = ids.size(0)
  T = ids.size(1)
  x = model.hidden(ids, model.batches.make(B, T, past, lengths, cache, copies, False))
  if past == 0:
    x = last_tokens(x.view([B, T, x.size(1)]), lengths)                    # [B, E]
  y = model.logits(x)                                               # [B, V]
  if copies > 1:
    y = y.repeat_interleave(copies, 0)
  return write(y, logits, logsumexp)

# --- step and join ---
# Runs a step of the running rows, ids [B, 1], together with prompts [J, T] that take the places after them, so that the
# weights are read once for both.
def step_and_join(model: Gpt2, ids: Tensor, past: int, lengths: Tensor, prompts: Tensor, ends: Tensor, cache: Tensor, copies: int, logits: Tensor, logsumexp: Tensor) -> int:
  B = ids.size(0)
  J = prompts.size(0)
  T = prompts.size(1)
  running = model.batches.make(B, 1, past, lengths, cache, 1, False)
  joining = model.batches.make(J, T, 0, ends, cache.narrow(2, B, copies * J), copies, False)
  x = torch.cat([model.embed(ids, running), model.embed(prompts, joining)])
  x = model.layers(x, running, [joining])                                  # [B + J * T, E]
  last = last_tokens(x.narrow(0, B, J * T).view([J, T, x.size(1)]), ends)  # [J, E]
  y = model.logits(torch.cat([x.narrow(0, 0, B), last]))            # [B + J, V]
  if copies > 1:
    y = torch.cat([y.narrow(0, 0, B), y.narrow(0, B, J).repeat_interleave(copies, 0)])
  return write(y, logits, logsumexp)

# --- append ---
# Runs a piece of a prompt, ids [1, T], behind begun earlier tokens of the row in a place of the cache.
def append(model: Gpt2, ids: Tensor, begun: int, cache: Tensor, place: int, logits: Tensor, logsumexp: Tensor) -> int:
  T = ids.size(1)
  x = model.hidden(ids, model.batches.make(1, T, begun, torch.zeros([0]), cache.narrow(2, place, 1), 1, False))
  return write(model.logits(x.narrow(0, T - 1, 1)), logits, logsumexp)

# Runs a step of the running rows, ids [B, 1], together with a piece of a prompt, [1, T].
def step_and_append(model: Gpt2, ids: Tensor, past: int, lengths: Tensor, piece: Tensor, begun: int, cache: Tensor, place: int, logits: Tensor, logsumexp: Tensor) -> int:
  B = ids.size(0)
  T = piece.size(1)
  running = model.batches.make(B, 1, past, lengths, cache, 1, False)
  joining = model.batches.make(1, T, begun, torch.zeros([0]), cache.narrow(2, place, 1), 1, False)
  x = torch.cat([model.embed(ids, running), model.embed(piece, joining)])
  x = model.layers(x, running, [joining])                                  # [B + T, E]
  y = model.logits(torch.cat([x.narrow(0, 0, B), x.narrow(0, B + T - 1, 1)]))   # [B + 1, V]
  return write(y, logits, logsumexp)

# --- verify ---
# Runs several tokens of one row at once, ids [1, T]: the logits after each of them. Guesses must not change the text, so
# with a kernel that rounds, each token's result must be the same as without the other tokens.
def verify(model: Gpt2, ids: Tensor, past: int, cache: Tensor, logits: Tensor, logsumexp: Tensor) -> int:
  batch = model.batches.make(1, ids.size(1), past, torch.zeros([0]), cache, 1, model.c_attn.rounds())
  y = model.logits(model.hidden(ids, batch))                         # [T, V]
  return write(y, logits, logsumexp)
