# torch.linear: runs everywhere, on a GPU with 16-bit numbers, too. A head shares the memory of the embedding table.
#
# Each file of this folder has these methods. One of the files is packed as layer_kernel, one as head_kernel.

from activation import activate_
from tensors import out_by_in

# What the kernel multiplies by: weight [out, in], bias [out].
class Matrix(NamedTuple):
  weight : Tensor
  bias : Tensor

class Matrices(Module):
  device : str
  dtype : int
  weights : List[Tensor]
  biases : List[Tensor]

  # Changes nothing in the module, so that several threads can prepare at once. weight [out, in], or [in, out] where
  # transposed is set; bias [out]; scratch: memory that the call may use, [any size].
  def prepare(self, weight: Tensor, bias: Tensor, transposed: bool, scratch: Tensor) -> Matrix:
    return Matrix(out_by_in(weight, transposed, scratch), bias)

  # Appends a matrix -> the number of matrices.
  def add(self, m: Matrix) -> int:
    self.weights.append(m.weight.to(torch.device(self.device)).to(self.dtype))
    self.biases.append(m.bias.to(torch.device(self.device)).to(self.dtype))
    return len(self.weights)

  def count(self) -> int:
    return len(self.weights)

  # --- linear ---
  # By the i-th matrix: x [N, in] -> [N, out]. exact: each token's result must be the one that the token has alone.
  def linear(self, x: Tensor, i: int, exact: bool) -> Tensor:
    return torch.linear(x, self.weights[i], self.biases[i])

  # The same and an activation: x [N, in] -> [N, out].
  def linear_activated(self, x: Tensor, i: int, activation: str, exact: bool) -> Tensor:
    return activate_(self.linear(x, i, exact), activation)

  # x [N, E], with rows of zeros behind the last one where the kernel is faster so.
  def fit(self, x: Tensor) -> Tensor:
    return x

  # Whether x is rounded to so few bits that the order of a sum can change a token.
  def rounds(self) -> bool:
    return False
