# 4-bit weights, in groups of inputs that share a scale and a middle in bfloat16. Activations and sums are rounded to
# bfloat16. Each row is computed as if it were alone, but only 4 rows at a time: for many rows there may be a copy of the
# weights in 8 bits.

from activation import activate_
from dtypes import bfloat16, float32
from copy_kernel import Matrices as EightBitMatrices
from copy_kernel import Matrix as EightBits
from kernels.int4_groups import group_size, packed_groups
from tensors import out_by_in

# packed [out, in / 2] in the kernel's order; scales [in / group, out, 2]; bias [out]; factors [in] of the
# inputs, or empty; the copy in 8 bits, or nothing.
class Matrix(NamedTuple):
  packed : Tensor
  scales : Tensor
  bias : Tensor
  factors : Tensor
  copy : List[EightBits]

class Matrices(Module):
  copies : bool                 # whether there is a copy in 8 bits
  packed : List[Tensor]
  scales : List[Tensor]
  biases : List[Tensor]
  factors : List[Tensor]
  many : EightBitMatrices

  def prepare(self, weight: Tensor, bias: Tensor, factors: Tensor, transposed: bool, scratch: Tensor) -> Matrix:
    w = out_by_in(weight, transposed, scratch)
    packed, scales = packed_groups(w)
    copy = annotate(List[EightBits], [])
    if self.copies:
      # packed_groups has replaced the weights by the rounded ones.
      copy.append(self.many.prepare(w, bias, factors, False, scratch))
    return Matrix(packed, scales, bias, factors, copy)

  def add(self, m: Matrix) -> int:
    self.packed.append(m.packed)
    self.scales.append(m.scales)
    self.biases.append(m.bias)
    self.factors.append(m.factors)
    for copy in m.copy:
      self.many.add(copy)
    return len(self.packed)

  def count(self) -> int:
    return len(self.packed)

  # 3 rows take as long with 8-bit weights as with 4-bit weights, and more rows take less.
  # x [N, in] -> [N, out].
  def linear(self, x: Tensor, i: int, exact: bool) -> Tensor:
    if self.copies and not exact and x.size(0) > 3:
      y = self.many.linear(x, i, exact)
    else:
      if self.factors[i].numel() > 0:
        x = x * self.factors[i]
      y = ops.aten._weight_int4pack_mm_for_cpu(x.to(bfloat16()), self.packed[i], group_size(), self.scales[i])
      y = y.to(float32()).add_(self.biases[i])
    return y

  # x [N, in] -> [N, out].
  def linear_activated(self, x: Tensor, i: int, exact: bool, activation: str) -> Tensor:
    return activate_(self.linear(x, i, exact), activation)

  def fit(self, x: Tensor) -> Tensor:
    return x

  def rounds(self) -> bool:
    return True
