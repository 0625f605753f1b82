  # The methods that decoder.py and training.py share; DecoderArchive appends them to the class of either.

  # The MLP's function, by transformers' name for it.
  def activate(self: __torch__.Gpt2, x: Tensor) -> Tensor:
    f = self.activation
    if f == "gelu_new":
      y = torch.gelu(x, approximate="tanh")
    elif f == "gelu":
      y = torch.gelu(x)
    elif f == "gelu_10":
      y = torch.clamp(torch.gelu(x), -10., 10.)
    elif f == "quick_gelu":
      y = x * torch.sigmoid(x * 1.702)
    elif f == "relu":
      y = torch.relu(x)
    elif f == "relu2":
      y = torch.square(torch.relu(x))
    elif f == "relu6":
      y = torch.clamp(x, 0., 6.)
    elif f == "leaky_relu":
      y = torch.maximum(x, x * 0.01)
    elif f == "silu":
      y = torch.silu(x)
    elif f == "hardswish":
      y = torch.hardswish(x)
    elif f == "mish":
      y = torch.mish(x)
    elif f == "laplace":
      y = torch.erf((x - 0.707107) / (0.282095 * 2. ** 0.5)).add_(1.).mul_(0.5)
    elif f == "sqrtsoftplus":
      y = torch.sqrt(torch.softplus(x))
    elif f == "sigmoid":
      y = torch.sigmoid(x)
    elif f == "tanh":
      y = torch.tanh(x)
    else:
      y = x
    return y

  # What the products of queries and keys of layer l are multiplied by.
  def attention_scale(self: __torch__.Gpt2, l: int) -> float:
    scale = self.qk_scale
    if self.qk_scale_by_layer:
      scale = scale / (l + 1)
    return scale
