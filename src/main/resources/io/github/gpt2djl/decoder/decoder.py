# GPT-2's forward pass. activation.py has the functions that an MLP can apply. A few attributes make the first GPT, OPT
# and GPT-Neo of it: post_norm, activation, qk_scale and window; all else that differs is their tensors.
#
# It is TorchScript in the dialect of a saved module. DecoderArchive packs it into an archive as it
# stands and libtorch compiles it when the model is loaded; no Python takes part. Tensor names are
# those of the published checkpoints (wte, wpe, ln_1, c_attn, ...). Shapes:
#   B rows, T new tokens a row, S tokens seen so far (cached and new), E width, H heads,
#   D = E / H, V vocabulary, C cache capacity, L layers.

# How rows take part in a call: what their attention reads, and where their keys and values go.
class Rows(NamedTuple):
  B : int
  T : int
  past : int
  # 0: no cache
  copies : int
  ragged : bool
  apart : bool
  # what is added to the products of queries and keys, and that of local layers; the latter counts where window > 0
  mask : Optional[Tensor]
  near : Optional[Tensor]
  # of local layers; 0 where it is as long as the longest row
  window : int
  # of rows that differ in length: of each its new token's position [B], and where its keys and values go
  position : Tensor
  places : List[Optional[Tensor]]
  # views of each layer, made at once: [B, T, 2, H, D] to write, and keys and values [B, H, S, D] in turn
  layers : List[Tensor]
  seen : List[Tensor]
  # the latter of each row by itself
  own : List[List[Tensor]]

