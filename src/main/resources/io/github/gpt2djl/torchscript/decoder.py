# The calls that Java makes, each in a line or two; the comments are in the files that implement them, first in gpt2.py.
#
# All files of this folder are TorchScript, which libtorch compiles when a model is loaded. DecoderArchive packs them with
# their imports. A call writes its results to the caller's buffers logits [N, V] and logsumexp [N].

import attribution, balance, benchmark, continuations, contrastive, generation, hooks, inspection, kv_cache, loading, sampling, scoring, tensors
from gpt2 import Gpt2
from head_kernel import Matrix as HeadMatrix
from layer_kernel import Matrix as LayerMatrix

class Decoder(Module):
  cache_dtype : int
  gpt2 : Gpt2

  # ---- loading ----

  def finite(self, x: Tensor) -> Tensor:
    return tensors.finite(x)

  def fill(self, target: Tensor, first: int, piece: Tensor) -> int:
    return tensors.fill(target, first, piece)

  def scratch_view(self, scratch: Tensor, rows: int, columns: int) -> Tensor:
    return tensors.scratch_view(scratch, rows, columns)

  def add_tokens(self, table: Tensor) -> int:
    self.gpt2.wte.append(loading.to_device_and_dtype(self.gpt2, table))
    return len(self.gpt2.wte)

  # wpe [positions, E]. OPT's table has unused rows at the front.
  def add_positions(self, table: Tensor, unused: int) -> int:
    used = table.narrow(0, unused, table.size(0) - unused)
    self.gpt2.wpe.append(loading.to_device_and_dtype(self.gpt2, used))
    return len(self.gpt2.wpe)

  def add_norm(self, name: str, weight: Tensor, bias: Tensor) -> int:
    w = loading.to_device_and_dtype(self.gpt2, weight)
    return loading.norms(self.gpt2, name).add(w, loading.to_device_and_dtype(self.gpt2, bias))

  def balance(self, weight: Tensor, gains: Tensor, transposed: bool, raises: bool) -> Tensor:
    return balance.balance(weight, gains, transposed, raises)

  def absorb(self, weight: Tensor, bias: Tensor, added: Tensor, transposed: bool) -> int:
    return balance.absorb(weight, bias, added, transposed)

  # weight [out, in], or [in, out] where transposed is set; bias [out]; factors [in] or empty.
  def prepare_layer(self, weight: Tensor, bias: Tensor, factors: Tensor, transposed: bool, scratch: Tensor) -> LayerMatrix:
    return self.gpt2.c_attn.prepare(weight, bias, factors, transposed, scratch)

  def prepare_head(self, weight: Tensor, bias: Tensor, factors: Tensor, transposed: bool, scratch: Tensor) -> HeadMatrix:
    return self.gpt2.head.prepare(weight, bias, factors, transposed, scratch)

  def add_layer(self, name: str, matrix: LayerMatrix) -> int:
    return loading.matrices(self.gpt2, name).add(matrix)

  def add_head(self, matrix: HeadMatrix) -> int:
    return self.gpt2.head.add(matrix)

  # The head is wte itself, without a bias.
  def tie_head(self) -> int:
    wte = self.gpt2.wte[0]
    return self.gpt2.head.add(self.gpt2.head.prepare(wte, torch.zeros([wte.size(0)]), torch.zeros([0]), False, torch.zeros([0])))

  # ---- the cache ----

  def allocate_cache(self, rows: int, room: int, zeros: bool) -> Tensor:
    return kv_cache.allocate(self.gpt2.n_layer, self.gpt2.n_head, self.gpt2.wpe[0], self.cache_dtype, rows, room, zeros)

  def copy_cache(self, cache: Tensor, larger: Tensor, filled: int) -> int:
    return kv_cache.copy_into(cache, larger, filled)

  def move_row(self, cache: Tensor, source: int, target: int, filled: int) -> int:
    return kv_cache.move(cache, source, target, filled)

  def reorder(self, cache: Tensor, moves: Tensor, first: int, filled: int) -> int:
    return kv_cache.reorder(cache, moves, first, filled)

  def keep_row(self, cache: Tensor, place: int, first: int, count: int) -> Tensor:
    return kv_cache.keep(cache, place, first, count)

  def restore_row(self, cache: Tensor, place: int, first: int, count: int, kept: Tensor) -> int:
    return kv_cache.restore(cache, place, first, count, kept)

  def layer_of_row(self, cache: Tensor, l: int, count: int) -> Tensor:
    return kv_cache.layer(cache, l, count)

  def set_layer_of_row(self, cache: Tensor, l: int, values: Tensor) -> int:
    return kv_cache.set_layer(cache, l, values)

  def clear_row(self, cache: Tensor, place: int, first: int, count: int) -> int:
    return kv_cache.clear(cache, place, first, count)

  # ---- generation ----

  def forward(self, ids: Tensor, past: int, lengths: Tensor, cache: Tensor, copies: int, logits: Tensor, logsumexp: Tensor) -> int:
    return generation.forward(self.gpt2, ids, past, lengths, cache, copies, logits, logsumexp)

  # Runs prompts, ids [B, T], in the places of the cache from first on.
  def join(self, ids: Tensor, lengths: Tensor, cache: Tensor, first: int, copies: int, logits: Tensor, logsumexp: Tensor) -> int:
    return generation.forward(self.gpt2, ids, 0, lengths, cache.narrow(2, first, copies * ids.size(0)), copies, logits, logsumexp)

  def step_and_join(self, ids: Tensor, past: int, lengths: Tensor, prompts: Tensor, ends: Tensor, cache: Tensor, copies: int, logits: Tensor, logsumexp: Tensor) -> int:
    return generation.step_and_join(self.gpt2, ids, past, lengths, prompts, ends, cache, copies, logits, logsumexp)

  def append(self, ids: Tensor, begun: int, cache: Tensor, place: int, logits: Tensor, logsumexp: Tensor) -> int:
    return generation.append(self.gpt2, ids, begun, cache, place, logits, logsumexp)

  def step_and_append(self, ids: Tensor, past: int, lengths: Tensor, piece: Tensor, begun: int, cache: Tensor, place: int, logits: Tensor, logsumexp: Tensor) -> int:
    return generation.step_and_append(self.gpt2, ids, past, lengths, piece, begun, cache, place, logits, logsumexp)

  def verify(self, ids: Tensor, past: int, cache: Tensor, logits: Tensor, logsumexp: Tensor) -> int:
    return generation.verify(self.gpt2, ids, past, cache, logits, logsumexp)

  def steps(self, ids: Tensor, past: int, lengths: Tensor, cache: Tensor, rules: Tensor, draws: Tensor, max_k: int, nucleus: bool, drawn: bool, eos: Tensor) -> Tensor:
    return sampling.steps(self.gpt2, ids, past, lengths, cache, rules, draws, max_k, nucleus, drawn, eos)

  # ---- contrastive search, scores, the inside, benchmarks ----

  def allocate_vectors(self, rows: int) -> Tensor:
    return contrastive.vectors(self.gpt2, rows)

  def join_candidates(self, ids: Tensor, cache: Tensor, unit_vectors: Tensor, logits: Tensor, logsumexp: Tensor) -> int:
    return contrastive.prefill(self.gpt2, ids, cache, unit_vectors, logits, logsumexp)

  def step_candidates(self, ids: Tensor, past: int, accepted: int, cache: Tensor, unit_vectors: Tensor, new_vectors: Tensor, max_cosine: Tensor, logits: Tensor, logsumexp: Tensor) -> int:
    return contrastive.step(self.gpt2, ids, past, accepted, cache, unit_vectors, new_vectors, max_cosine, logits, logsumexp)

  def all_logits(self, ids: Tensor) -> Tensor:
    return scoring.all_logits(self.gpt2, ids)

  def embedding(self, ids: Tensor) -> Tensor:
    return scoring.embedding(self.gpt2, ids)

  def scores(self, ids: Tensor, top: int) -> Tensor:
    return scoring.scores(self.gpt2, ids, top)

  def continuations(self, ids: Tensor, past: int, positions: Tensor, owners: Tensor, targets: Tensor, cache: Tensor) -> Tensor:
    return continuations.scores(self.gpt2, ids, past, positions, owners, targets, cache)

  def trace(self, ids: Tensor, wanted: str, changed: str, changes: Tensor, numbers: Tensor) -> List[Tensor]:
    return inspection.trace(self.gpt2, ids, hooks.make(wanted, changed, changes, numbers))

  def lens(self, x: Tensor) -> Tensor:
    return attribution.lens(self.gpt2, x)

  def attribution(self, ids: Tensor, wanted: str, positions: Tensor, tokens: Tensor) -> Tensor:
    return attribution.attribution(self.gpt2, ids, wanted, positions, tokens)

  def attentions_and_mlps(self, cache: Tensor, tokens: int) -> List[Tensor]:
    return benchmark.attentions_and_mlps(self.gpt2, cache, tokens)
