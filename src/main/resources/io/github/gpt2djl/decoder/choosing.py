  # More methods of decoder.py's class, to whose text DecoderArchive appends this: steps in which the model itself
  # chooses the tokens. A GPU's logits would take longer to fetch than to compute.

  # The next token of each row [B] by its logits y [B, V]: the likeliest where the temperature is 0, else the one that
  # sampling.Multinomial draws behind Temperature, TopK and TopP. rules [B, 3]: temperature, k (0: all), p (1: all);
  # draws [B]. most: the largest k; nucleus: some p is below 1; drawn: some temperature is not 0.
  def choose(self: __torch__.Gpt2, y: Tensor, rules: Tensor, draws: Tensor, most: int, nucleus: bool, drawn: bool) -> Tensor:
    chosen = torch.argmax(y, 1)
    if drawn:
      V = y.size(1)
      temperature, k, p, = torch.unbind(rules.unsqueeze(2), 1)             # [B, 1] each
      greedy = temperature.eq(0.)
      s = y / temperature.masked_fill(greedy, 1.).to(6)
      if most > 0:
        # Ties with the k-th stay.
        n = ops.prim.min(most, V)
        highest = (torch.topk(s, n))[0]
        least = highest.gather(1, (k.to(4) - 1).clamp_(0, n - 1))
        least = least.masked_fill(k.eq(0.), -inf)
        s = s.masked_fill(s.lt(least), -inf)
      if nucleus:
        # Of equal scores the higher id comes first.
        ranked, order, = torch.sort(torch.flip(s, [1]), stable=True, dim=1, descending=True)
        w = ranked.to(7)
        w = torch.exp(w - w.narrow(1, 0, 1))
        mass = torch.cumsum(w / torch.sum(w, [1], True), 1).to(6)
        last = torch.sum(mass.lt(p.masked_fill(p.eq(1.), 2.).to(6)), [1], True).clamp_(0, V - 1)
        least = ranked.gather(1, last)
        lowest = V - 1 - order.gather(1, last)
        ids = torch.arange(V, dtype=4, layout=None, device=ops.prim.device(y)).unsqueeze(0)
        s = s.masked_fill(s.lt(least).logical_or_(s.eq(least).logical_and_(ids.lt(lowest))), -inf)
      w = s.to(7)
      sums = torch.cumsum(torch.exp(w - torch.amax(w, [1], True)), 1)
      total = sums.narrow(1, V - 1, 1).contiguous()
      # Only rounding leads beyond the last token that has a share.
      place = torch.minimum(torch.searchsorted(sums, draws.unsqueeze(1) * total, out_int32=False, right=True), torch.searchsorted(sums, total))
      chosen = torch.where(greedy, chosen.unsqueeze(1), place).squeeze(1)
    return chosen

  # As many steps as draws [n, B] has rows, in which the model chooses by itself; fewer where all rows have met one of
  # the ids in eos [e] before. ids [B, 1], past and lengths as for a step; the rest as for choose.
  # The result [2, steps, B]: the tokens, and their log-probabilities.
  def steps(self: __torch__.Gpt2, ids: Tensor, past: int, lengths: Tensor, cache: Tensor, rules: Tensor, draws: Tensor, most: int, nucleus: bool, drawn: bool, eos: Tensor) -> Tensor:
    next = self.there(ids, )
    ends = self.there(lengths, )
    rules = self.there(rules, )
    draws = self.there(draws, )
    eos = self.there(eos, )
    n = draws.size(0)
    ended = torch.zeros([ids.size(0)], dtype=11, layout=None, device=ops.prim.device(next))
    chosen = annotate(List[Tensor], [])
    t = 0
    going = True
    while going:
      x = self.hidden(next, past + t, ends, cache, 1, False, ).squeeze(1)
      y = self.head(x, False, )                                            # [B, V]
      id = self.choose(y, rules, draws.select(0, t), most, nucleus, drawn, )
      own = y.gather(1, id.unsqueeze(1)).squeeze(1) - torch.logsumexp(y, [1])
      _0 = chosen.append(torch.stack([id.to(7), own.to(7)]))
      ended = ended.logical_or(torch.isin(id, eos))
      next = id.unsqueeze(1)
      if ends.numel() > 0:
        ends = ends + 1
      t = t + 1
      going = t < n
      # To look waits for the device.
      if going and t % 8 == 0:
        going = not bool(torch.all(ended))
    return torch.stack(chosen, 1).cpu()
