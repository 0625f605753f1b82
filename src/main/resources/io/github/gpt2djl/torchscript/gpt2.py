# GPT-2 (Radford et al. 2019). This file is the model and nothing else: batch.py describes the tokens of a call and what
# they see, kv_cache.py stores their keys and values, kernels/ multiplies by matrices, and decoder.py has the calls that
# Java makes. The first GPT, OPT and GPT-Neo are the same model with other tensors and a few other values.
#
# libtorch compiles this text (TorchScript) when a model is loaded. Tensors have the names of the published checkpoints.
#   B rows, T new tokens of each row, N = B * T tokens, S tokens that a row sees (cached and new)
#   E width, H heads, D = E / H, V vocabulary, L layers

from attention import attention_per_prompt, attention_per_row, attention_per_token
from batch import Batch, Batches, keys_and_values, position_vectors
from dtypes import float32
from head_kernel import Matrices as HeadMatrices
from layer_kernel import Matrices
from layer_norm import LayerNorms

class Gpt2(Module):
  n_layer : int
  n_head : int
  activation : str             # activation function of the MLP, by transformers' name
  post_norm : bool             # whether norms follow the sums, as in the first GPT and in OPT-350m
  qk_scales : List[float]      # factor of each layer's products of queries and keys; 1 / sqrt(D) in GPT-2
  dtype : int                  # element type of the vectors x
  batches : Batches
  wte : List[Tensor]           # [V, E], a list of one tensor, which is added after the module is created
  wpe : List[Tensor]           # [positions, E], a list of one tensor
  ln_1 : LayerNorms
  c_attn : Matrices            # E -> 3E
  attn_c_proj : Matrices       # E -> E
  ln_2 : LayerNorms
  c_fc : Matrices              # E -> 4E
  mlp_c_proj : Matrices        # 4E -> E
  ln_f : LayerNorms            # empty if norms follow the sums
  head : HeadMatrices          # E -> V, wte in the published models
  project_in : Matrices        # only in OPT-350m, whose wte is narrower than its layers
  project_out : Matrices

  # --- embed ---
  # Each token becomes the sum of its vector and its position's vector: ids [B, T] -> x [N, E].
  def embed(self, ids: Tensor, batch: Batch) -> Tensor:
    wte = self.wte[0]
    x = torch.embedding(wte, torch.flatten(ids.to(wte.device))).to(self.dtype)
    x = self.project(self.project_in, x, batch.exact)
    p = position_vectors(batch, self.wpe[0])
    return torch.flatten(x.view([batch.B, batch.T, x.size(1)]) + p, 0, 1)

  # --- attend ---
  # Each token attends to itself and to the earlier tokens of its row: qkv [N, 3E] -> [N, E].
  # is_causal hides later tokens with a triangle at the top left, which is right for a prompt, which starts at position 0.
  def attend(self, qkv: Tensor, batch: Batch, l: int) -> Tensor:
    E = qkv.size(1) // 3
    dtype = qkv.dtype
    rounds = dtype != self.batches.cache_dtype                             # keys and values in fewer bits
    if rounds:
      qkv = qkv.to(self.batches.cache_dtype)
    qkv = qkv.view([batch.B, batch.T, 3, self.n_head, E // self.n_head])
    q = qkv.select(2, 0).transpose(1, 2)                                   # [B, H, T, D]
    k, v = keys_and_values(qkv, batch, l)                                  # [B, H, S, D] each
    local = batch.window > 0 and self.batches.local[l]                     # GPT-Neo: sees window tokens
    mask = batch.local_mask if local else batch.mask
    is_causal = batch.past == 0 and batch.T > 1 and not local
    scale = self.qk_scales[l]
    if batch.exact:
      a = attention_per_token(q, k, v, scale, batch.window if local else 0)
    elif batch.per_prompt:
      a = attention_per_prompt(q, k, v, mask, is_causal, scale, batch.positions)
    elif batch.per_row:
      a = attention_per_row(q, batch.kv_per_row, l, scale)
    else:
      a = torch.scaled_dot_product_attention(q, k, v, mask, 0., is_causal, scale=scale)
    y = a.transpose(1, 2).reshape([batch.B * batch.T, E])
    return y.to(dtype) if rounds else y

  # --- attention ---
  # Attention with the matrices before and after it: x [N, E] -> [N, E]. The tokens of joining prompts follow the batch's
  # tokens.
  def attention(self, x: Tensor, batch: Batch, joining: List[Batch], l: int) -> Tensor:
    qkv = self.c_attn.linear(x, l, batch.exact)               # [N, 3E]
    n = batch.B * batch.T
    a = self.attend(qkv.narrow(0, 0, n), batch, l)
    if len(joining) > 0:
      a = torch.cat([a, self.attend(qkv.narrow(0, n, joining[0].B * joining[0].T), joining[0], l)])
    return self.attn_c_proj.linear(self.attn_c_proj.fit(a), l, batch.exact)

  # --- mlp ---
  # The MLP, which treats each token separately: x [N, E] -> [N, E].
  def mlp(self, x: Tensor, batch: Batch, l: int) -> Tensor:
    h = self.c_fc.linear_activated(x, l, batch.exact, self.activation)   # [N, 4E]
    return self.mlp_c_proj.linear(h, l, batch.exact)

  # --- block ---
  # A layer adds the output of attention to x, then the output of the MLP (pre-norm): x [N, E] -> [N, E].
  def block(self, x: Tensor, batch: Batch, joining: List[Batch], l: int) -> Tensor:
    x = x.add_(self.attention(self.ln_1.norm(x, l), batch, joining, l))
    return x.add_(self.mlp(self.ln_2.norm(x, l), batch, l))

  # The first GPT and OPT-350m norm the sums (post-norm): x [N, E] -> [N, E].
  def block_post_norm(self, x: Tensor, batch: Batch, joining: List[Batch], l: int) -> Tensor:
    x = self.ln_1.norm(x.add_(self.attention(x, batch, joining, l)), l)
    return self.ln_2.norm(x.add_(self.mlp(x, batch, l)), l)

  # --- layers ---
  # All layers: x [N, E] -> hidden states [N, E], the input of the head.
  def layers(self, x: Tensor, batch: Batch, joining: List[Batch]) -> Tensor:
    N = x.size(0)
    x = self.c_attn.fit(x)
    for l in range(self.n_layer):
      if self.post_norm:
        x = self.block_post_norm(x, batch, joining, l)
      else:
        x = self.block(x, batch, joining, l)
    if self.ln_f.count() > 0:
      x = self.ln_f.norm(x, 0)
    return self.project(self.project_out, x, batch.exact).narrow(0, 0, N)

  # --- hidden ---
  # ids [B, T] -> hidden states [N, E], the input of the head. Writes keys and values to the batch's cache.
  def hidden(self, ids: Tensor, batch: Batch) -> Tensor:
    return self.layers(self.embed(ids, batch), batch, annotate(List[Batch], []))

  # --- logits ---
  # The score of each token of the vocabulary, in 32 bits: x [N, E] -> [N, V].
  def logits(self, x: Tensor) -> Tensor:
    return self.head.linear(x, 0, True).to(float32())

  # --- project ---
  # Changes the width in OPT-350m: x [N, in] -> [N, out]; returns x itself in all other models.
  def project(self, matrices: Matrices, x: Tensor, exact: bool) -> Tensor:
    if matrices.count() > 0:
      x = matrices.linear(x, 0, exact).to(self.dtype)
    return x
