# FBGEMM with 8-bit weights. Activations are rounded to 8 bits, too; the sums are whole numbers.

from activation import activate_
from dtypes import float32, int64
from kernels.int8 import divided, qint8, scaled_, weight_scales, zeros_and_scales
from tensors import out_by_in
from torch.classes.quantized import LinearPackedParamsBase

# weight [out, in] and bias [out] in FBGEMM's order; the bias and the scales [out] as tensors, too; the sums of the
# whole-number weights, [out]; factors [in] of the inputs, or empty.
class Matrix(NamedTuple):
  packed : LinearPackedParamsBase
  bias : Tensor
  scales : Tensor
  sums : Tensor
  factors : Tensor

class Matrices(Module):
  # Without VNNI, FBGEMM's 16-bit sums of two products overflow if activations have all 8 bits: they get 7.
  reduce_range : bool
  packed : List[LinearPackedParamsBase]
  biases : List[Tensor]
  scales : List[Tensor]
  sums : List[Tensor]
  factors : List[Tensor]

  def prepare(self, weight: Tensor, bias: Tensor, factors: Tensor, transposed: bool, scratch: Tensor) -> Matrix:
    scales = weight_scales(weight, transposed)
    w = out_by_in(weight, transposed, scratch)
    zeros = torch.zeros([w.size(0)], dtype=int64())
    q = torch.quantize_per_channel(w, scales, zeros, 0, qint8())
    return Matrix(ops.quantized.linear_prepack(q, bias), bias, scales, torch.sum(torch.int_repr(q), [1], dtype=float32()), factors)

  def add(self, m: Matrix) -> int:
    self.packed.append(m.packed)
    self.biases.append(m.bias)
    self.scales.append(m.scales)
    self.sums.append(m.sums)
    self.factors.append(m.factors)
    return len(self.packed)

  def count(self) -> int:
    return len(self.packed)

  # FBGEMM rounds all activations of a call with one scale, so that a token's result would depend on the other tokens. A
  # single token has a scale of its own. x [N, in] -> [N, out].
  def linear(self, x: Tensor, i: int, exact: bool) -> Tensor:
    if self.factors[i].numel() > 0:
      x = x * self.factors[i]
    if x.size(0) == 1:
      y = ops.quantized.linear_dynamic(x, self.packed[i], self.reduce_range)
    else:
      y = self.linear_per_token(x, i)
    return y

  # --- per token ---
  # Rounds each token as FBGEMM rounds a single token, to whole numbers from 0 to top, and multiplies the whole numbers:
  # FBGEMM is told that they have scale 1. The result is equal to that of the single token, to the last bit.
  # x [N, in] -> [N, out].
  def linear_per_token(self, x: Tensor, i: int) -> Tensor:
    zero, scale = zeros_and_scales(x, 127. if self.reduce_range else 255.)   # [N, 1]
    q = divided(x, zero, scale)
    y = ops.quantized.linear_with_input_q_dq_qweight_dq_output_fp32(q, 1., 0, self.packed[i])
    y = y.sub_(self.biases[i]).div_(self.scales[i]).round_()               # [N, out], whole numbers
    return scaled_(y, zero, scale, self.sums[i], self.scales[i], self.biases[i])

  # --- activated ---
  # x [N, in] -> [N, out].
  def linear_activated(self, x: Tensor, i: int, exact: bool, activation: str) -> Tensor:
    return activate_(self.linear(x, i, exact), activation)

  def fit(self, x: Tensor) -> Tensor:
    return x

  def rounds(self) -> bool:
    return True
