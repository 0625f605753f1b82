# Functions that the kernels with 8-bit weights share.

# The number of the type of rounded weights in libtorch.
def qint8() -> int:
  return 12

# One scale for each output, [out]: the output's largest weight becomes 127. weight [out, in], or [in, out] if
# transposed is set.
def weight_scales(weight: Tensor, transposed: bool) -> Tensor:
  inputs = 0 if transposed else 1
  largest = torch.maximum(torch.amax(weight, [inputs]), torch.neg(torch.amin(weight, [inputs])))
  return torch.clamp_min(largest, 1e-12) / 127.
