# oneDNN with 32-bit weights in oneDNN's own order: about twice as fast as torch.linear for one row on AVX2.

from activation import activate_
from tensors import out_by_in

# weight [out, in] in oneDNN's order, bias [out].
class Matrix(NamedTuple):
  weight : Tensor
  bias : Tensor

class Matrices(Module):
  weights : List[Tensor]
  biases : List[Tensor]

  def prepare(self, weight: Tensor, bias: Tensor, factors: Tensor, transposed: bool, scratch: Tensor) -> Matrix:
    return Matrix(ops.mkldnn._reorder_linear_weight(out_by_in(weight, transposed, scratch), 1), bias)

  def add(self, m: Matrix) -> int:
    self.weights.append(m.weight)
    self.biases.append(m.bias)
    return len(self.weights)

  def count(self) -> int:
    return len(self.weights)

  # x [N, in] -> [N, out].
  def linear(self, x: Tensor, i: int, exact: bool) -> Tensor:
    return self.linear_fused(x, i, "none")

  # oneDNN fuses the two usual activations with the product: x [N, in] -> [N, out].
  def linear_activated(self, x: Tensor, i: int, exact: bool, activation: str) -> Tensor:
    if activation == "gelu_new":
      y = self.linear_fused(x, i, "gelu")
    elif activation == "relu":
      y = self.linear_fused(x, i, "relu")
    else:
      y = activate_(self.linear(x, i, exact), activation)
    return y

  # function: oneDNN's name of the activation. x [N, in] -> [N, out].
  def linear_fused(self, x: Tensor, i: int, function: str) -> Tensor:
    return ops.mkldnn._linear_pointwise(x, self.weights[i], self.biases[i], function, annotate(List[Optional[number]], []), "tanh")

  def fit(self, x: Tensor) -> Tensor:
    return x

  def rounds(self) -> bool:
    return False