class Gpt2(Module):
  __parameters__ = []
  __buffers__ = []
  training : bool
  n_head : int
  epsilon : float
  # The MLP's function, by transformers' name: activation.py.
  activation : str
  # What the products of queries and keys are multiplied by, and whether layer l divides it by l + 1.
  qk_scale : float
  qk_scale_by_layer : bool
  # A local layer's token sees this many, itself and those before it; 0 where no layer is local (all but GPT-Neo).
  window : int
  local : List[bool]
  # Norms follow the sums, as in the original transformer (GPT, OPT-350m).
  post_norm : bool
  # where to compute: "cpu" or "cuda:0"
  device : str
  # of activations between products, and of weights that are not packed, as torch counts types: 6 is float32
  dtype : int
  # of keys and values
  cache_dtype : int
  # 0: torch.linear, 1: oneDNN with packed 32-bit weights, 2: FBGEMM with 16-bit, 3: with 8-bit weights,
  # 4: oneDNN with packed weights in bfloat16, as which it takes and gives activations too, and beside it as
  # the head's 5: oneDNN with packed 8-bit weights
  kernel : int
  head_kernel : int
  reduce_range : bool
  embeddings : List[Tensor]
  norms : List[Tensor]
  # of each matrix the matrix; of those that FBGEMM packs the scales, one an output, if it is in 8 bits
  weights : List[Tensor]
  biases : List[Tensor]
  # of kernel 5: the scales, one an output, and what stands for 0
  head_scales : List[Tensor]
  # what FBGEMM packs: all matrices, the head alone, or none
  packed : List[__torch__.torch.classes.quantized.LinearPackedParamsBase]

  # ---- loading: tensors are read from their file piece by piece, whatever their type, into memory of ours ----

  # Whether all are numbers; their sum is none if one of them is none, and mostly is one if all are.
  def finite(self: __torch__.Gpt2, x: Tensor) -> Tensor:
    f = torch.isfinite(torch.sum(x, dtype=6))
    if not bool(f):
      f = torch.all(torch.isfinite(x))
    return f

  # The next elements of target, from the given one on.
  def fill(self: __torch__.Gpt2, target: Tensor, first: int, piece: Tensor) -> int:
    _0 = target.view([-1]).narrow(0, first, piece.numel()).copy_(piece)
    return first + piece.numel()

  # Where the model computes; x itself if it is there.
  def there(self: __torch__.Gpt2, x: Tensor) -> Tensor:
    return torch.to(x, torch.device(self.device))

  # The same in the model's type, but what was made smaller stays so.
  def placed(self: __torch__.Gpt2, x: Tensor) -> Tensor:
    y = self.there(x, )
    if self.dtype != 6:
      y = torch.to(y, self.dtype)
    return y

  # wte and wpe. Kernels of reduced precision read the table in half precision: half the memory.
  def add_embedding(self: __torch__.Gpt2, table: Tensor) -> int:
    self.embeddings.append(self.placed(table, ))
    return torch.len(self.embeddings)

  # OPT's table has rows in front that no position uses.
  def add_positions(self: __torch__.Gpt2, table: Tensor, unused: int) -> int:
    return self.add_embedding(table.narrow(0, unused, table.size(0) - unused), )

  def add_norm(self: __torch__.Gpt2, weight: Tensor, bias: Tensor) -> int:
    self.norms.append(self.placed(weight, ))
    self.norms.append(self.placed(bias, ))
    return torch.len(self.norms)

  # The next five change nothing in the module, so that several threads may pack at once.

  # Memory of a shape: within scratch, as fresh memory for each of the matrices would leave holes between the
  # packed ones, or where that is too small fresh memory.
  def within(self: __torch__.Gpt2, scratch: Tensor, rows: int, columns: int) -> Tensor:
    if scratch.numel() < rows * columns:
      m = torch.empty([rows, columns], dtype=6)
    else:
      m = scratch.narrow(0, 0, rows * columns).view([rows, columns])
    return m

  # [out, in] of [out, in] or, when transposed is set, of [in, out], as GPT-2's Conv1D stores it.
  def rows(self: __torch__.Gpt2, weight: Tensor, transposed: bool, scratch: Tensor) -> Tensor:
    if transposed:
      r = self.within(scratch, weight.size(1), weight.size(0), ).copy_(weight.t())
    else:
      r = weight
    return r

  # Kernels 0, 1 and 4.
  def prepare(self: __torch__.Gpt2, weight: Tensor, transposed: bool, scratch: Tensor) -> Tensor:
    if self.kernel == 4:
      w = weight
      if transposed:
        w = weight.t()
      p = ops.mkldnn._reorder_linear_weight(torch.empty(w.size(), dtype=15).copy_(w), 1)
    else:
      p = self.rows(weight, transposed, scratch, )
      if self.kernel == 1:
        p = ops.mkldnn._reorder_linear_weight(p, 1)
    return p

  # One scale for each output: its largest weight becomes 127.
  def scale(self: __torch__.Gpt2, weight: Tensor, transposed: bool) -> Tensor:
    inputs = 1
    if transposed:
      inputs = 0
    largest = torch.maximum(torch.amax(weight, [inputs]), torch.neg(torch.amin(weight, [inputs])))
    return torch.clamp_min(largest, 1e-12) / 127.

  # Kernel 5.
  def prepare_bytes(self: __torch__.Gpt2, weight: Tensor, scale: Tensor) -> Tensor:
    zero = torch.zeros([weight.size(0)], dtype=4)
    return ops.onednn.qlinear_prepack(torch.int_repr(torch.quantize_per_channel(weight, scale, zero, 0, 12)), None)

  # Kernel 3 where there is a scale, else 2.
  def pack(self: __torch__.Gpt2, weight: Tensor, bias: Tensor, transposed: bool, scratch: Tensor, scale: Tensor) -> __torch__.torch.classes.quantized.LinearPackedParamsBase:
    w = self.rows(weight, transposed, scratch, )
    if scale.numel() == 0:
      # FBGEMM would cut off what half precision cannot hold with a warning.
      if bool(torch.amax(w) > 65504.) or bool(torch.amin(w) < -65504.):
        w = torch.clamp(w, -65504., 65504.)
      p = ops.quantized.linear_prepack_fp16(w, bias)
    else:
      zero = torch.zeros([w.size(0)], dtype=4)
      p = ops.quantized.linear_prepack(torch.quantize_per_channel(w, scale, zero, 0, 12), bias)
    return p

  # The matrices in order: the head, then c_attn, attn.c_proj, mlp.c_fc and mlp.c_proj of each layer;
  # OPT-350m's project_in and project_out end the list.
  def add_weight(self: __torch__.Gpt2, weight: Tensor, bias: Tensor, scale: Tensor) -> int:
    self.weights.append(self.placed(weight, ))
    self.biases.append(self.placed(bias, ))
    if scale.numel() > 0:
      self.head_scales.append(scale / 127.)
      self.head_scales.append(torch.zeros([scale.size(0)], dtype=3))
    return torch.len(self.biases)

  def add_packed(self: __torch__.Gpt2, packed: __torch__.torch.classes.quantized.LinearPackedParamsBase, bias: Tensor, scale: Tensor) -> int:
    self.packed.append(packed)
    self.biases.append(bias)
    self.weights.append(scale)
    return torch.len(self.biases)

  # The published models' head is wte itself: logits are products with its rows, without a bias.
  def tie_head(self: __torch__.Gpt2) -> int:
    table = self.embeddings[0]
    return self.add_weight(table, torch.zeros([table.size(0)], dtype=6), torch.zeros([0], dtype=6), )

  # ---- computing ----

  # x [N, in] -> [N, out], by the i-th matrix that was added. alone: each token's result must be the one that
  # it has alone, to the last bit where the kernel is that of 8-bit weights.
  def linear(self: __torch__.Gpt2, x: Tensor, i: int, alone: bool) -> Tensor:
    kernel = self.kernel
    if i == 0:
      kernel = self.head_kernel
    if kernel == 0:
      y = torch.linear(x, self.weights[i], self.biases[i])
    elif kernel == 1 or kernel == 4:
      y = self.linear_then(x, i, "none", )
    elif kernel == 2:
      y = ops.quantized.linear_dynamic_fp16(x, self.packed[i])
    elif kernel == 5:
      y = self.linear_bytes(x, i, )
    elif alone:
      y = self.linear_alone(x, i, )
    else:
      y = ops.quantized.linear_dynamic(x, self.packed[i], self.reduce_range)
    return y

  # oneDNN's, with a function of each result.
  def linear_then(self: __torch__.Gpt2, x: Tensor, i: int, then: str) -> Tensor:
    if self.kernel == 4:
      x = x.to(15)
    return ops.mkldnn._linear_pointwise(x, self.weights[i], self.biases[i], then, annotate(List[Optional[number]], []), "tanh")

  # oneDNN's of whole numbers. Each token has a scale of its own: its largest number becomes 127 away from 128, which is 0.
  def linear_bytes(self: __torch__.Gpt2, x: Tensor, i: int) -> Tensor:
    largest = torch.linalg_vector_norm(x, inf, [1], True).clamp_min_(1e-30)  # [N, 1]
    q = torch.rsub(x / largest, 128.5, -127.).to(0)
    scales, zeros = self.head_scales[0], self.head_scales[1]
    y = ops.onednn.qlinear_pointwise(q, 1., 128, self.weights[i], scales, zeros, None, 1., 0, 6, "none", annotate(List[Optional[number]], []), "")
    return y.mul_(largest)

  # mlp.c_fc and the activation: x [N, E] -> [N, 4E]. oneDNN applies the two usual ones to each result of its product.
  def activated(self: __torch__.Gpt2, x: Tensor, i: int, alone: bool) -> Tensor:
    f = self.activation
    fused = self.kernel == 1 or self.kernel == 4
    if fused and f == "gelu_new":
      y = self.linear_then(x, i, "gelu", )
    elif fused and f == "relu":
      y = self.linear_then(x, i, "relu", )
    elif f == "gelu_new":
      y = torch.gelu_(self.linear(x, i, alone), approximate="tanh")
    elif f == "relu":
      y = torch.relu_(self.linear(x, i, alone))
    else:
      y = self.activate(self.linear(x, i, alone), )
    return y

  # FBGEMM rounds all activations that it is given with one scale. Here each token is rounded as FBGEMM rounds it
  # alone, to whole numbers from 0 to top, which FBGEMM then leaves as they are: a row that is all top makes its scale
  # 1. Its sums are whole numbers too; the row of top tells each output's sum of weights, by which the zero points are
  # taken off. What is rounded to 32 bits, and when, is FBGEMM's order.
  def linear_alone(self: __torch__.Gpt2, x: Tensor, i: int) -> Tensor:
    top = 255.
    if self.reduce_range:
      top = 127.
    bias = self.biases[i]
    weight_scale = self.weights[i]
    N = x.size(0)
    low = torch.amin(x, [1], True).clamp_max_(0.).to(7)                    # [N, 1]
    high = torch.amax(x, [1], True).clamp_min_(0.).to(7)
    scale = ((high - low) / top).to(6).clamp_min_(1e-30)
    zero = torch.round(torch.neg(low) / scale.to(7)).to(6)
    scale = scale.clamp_min_(6.1e-5)
    q = torch.addcmul(zero, x, torch.reciprocal(scale)).round_().clamp_(0., top)
    y = ops.quantized.linear_dynamic(torch.constant_pad_nd(q, [0, 0, 0, 1], top), self.packed[i], self.reduce_range)
    sums = y.sub_(bias).div_(weight_scale).round_()                        # [N + 1, out]
    sums = sums.narrow(0, 0, N).sub_(zero * (sums.narrow(0, N, 1) / top))
    return torch.addcmul(bias, sums, scale * weight_scale)

  # Attention [1, H, T, D] of each token by itself, T = 1, as a step computes it.
  def attention_alone(self: __torch__.Gpt2, q: Tensor, k: Tensor, v: Tensor, scale: float, near: bool) -> Tensor:
    T = q.size(2)
    past = k.size(2) - T
    a = annotate(List[Tensor], [])
    for t in range(T):
      S = past + t + 1
      n = S
      if near:
        n = ops.prim.min(S, self.window)
      _0 = a.append(torch.scaled_dot_product_attention(q.narrow(2, t, 1), k.narrow(2, S - n, n), v.narrow(2, S - n, n), scale=scale))
    return torch.cat(a, 2)

  # Whether rows should look at their own keys and values in a call each: one call for all reads as much of each as of
  # the longest. 16,384 keys and values take about as long to read as a call takes to begin.
  def apart(self: __torch__.Gpt2, lengths: Tensor, longest: int) -> bool:
    wpe = self.embeddings[1]
    B = lengths.size(0)
    return self.device == "cpu" and (B * longest - int(torch.sum(lengths))) * wpe.size(1) > 16384 * B

  # Attention [B, H, 1, D] of rows by themselves, seen[b] as of all layers in turn.
  def attention_apart(self: __torch__.Gpt2, q: Tensor, seen: List[List[Tensor]], l: int, scale: float) -> Tensor:
    rows = torch.split(q, 1)
    a = annotate(List[Tensor], [])
    for b in range(torch.len(rows)):
      _0 = a.append(torch.scaled_dot_product_attention(rows[b], seen[b][2 * l], seen[b][2 * l + 1], scale=scale))
    return torch.cat(a)

  # Keys and values of rows: [L, 2, rows, H, room, D].
  def memory(self: __torch__.Gpt2, rows: int, room: int, zeros: bool) -> Tensor:
    wpe = self.embeddings[1]
    E = wpe.size(1)
    shape = [self.layers(), 2, rows, self.n_head, room, E // self.n_head]
    if zeros:
      m = torch.zeros(shape, dtype=self.cache_dtype, layout=None, device=ops.prim.device(wpe))
    else:
      m = torch.empty(shape, dtype=self.cache_dtype, layout=None, device=ops.prim.device(wpe))
    return m

  # Room for what the head takes of so many tokens.
  def vectors(self: __torch__.Gpt2, rows: int) -> Tensor:
    wte = self.embeddings[0]
    return torch.zeros([rows, wte.size(1)], dtype=6, layout=None, device=ops.prim.device(wte))

  def layers(self: __torch__.Gpt2) -> int:
    return torch.len(self.norms) // 4

  # OPT-350m's tables are narrower than its layers.
  def projected(self: __torch__.Gpt2) -> bool:
    return torch.len(self.biases) > 4 * self.layers() + 1

  # What hides from queries at these positions, [B, 1, 1, 1] or [T, 1], the keys behind them, and where window > 0 those
  # that are too far before them: [B, 1, 1, S] or [T, S].
  def mask(self: __torch__.Gpt2, positions: Tensor, S: int, window: int) -> Tensor:
    device = ops.prim.device(positions)
    keys = torch.arange(S, dtype=4, layout=None, device=device)
    hidden = keys > positions
    if window > 0:
      hidden = hidden.logical_or_(keys <= positions - window)
    return torch.zeros(hidden.size(), dtype=self.cache_dtype, layout=None, device=device).masked_fill_(hidden, -inf)

  # Keys and values [B, H, S, D] of all layers in turn, from the cache's rows; where window > 0 only the last ones of
  # local layers.
  def seen(self: __torch__.Gpt2, rows: Tensor, S: int, window: int) -> List[Tensor]:
    all = torch.unbind(torch.flatten(rows.narrow(4, 0, S), 0, 1))
    if window > 0 and S > window:
      for i in range(torch.len(all)):
        if self.local[i // 2]:
          all[i] = all[i].narrow(2, S - window, window)
    return all

  # B rows of T new tokens after past others. A prefill has past = 0; its rows may be padded behind, where no token
  # looks. Then come steps with T = 1.
  # lengths [B]: tokens that each row has had with these, where they differ; empty: all past + T.
  # copies > 1 at the prefill: each row fills that many neighbouring rows of the cache; 0: no cache.
  def rows_of(self: __torch__.Gpt2, B: int, T: int, past: int, lengths: Tensor, cache: Tensor, copies: int) -> __torch__.Rows:
    device = ops.prim.device(self.embeddings[0])
    S = past + T
    ragged = past > 0 and lengths.numel() > 0
    apart = ragged and self.apart(lengths, S, )
    window = self.window
    if S <= window:
      window = 0
    mask = annotate(Optional[Tensor], None)
    near = annotate(Optional[Tensor], None)
    position = lengths
    places = annotate(List[Optional[Tensor]], [])
    if ragged:
      position = self.there(lengths, ) - 1                                 # [B]
      places = annotate(List[Optional[Tensor]], [torch.arange(B, dtype=4, layout=None, device=device), position])
    masked = T > 1
    if ragged:
      masked = not apart
    if masked and (past > 0 or window > 0):
      if ragged:
        positions = position.view([B, 1, 1, 1])
      else:
        positions = torch.arange(past, S, dtype=4, layout=None, device=device).unsqueeze(1)  # [T, 1]
      if past > 0:
        mask = self.mask(positions, S, 0, )
      if window > 0:
        near = self.mask(positions, S, window, )
    layers = annotate(List[Tensor], [])
    seen = annotate(List[Tensor], [])
    own = annotate(List[List[Tensor]], [])
    if copies > 0:
      # Places behind the last row are free.
      rows = cache.narrow(2, 0, B * copies)
      cut = window
      if masked:
        cut = 0
      seen = self.seen(rows, S, cut, )
      if apart:
        for b in range(B):
          _1 = own.append(self.seen(rows.narrow(2, b, 1), int(lengths.select(0, b)), window, ))
      if not ragged:
        rows = rows.narrow(4, past, T)
      layers = torch.unbind(rows.permute([0, 2, 4, 1, 3, 5]))
    return __torch__.Rows(B, T, past, copies, ragged, apart, mask, near, window, position, places, layers, seen, own)

  # ids [B, T] of rows r -> their vectors with those of their positions, [B * T, E].
  def embedded(self: __torch__.Gpt2, ids: Tensor, r: __torch__.Rows, alone: bool) -> Tensor:
    wte = self.embeddings[0]
    wpe = self.embeddings[1]
    dtype = self.dtype
    x = torch.embedding(wte, torch.flatten(self.there(ids, ))).to(dtype)   # [B * T, E]
    if self.projected():
      x = self.linear(x, self.layers() * 4 + 1, alone).to(dtype)           # project_in
    if r.ragged:
      p = torch.embedding(wpe, r.position).unsqueeze(1)                    # [B, 1, E]
    else:
      p = wpe.narrow(0, r.past, r.T)                                       # [T, E]
    return torch.flatten(x.view([r.B, r.T, wpe.size(1)]) + p, 0, 1)

  # qkv [B * T, 3E] of layer l -> its attention's result [B * T, E]; keys and values are written to the cache.
  def attention(self: __torch__.Gpt2, flat: Tensor, r: __torch__.Rows, l: int, alone: bool) -> Tensor:
    E = flat.size(1) // 3
    qkv = flat.view([r.B, r.T, 3, self.n_head, E // self.n_head])
    q = qkv.select(2, 0).transpose(1, 2)                                 # [B, H, T, D]
    if r.copies > 0:
      kv = qkv.narrow(2, 1, 2)
      if r.copies > 1:
        kv = kv.repeat_interleave(r.copies, 0)
      if r.ragged:
        # scatter_ would copy all of a cache in bfloat16.
        _0 = torch.index_put_(r.layers[l], r.places, kv.squeeze(1))
      else:
        _0 = r.layers[l].copy_(kv)
    if r.past > 0:
      k = r.seen[2 * l]
      v = r.seen[2 * l + 1]
    else:
      k = qkv.select(2, 1).transpose(1, 2)
      v = qkv.select(2, 2).transpose(1, 2)
    scale = self.attention_scale(l, )
    mask = r.mask
    near = r.window > 0 and self.local[l]
    if near:
      mask = r.near
    # is_causal aligns its triangle at the top left: right for a prefill, which starts at position 0.
    if alone:
      a = self.attention_alone(q, k, v, scale, near, )
    elif r.apart:
      a = self.attention_apart(q, r.own, l, scale, )
    else:
      a = torch.scaled_dot_product_attention(q, k, v, mask, 0., r.past == 0 and r.T > 1 and not near, scale=scale)
    return a.transpose(1, 2).reshape([r.B * r.T, E])

  # Rows of zeros behind x [N, E].
  def padded(self: __torch__.Gpt2, x: Tensor, extra: int) -> Tensor:
    if extra > 0:
      x = torch.constant_pad_nd(x, [0, 0, 0, extra])
    return x

  # All layers: x [N, E] -> what the head takes, [N, E]; tokens of r, and behind them those of prompts that join.
  def blocks(self: __torch__.Gpt2, x: Tensor, r: __torch__.Rows, joining: List[__torch__.Rows], alone: bool) -> Tensor:
    dtype = self.dtype
    E = x.size(1)
    post_norm = self.post_norm
    L = self.layers()
    # With AMX 16 rows take as long as one, and 65 longer than 80; and oneDNN compiles anew for each number of rows.
    N = x.size(0)
    extra = 0
    if self.kernel == 4 and N > 16:
      extra = torch.neg(N) % 16
    x = self.padded(x, extra, )
    for l in range(L):
      if post_norm:
        h = x
      else:
        h = torch.layer_norm(x, [E], self.norms[4 * l], self.norms[4 * l + 1], self.epsilon)  # ln_1
      qkv = self.linear(h, 4 * l + 1, alone)                             # attn.c_attn: [N, 3E]
      n = r.B * r.T
      a = self.attention(qkv.narrow(0, 0, n), r, l, alone, )
      if torch.len(joining) > 0:
        a = torch.cat([a, self.attention(qkv.narrow(0, n, N - n), joining[0], l, False, )])
      a = self.padded(a, extra, )
      x = x.add_(self.linear(a, 4 * l + 2, alone))                       # attn.c_proj
      if post_norm:
        x = torch.layer_norm(x, [E], self.norms[4 * l], self.norms[4 * l + 1], self.epsilon)  # ln_1
        h = x
      else:
        h = torch.layer_norm(x, [E], self.norms[4 * l + 2], self.norms[4 * l + 3], self.epsilon)  # ln_2
      h = self.activated(h, 4 * l + 3, alone)                            # mlp.c_fc: [N, 4E]
      x = x.add_(self.linear(h, 4 * l + 4, alone))                       # mlp.c_proj
      if post_norm:
        x = torch.layer_norm(x, [E], self.norms[4 * l + 2], self.norms[4 * l + 3], self.epsilon)  # ln_2
    if torch.len(self.norms) > 4 * L:
      x = torch.layer_norm(x, [E], self.norms[4 * L], self.norms[4 * L + 1], self.epsilon)  # ln_f
    if self.projected():
      x = self.linear(x, 4 * L + 2, alone).to(dtype)                     # project_out
    return x.narrow(0, 0, N)

  # ids [B, T] -> what the head takes, [B, T, E]; writes keys and values to cache[:, :, :, past:past+T].
  def hidden(self: __torch__.Gpt2, ids: Tensor, past: int, lengths: Tensor, cache: Tensor, copies: int, alone: bool) -> Tensor:
    B = ids.size(0)
    T = ids.size(1)
    r = self.rows_of(B, T, past, lengths, cache, copies, )
    x = self.blocks(self.embedded(ids, r, alone, ), r, annotate(List[__torch__.Rows], []), alone, )
    return x.view([B, T, x.size(1)])

  # Of prompts x [B, T, E] their last tokens, [B, E]; lengths are empty where all have T.
  def last(self: __torch__.Gpt2, x: Tensor, lengths: Tensor) -> Tensor:
    if lengths.numel() > 0:
      ends = self.there(lengths, ) - 1
      y = x.gather(1, ends.view([x.size(0), 1, 1]).expand([x.size(0), 1, x.size(2)])).squeeze(1)
    else:
      y = x.narrow(1, x.size(1) - 1, 1).squeeze(1)                         # [B, E]
    return y

  # A step of the rows that run, ids [B, 1], and prompts [J, T] that take the places behind them: the weights are read
  # once for both.
  def step_join(self: __torch__.Gpt2, ids: Tensor, past: int, lengths: Tensor, prompts: Tensor, ends: Tensor, cache: Tensor, copies: int, logits: Tensor, norm: Tensor) -> int:
    B = ids.size(0)
    J = prompts.size(0)
    T = prompts.size(1)
    r = self.rows_of(B, 1, past, lengths, cache, 1, )
    j = self.rows_of(J, T, 0, ends, cache.narrow(2, B, copies * J), copies, )
    x = torch.cat([self.embedded(ids, r, False, ), self.embedded(prompts, j, False, )])
    x = self.blocks(x, r, [j], False, )
    E = x.size(1)
    y = self.head(torch.cat([x.narrow(0, 0, B), self.last(x.narrow(0, B, J * T).view([J, T, E]), ends, )]), False, )
    if copies > 1:
      y = torch.cat([y.narrow(0, 0, B), y.narrow(0, B, J).repeat_interleave(copies, 0)])
    return self.write(y, logits, norm, )

  # Logits [N, V], in 32 bits, of what the head takes [N, E].
  def head(self: __torch__.Gpt2, x: Tensor, alone: bool) -> Tensor:
    return self.linear(x, 0, alone, ).to(6)

  # Logits y [N, V] and their log-sum-exp [N] into the caller's buffers. y is used up: its exponentials take its place,
  # which saves memory of the same size (torch.logsumexp takes it; a fiftieth of a step of 8 rows).
  def write(self: __torch__.Gpt2, y: Tensor, logits: Tensor, norm: Tensor) -> int:
    _0 = logits.copy_(y)
    highest = torch.amax(y, [1], True)                                     # [N, 1]
    _1 = norm.copy_(torch.log_(torch.sum(y.sub_(highest).exp_(), [1])).add_(highest.squeeze(1)))
    return y.size(0)

  # One step of generation: logits [B, V] of the last position and their log-sum-exp [B] are
  # written to the caller's buffers, so that nothing is allocated for them.
  def forward(self: __torch__.Gpt2, ids: Tensor, past: int, lengths: Tensor, cache: Tensor, copies: int, logits: Tensor, norm: Tensor) -> int:
    x = self.hidden(ids, past, lengths, cache, copies, False, )
    if past > 0:
      last = x.squeeze(1)                                                  # [B, E]
    else:
      last = self.last(x, lengths, )
    y = self.head(last, False, )                                           # [B, V]
    if copies > 1:
      y = y.repeat_interleave(copies, 0)
    _4 = self.write(y, logits, norm, )
    return past + ids.size(1)

  # Prompts, ids [B, T], for the places of the cache from first on.
  def join_rows(self: __torch__.Gpt2, ids: Tensor, lengths: Tensor, cache: Tensor, first: int, copies: int, logits: Tensor, norm: Tensor) -> int:
    return self.forward(ids, 0, lengths, cache.narrow(2, first, copies * ids.size(0)), copies, logits, norm, )

  # For benchmarks: the products and attentions of a step with S tokens in each row, and nothing else.
  def kernels(self: __torch__.Gpt2, cache: Tensor, S: int) -> bool:
    wte = self.embeddings[0]
    wpe = self.embeddings[1]
    n_head = self.n_head
    B = cache.size(2)
    E = wpe.size(1)
    L = self.layers()
    projected = self.projected()
    seen = torch.unbind(torch.flatten(cache.narrow(4, 0, S), 0, 1))
    id = torch.zeros([B], dtype=4, layout=None, device=ops.prim.device(wte))
    x = torch.embedding(wpe, id).to(self.dtype)                            # [B, E]
    # Whatever nobody keeps would not be computed.
    kept = annotate(List[Tensor], [])
    if projected:
      _0 = kept.append(self.linear(torch.embedding(wte, id).to(self.dtype), 4 * L + 1, False))
    for l in range(L):
      qkv = self.linear(x, 4 * l + 1, False).view([B, 1, 3, n_head, E // n_head])
      q = qkv.select(2, 0).transpose(1, 2)                                 # [B, H, 1, D]
      a = torch.scaled_dot_product_attention(q, seen[2 * l], seen[2 * l + 1])
      _1 = kept.append(self.linear(a.view([B, E]), 4 * l + 2, False))
      _2 = kept.append(self.linear(self.linear(x, 4 * l + 3, False), 4 * l + 4, False))
    y = x
    if projected:
      y = self.linear(y, 4 * L + 2, False).to(self.dtype)
    _3 = kept.append(self.linear(y, 0, False))
    # Waits for the device.
    return bool(kept[torch.len(kept) - 1].select(0, 0).select(0, 0) > 0.)

  # Several tokens of one row at once, ids [1, T], after what is in the cache: logits [T, V] of each.
  def verify(self: __torch__.Gpt2, ids: Tensor, past: int, cache: Tensor, logits: Tensor, norm: Tensor) -> int:
    # Activations in few bits magnify the smallest difference, and guesses must not change the text.
    x = self.hidden(ids, past, torch.zeros([0], dtype=4), cache, 1, self.kernel >= 3, ).squeeze(0)
    y = self.head(x, self.head_kernel == 3, )
    _4 = self.write(y, logits, norm, )
    return past + ids.size(1)

  # What the head takes, x [N, E], as vectors of length 1: their products are cosines.
  def unit(self: __torch__.Gpt2, x: Tensor) -> Tensor:
    y = x.to(6)
    return y / torch.linalg_vector_norm(y, 2, [1], True)

  # For contrastive search. A prompt, ids [1, T], for the first row; its unit vectors are written to seen [C, E].
  def join_seen(self: __torch__.Gpt2, ids: Tensor, cache: Tensor, seen: Tensor, logits: Tensor, norm: Tensor) -> int:
    x = self.hidden(ids, 0, torch.zeros([0], dtype=4), cache.narrow(2, 0, 1), 1, False, ).squeeze(0)
    T = x.size(0)
    _3 = seen.narrow(0, 0, T).copy_(self.unit(x, ))
    y = self.head(x.narrow(0, T - 1, 1), False, )
    _4 = self.write(y, logits, norm, )
    return T

  # Candidates, ids [B, 1], of rows that are alike so far: also the largest cosine [B] of each to the text before it.
  # fresh [B, E] gets their unit vectors. That of the last candidates' one that was kept has not been seen yet.
  def step_seen(self: __torch__.Gpt2, ids: Tensor, past: int, kept: int, cache: Tensor, seen: Tensor, fresh: Tensor, likeness: Tensor, logits: Tensor, norm: Tensor) -> int:
    if kept >= 0:
      _2 = seen.select(0, past - 1).copy_(fresh.select(0, kept))
    x = self.hidden(ids, past, torch.zeros([0], dtype=4), cache, 1, False, ).squeeze(1)
    _3 = fresh.copy_(self.unit(x, ))
    _6 = likeness.copy_(torch.amax(torch.matmul(fresh, seen.narrow(0, 0, past).t()), [1]))
    y = self.head(x, False, )
    _4 = self.write(y, logits, norm, )
    return past + 1

  # The last row takes the place of one that has ended: its first positions are filled.
  def move_row(self: __torch__.Gpt2, cache: Tensor, source: int, target: int, filled: int) -> int:
    rows = cache.narrow(4, 0, filled)                                      # [L, 2, B, H, S, D]
    _6 = rows.select(2, target).copy_(rows.select(2, source))
    return target

  # Rows become what others were, from position first on. moves [N, 2]: copies from one place to another, one after the
  # other; -1 is a spare one. Layers are copied one by one where that one would be large, else all at once.
  def reorder(self: __torch__.Gpt2, cache: Tensor, moves: Tensor, first: int, filled: int) -> int:
    places = annotate(List[int], [])
    for i in range(moves.numel()):
      _6 = places.append(int(moves.view([-1]).select(0, i)))
    all = cache.narrow(4, first, filled - first)
    part = all.size(0)
    if all.numel() > 1048576 * all.size(2) and bool(torch.any(moves.lt(0))):
      part = 1
    parts = torch.split(all, part)
    for p in range(torch.len(parts)):
      rows = torch.unbind(parts[p], 2)                                     # [L or 1, 2, H, S, D] each
      spare = rows[0]
      for i in range(torch.len(places) // 2):
        source, target = places[2 * i], places[2 * i + 1]
        if target < 0:
          spare = rows[source].clone()
        elif source < 0:
          _7 = rows[target].copy_(spare)
        else:
          _8 = rows[target].copy_(rows[source])
    return filled

  # Into a cache with room for more rows and positions.
  def move_all(self: __torch__.Gpt2, cache: Tensor, larger: Tensor, filled: int) -> int:
    _6 = larger.narrow(2, 0, cache.size(2)).narrow(4, 0, filled).copy_(cache.narrow(4, 0, filled))
    return filled

  # Logits [T, V] of every position of one row, ids [1, T].
  def all_logits(self: __torch__.Gpt2, ids: Tensor) -> Tensor:
    x = self.hidden(ids, 0, torch.zeros([0], dtype=4), torch.zeros([0]), 0, False, )
    return self.head(x.squeeze(0), False, ).cpu()

  # Of each id of one row given those before it [2 + 2 * top, T - 1]: log-probabilities, ranks, 1 for the likeliest, and
  # of the likeliest tokens there the log-probabilities and the ids.
  # 64 positions at a time: the logits of a whole context would be 200 MB.
  def scores(self: __torch__.Gpt2, ids: Tensor, top: int) -> Tensor:
    x = self.hidden(ids, 0, torch.zeros([0], dtype=4), torch.zeros([0]), 0, False, ).squeeze(0)
    n = ids.size(1) - 1
    result = torch.zeros([2 + 2 * top, n], dtype=6)
    for chunk in range((n + 63) // 64):
      start = 64 * chunk
      count = ops.prim.min(64, n - start)
      y = self.head(x.narrow(0, start, count), False, )                    # [count, V]
      target = self.there(ids.squeeze(0).narrow(0, start + 1, count), ).unsqueeze(1)  # [count, 1]
      own = y.gather(1, target)                                            # [count, 1]
      here = result.narrow(1, start, count)
      norm = torch.logsumexp(y, [1])
      _7 = here.select(0, 0).copy_(own.squeeze(1) - norm)
      if top > 0:
        likeliest, which, = torch.topk(y, top)                             # [count, top] each
        _9 = here.narrow(0, 2, top).copy_((likeliest - norm.unsqueeze(1)).t())
        _10 = here.narrow(0, 2 + top, top).copy_(which.t())
      # In place: a quarter of the time that sums of booleans take.
      _8 = here.select(0, 1).copy_(torch.sum(y.gt_(own), [1]) + 1)
    return result
