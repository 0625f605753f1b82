"""Makes checkpoints with seeded random weights and what Hugging Face transformers computes from them.

    pip install torch transformers
    python src/test/python/make_references.py                 # the committed ones, in src/test/resources/reference
    python src/test/python/make_references.py --large FOLDER  # 124M's real shape (0.5 GB), for mvn -Preference

The tests read config.json and model.safetensors with this library and compare with expected.json.
"""

import argparse
import json
import pathlib

import torch
import transformers
from safetensors.torch import load_file, save_file
from tokenizers import Tokenizer, models, pre_tokenizers, trainers
from transformers import AutoModelForCausalLM, GPTNeoConfig, GPT2Config, GPT2LMHeadModel, LogitsProcessorList
from transformers import GPT2Tokenizer, OPTConfig, OpenAIGPTConfig, OpenAIGPTTokenizer
from transformers import TemperatureLogitsWarper, TopKLogitsWarper, TopPLogitsWarper

PROJECT = pathlib.Path(__file__).resolve().parents[3]
GOLDENS = PROJECT / "src/main/resources/io/github/gpt2djl/internal/bench/goldens.json"
ROOT = pathlib.Path(__file__).resolve().parent.parent / "resources" / "reference"

# name: (layers, heads, width, inner, positions, vocabulary, epsilon, dtype, prefix, tied, std)
SMALL = {
    # Like distilgpt2: prefixed names, masks stored.
    "prefixed-f32": (2, 4, 32, None, 96, 101, 1e-5, torch.float32, "transformer.", True, 0.25),
    # An explicit head that is not the embedding, an MLP that is not four times as wide, half precision.
    "untied-f16": (3, 3, 48, 100, 80, 211, 1e-5, torch.float16, "transformer.", False, 0.2),
    # Like gpt2: bare names, masks stored; bfloat16 and another epsilon.
    "bare-bf16": (1, 2, 24, None, 128, 157, 1e-4, torch.bfloat16, "", True, 0.3),
}
# name: (config, dtype, prefix of the stored names, published as pytorch_model.bin, std)
RELATIVES = {
    "gpt1-f32": (OpenAIGPTConfig(n_layer=2, n_head=4, n_embd=32, n_positions=96, vocab_size=100),
                 torch.float32, "", False, 0.25),
    # Like opt-125m: norms before the layers, a pickle of half precision.
    "opt-f16": (OPTConfig(num_hidden_layers=2, num_attention_heads=4, hidden_size=32, ffn_dim=128,
                          word_embed_proj_dim=32, max_position_embeddings=96, vocab_size=320),
                torch.float16, "model.decoder.", True, 0.2),
    # Like opt-350m: norms after the sums, embeddings that are narrower than the layers.
    "opt-projected-f16": (OPTConfig(num_hidden_layers=3, num_attention_heads=4, hidden_size=48, ffn_dim=192,
                                    word_embed_proj_dim=24, max_position_embeddings=80, vocab_size=320,
                                    do_layer_norm_before=False),
                          torch.float16, "decoder.", False, 0.2),
    # Like the larger Galactica: no biases, GELU.
    "opt-no-bias-f16": (OPTConfig(num_hidden_layers=2, num_attention_heads=4, hidden_size=24, ffn_dim=96,
                                  enable_bias=False, activation_function="gelu", max_position_embeddings=96,
                                  vocab_size=320),
                        torch.float16, "model.decoder.", False, 0.25),
    # Like TinyStories: a pickle with the masks of its time, and a window that is shorter than the texts.
    "gpt-neo-f32": (GPTNeoConfig(num_layers=2, num_heads=4, hidden_size=20, window_size=8, max_position_embeddings=80,
                                 attention_types=[[["global", "local"], 1]], vocab_size=320, bos_token_id=0,
                                 eos_token_id=0),
                    torch.float32, "transformer.", True, 0.25),
}
TEXT = "the cat sat on the mat; it was the best of mats, it was the worst of mats. don't stop: walking, walked, walker!"
GPT_MERGES = ("t h,th e</w>,a t</w>,c at</w>,s at</w>,m at</w>,o n</w>,i t</w>,w a,wa s</w>,b e,be s,bes t</w>,o f</w>,"
              "m a,ma t,mat s</w>,w o,wo r,wor s,wors t</w>,d o,do n</w>,s t,o p</w>,st op</w>,wa l,wal k,walk e,walke d</w>")
