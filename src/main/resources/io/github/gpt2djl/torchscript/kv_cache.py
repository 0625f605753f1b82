# The memory of keys and values, one tensor [L, 2, B, H, C, D]: L layers, keys and values, B rows, H heads, room for C
# tokens, D numbers per head.

from dtypes import float32

# --- allocate ---
# Allocates a cache with room for some tokens in each row, [L, 2, rows, H, room, D], on the device of wpe [positions, E].
def allocate(L: int, H: int, wpe: Tensor, dtype: int, rows: int, room: int, zeros: bool) -> Tensor:
  shape = [L, 2, rows, H, room, wpe.size(1) // H]
  if zeros:
    cache = torch.zeros(shape, dtype=dtype, layout=None, device=wpe.device)
  else:
    cache = torch.empty(shape, dtype=dtype, layout=None, device=wpe.device)
  return cache

# --- views ---
# Keys and values [B, H, S, D] of the first S tokens, for each layer in turn; if window > 0, local layers have only the
# last window of them.
def visible(rows: Tensor, S: int, window: int, local: List[bool]) -> List[Tensor]:
  all = torch.unbind(torch.flatten(rows.narrow(4, 0, S), 0, 1))
  if window > 0 and S > window:
    for i in range(len(all)):
      if local[i // 2]:
        all[i] = all[i].narrow(2, S - window, window)
  return all

# Views [B, T, 2, H, D] of each layer, to which a call writes keys and values.
def writable(rows: Tensor) -> List[Tensor]:
  return torch.unbind(rows.permute([0, 2, 4, 1, 3, 5]))

# --- copy ---
# Copies a cache into one with room for more rows and tokens. filled: number of tokens of each row to copy.
def copy_into(cache: Tensor, larger: Tensor, filled: int) -> int:
  larger.narrow(2, 0, cache.size(2)).narrow(4, 0, filled).copy_(cache.narrow(4, 0, filled))
  return filled

# --- move ---
# Copies the row source over the row target, which has ended. filled: number of tokens to copy.
def move(cache: Tensor, source: int, target: int, filled: int) -> int:
  rows = cache.narrow(4, 0, filled)                                      # [L, 2, B, H, S, D]
  rows.select(2, target).copy_(rows.select(2, source))
  return target

# --- keep ---
# Copies tokens of the row in a place, from the token first on, out of the cache: [L, 2, H, count, D].
def keep(cache: Tensor, place: int, first: int, count: int) -> Tensor:
  return cache.select(2, place).narrow(3, first, count).clone(memory_format=0)

# Copies the first count of kept tokens [L, 2, H, n, D] into the row in a place, from the token first on.
def restore(cache: Tensor, place: int, first: int, count: int, kept: Tensor) -> int:
  cache.select(2, place).narrow(3, first, count).copy_(kept.narrow(3, 0, count))
  return place

# The first count tokens of layer l in the first row, as 32-bit floats: [2, H, count, D].
def layer(cache: Tensor, l: int, count: int) -> Tensor:
  return cache.select(0, l).select(1, 0).narrow(2, 0, count).to(float32()).cpu().contiguous()

# Sets the first tokens of layer l in the first row: values [2, H, count, D].
def set_layer(cache: Tensor, l: int, values: Tensor) -> int:
  cache.select(0, l).select(1, 0).narrow(2, 0, values.size(2)).copy_(values)
  return l

# Zeroes tokens of the row in a place, from the token first on.
def clear(cache: Tensor, place: int, first: int, count: int) -> int:
  cache.select(2, place).narrow(3, first, count).zero_()
  return place

# --- reorder ---
# Copies rows over others, from the token first on. moves [N, 2]: source and target of each copy, in order; -1 is a spare
# place. Layers are copied one by one if the spare place would be large, otherwise all at once.
def reorder(cache: Tensor, moves: Tensor, first: int, filled: int) -> int:
  places = annotate(List[int], [])
  for i in range(moves.numel()):
    places.append(int(moves.view([-1]).select(0, i)))
  all = cache.narrow(4, first, filled - first)
  part = all.size(0)
  if all.numel() > 1048576 * all.size(2) and bool(torch.any(moves.lt(0))):
    part = 1
  parts = torch.split(all, part)
  for p in range(len(parts)):
    rows = torch.unbind(parts[p], 2)                                     # [L or 1, 2, H, S, D] each
    spare = rows[0]
    for i in range(len(places) // 2):
      source = places[2 * i]
      target = places[2 * i + 1]
      if target < 0:
        spare = rows[source].clone()
      elif source < 0:
        rows[target].copy_(spare)
      else:
        rows[target].copy_(rows[source])
  return filled
