# The places inside the model that a trace reads and changes, by their names in TransformerLens: blocks.3.attn.hook_z.
# Every vector at such a place goes through hook, which returns it as it is, or as it was changed.

class Hooks(NamedTuple):
  wanted : List[str]              # places to keep, in the order of computation
  changed : List[str]             # the place of each change
  changes : Tensor                # [changes, 6]: kind, text, first and last position, head, where its numbers begin
  numbers : Tensor                # the numbers of all changes, one after the other
  kept : Dict[str, Tensor]        # the vectors of the wanted places

# wanted, changed: names, one a line.
def make(wanted: str, changed: str, changes: Tensor, numbers: Tensor) -> Hooks:
  return Hooks(wanted.splitlines(), changed.splitlines(), changes, numbers, annotate(Dict[str, Tensor], {}))

# --- hook ---
# x of any shape -> the same shape.
def hook(hooks: Hooks, place: str, x: Tensor) -> Tensor:
  for i in range(len(hooks.changed)):
    if hooks.changed[i] == place:
      x = change(hooks, place, i, x)
  if torch.__contains__(hooks.wanted, place):
    hooks.kept[place] = x
  return x

def wants(hooks: Hooks, place: str) -> bool:
  return torch.__contains__(hooks.wanted, place) or torch.__contains__(hooks.changed, place)

# --- change ---
# The i-th change, in one text, for some of its positions, and for one head or all: x [B, T, ...], or [B, H, T, S] for
# scores and patterns -> the same shape.
def change(hooks: Hooks, place: str, i: int, x: Tensor) -> Tensor:
  c = hooks.changes.select(0, i)
  kind = int(c.select(0, 0))
  text = int(c.select(0, 1))
  first = int(c.select(0, 2))
  last = min(int(c.select(0, 3)), positions(place, x) - 1)
  head = int(c.select(0, 4))
  begin = int(c.select(0, 5))
  y = x.clone()
  if text < x.size(0) and first <= last:
    whole = y.select(0, text)                                      # [T, ...] or [H, T, S]
    if by_head(place):
      whole = whole.transpose(0, 1)                                # [T, H, S]
    part = whole.narrow(0, first, last - first + 1)
    old = whole
    if head >= 0:
      part = part.select(1, head)                                  # [positions, ...]
      old = whole.select(1, head)
    if kind == 0:
      # The numbers of another run, or of Java.
      part.copy_(hooks.numbers.narrow(0, begin, part.numel()).view(part.size()))
    elif kind == 1:
      part.mul_(hooks.numbers.select(0, begin))
    else:
      # The mean over all positions of this run.
      part.copy_(torch.mean(old, [0], True).expand(part.size()))
  return y

# Whether a place has the heads before the positions: [B, H, T, S].
def by_head(place: str) -> bool:
  return place.endswith("hook_attn_scores") or place.endswith("hook_pattern")

def positions(place: str, x: Tensor) -> int:
  return x.size(2) if by_head(place) else x.size(1)
