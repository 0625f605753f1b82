# The rows of tokens in a call: their positions, the keys that they see, and where their keys and values are stored.

from dtypes import int64
from kv_cache import visible, writable

class Batch(NamedTuple):
  B : int                              # number of rows
  T : int                              # number of new tokens in each row
  past : int                           # number of earlier tokens in each row; 0 for a prompt
  copies : int                         # number of rows of the cache that each row fills; 0 without a cache
  ragged : bool                        # whether rows have different numbers of earlier tokens
  exact : bool                         # whether each token attends as if it were computed alone
  per_row : bool                       # whether each row's step has an attention call of its own
  per_prompt : bool                    # whether each prompt has an attention call of its own
  window : int                         # number of keys that a token of a local layer sees; 0 for all
  positions : Tensor                   # [B] position of each row's new token if ragged, length of each prompt if per_prompt
  mask : Optional[Tensor]              # added to the products of queries and keys: [T, S] or [B, 1, 1, S]
  local_mask : Optional[Tensor]        # the mask of local layers; used if window > 0
  slots : List[Optional[Tensor]]       # row and position of each new token; only if ragged
  writable_kv : List[Tensor]           # for each layer, [B, T, 2, H, D]
  visible_kv : List[Tensor]            # keys and values of each layer in turn, [B, H, S, D]
  kv_per_row : List[List[Tensor]]      # the same for each row; only if per_row

# --- make ---
# Creates the batches of a model.
class Batches(Module):
  device : str
  cache_dtype : int
  n_embd : int
  window : int
  local : List[bool]
  alone : bool                         # whether a row's sums have the same order as without the other rows

  # B rows, T new tokens after past earlier ones. Prompts have past = 0, may be filled up. Steps have T = 1, guesses B = 1.
  # lengths [B]: number of tokens of each row, new ones included, if they differ; empty if all rows have past + T tokens.
  # cache [L, 2, places, H, C, D]: the rows have the first B * copies places.
  def make(self, B: int, T: int, past: int, lengths: Tensor, cache: Tensor, copies: int, exact: bool) -> Batch:
    S = past + T
    ragged = past > 0 and lengths.numel() > 0
    per_row = ragged and (self.alone or self.differ_much(lengths, S))
    per_prompt = self.alone and past == 0 and lengths.numel() > 0
    window = self.window if S > self.window else 0
    positions = lengths
    slots = annotate(List[Optional[Tensor]], [])
    if ragged:
      positions = lengths.to(torch.device(self.device)) - 1                # [B]
      rows = torch.arange(B, dtype=int64(), layout=None, device=torch.device(self.device))
      slots = annotate(List[Optional[Tensor]], [rows, positions])
    mask = annotate(Optional[Tensor], None)
    local_mask = annotate(Optional[Tensor], None)
    masked = not per_row if ragged else T > 1
    if masked and (past > 0 or window > 0):
      if ragged:
        queries = positions.view([B, 1, 1, 1])
      else:
        queries = torch.arange(past, S, dtype=int64(), layout=None, device=torch.device(self.device)).unsqueeze(1)
      if past > 0:
        mask = self.mask(queries, S, 0)
      if window > 0:
        local_mask = self.mask(queries, S, window)
    writable_kv = annotate(List[Tensor], [])
    visible_kv = annotate(List[Tensor], [])
    kv_per_row = annotate(List[List[Tensor]], [])
    if copies > 0:
      places = cache.narrow(2, 0, B * copies)
      visible_kv = visible(places, S, 0 if masked else window, self.local)
      if per_row:
        for b in range(B):
          kv_per_row.append(visible(places.narrow(2, b, 1), int(lengths.select(0, b)), window, self.local))
      if not ragged:
        places = places.narrow(4, past, T)
      writable_kv = writable(places)
    return Batch(B, T, past, copies, ragged, exact, per_row, per_prompt, window, positions, mask, local_mask, slots, writable_kv, visible_kv, kv_per_row)

  # --- differ much ---
  # Whether a CPU is faster with one attention call per row. One call for all rows reads as many keys of each row as of the
  # longest. Reading 16,384 keys and values takes about as long as starting a call. lengths [B].
  def differ_much(self, lengths: Tensor, longest: int) -> bool:
    B = lengths.size(0)
    return self.device == "cpu" and (B * longest - int(torch.sum(lengths))) * self.n_embd > 16384 * B

  # --- mask ---
  # Hides the keys after each query, and if window > 0 the keys that are too far before it. queries: the queries'
  # positions, [T, 1] or [B, 1, 1, 1] -> [T, S] or [B, 1, 1, S].
  def mask(self, queries: Tensor, S: int, window: int) -> Tensor:
    keys = torch.arange(S, dtype=int64(), layout=None, device=queries.device)
    hidden = keys > queries
    if window > 0:
      hidden = hidden.logical_or_(keys <= queries - window)
    return torch.zeros(hidden.size(), dtype=self.cache_dtype, layout=None, device=queries.device).masked_fill_(hidden, -inf)

# --- positions ---
# The vectors of the tokens' positions, from wpe [positions, E]: [T, E], or [B, 1, E] if ragged.
def position_vectors(batch: Batch, wpe: Tensor) -> Tensor:
  if batch.ragged:
    p = torch.embedding(wpe, batch.positions).unsqueeze(1)
  else:
    p = wpe.narrow(0, batch.past, batch.T)
  return p

# --- keys and values ---
# Writes the new keys and values of layer l to the cache, and returns the visible ones, [B, H, S, D] each.
# qkv [B, T, 3, H, D].
def keys_and_values(qkv: Tensor, batch: Batch, l: int) -> Tuple[Tensor, Tensor]:
  if batch.copies > 0:
    kv = qkv.narrow(2, 1, 2)
    if batch.copies > 1:
      kv = kv.repeat_interleave(batch.copies, 0)
    if batch.ragged:
      # scatter_ would copy a whole cache in bfloat16.
      torch.index_put_(batch.writable_kv[l], batch.slots, kv.squeeze(1))
    else:
      batch.writable_kv[l].copy_(kv)
  if batch.past > 0:
    k = batch.visible_kv[2 * l]
    v = batch.visible_kv[2 * l + 1]
  else:
    k = qkv.select(2, 1).transpose(1, 2)
    v = qkv.select(2, 2).transpose(1, 2)
  return (k, v)

# --- last tokens ---
# The last token of each prompt: x [B, T, E] -> [B, E]. lengths [B]; empty if all prompts have T tokens.
def last_tokens(x: Tensor, lengths: Tensor) -> Tensor:
  if lengths.numel() > 0:
    ends = lengths.to(x.device) - 1
    y = x.gather(1, ends.view([x.size(0), 1, 1]).expand([x.size(0), 1, x.size(2)])).squeeze(1)
  else:
    y = x.narrow(1, x.size(1) - 1, 1).squeeze(1)
  return y
