# torch.linear, which runs everywhere, on a GPU also with 16-bit numbers. A head shares the memory of the embedding table.
#
# Each file of this folder has these methods. One of the files is packed as layer_kernel, one as head_kernel.

from activation import activate_
from tensors import out_by_in

# A prepared matrix: weight [out, in], bias [out].
class Matrix(NamedTuple):
  weight : Tensor
  bias : Tensor

class Matrices(Module):
  device : str
  dtype : int
  weights : List[Tensor]
  biases : List[Tensor]

  # Prepares a matrix without changing the module, so that several threads can prepare matrices at once. weight [out, in],
  # or [in, out] if transposed; bias [out]; factors [in] that 8-bit kernels multiply the inputs by, or empty; scratch:
  # memory that the call may use, [any size].
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
  # Multiplies by the i-th matrix: x [N, in] -> [N, out]. exact: whether a row of x must give what it gives alone; a kernel
  # may round a row otherwise in a call of several rows.
  def linear(self, x: Tensor, i: int, exact: bool) -> Tensor:
    return torch.linear(x, self.weights[i], self.biases[i])

  # Multiplies and applies an activation: x [N, in] -> [N, out].
  def linear_activated(self, x: Tensor, i: int, exact: bool, activation: str) -> Tensor:
    return activate_(self.linear(x, i, exact), activation)

  # x [N, E], followed by rows of zeros if the kernel is faster with them.
  def fit(self, x: Tensor) -> Tensor:
    return x

  # Whether the kernel rounds x so coarsely that the order of a sum can change a token.
  def rounds(self) -> bool:
    return False
