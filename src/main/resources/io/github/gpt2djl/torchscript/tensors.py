# Functions for reading tensors from a file into the model. A file is read piece by piece, in any element type.

from dtypes import float32

# Whether all numbers of x are finite: a boolean []. The sum of x is finite if all are, except where the sum overflows.
def finite(x: Tensor) -> Tensor:
  f = torch.isfinite(torch.sum(x, dtype=float32()))
  if not bool(f):
    f = torch.all(torch.isfinite(x))
  return f

# Overwrites target's elements from first on with a piece [n] of a file -> the index of the element after the piece.
def fill(target: Tensor, first: int, piece: Tensor) -> int:
  target.view([-1]).narrow(0, first, piece.numel()).copy_(piece)
  return first + piece.numel()

# Returns a buffer [rows, columns]. Reuses scratch if scratch is large enough, because new memory for each matrix would
# fragment the heap.
def scratch_view(scratch: Tensor, rows: int, columns: int) -> Tensor:
  if scratch.numel() < rows * columns:
    m = torch.empty([rows, columns], dtype=float32())
  else:
    m = scratch.narrow(0, 0, rows * columns).view([rows, columns])
  return m

# weight [out, in], or [in, out] if transposed, as in GPT-2's Conv1D -> [out, in].
def out_by_in(weight: Tensor, transposed: bool, scratch: Tensor) -> Tensor:
  if transposed:
    m = scratch_view(scratch, weight.size(1), weight.size(0)).copy_(weight.t())
  else:
    m = weight
  return m