TEXTS = ["the cat sat", "The CAT's mat... was walked on!", " two  spaces\nand a line ", "caf\u00e9 na\u00efve \u00c9t\u00e9", "\u4f60\u597d cat",
         "</s>the <pad> mat", "\U0001f600 walks", ""]
LARGE = {"gpt2-shape": (12, 12, 768, None, 1024, 50257, 1e-5, torch.float32, "", True, 0.04)}


def config(spec):
    layers, heads, width, inner, positions, vocabulary, epsilon, _, _, tied, _ = spec
    return GPT2Config(
        n_layer=layers, n_head=heads, n_embd=width, n_inner=inner, n_positions=positions, vocab_size=vocabulary,
        layer_norm_epsilon=epsilon, bos_token_id=vocabulary - 1, eos_token_id=vocabulary - 1,
        tie_word_embeddings=tied, resid_pdrop=0.0, embd_pdrop=0.0, attn_pdrop=0.0)


def randomize(model, std, seed):
    """Norms and biases too: transformers' own initialisation leaves them at 1 and 0, which hides mistakes."""
    generator = torch.Generator().manual_seed(seed)
    for name, parameter in model.named_parameters():
        noise = torch.randn(parameter.shape, generator=generator)
        is_gain = ("ln_" in name or "layer_norm" in name) and name.endswith("weight")
        parameter.data.copy_(1 + 0.3 * noise if is_gain else std * noise)


def save(model, cfg, spec, folder):
    """The published layout by hand: masks among the tensors, an unpadded header, data not in name order."""
    dtype, prefix, tied = spec[7], spec[8], spec[9]
    tensors = {}
    for name, value in model.transformer.state_dict().items():
        tensors[prefix + name] = value.to(dtype).contiguous()
    n = spec[4]
    for layer in range(spec[0]):
        tensors[f"{prefix}h.{layer}.attn.bias"] = torch.tril(torch.ones(n, n)).view(1, 1, n, n).to(torch.uint8)
    if not tied:
        tensors["lm_head.weight"] = model.lm_head.weight.to(dtype).contiguous()
    folder.mkdir(parents=True, exist_ok=True)
    save_file(tensors, folder / "model.safetensors", metadata={"format": "pt"})
    text = json.dumps({**cfg.to_dict(), "model_type": "gpt2", "architectures": ["GPT2LMHeadModel"]}, indent=2)
    (folder / "config.json").write_text(text + "\n")


