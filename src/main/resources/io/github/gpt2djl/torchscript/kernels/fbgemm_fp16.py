# FBGEMM with 16-bit weights; activations and sums have 32 bits.

from activation import activate_
from tensors import out_by_in
from torch.classes.quantized import LinearPackedParamsBase

# weight [out, in] and bias [out] in FBGEMM's order.
class Matrix(NamedTuple):
  packed : LinearPackedParamsBase

class Matrices(Module):
  packed : List[LinearPackedParamsBase]

  # Clamps weights beyond the range of half precision; FBGEMM would do so with a warning.
  def prepare(self, weight: Tensor, bias: Tensor, factors: Tensor, transposed: bool, scratch: Tensor) -> Matrix:
    w = out_by_in(weight, transposed, scratch)
    if bool(torch.amax(w) > 65504.) or bool(torch.amin(w) < -65504.):
      w = torch.clamp(w, -65504., 65504.)
    return Matrix(ops.quantized.linear_prepack_fp16(w, bias))

  def add(self, m: Matrix) -> int:
    self.packed.append(m.packed)
    return len(self.packed)

  def count(self) -> int:
    return len(self.packed)

  # x [N, in] -> [N, out].
  def linear(self, x: Tensor, i: int, exact: bool) -> Tensor:
    return ops.quantized.linear_dynamic_fp16(x, self.packed[i])

  # x [N, in] -> [N, out].
  def linear_activated(self, x: Tensor, i: int, exact: bool, activation: str) -> Tensor:
    return activate_(self.linear(x, i, exact), activation)

  def fit(self, x: Tensor) -> Tensor:
    return x

  def rounds(self) -> bool:
    return False
