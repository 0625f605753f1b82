# A step of AdamW (Loshchilov and Hutter 2019).

# Updates weights by the sum of the gradients of some batches, and clears the sum. All tensors are [P]; the first
# elements, decayed of them, are matrices, to which weight decay applies. Gradients with a norm above clip are scaled down
# to it (Pascanu et al. 2013). Returns the norm before clipping.
def update(weights: Tensor, gradient: Tensor, mean: Tensor, square: Tensor, batches: int, step: int, rate: float, decayed: int, decay: float, clip: float, beta1: float, beta2: float) -> Tensor:
  norm = torch.linalg_vector_norm(gradient) / batches
  factor = torch.clamp_max(clip / (norm + 1e-6), 1.) / batches
  weights.narrow(0, 0, decayed).mul_(1. - rate * decay)
  P = weights.size(0)
  part = 65536
  for i in range((P + part - 1) // part):
    # All data of a part fits into the processor's cache.
    first = i * part
    n = min(part, P - first)
    g = gradient.narrow(0, first, n).mul_(factor)
    m = mean.narrow(0, first, n).mul_(beta1).add_(g, alpha=1. - beta1)
    s = square.narrow(0, first, n).mul_(beta2).addcmul_(g, g, value=1. - beta2)
    root = torch.sqrt(s).div_((1. - beta2 ** step) ** 0.5).add_(1e-8)
    weights.narrow(0, first, n).addcdiv_(m, root, value=torch.neg(rate / (1. - beta1 ** step)))
    g.zero_()
  return norm
