# FBGEMM with 8-bit weights. What they are multiplied by is rounded to 8 bits, too; the sums are whole numbers.

from activation import activate_
from dtypes import float32, float64, int64
from kernels.int8 import qint8, weight_scales
from tensors import out_by_in
from torch.classes.quantized import LinearPackedParamsBase

# weight [out, in] and bias [out] in FBGEMM's order; bias [out] and scales [out] once more, for linear_exact.
class Matrix(NamedTuple):
  packed : LinearPackedParamsBase
  bias : Tensor
  scales : Tensor

class Matrices(Module):
  # Without VNNI, FBGEMM's 16-bit sums of two products overflow if activations have all 8 bits: they get 7.
  reduce_range : bool
  packed : List[LinearPackedParamsBase]
  biases : List[Tensor]
  scales : List[Tensor]

  def prepare(self, weight: Tensor, bias: Tensor, transposed: bool, scratch: Tensor) -> Matrix:
    scales = weight_scales(weight, transposed)
    w = out_by_in(weight, transposed, scratch)
    zeros = torch.zeros([w.size(0)], dtype=int64())
    q = torch.quantize_per_channel(w, scales, zeros, 0, qint8())
    return Matrix(ops.quantized.linear_prepack(q, bias), bias, scales)

  def add(self, m: Matrix) -> int:
    self.packed.append(m.packed)
    self.biases.append(m.bias)
    self.scales.append(m.scales)
    return len(self.packed)

  def count(self) -> int:
    return len(self.packed)

  # x [N, in] -> [N, out].
  def linear(self, x: Tensor, i: int, exact: bool) -> Tensor:
    if exact:
      y = self.linear_exact(x, i)
    else:
      y = ops.quantized.linear_dynamic(x, self.packed[i], self.reduce_range)
    return y

  # --- exact ---
  # FBGEMM rounds all activations of a call with one scale. Here each token is rounded as FBGEMM rounds the token alone,
  # to whole numbers from 0 to top. Appending a row filled with top forces FBGEMM's activation scale to 1, so these whole
  # numbers pass through unchanged. The sums are whole numbers, too. The row of top gives the sum of each output's weights,
  # by which the zero points are taken off. The roundings to float32 repeat those of FBGEMM, in the same order.
  # x [N, in] -> [N, out].
  def linear_exact(self, x: Tensor, i: int) -> Tensor:
    top = 127. if self.reduce_range else 255.
    bias = self.biases[i]
    weight_scale = self.scales[i]
    N = x.size(0)
    low = torch.amin(x, [1], True).clamp_max_(0.).to(float64())            # [N, 1]
    high = torch.amax(x, [1], True).clamp_min_(0.).to(float64())           # [N, 1]
    scale = ((high - low) / top).to(float32()).clamp_min_(1e-30)
    zero = torch.round(torch.neg(low) / scale.to(float64())).to(float32())
    scale = scale.clamp_min_(6.1e-5)
    q = torch.addcmul(zero, x, torch.reciprocal(scale)).round_().clamp_(0., top)
    y = ops.quantized.linear_dynamic(torch.constant_pad_nd(q, [0, 0, 0, 1], top), self.packed[i], self.reduce_range)
    sums = y.sub_(bias).div_(weight_scale).round_()                        # [N + 1, out]
    sums = sums.narrow(0, 0, N).sub_(zero * (sums.narrow(0, N, 1) / top))
    return torch.addcmul(bias, sums, scale * weight_scale)

  # --- activated ---
  # x [N, in] -> [N, out].
  def linear_activated(self, x: Tensor, i: int, activation: str, exact: bool) -> Tensor:
    return activate_(self.linear(x, i, exact), activation)

  def fit(self, x: Tensor) -> Tensor:
    return x

  def rounds(self) -> bool:
    return True
