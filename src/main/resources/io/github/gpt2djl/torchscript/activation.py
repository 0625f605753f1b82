# The activation functions of an MLP, by transformers' names.

# x of any shape -> the same shape.
def activate(x: Tensor, name: str) -> Tensor:
  if name == "gelu_new":
    y = torch.gelu(x, approximate="tanh")
  elif name == "gelu":
    y = torch.gelu(x)
  elif name == "gelu_10":
    y = torch.clamp(torch.gelu(x), -10., 10.)
  elif name == "quick_gelu":
    y = x * torch.sigmoid(x * 1.702)
  elif name == "relu":
    y = torch.relu(x)
  elif name == "relu2":
    y = torch.square(torch.relu(x))
  elif name == "relu6":
    y = torch.clamp(x, 0., 6.)
  elif name == "leaky_relu":
    y = torch.maximum(x, x * 0.01)
  elif name == "silu":
    y = torch.silu(x)
  elif name == "hardswish":
    y = torch.hardswish(x)
  elif name == "mish":
    y = torch.mish(x)
  elif name == "laplace":
    y = torch.erf((x - 0.707107) / (0.282095 * 2. ** 0.5)).add_(1.).mul_(0.5)
  elif name == "sqrtsoftplus":
    y = torch.sqrt(torch.softplus(x))
  elif name == "sigmoid":
    y = torch.sigmoid(x)
  elif name == "tanh":
    y = torch.tanh(x)
  else:
    y = x
  return y

# The same function. The two usual ones of published models overwrite x, which saves memory of the size of x.
def activate_(x: Tensor, name: str) -> Tensor:
  if name == "gelu_new":
    y = torch.gelu_(x, approximate="tanh")
  elif name == "relu":
    y = torch.relu_(x)
  else:
    y = activate(x, name)
  return y