def save_torch(folder):
    """The same tensors as torch.save writes them: whole, and cut into two files with an index."""
    tensors = load_file(folder / "model.safetensors")
    torch.save(tensors, folder / "pytorch_model.bin")
    names = list(tensors)
    index = {}
    for number, part in enumerate((names[: len(names) // 2], names[len(names) // 2 :]), start=1):
        file = f"pytorch_model-{number:05}-of-00002.bin"
        torch.save({name: tensors[name] for name in part}, folder / file)
        index.update({name: file for name in part})
    (folder / "pytorch_model.bin.index.json").write_text(json.dumps({"metadata": {}, "weight_map": index}) + "\n")


@torch.inference_mode()
def joint(folder):
    """What OPT says of texts that are tokenized as a whole: a prompt with each continuation, and texts behind bos."""
    hf = GPT2Tokenizer(vocab=json.loads((folder / "vocab.json").read_text()),
                       merges=[tuple(line.split()) for line in (folder / "merges.txt").read_text().splitlines()[1:]],
                       bos_token="</s>", eos_token="</s>", unk_token="</s>", pad_token="<pad>", add_bos_token=True)
    model = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32).eval()

    def scored(text):
        ids = hf(text)["input_ids"]
        if ids[:1] != [2]:
            ids = [2] + ids
        log_probs = model(torch.tensor([ids])).logits[0, :-1].log_softmax(-1)
        return ids, log_probs.gather(1, torch.tensor(ids[1:])[:, None])[:, 0]

    ranked = []
    for prompt, continuations in (("the cat sat", [" on the mat", " on", ", walking", " of the worst", "; stop"]),
                                  ("it was the best of mats", ["!", " it was", " caf\u00e9", ". don't stop"]),
                                  ("", ["the cat", " the cat", "walked"])):
        start = len(scored(prompt)[0])
        rows = []
        for text in continuations:
            ids, log_probs = scored(prompt + text)
            rows.append({"text": text, "ids": ids[start:], "log_prob": log_probs[start - 1:].sum().item()})
        ranked.append({"prompt": prompt, "continuations": rows})
    texts = []
    for text in ("the cat sat on the mat", "walked", " \u4f60"):
        ids, log_probs = scored(text)
        texts.append({"text": text, "ids": ids, "log_probs": numbers(log_probs)})
    (folder / "joint.json").write_text(json.dumps({"ranked": ranked, "scored": texts}, indent=1) + "\n")
    print(folder / "joint.json", sum(len(row["continuations"]) for row in ranked), "continuations")


def numbers(tensor):
    return [float(f"{x:.8g}") for x in tensor.flatten().tolist()]


@torch.inference_mode()
def expected(folder, vocabulary, positions, every_position):
    model = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32).eval()
    generator = torch.Generator().manual_seed(7)
    prompts = [torch.randint(0, vocabulary, (n,), generator=generator).tolist() for n in (9, 1, 5)]
    rows = []
    for prompt in prompts:
        ids = torch.tensor([prompt])
        log_probs = model(ids).logits[0].log_softmax(-1)
        greedy = model.generate(ids, attention_mask=torch.ones_like(ids), do_sample=False, max_new_tokens=64,
                                eos_token_id=None, pad_token_id=0)[0, len(prompt):].tolist()
        rows.append({"ids": prompt, "greedy": greedy,
                     "log_probs": numbers(log_probs if every_position else log_probs[-1])})
    text = torch.randint(0, vocabulary, (min(positions, 200),), generator=generator)
    log_probs = model(text[None]).logits[0].log_softmax(-1)
    picked = log_probs[:-1].gather(1, text[1:, None]).squeeze(1)
    return {"transformers": transformers.__version__, "torch": torch.__version__.split("+")[0], "prompts": rows,
            "score_ids": text.tolist(), "score": numbers(picked)}


def make(name, spec, root, every_position):
    folder = root / name
    cfg = config(spec)
    model = GPT2LMHeadModel(cfg)
    randomize(model, spec[10], seed=len(name))
    save(model, cfg, spec, folder)
    if name == "untied-f16":
        save_torch(folder)
    result = expected(folder, spec[5], spec[4], every_position)
    (folder / "expected.json").write_text(json.dumps(result) + "\n")
    print(folder, len(result["score"]), "scored ids, greedy", result["prompts"][0]["greedy"][:8])


def relative(name, spec, root):
    cfg, dtype, prefix, pickled, std = spec
    folder = root / name
    folder.mkdir(parents=True, exist_ok=True)
    model = AutoModelForCausalLM.from_config(cfg)
    randomize(model, std, seed=len(name))
    inner = model.model.decoder if cfg.model_type == "opt" else model.transformer
    tensors = {prefix + key: value.to(dtype).contiguous() for key, value in inner.state_dict().items()}
    if cfg.model_type == "gpt_neo":
        for layer in range(cfg.num_layers):
            attention = inner.h[layer].attn.attention
            tensors[f"{prefix}h.{layer}.attn.attention.bias"] = attention.bias
            tensors[f"{prefix}h.{layer}.attn.attention.masked_bias"] = torch.tensor(-1e9)
    if pickled:
        # The pickle names the table twice: once more as the head.
        tensors["lm_head.weight"] = tensors[prefix + ("wte" if cfg.model_type == "gpt_neo" else "embed_tokens") + ".weight"]
        torch.save(tensors, folder / "pytorch_model.bin")
    else:
        save_file(tensors, folder / "model.safetensors", metadata={"format": "pt"})
    architecture = type(model).__name__
    (folder / "config.json").write_text(json.dumps({**cfg.to_dict(), "architectures": [architecture]}, indent=2) + "\n")
    tokenizer(folder, cfg)
    positions = cfg.n_positions if cfg.model_type == "openai-gpt" else cfg.max_position_embeddings
    result = expected(folder, cfg.vocab_size, positions, every_position=name not in ("opt-no-bias-f16", "gpt-neo-f32"))
    (folder / "expected.json").write_text(json.dumps(result) + "\n")
    print(folder, len(result["score"]), "scored ids, greedy", result["prompts"][0]["greedy"][:8])


def tokenizer(folder, cfg):
    """A small vocabulary, saved in the files of the published one, and what transformers makes of texts with it."""
    first = cfg.model_type == "openai-gpt"
    neo = cfg.model_type == "gpt_neo"
    if first:
        # By hand: the trainer's ties fall differently in each run where words have an end.
        merges = [tuple(pair.split()) for pair in GPT_MERGES.split(",")]
        letters = sorted(set("".join(a + b for a, b in merges).replace("</w>", "")) | set("!',.:;kpbdcfg"))
        tokens = ["<unk>", *letters, *(c + "</w>" for c in letters), *(a + b for a, b in merges)]
        vocab = {token: number for number, token in enumerate(tokens)}
    else:
        trained = Tokenizer(models.BPE())
        trained.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
        trained.train_from_iterator([TEXT], trainers.BpeTrainer(
            vocab_size=310, special_tokens=["<|endoftext|>"] if neo else ["<s>", "<pad>", "</s>", "<unk>"], show_progress=False,
            initial_alphabet=pre_tokenizers.ByteLevel.alphabet()))
        parts = json.loads(trained.to_str())["model"]
        vocab, merges = parts["vocab"], [tuple(pair) for pair in parts["merges"]]
    if first:
        hf = OpenAIGPTTokenizer(vocab=vocab, merges=merges)
        hf.backend_tokenizer.save(str(folder / "tokenizer.json"))
    elif neo:
        hf = GPT2Tokenizer(vocab=vocab, merges=merges)
        hf.save_pretrained(folder)
    else:
        # As published for OPT; the released versions of transformers put bos in front for add_bos_token.
        hf = GPT2Tokenizer(vocab=vocab, merges=merges, bos_token="</s>", eos_token="</s>", unk_token="</s>",
                           pad_token="<pad>")
    (folder / "vocab.json").write_text(json.dumps(vocab, ensure_ascii=False))
    (folder / "merges.txt").write_text("#version: 0.2\n" + "".join(f"{a} {b}\n" for a, b in merges))
    rows = []
    for text in TEXTS:
        ids = hf(text, add_special_tokens=False)["input_ids"]
        rows.append({"text": text, "ids": ids, "decoded": hf.decode(ids), "visible": hf.decode(ids, skip_special_tokens=True)})
    (folder / "tokens.json").write_text(json.dumps(rows, ensure_ascii=False, indent=1) + "\n")


@torch.inference_mode()
def goldens(folder, name, prompts, new_tokens):
    """What `selfcheck` replays: greedy continuations and logits, in the form of goldens.json."""
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    model = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32).eval()
    source = f"transformers {transformers.__version__}"
    rows = []
    for prompt in prompts:
        ids = tokenizer.encode(prompt, add_special_tokens=False).ids
        row = torch.tensor([ids])
        greedy = model.generate(row, attention_mask=torch.ones_like(row), do_sample=False, max_new_tokens=new_tokens,
                                pad_token_id=0)[0].tolist()
        rows.append({"model": name, "decoding": "greedy", "prompt": prompt, "prompt_ids": ids, "all_ids": greedy,
                     "source": source})
    logits = model(row).logits[0]
    rows.append({"model": name, "decoding": "logits", "prompt": prompt, "prompt_ids": ids,
                 "logits_mean": round(logits.mean().item(), 4), "source": source,
                 "logits_start": [round(x, 4) for x in logits[0, :3].tolist()]})
    return rows


