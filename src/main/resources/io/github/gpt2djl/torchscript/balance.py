# Inputs of a matrix that are much louder or quieter than the others. If activations and weights get few bits, the
# loudest number takes them from all others. Multiplying an input by a factor and dividing the input's weights by the
# factor changes no product.

# The factors of a matrix's inputs, [in]: powers of two, so that no number is rounded; empty if no input stands out.
# Divides weight by the factors in place: [out, in], or [in, out] if transposed is set.
# gains [in]: the loudness of the inputs, as far as the model shows it: the factors by which a norm multiplies the
# inputs.
# The loudness of an input is its gain over its largest weight, compared with the median. Half of the ratio, in powers
# of two, becomes the factor, as in SmoothQuant (Xiao et al. 2023). raises: whether the gains are not known, and quiet
# inputs may get factors above 1, too; factors of 2 are within the noise of such loudness, so there are none. An input
# with a gain of 0 is the same for every token.
def balance(weight: Tensor, gains: Tensor, transposed: bool, raises: bool) -> Tensor:
  outputs = 1 if transposed else 0
  largest = torch.maximum(torch.amax(weight, [outputs]), torch.neg(torch.amin(weight, [outputs])))   # [in]
  loud = torch.log2(torch.abs(gains).clamp_min(1e-12) / largest.clamp_min(1e-12))
  heard = gains.ne(0.)
  loud = loud - torch.nanmedian(loud.masked_fill(heard.logical_not(), nan))
  power = torch.clamp(torch.round(loud / 2.), -20. if raises else 0., 20.)
  power = power.masked_fill(torch.abs(power).lt(2. if raises else 1.).logical_or_(heard.logical_not()), 0.)
  if bool(torch.any(power.ne(0.))):
    factors = torch.exp2(torch.neg(power))
    weight.div_(factors.unsqueeze(1) if transposed else factors)
  else:
    factors = power.narrow(0, 0, 0)
  return factors

# Adds the product of weight and added [in] to the matrix's bias [out], in place. The norm before the matrix adds these
# numbers to each input. Numbers that every token has need no bits of a token's own.
def absorb(weight: Tensor, bias: Tensor, added: Tensor, transposed: bool) -> int:
  bias.add_(torch.mv(weight.t() if transposed else weight, added))
  return bias.size(0)
