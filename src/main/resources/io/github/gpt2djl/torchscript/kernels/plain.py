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
  # transposed is set; bias [out]; factors: what the inputs are to be multiplied by, [in], of 8-bit kernels only, or empty;
  # scratch: memory that the call may use, [any size].
  def prepare(self, weight: Tensor, bias: Tensor, factors: Tensor, transposed: bool, scratch: Tensor) -> Matrix:
    return Matrix(out_by_in(weight, transposed, scratch), bias)

  # Appends a matrix -> the number of matrices.
  def add(self, m: Matrix) -> int:
    self.weights.append(m.weight.to(torch.device(self.device)).to(self.dtype))
    self.biases.append(m.bias.to(torch.device(self.device)).to(self.dtype))
    return len(self.weights)

  def count(self) -> int:
    return len(self.weights)

  # --- linear ---
  # By the i-th matrix: x [N, in] -> [N, out].
  def linear(self, x: Tensor, i: int) -> Tensor:
    return torch.linear(x, self.weights[i], self.biases[i])

  # The same and an activation: x [N, in] -> [N, out].
  def linear_activated(self, x: Tensor, i: int, activation: str) -> Tensor:
    return activate_(self.linear(x, i), activation)

  # x [N, E], with rows of zeros behind the last one where the kernel is faster so.
  def fit(self, x: Tensor) -> Tensor:
    return x

  # Whether x is rounded to so few bits that the order of a sum can change a token.
  def rounds(self) -> bool:
    return False