def write_goldens(file, rows):
    file.write_text("[\n" + ",\n".join("  " + json.dumps(row, ensure_ascii=False) for row in rows) + "\n]\n")


def warpers(root):
    """What transformers' warpers keep of small and of tied rows of scores."""
    generator = torch.Generator().manual_seed(3)
    cases = []
    scores = [torch.tensor(row) for row in (
        [0.5, 0.3, 0.15, 0.05], [0.05, 0.15, 0.3, 0.5], [0.25, 0.25, 0.25, 0.25], [0.4, 0.2, 0.2, 0.2])]
    scores = [s.log() for s in scores]
    scores += [torch.randn(n, generator=generator) * 3 for n in (3, 17, 200)]
    scores += [torch.randint(-3, 3, (40,), generator=generator).float()]
    for row in scores:
        for temperature, top_k, top_p in (
                (1.0, 1, 1.0), (1.0, 2, 1.0), (1.0, 3, 1.0), (1.0, 5000, 1.0), (1.0, 0, 0.9), (1.0, 0, 0.8),
                (1.0, 0, 0.5), (1.0, 0, 0.0), (1.0, 0, 0.999), (0.7, 10, 0.95), (2.5, 4, 0.3), (0.1, 0, 0.6)):
            chain = LogitsProcessorList()
            if temperature != 1.0:
                chain.append(TemperatureLogitsWarper(temperature))
            if top_k:
                chain.append(TopKLogitsWarper(top_k))
            if top_p < 1.0:
                chain.append(TopPLogitsWarper(top_p))
            kept = torch.isfinite(chain(None, row[None].clone())[0]).nonzero().flatten().tolist()
            probabilities = chain(None, row[None].clone())[0].softmax(-1)[kept]
            cases.append({"scores": numbers(row), "temperature": temperature, "top_k": top_k, "top_p": top_p,
                          "kept": kept, "probabilities": numbers(probabilities)})
    (root / "warpers.json").write_text(json.dumps(cases) + "\n")
    print(root / "warpers.json", len(cases), "cases")


