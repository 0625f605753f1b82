# oneDNN with 8-bit weights in its own order, for a head, which has no bias. With AMX, many rows take half as long as with
# FBGEMM.

from activation import activate_
from dtypes import float32, int32, int64, uint8
from kernels.int8 import qint8, weight_scales

# weight [out, in] in whole numbers and oneDNN's order; the scale of each output's products, [out]; factors [in] of the
# inputs, or empty.
class Matrix(NamedTuple):
  weight : Tensor
  scales : Tensor
  factors : Tensor

class Matrices(Module):
  weights : List[Tensor]
  scales : List[Tensor]
  zeros : List[Tensor]
  factors : List[Tensor]

  # weight [out, in].
  def prepare(self, weight: Tensor, bias: Tensor, factors: Tensor, transposed: bool, scratch: Tensor) -> Matrix:
    scales = weight_scales(weight, transposed)
    zeros = torch.zeros([weight.size(0)], dtype=int64())
    q = torch.int_repr(torch.quantize_per_channel(weight, scales, zeros, 0, qint8()))
    return Matrix(ops.onednn.qlinear_prepack(q, None), scales / 127., factors)

  def add(self, m: Matrix) -> int:
    self.weights.append(m.weight)
    self.scales.append(m.scales)
    self.factors.append(m.factors)
    self.zeros.append(torch.zeros([m.scales.size(0)], dtype=int32()))
    return len(self.weights)

  def count(self) -> int:
    return len(self.weights)

  # Each token has a scale of its own: the token's largest number is rounded to 127 above or below 128, which stands for
  # 0.
  # x [N, in] -> [N, out].
  def linear(self, x: Tensor, i: int, exact: bool) -> Tensor:
    if self.factors[i].numel() > 0:
      x = x * self.factors[i]
    largest = torch.maximum(torch.amax(x, [1], True), torch.neg(torch.amin(x, [1], True))).clamp_min_(1e-30)   # [N, 1]
    q = torch.rsub(x / largest, 128.5, -127.).to(uint8())
    y = ops.onednn.qlinear_pointwise(q, 1., 128, self.weights[i], self.scales[i], self.zeros[i], None, 1., 0, float32(), "none", annotate(List[Optional[number]], []), "")
    return y.mul_(largest)

  # x [N, in] -> [N, out].
  def linear_activated(self, x: Tensor, i: int, exact: bool, activation: str) -> Tensor:
    return activate_(self.linear(x, i, exact), activation)

  def fit(self, x: Tensor) -> Tensor:
    return x

  def rounds(self) -> bool:
    return True
