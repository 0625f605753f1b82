# The layer norms at one point of the model, one for each layer (Ba, Kiros and Hinton 2016).

class LayerNorms(Module):
  n_embd : int
  epsilon : float
  weights : List[Tensor]    # [E] each
  biases : List[Tensor]     # [E] each

  # weight [E], bias [E] -> the number of norms.
  def add(self, weight: Tensor, bias: Tensor) -> int:
    self.weights.append(weight)
    self.biases.append(bias)
    return len(self.weights)

  def count(self) -> int:
    return len(self.weights)

  # Normalizes each token separately: x [N, E] -> [N, E].
  def norm(self, x: Tensor, i: int) -> Tensor:
    return torch.layer_norm(x, [self.n_embd], self.weights[i], self.biases[i], self.epsilon)
