# oneDNN with weights in oneDNN's own order. Weights, activations and results are bfloat16. With AMX, 16 rows take as long
# as one.

from activation import activate_
from dtypes import bfloat16

# weight [out, in] in bfloat16 and oneDNN's order, bias [out] in 32 bits.
class Matrix(NamedTuple):
  weight : Tensor
  bias : Tensor

class Matrices(Module):
  weights : List[Tensor]
  biases : List[Tensor]

  def prepare(self, weight: Tensor, bias: Tensor, factors: Tensor, transposed: bool, scratch: Tensor) -> Matrix:
    w = weight.t() if transposed else weight
    rounded = torch.empty(w.size(), dtype=bfloat16()).copy_(w)
    return Matrix(ops.mkldnn._reorder_linear_weight(rounded, 1), bias)

  def add(self, m: Matrix) -> int:
    self.weights.append(m.weight)
    self.biases.append(m.bias)
    return len(self.weights)

  def count(self) -> int:
    return len(self.weights)

  # x [N, in] -> [N, out] in bfloat16.
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
    return ops.mkldnn._linear_pointwise(x.to(bfloat16()), self.weights[i], self.biases[i], function, annotate(List[Optional[number]], []), "tanh")

  # Pads the rows: with AMX, 65 rows take longer than 80, and oneDNN compiles a kernel for each number of rows.
  def fit(self, x: Tensor) -> Tensor:
    N = x.size(0)
    if N > 16 and N % 16 > 0:
      y = torch.constant_pad_nd(x, [0, 0, 0, 16 - N % 16])
    else:
      y = x
    return y

  def rounds(self) -> bool:
    return True
