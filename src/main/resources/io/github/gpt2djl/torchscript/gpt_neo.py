# Converts the weights of a GPT-Neo into GPT-2's layout for training. GPT-Neo stores its matrices as [out, in], and those
# of queries, keys and values separately and without biases.

# w: wte, wpe, then 13 tensors of each layer, then ln_f -> the same with 12 tensors of each layer.
def weights_of_gpt2(w: List[Tensor], n_layer: int) -> List[Tensor]:
  v = [w[0], w[1]]
  for l in range(n_layer):
    i = 13 * l + 2
    c_attn = torch.cat([w[i + 2], w[i + 3], w[i + 4]]).t()
    v.extend([w[i], w[i + 1], c_attn, torch.zeros([c_attn.size(1)])])
    v.extend([w[i + 5].t(), w[i + 6], w[i + 7], w[i + 8]])
    v.extend([w[i + 9].t(), w[i + 10], w[i + 11].t(), w[i + 12]])
  v.extend(w[13 * n_layer + 2:])
  return v
