# Functions that the kernels with 8-bit weights share.

from dtypes import float32, float64

# The number of the type of rounded weights in libtorch.
def qint8() -> int:
  return 12

# One scale for each output, [out]: the output's largest weight becomes 127. weight [out, in], or [in, out] if
# transposed is set.
def weight_scales(weight: Tensor, transposed: bool) -> Tensor:
  inputs = 0 if transposed else 1
  largest = torch.maximum(torch.amax(weight, [inputs]), torch.neg(torch.amin(weight, [inputs])))
  return torch.clamp_min(largest, 1e-12) / 127.

# --- per token ---
# The zero point and the scale with which FBGEMM rounds a single token to whole numbers from 0 to top: x [N, in] ->
# [N, 1] each. The roundings to float32 repeat FBGEMM's roundings in FBGEMM's order.
def zeros_and_scales(x: Tensor, top: float) -> Tuple[Tensor, Tensor]:
  low = torch.amin(x, [1], True).clamp_max_(0.).to(float64())
  high = torch.amax(x, [1], True).clamp_min_(0.).to(float64())
  wide = ((high - low) / top).clamp_min_(1e-30)
  return (torch.round(torch.neg(low) / wide).to(float32()), wide.to(float32()).clamp_min_(6.1e-5))

# x [N, in] over the scales, plus the zero points; not yet rounded.
def divided(x: Tensor, zero: Tensor, scale: Tensor) -> Tensor:
  return torch.empty_like(x).copy_(zero).addcmul_(x, torch.reciprocal(scale))

# The products of tokens from the sums of whole numbers y [N, out], in place: subtracts the zero points with the sums of
# each output's weights, multiplies by the scales of tokens and weights, and adds the bias, all of size [out].
def scaled_(y: Tensor, zero: Tensor, scale: Tensor, sums: Tensor, scales: Tensor, bias: Tensor) -> Tensor:
  y = y.addcmul_(zero, sums, value=-1.)
  return torch.addcmul(bias, y, scale * scales, out=y)
