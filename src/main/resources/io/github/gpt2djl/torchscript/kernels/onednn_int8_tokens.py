# oneDNN with 8-bit weights, for several tokens, each rounded with a scale of its own as FBGEMM rounds a single token. The
# results are FBGEMM's to the last bit, as the sums are whole numbers. With AMX, many tokens take half as long as with
# FBGEMM.

from activation import activate_
from dtypes import float32, int32, int64, uint8
from kernels.int8 import divided, qint8, scaled_, weight_scales, zeros_and_scales
from tensors import out_by_in

# weight [out, in] in whole numbers and oneDNN's order; bias [out]; the scales [out] of the outputs, and the sums of their
# whole-number weights; factors [in] of the inputs, or empty.
class Matrix(NamedTuple):
  weight : Tensor
  bias : Tensor
  scales : Tensor
  sums : Tensor
  factors : Tensor

class Matrices(Module):
  weights : List[Tensor]
  biases : List[Tensor]
  scales : List[Tensor]
  sums : List[Tensor]
  factors : List[Tensor]
  ones : List[Tensor]
  zeros : List[Tensor]

  def prepare(self, weight: Tensor, bias: Tensor, factors: Tensor, transposed: bool, scratch: Tensor) -> Matrix:
    scales = weight_scales(weight, transposed)
    w = out_by_in(weight, transposed, scratch)
    zeros = torch.zeros([w.size(0)], dtype=int64())
    q = torch.int_repr(torch.quantize_per_channel(w, scales, zeros, 0, qint8()))
    return Matrix(ops.onednn.qlinear_prepack(q, None), bias, scales, torch.sum(q, [1], dtype=float32()), factors)

  def add(self, m: Matrix) -> int:
    self.weights.append(m.weight)
    self.biases.append(m.bias)
    self.scales.append(m.scales)
    self.sums.append(m.sums)
    self.factors.append(m.factors)
    self.ones.append(torch.ones_like(m.scales))
    self.zeros.append(torch.zeros([m.scales.size(0)], dtype=int32()))
    return len(self.weights)

  def count(self) -> int:
    return len(self.weights)

  # oneDNN is told that the whole numbers have scale 1. x [N, in] -> [N, out].
  def linear(self, x: Tensor, i: int, exact: bool) -> Tensor:
    if self.factors[i].numel() > 0:
      x = x * self.factors[i]
    zero, scale = zeros_and_scales(x, 255.)                                # [N, 1]
    q = divided(x, zero, scale).round_().clamp_(0., 255.).to(uint8())
    y = ops.onednn.qlinear_pointwise(q, 1., 0, self.weights[i], self.ones[i], self.zeros[i], None, 1., 0, float32(), "none", annotate(List[Optional[number]], []), "")
    return scaled_(y, zero, scale, self.sums[i], self.scales[i], self.biases[i])

  # x [N, in] -> [N, out].
  def linear_activated(self, x: Tensor, i: int, exact: bool, activation: str) -> Tensor:
    return activate_(self.linear(x, i, exact), activation)

  def fit(self, x: Tensor) -> Tensor:
    return x

  def rounds(self) -> bool:
    return True
