# GPT-2's forward pass: everything the model computes is in this file. Two flags make GPT (the first)
# and OPT of it, which differ in little else than their tensors' names.
#
# It is TorchScript in the dialect of a saved module. DecoderArchive packs it into an archive as it
# stands and libtorch compiles it when the model is loaded; no Python takes part. Tensor names are
# those of the published checkpoints (wte, wpe, ln_1, c_attn, ...). Shapes:
#   B rows, T new tokens a row, S tokens seen so far (cached and new), E width, H heads,
#   D = E / H, V vocabulary, C cache capacity, L layers.
class Gpt2(Module):
  __parameters__ = []
  __buffers__ = []
  training : bool
  n_head : int
  epsilon : float
  # Norms follow the sums, as in the original transformer (GPT, OPT-350m), and there is no last one.
  post_norm : bool
  # OPT's activation; GELU in its tanh form otherwise.
  relu : bool
  # 0: torch.linear, 1: oneDNN with packed 32-bit weights, 2: FBGEMM with 16-bit, 3: with 8-bit weights
  kernel : int
  head_kernel : int
  reduce_range : bool
  embeddings : List[Tensor]
  norms : List[Tensor]
  weights : List[Tensor]
  biases : List[Tensor]
  packed : List[__torch__.torch.classes.quantized.LinearPackedParamsBase]

  # ---- loading: each tensor is handed over once and copied, F32 or F16, so that the file can be unmapped ----

  # wte and wpe. Kernels of reduced precision read the table in half precision: half the memory.
  def add_embedding(self: __torch__.Gpt2, table: Tensor) -> int:
    if self.kernel >= 2:
      copy = table.to(5, False, True)
    else:
      copy = table.to(6, False, True)
    self.embeddings.append(copy)
    return torch.len(self.embeddings)

  # OPT's table has rows in front that no position uses.
  def add_positions(self: __torch__.Gpt2, table: Tensor, unused: int) -> int:
    return self.add_embedding(table.narrow(0, unused, table.size(0) - unused), )

  def add_norm(self: __torch__.Gpt2, weight: Tensor, bias: Tensor) -> int:
    self.norms.append(weight.to(6).clone())
    self.norms.append(bias.to(6).clone())
    return torch.len(self.norms)

  # The next five change nothing in the module, so that several threads may pack at once.

  # Memory of a shape within scratch: fresh memory for each of the matrices would leave holes between the
  # packed ones.
  def within(self: __torch__.Gpt2, scratch: Tensor, rows: int, columns: int) -> Tensor:
    return scratch.narrow(0, 0, rows * columns).view([rows, columns])

  # OPT keeps apart what GPT-2 keeps in c_attn: three [E, E] -> [3E, E].
  def join(self: __torch__.Gpt2, q: Tensor, k: Tensor, v: Tensor, scratch: Tensor) -> Tensor:
    n = q.size(0)
    w = self.within(scratch, 3 * n, q.size(1), )
    _0 = w.narrow(0, 0, n).copy_(q)
    _1 = w.narrow(0, n, n).copy_(k)
    _2 = w.narrow(0, 2 * n, n).copy_(v)
    return w

  # [out, in] in 32 bits, of [out, in] or, when transposed is set, of [in, out], as GPT-2's Conv1D stores it.
  def rows(self: __torch__.Gpt2, weight: Tensor, transposed: bool, scratch: Tensor) -> Tensor:
    if transposed:
      r = self.within(scratch, weight.size(1), weight.size(0), ).copy_(weight.t())
    elif ops.prim.dtype(weight) == 6:
      r = weight
    elif scratch.numel() < weight.numel():
      r = weight.to(6)
    else:
      r = self.within(scratch, weight.size(0), weight.size(1), ).copy_(weight)
    return r

  # Kernels 0 and 1.
  def prepare(self: __torch__.Gpt2, weight: Tensor, transposed: bool, scratch: Tensor) -> Tensor:
    if self.kernel == 1:
      p = ops.mkldnn._reorder_linear_weight(self.rows(weight, transposed, scratch, ), 1)
    elif transposed:
      p = weight.to(6).t().contiguous()
    else:
      p = weight.to(6, False, True)
    return p

  # Kernels 2 and 3.
  def pack(self: __torch__.Gpt2, weight: Tensor, bias: Tensor, transposed: bool, scratch: Tensor, kernel: int) -> __torch__.torch.classes.quantized.LinearPackedParamsBase:
    w = self.rows(weight, transposed, scratch, )
    if kernel == 2:
      # FBGEMM cuts off what half precision cannot hold, in the memory that it is given: not in the file's.
      if bool(torch.amax(w) > 65504.) or bool(torch.amin(w) < -65504.):
        w = torch.clamp(w, -65504., 65504.)
      p = ops.quantized.linear_prepack_fp16(w, bias)
    else:
      # One scale for each output: its largest weight becomes 127.
      largest = torch.maximum(torch.amax(w, [1]), torch.neg(torch.amin(w, [1])))
      scale = torch.clamp_min(largest, 1e-12) / 127.
      zero = torch.zeros([w.size(0)], dtype=4)
      p = ops.quantized.linear_prepack(torch.quantize_per_channel(w, scale, zero, 0, 12), bias)
    return p

  # The matrices in order: the head, then c_attn, attn.c_proj, mlp.c_fc and mlp.c_proj of each layer;
  # OPT-350m's project_in and project_out end the list.
  def add_weight(self: __torch__.Gpt2, weight: Tensor, bias: Tensor) -> int:
    self.weights.append(weight)
    self.biases.append(bias)
    return torch.len(self.biases)

  def add_packed(self: __torch__.Gpt2, packed: __torch__.torch.classes.quantized.LinearPackedParamsBase, bias: Tensor) -> int:
    self.packed.append(packed)
    self.biases.append(bias)
    return torch.len(self.biases)

  # The published models' head is wte itself: logits are products with its rows, without a bias.
  def tie_head(self: __torch__.Gpt2) -> int:
    table = self.embeddings[0]
    return self.add_weight(table, torch.zeros([table.size(0)], dtype=6), )

  # ---- computing ----

  # x [..., in] -> [..., out], by the i-th matrix that was added.
  def linear(self: __torch__.Gpt2, x: Tensor, i: int) -> Tensor:
    kernel = self.kernel
    if i == 0:
      kernel = self.head_kernel
    if kernel == 0:
      y = torch.linear(x, self.weights[i], self.biases[i])
    elif kernel == 1:
      y = ops.mkldnn._linear_pointwise(x, self.weights[i], self.biases[i], "none", annotate(List[Optional[number]], []), "")
    elif kernel == 2:
      y = ops.quantized.linear_dynamic_fp16(x, self.packed[i])
    else:
      y = ops.quantized.linear_dynamic(x, self.packed[i], self.reduce_range)
    return y

  # ids [B, T] -> what the head takes, [B, T, E]; writes keys and values to cache[:, :, :, past:past+T].
  # A prefill has past = 0; its rows may be padded behind, where no token looks. Then come steps with T = 1.
  # lengths [B]: tokens that each row has had with these, where they differ; empty: all past + T.
  # copies > 1 at the prefill: each row fills that many neighbouring rows of the cache; 0: no cache.
  def hidden(self: __torch__.Gpt2, ids: Tensor, past: int, lengths: Tensor, cache: Tensor, copies: int) -> Tensor:
    wte = self.embeddings[0]
    wpe = self.embeddings[1]
    n_head = self.n_head
    B = ids.size(0)
    T = ids.size(1)
    S = past + T
    E = wpe.size(1)
    D = E // n_head
    post_norm = self.post_norm
    L = torch.len(self.norms) // 4
    projected = torch.len(self.biases) > 4 * L + 1
    ragged = past > 0 and lengths.numel() > 0
    mask = annotate(Optional[Tensor], None)
    place = lengths
    if ragged:
      position = lengths - 1                                               # [B]
      p = torch.embedding(wpe, position).unsqueeze(1)                      # [B, 1, E]
      later = torch.arange(S).unsqueeze(0) > position.unsqueeze(1)         # [B, S]
      mask = torch.zeros([B, 1, 1, S], dtype=6).masked_fill_(later.view([B, 1, 1, S]), -inf)
      place = position.view([1, B, 1, 1, 1]).expand([2, B, n_head, 1, D])
    else:
      p = wpe.narrow(0, past, T)                                           # [T, E]
      if past > 0 and T > 1:
        later = torch.arange(S).unsqueeze(0) > torch.arange(past, S).unsqueeze(1)
        mask = torch.zeros([T, S], dtype=6).masked_fill_(later, -inf)      # [T, S]
    x = torch.embedding(wte, ids).to(6)                                    # [B, T, E]
    if projected:
      x = self.linear(x, 4 * L + 1, )                                      # project_in
    x = x + p
    for l in range(L):
      if post_norm:
        h = x
      else:
        h = torch.layer_norm(x, [E], self.norms[4 * l], self.norms[4 * l + 1], self.epsilon)  # ln_1
      qkv = self.linear(h, 4 * l + 1, ).view([B, T, 3, n_head, D]).permute([2, 0, 3, 1, 4])  # [3, B, H, T, D]
      q, k, v, = torch.unbind(qkv)
      if copies > 0:
        layer = cache.select(0, l)                                         # [2, B, H, C, D]
        kv = qkv.narrow(0, 1, 2)
        if copies > 1:
          kv = kv.repeat_interleave(copies, 1)
        if cache.size(2) > kv.size(1):
          # Places behind the last row are free.
          layer = layer.narrow(1, 0, kv.size(1))
        if ragged:
          _0 = layer.scatter_(3, place, kv)
        else:
          _0 = layer.narrow(3, past, T).copy_(kv)
        if past > 0:
          k, v, = torch.unbind(layer.narrow(3, 0, S))
      # is_causal aligns its triangle at the top left: right for a prefill, which starts at position 0.
      a = torch.scaled_dot_product_attention(q, k, v, mask, 0., past == 0 and T > 1)
      a = a.transpose(1, 2).reshape([B, T, E])
      x = x.add_(self.linear(a, 4 * l + 2, ))                              # attn.c_proj
      if post_norm:
        x = torch.layer_norm(x, [E], self.norms[4 * l], self.norms[4 * l + 1], self.epsilon)  # ln_1
        h = x
      else:
        h = torch.layer_norm(x, [E], self.norms[4 * l + 2], self.norms[4 * l + 3], self.epsilon)  # ln_2
      h = self.linear(h, 4 * l + 3, )                                      # mlp.c_fc: [B, T, 4E]
      if self.relu:
        h = torch.relu_(h)
      else:
        h = torch.gelu_(h, approximate="tanh")
      x = x.add_(self.linear(h, 4 * l + 4, ))                              # mlp.c_proj
      if post_norm:
        x = torch.layer_norm(x, [E], self.norms[4 * l + 2], self.norms[4 * l + 3], self.epsilon)  # ln_2
    if not post_norm:
      x = torch.layer_norm(x, [E], self.norms[4 * L], self.norms[4 * L + 1], self.epsilon)  # ln_f
    if projected:
      x = self.linear(x, 4 * L + 2, )                                      # project_out
    return x

  # One step of generation: logits [B, V] of the last position and their log-sum-exp [B] are
  # written to the caller's buffers, so that nothing is allocated for them.
  def forward(self: __torch__.Gpt2, ids: Tensor, past: int, lengths: Tensor, cache: Tensor, copies: int, logits: Tensor, norm: Tensor) -> int:
    x = self.hidden(ids, past, lengths, cache, copies, )
    B = x.size(0)
    if past == 0 and lengths.numel() > 0:
      last = x.gather(1, (lengths - 1).view([B, 1, 1]).expand([B, 1, x.size(2)])).squeeze(1)
    else:
      last = x.narrow(1, x.size(1) - 1, 1).squeeze(1)                      # [B, E]
    y = self.linear(last, 0, )                                             # [B, V]
    if copies > 1:
      y = y.repeat_interleave(copies, 0)
    _4 = logits.copy_(y)
    _5 = norm.copy_(torch.logsumexp(y, [1]))
    return past + ids.size(1)

  # Prompts, ids [B, T], for the places of the cache from first on.
  def join_rows(self: __torch__.Gpt2, ids: Tensor, lengths: Tensor, cache: Tensor, first: int, copies: int, logits: Tensor, norm: Tensor) -> int:
    return self.forward(ids, 0, lengths, cache.narrow(2, first, copies * ids.size(0)), copies, logits, norm, )

  # Several tokens of one row at once, ids [1, T], after what is in the cache: logits [T, V] of each.
  def verify(self: __torch__.Gpt2, ids: Tensor, past: int, cache: Tensor, logits: Tensor, norm: Tensor) -> int:
    x = self.hidden(ids, past, torch.zeros([0], dtype=4), cache, 1, ).squeeze(0)
    y = self.linear(x, 0, )
    _4 = logits.copy_(y)
    _5 = norm.copy_(torch.logsumexp(y, [1]))
    return past + ids.size(1)

  # The last row takes the place of one that has ended: its first positions are filled.
  def move_row(self: __torch__.Gpt2, cache: Tensor, source: int, target: int, filled: int) -> int:
    rows = cache.narrow(4, 0, filled)                                      # [L, 2, B, H, S, D]
    _6 = rows.select(2, target).copy_(rows.select(2, source))
    return target

  # Into a cache with room for more positions.
  def move_all(self: __torch__.Gpt2, cache: Tensor, larger: Tensor, filled: int) -> int:
    _6 = larger.narrow(4, 0, filled).copy_(cache.narrow(4, 0, filled))
    return filled

  # Logits [T, V] of every position of one row, ids [1, T].
  def all_logits(self: __torch__.Gpt2, ids: Tensor) -> Tensor:
    x = self.hidden(ids, 0, torch.zeros([0], dtype=4), torch.zeros([0]), 0, )
    return self.linear(x.squeeze(0), 0, )

  # Log-probability [T - 1] of each id of one row given those before it, 64 positions at a time:
  # the logits of a whole context would be 200 MB.
  def log_probabilities(self: __torch__.Gpt2, ids: Tensor) -> Tensor:
    x = self.hidden(ids, 0, torch.zeros([0], dtype=4), torch.zeros([0]), 0, ).squeeze(0)
    n = ids.size(1) - 1
    result = torch.zeros([n], dtype=6)
    for chunk in range((n + 63) // 64):
      start = 64 * chunk
      count = ops.prim.min(64, n - start)
      y = self.linear(x.narrow(0, start, count), 0, )                      # [count, V]
      target = ids.squeeze(0).narrow(0, start + 1, count).unsqueeze(1)     # [count, 1]
      picked = y.gather(1, target).squeeze(1) - torch.logsumexp(y, [1])
      _7 = result.narrow(0, start, count).copy_(picked)
    return result
