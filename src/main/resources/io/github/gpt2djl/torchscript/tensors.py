# Tensors on their way from a file into the model. The file is read piece by piece, whatever the type of its numbers.

from dtypes import float32

# Whether all numbers of x are finite: a boolean []. The sum of x is finite if all are, except where the sum overflows.
def finite(x: Tensor) -> Tensor:
  f = torch.isfinite(torch.sum(x, dtype=float32()))
  if not bool(f):
    f = torch.all(torch.isfinite(x))
  return f

# Overwrites target's elements from the given one on by a piece [n] of a file -> the first element that is left.
def fill(target: Tensor, first: int, piece: Tensor) -> int:
  target.view([-1]).narrow(0, first, piece.numel()).copy_(piece)
  return first + piece.numel()

# A buffer [rows, columns]. It is part of scratch if scratch is large enough: fresh memory for each matrix would leave
# holes between the prepared ones.
def scratch_view(scratch: Tensor, rows: int, columns: int) -> Tensor:
  if scratch.numel() < rows * columns:
    m = torch.empty([rows, columns], dtype=float32())
  else:
    m = scratch.narrow(0, 0, rows * columns).view([rows, columns])
  return m

# weight [out, in], or [in, out] where transposed is set, as GPT-2's Conv1D stores it -> [out, in].
def out_by_in(weight: Tensor, transposed: bool, scratch: Tensor) -> Tensor:
  if transposed:
    m = scratch_view(scratch, weight.size(1), weight.size(0)).copy_(weight.t())
  else:
    m = weight
  return m
