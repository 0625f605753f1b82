# Writes the results of a call to memory that Java shares.

# --- write ---
# Writes logits y [N, V] and the logarithm of the sum of their exponentials, [N], to the caller's buffers. Overwrites y with
# the exponentials; torch.logsumexp would allocate memory of that size, which costs a fiftieth of a step of 8 rows.
def write(y: Tensor, logits: Tensor, logsumexp: Tensor) -> int:
  logits.copy_(y)
  highest = torch.amax(y, [1], True)                                       # [N, 1]
  logsumexp.copy_(torch.log_(torch.sum(y.sub_(highest).exp_(), [1])).add_(highest.squeeze(1)))
  return y.size(0)