@torch.inference_mode()
def strides(root):
    """Perplexity of a text beyond the context, by the code of transformers' guide (docs: perplexity)."""
    model = AutoModelForCausalLM.from_pretrained(root / "prefixed-f32", dtype=torch.float32).eval()
    max_length = model.config.n_positions
    ids = torch.randint(0, model.config.vocab_size, (1, 333), generator=torch.Generator().manual_seed(11))
    cases = []
    for stride in (1, 32, 60, 95):
        scored, prev_end_loc = [], 0
        for begin_loc in range(0, ids.size(1), stride):
            end_loc = min(begin_loc + max_length, ids.size(1))
            trg_len = end_loc - prev_end_loc  # may be different from stride on last loop
            input_ids = ids[:, begin_loc:end_loc]
            log_probs = model(input_ids).logits[0, :-1].log_softmax(-1).gather(1, input_ids[0, 1:, None])[:, 0]
            scored += log_probs[-trg_len:].tolist()
            prev_end_loc = end_loc
            if end_loc == ids.size(1):
                break
        cases.append({"stride": stride, "log_probs": numbers(torch.tensor(scored))})
    (root / "strides.json").write_text(json.dumps({"ids": ids[0].tolist(), "cases": cases}) + "\n")
    print(root / "strides.json", [len(case["log_probs"]) for case in cases])


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--large", type=pathlib.Path)
    arguments = parser.parse_args()
    if arguments.large:
        for key, value in LARGE.items():
            make(key, value, arguments.large, every_position=False)
    else:
        for key, value in SMALL.items():
            make(key, value, ROOT, every_position=True)
        for key, value in RELATIVES.items():
            relative(key, value, ROOT)
        write_goldens(ROOT / "gpt1-f32" / "goldens.json",
                      goldens(ROOT / "gpt1-f32", "tiny-gpt1", ["the cat", "it was the best"], 12))
        shipped = goldens(PROJECT / "models" / "shakespeare", "shakespeare", ["ROMEO:", "To be, or not to be"], 40)
        published = [row for row in json.loads(GOLDENS.read_text()) if row["model"] != "shakespeare"]
        write_goldens(GOLDENS, shipped + published)
        warpers(ROOT)
        strides(ROOT)
        joint(ROOT / "opt-f16")
