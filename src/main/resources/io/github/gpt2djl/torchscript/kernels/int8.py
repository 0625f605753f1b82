# What the kernels with 8-bit weights share.

# How libtorch numbers the type of rounded weights.
def qint8() -> int:
  return 12

# One scale for each output, [out]: the output's largest weight becomes 127. weight [out, in], or [in, out] where
# transposed is set.
def weight_scales(weight: Tensor, transposed: bool) -> Tensor:
  inputs = 0 if transposed else 1
  largest = torch.maximum(torch.amax(weight, [inputs]), torch.neg(torch.amin(weight, [inputs])))
  return torch.clamp_min(largest, 1e-12) / 127.
