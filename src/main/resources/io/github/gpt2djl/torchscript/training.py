# The forward pass of GPT-2 and GPT-Neo for training: 32-bit weights as the checkpoint stores them, dropout, the loss and
# its gradients.
#
# TorchScript, like decoder.py. The module has no state: weights are arguments. Shapes:
#   B rows, T tokens per row, E width, H heads, D = E / H, V vocabulary, L layers.

import adamw, tensors
from activation import activate
from dtypes import int64
from gpt_neo import weights_of_gpt2

class Gpt2(Module):
  n_head : int
  epsilon : float
  # As in gpt2.py.
  activation : str
  qk_scales : List[float]
  window : int
  local : List[bool]
  # Whether the weights have GPT-Neo's layout.
  neo : bool
  n_layer : int
  # Fraction of activations that is dropped at random: in embeddings, and in the outputs of attention and MLP. Unlike in
  # GPT-2, not in the attention weights, where dropout would take as much time as everything else.
  dropout : float
  # Number of weights at the front of the list that are not trained.
  frozen : int
  # LoRA's alpha / rank.
  adapter_scale : float

  def fill(self, target: Tensor, first: int, piece: Tensor) -> int:
    return tensors.fill(target, first, piece)

  # Drops a fraction of x and enlarges the rest (Srivastava et al. 2014), in a third of torch.dropout's time.
  def dropped(self, x: Tensor, learning: bool) -> Tensor:
    if learning and self.dropout > 0.:
      kept = torch.rand(x.size()).ge_(self.dropout).mul_(1. / (1. - self.dropout))
      y = x * kept
    else:
      y = x
    return y

  # Multiplies x [..., in] by weight [in, out], the layout of GPT-2's Conv1D.
  def conv1d(self, x: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
    y = torch.addmm(bias, torch.flatten(x, 0, 1), weight)
    return y.view([x.size(0), x.size(1), weight.size(1)])

  # Queries, keys and values; LoRA (Hu et al. 2021) adds the product of two thin matrices to the weight.
  def c_attn(self, x: Tensor, w: List[Tensor], l: int, learning: bool) -> Tensor:
    y = self.conv1d(x, w[12 * l + 4], w[12 * l + 5])
    first = 12 * self.n_layer + 4 + 2 * l
    if len(w) > first:
      thin = torch.matmul(self.dropped(x, learning), w[first].t())       # lora_A [rank, in]
      y = y + torch.matmul(thin, w[first + 1].t()) * self.adapter_scale                 # lora_B [out, rank]
    return y

  # The mask [T, T] of a local layer for the products of queries and keys; other layers have a triangle instead.
  def local_mask(self, T: int) -> Tensor:
    keys = torch.arange(T, dtype=int64())
    queries = keys.unsqueeze(1)
    hidden = (keys > queries).logical_or_(keys <= queries - self.window)
    return torch.zeros([T, T]).masked_fill_(hidden, -inf)

  # ids [B, T] -> logits [B * T, V]. w: wte, wpe, then each layer's ln_1, c_attn, attn.c_proj, ln_2, c_fc and mlp.c_proj
  # (weight and bias), ln_f, and with LoRA each layer's lora_A and lora_B.
  def logits(self, w: List[Tensor], ids: Tensor, learning: bool) -> Tensor:
    B = ids.size(0)
    T = ids.size(1)
    E = w[0].size(1)
    n_head = self.n_head
    windowed = self.window > 0 and T > self.window
    local_mask = annotate(Optional[Tensor], None)
    if windowed:
      local_mask = self.local_mask(T)
    x = torch.embedding(w[0], ids) + w[1].narrow(0, 0, T)                               # [B, T, E]
    x = self.dropped(x, learning)
    for l in range(self.n_layer):
      i = 12 * l + 2
      h = torch.layer_norm(x, [E], w[i], w[i + 1], self.epsilon)                        # ln_1
      qkv = self.c_attn(h, w, l, learning).view([B, T, 3, n_head, E // n_head])
      q, k, v, = torch.unbind(qkv.permute([2, 0, 3, 1, 4]))                             # [B, H, T, D] each
      mask = annotate(Optional[Tensor], None)
      local = windowed and self.local[l]
      if local:
        mask = local_mask
      a = torch.scaled_dot_product_attention(q, k, v, mask, 0., not local, scale=self.qk_scales[l])
      a = self.conv1d(a.transpose(1, 2).reshape([B, T, E]), w[i + 4], w[i + 5])       # attn.c_proj
      x = x + self.dropped(a, learning)
      h = torch.layer_norm(x, [E], w[i + 6], w[i + 7], self.epsilon)                    # ln_2
      h = activate(self.conv1d(h, w[i + 8], w[i + 9]), self.activation)                         # mlp.c_fc: [B, T, 4E]
      h = self.conv1d(h, w[i + 10], w[i + 11])                                        # mlp.c_proj
      x = x + self.dropped(h, learning)
    last = 12 * self.n_layer + 2
    x = torch.layer_norm(x, [E], w[last], w[last + 1], self.epsilon)                    # ln_f
    return torch.matmul(torch.flatten(x, 0, 1), w[0].t())

  # The cross-entropy of each token of ids [B, T + 1] given the tokens before it, in nats: the mean, or each [B * T].
  def cross_entropy(self, w: List[Tensor], ids: Tensor, learning: bool, mean: bool) -> Tensor:
    T = ids.size(1) - 1
    y = self.logits(weights_of_gpt2(w, self.n_layer) if self.neo else w, ids.narrow(1, 0, T), learning)
    return torch.cross_entropy_loss(y, torch.flatten(ids.narrow(1, 1, T)), None, int(mean), -100, 0.)

  # The mean loss of a batch, whose gradients are added to those of earlier batches. seed: the seed of dropout.
  def learn(self, weights: List[Tensor], gradients: List[Tensor], ids: Tensor, seed: Tensor) -> Tensor:
    torch.manual_seed(int(seed))
    w = annotate(List[Tensor], [])
    for i in range(len(weights)):
      if i < self.frozen:
        w.append(weights[i])
      else:
        w.append(weights[i].detach().requires_grad_(True))
    loss = self.cross_entropy(w, ids, True, True)
    found = torch.autograd.grad([loss], torch.slice(w, self.frozen))
    for i in range(len(gradients)):
      gradients[i].add_(unchecked_cast(Tensor, found[i]))
    return loss.detach()

  # The loss of each token of ids [B, T + 1] without dropout, [B * T].
  def evaluate(self, weights: List[Tensor], ids: Tensor) -> Tensor:
    return self.cross_entropy(weights, ids, False, False)

  def update(self, weights: Tensor, gradient: Tensor, mean: Tensor, square: Tensor, batches: int, step: int, rate: float, decayed: int, decay: float, clip: float, beta1: float, beta2: float) -> Tensor:
    return adamw.update(weights, gradient, mean, square, batches, step, rate, decayed, decay, clip, beta1, beta2)
