# FBGEMM with 8-bit weights for one token, which is fastest with FBGEMM, and a second copy of the weights for oneDNN, which is
# fastest with several tokens on a processor with AMX. Both give the same results to the last bit.

from activation import activate_
from kernels.fbgemm_int8 import Matrices as SingleMatrices
from kernels.fbgemm_int8 import Matrix as Single
from kernels.onednn_int8_tokens import Matrices as SeveralMatrices
from kernels.onednn_int8_tokens import Matrix as Several

class Matrix(NamedTuple):
  single : Single
  several : Several

class Matrices(Module):
  single : SingleMatrices
  several : SeveralMatrices

  def prepare(self, weight: Tensor, bias: Tensor, factors: Tensor, transposed: bool, scratch: Tensor) -> Matrix:
    return Matrix(self.single.prepare(weight, bias, factors, transposed, scratch), self.several.prepare(weight, bias, factors, transposed, scratch))

  def add(self, m: Matrix) -> int:
    self.several.add(m.several)
    return self.single.add(m.single)

  def count(self) -> int:
    return self.single.count()

  # x [N, in] -> [N, out].
  def linear(self, x: Tensor, i: int, exact: bool) -> Tensor:
    if x.size(0) == 1:
      y = self.single.linear(x, i, exact)
    else:
      y = self.several.linear(x, i, exact)
    return y

  # x [N, in] -> [N, out].
  def linear_activated(self, x: Tensor, i: int, exact: bool, activation: str) -> Tensor:
    return activate_(self.linear(x, i, exact), activation)

  def fit(self, x: Tensor) -> Tensor:
    return x

  def rounds(self) -> bool:
    return True
