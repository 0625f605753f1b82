# Inputs of a matrix that are much louder or quieter than the others. Where activations and weights get few bits, the
# loudest number takes them from all others. A factor of an input, and its inverse in the matrix, change no product.

# The factors of a matrix's inputs, [in], powers of two, so that no number is rounded; empty where no input stands out.
# Divides weight by the factors in place: [out, in], or [in, out] where transposed is set.
# gains [in]: how loud the inputs are, as far as the model tells: what a norm multiplies them by.
# An input is loud by its gain over its largest weight, compared with the median; half of the ratio, in powers, becomes the
# factor, as in SmoothQuant (Xiao et al. 2023). raises: whether quiet inputs may get factors above 1, too.
def balance(weight: Tensor, gains: Tensor, transposed: bool, raises: bool) -> Tensor:
  outputs = 1 if transposed else 0
  largest = torch.maximum(torch.amax(weight, [outputs]), torch.neg(torch.amin(weight, [outputs])))   # [in]
  loud = torch.log2(torch.abs(gains).clamp_min(1e-12) / largest.clamp_min(1e-12))
  power = torch.round((loud - torch.median(loud)) / 2.)
  power = torch.clamp(power, -20. if raises else 0., 20.)
  power = power.masked_fill(torch.abs(power).lt(2.), 0.)
  if bool(torch.any(power.ne(0.))):
    factors = torch.exp2(torch.neg(power))
    weight.div_(factors.unsqueeze(1) if transposed else factors)
  else:
    factors = power.narrow(0, 0, 0)
  return factors

# What the norm before a matrix adds to each input, added [in], becomes part of the matrix's bias [out], in place: numbers
# that every token has need no bits of a token's own.
def absorb(weight: Tensor, bias: Tensor, added: Tensor, transposed: bool) -> int:
  bias.add_(torch.mv(weight.t() if transposed else weight, added))
  return bias.size(0)
