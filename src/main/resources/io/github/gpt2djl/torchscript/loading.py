# Finds the places of a model's tensors. Java names the tensors as the published checkpoints do.

from dtypes import float32
from gpt2 import Gpt2
from layer_kernel import Matrices
from layer_norm import LayerNorms

# Moves x to the model's device and converts it to the model's type. If that type is float32, a table in half precision
# stays in half precision.
def to_device_and_dtype(model: Gpt2, x: Tensor) -> Tensor:
  y = x.to(torch.device(model.batches.device))
  return y if model.dtype == float32() else y.to(model.dtype)

def norms(model: Gpt2, name: str) -> LayerNorms:
  if name == "ln_1":
    found = model.ln_1
  elif name == "ln_2":
    found = model.ln_2
  else:
    assert name == "ln_f"
    found = model.ln_f
  return found

def matrices(model: Gpt2, name: str) -> Matrices:
  if name == "attn.c_attn":
    found = model.c_attn
  elif name == "attn.c_proj":
    found = model.attn_c_proj
  elif name == "mlp.c_fc":
    found = model.c_fc
  elif name == "mlp.c_proj":
    found = model.mlp_c_proj
  elif name == "project_in":
    found = model.project_in
  else:
    assert name == "project_out"
    found = model.project_out
  return found
