"""Where texts end, and what a model's own generation_config.json changes, by transformers' generate on a tiny GPT-2.

    pip install torch transformers
    python src/test/python/make_ends_references.py          # from the project's folder

writes src/test/resources/reference/ends: a model that greedily says SCRIPT, whatever came before: each position's
embedding points at the next token. An id below 256 is a byte. settings.json has folders that differ in config.json and
generation_config.json, with the options that generate took from them and the ids; stops.json has stop strings.
"""

import json
import pathlib
import shutil
import tempfile
import warnings

import torch
import transformers
from tokenizers.pre_tokenizers import ByteLevel
from transformers import GPT2Config, GPT2LMHeadModel, PreTrainedTokenizerFast
from transformers.convert_slow_tokenizer import bytes_to_unicode

ROOT = pathlib.Path("src/test/resources/reference/ends")
THE, END, USER, IM_END = 257, 258, 259, 260
ADDED = {END: "<|endoftext|>", USER: "<|user|>", IM_END: "<|im end|>"}
POSITIONS = 64


def ids(*parts):
    return [i for part in parts for i in (part.encode() if isinstance(part, str) else [part])]


SCRIPT = ids("The cat", USER, "\nHi é ", THE, " 👍", IM_END, " ", 256, "x\n\nno", END, "more of it <|user|> é", USER, USER)
SAMPLING = ["temperature", "top_k", "top_p", "min_p", "typical_p", "epsilon_cutoff", "eta_cutoff"]
BEAMS = ["length_penalty", "early_stopping"]
ALWAYS = ["do_sample", "num_beams", "num_return_sequences", "repetition_penalty", "no_repeat_ngram_size",
          "bad_words_ids", "suppress_tokens", "begin_suppress_tokens", "forced_bos_token_id", "forced_eos_token_id",
          "stop_strings", "sequence_bias"]


def write_model():
    torch.manual_seed(11)
    config = GPT2Config(n_layer=2, n_head=2, n_embd=32, n_positions=POSITIONS, vocab_size=261, initializer_range=0.02,
                        bos_token_id=END, eos_token_id=END)
    model = GPT2LMHeadModel(config)
    table = torch.nn.functional.normalize(torch.randn(261, 32), dim=1)
    with torch.no_grad():
        model.transformer.wte.weight.copy_(table)
        for position in range(POSITIONS):
            following = SCRIPT[(position + 1) % len(SCRIPT)]
            model.transformer.wpe.weight[position] = 4 * table[following]
    model.half().save_pretrained(ROOT)
    (ROOT / "generation_config.json").unlink()


def write_tokenizer():
    letters = bytes_to_unicode()
    vocabulary = {letters[byte]: byte for byte in range(256)} | {"th": 256, "the": THE}
    (ROOT / "tokenizer.json").write_text(json.dumps({
        "version": "1.0", "truncation": None, "padding": None, "normalizer": None,
        "added_tokens": [{"id": i, "content": text, "single_word": False, "lstrip": False, "rstrip": False,
                          "normalized": False, "special": True} for i, text in ADDED.items()],
        "pre_tokenizer": {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True, "use_regex": True},
        "post_processor": None,
        "decoder": {"type": "ByteLevel", "add_prefix_space": True, "trim_offsets": True, "use_regex": True},
        "model": {"type": "BPE", "dropout": None, "unk_token": None, "continuing_subword_prefix": "",
                  "end_of_word_suffix": "", "fuse_unk": False, "vocab": vocabulary,
                  "merges": [["t", "h"], ["th", "e"]]}}, ensure_ascii=False) + "\n")
    return PreTrainedTokenizerFast(tokenizer_file=str(ROOT / "tokenizer.json"))


def load(overrides, generation):
    """The model in a folder whose config.json has other keys (null: none), beside that generation_config.json."""
    with tempfile.TemporaryDirectory() as folder:
        config = json.loads((ROOT / "config.json").read_text()) | overrides
        config = {key: value for key, value in config.items() if key not in overrides or value is not None}
        (pathlib.Path(folder) / "config.json").write_text(json.dumps(config))
        if generation is not None:
            (pathlib.Path(folder) / "generation_config.json").write_text(json.dumps(generation))
        shutil.copy(ROOT / "model.safetensors", folder)
        return GPT2LMHeadModel.from_pretrained(folder, dtype=torch.float32)


def effective(config):
    """The options that have an effect, by transformers' names, with the ids that can end a text."""
    keys = ALWAYS + (SAMPLING if config.do_sample else []) + (BEAMS if config.num_beams > 1 else [])
    told = {key: getattr(config, key) for key in keys if getattr(config, key) is not None}
    ends = config.eos_token_id
    ends = ends if isinstance(ends, list) else [] if ends is None else [ends]
    return told | {"eos_token_id": [i for i in ends if 0 <= i < 261]}


def setting(name, generation=None, config=None, prompt=(84,), **options):
    row = {"name": name, "generation_config": generation, "config": config or {}, "prompt": list(prompt),
           "options": options}
    try:
        model = load(config or {}, generation)
        whole = model._prepare_generation_config(None, **dict(options))[0]
        row["mode"] = whole.get_generation_mode().value
        row["effective"] = effective(whole)
        if prompt:
            given = {"inputs": torch.tensor([prompt]), "attention_mask": torch.ones(1, len(prompt), dtype=torch.long)}
        else:
            given = {}
        tokenizer = {"tokenizer": TOKENIZER} if whole.stop_strings else {}
        out = model.generate(**given, **tokenizer, **options)
        if not whole.do_sample:
            row["ids"] = out[0].tolist()
            pad = whole.pad_token_id
            assert pad is None or pad not in row["ids"]
    except (ValueError, TypeError, IndexError, RuntimeError) as e:
        row["error"] = type(e).__name__ + ": " + str(e)[:120]
    return row


def settings():
    yield setting("config.json's eos")
    yield setting("config.json's eos as a list", config={"eos_token_id": [ord("c"), END]})
    yield setting("config.json's list beyond the vocabulary", config={"eos_token_id": [50256, -1, 10]})
    yield setting("no eos in config.json", config={"eos_token_id": None})
    yield setting("one id", {"eos_token_id": ord("c")})
    yield setting("a list", {"eos_token_id": [10, USER]})
    yield setting("no eos in generation_config.json", {"max_new_tokens": 60})
    yield setting("null", {"eos_token_id": None, "max_new_tokens": 45})
    yield setting("an id beyond the vocabulary", {"eos_token_id": 50256, "max_new_tokens": 45})
    yield setting("an id below 0", {"eos_token_id": -1, "max_new_tokens": 45})
    yield setting("the user's id", {"eos_token_id": [ord("c")]}, eos_token_id=10)
    yield setting("the user's list", {"eos_token_id": ord("c")}, eos_token_id=[ord("t"), 10])
    yield setting("a least length with several ids", {"eos_token_id": [ord("c"), USER, 10], "min_length": 8})
    yield setting("least new tokens", {"eos_token_id": [ord("c"), USER, 10], "min_new_tokens": 8})
    yield setting("a least length beyond the greatest", {"eos_token_id": ord("c"), "min_length": 100}, max_length=12)
    yield setting("the same of new tokens", {"eos_token_id": ord("c"), "min_new_tokens": 100}, max_new_tokens=12)
    yield setting("the user's least length", {"eos_token_id": ord("c"), "min_length": 12}, min_length=2)
    yield setting("the user's least new tokens", {"eos_token_id": ord("c"), "min_length": 12}, min_new_tokens=2)
    yield setting("a whole length", {"max_length": 9})
    yield setting("a length as Python may write it", {"max_length": 9.0})
    yield setting("new tokens", {"max_new_tokens": 9})
    yield setting("both lengths", {"max_length": 30, "max_new_tokens": 9})
    yield setting("the user's new tokens before a length", {"max_length": 9}, max_new_tokens=12)
    yield setting("the user's length before a length", {"max_length": 9}, max_length=12)
    yield setting("a length that the prompt fills", {"max_length": 2}, prompt=(84, 104))
    yield setting("a length in config.json", config={"max_length": 9})
    yield setting("options in config.json", config={"max_length": 30, "eos_token_id": None, "suppress_tokens": [ord("c")],
                                                    "temperature": 0.5, "num_beams": 1})
    yield setting("generation_config.json hides config.json", {"max_new_tokens": 30}, config={"max_length": 9})
    yield setting("tasks in config.json", config={"task_specific_params": {"text-generation": {"max_length": 9}}})
    yield setting("an empty prompt", {"bos_token_id": USER}, prompt=())
    yield setting("an empty prompt after config.json's", prompt=())
    yield setting("sampling", {"do_sample": True, "temperature": 0.7, "top_k": 5, "top_p": 0.9, "min_p": 0.05,
                               "typical_p": 0.95, "epsilon_cutoff": 3e-4, "eta_cutoff": 4e-4})
    yield setting("no limit of tokens", {"do_sample": True, "top_k": 0})
    yield setting("the user samples", {"temperature": 0.7, "top_p": 0.9}, do_sample=True)
    yield setting("the user's own temperature", {"do_sample": True, "temperature": 0.7}, temperature=0.9)
    yield setting("the user does not sample", {"do_sample": True, "temperature": 0.7, "top_k": 5, "min_p": 0.1},
                  do_sample=False)
    yield setting("a temperature without sampling", {"temperature": 0.7, "top_p": 0.9, "top_k": 5})
    yield setting("a temperature out of range without sampling", {"temperature": 0.0, "top_p": 1.5})
    yield setting("a temperature out of range", {"temperature": 0.0}, do_sample=True)
    yield setting("beams", {"num_beams": 3, "length_penalty": 2.0, "early_stopping": True, "max_new_tokens": 8})
    yield setting("beams never stop early", {"num_beams": 2, "early_stopping": "never", "max_new_tokens": 8})
    yield setting("the user's beams", {"length_penalty": 2.0, "early_stopping": False}, num_beams=2)
    yield setting("the user takes no beams", {"num_beams": 3, "length_penalty": 2.0}, num_beams=1)
    yield setting("beams and several ends", {"num_beams": 2, "eos_token_id": [ord("c"), 10]})
    yield setting("sequences", {"do_sample": True, "num_return_sequences": 3})
    yield setting("sequences without sampling", {"num_return_sequences": 3})
    yield setting("bans", {"suppress_tokens": [ord("c"), 9999], "begin_suppress_tokens": [ord("h")],
                           "bad_words_ids": [[ord("H"), ord("i")]], "eos_token_id": None})
    yield setting("a bias", {"sequence_bias": [[[ord("c")], -30.0]]})
    yield setting("penalties", {"repetition_penalty": 3.0, "no_repeat_ngram_size": 2, "max_new_tokens": 40})
    yield setting("the user's penalty", {"repetition_penalty": 3.0}, repetition_penalty=1.0)
    yield setting("forced ids", {"forced_bos_token_id": 65, "forced_eos_token_id": 66})
    yield setting("stop strings", {"stop_strings": ["cat"]})
    yield setting("the user's stop strings", {"stop_strings": ["cat"]}, stop_strings=["\n"])
    yield setting("what does not change the text", {
        "pad_token_id": 0, "output_scores": True, "transformers_version": "4.31.0",
        "remove_invalid_values": True, "renormalize_logits": True, "diversity_penalty": 0.5, "num_beam_groups": 2,
        "trust_remote_code": True, "chat_format": "chatml", "presence_penalty": 1.5, "seed": 3, "trace": "x",
        "cache_implementation": "dynamic", "guidance_scale": 1.0, "encoder_repetition_penalty": 1.0,
        "prompt_lookup_num_tokens": 3, "temperature": None, "top_h": 0.4, "token_healing": False})
    yield setting("guidance", {"guidance_scale": 1.5})
    yield setting("a penalty of the prompt", {"encoder_repetition_penalty": 2.0})
    yield setting("n-grams of the prompt", {"encoder_no_repeat_ngram_size": 1})
    yield setting("a decay", {"exponential_decay_length_penalty": [2, 1.5], "eos_token_id": 5})
    yield setting("a watermark", {"watermarking_config": {"greenlist_ratio": 0.25, "bias": 9.0}})
    yield setting("normalized beams", {"renormalize_logits": True, "num_beams": 2, "repetition_penalty": 2.0})
    yield setting("beams that are drawn", {"do_sample": True}, num_beams=2)
    yield setting("top_h", {"top_h": 0.4}, do_sample=True)
    yield setting("contrastive", {"penalty_alpha": 0.6, "top_k": 4})
    yield setting("contrastive, but drawn", {"penalty_alpha": 0.6, "top_k": 4}, do_sample=True)
    yield setting("contrastive, but beams", {"penalty_alpha": 0.6, "top_k": 4}, num_beams=2)
    yield setting("contrastive among one", {"penalty_alpha": 0.6, "top_k": 1})


def spelled(i):
    return ADDED[i].encode() if i in ADDED else {256: b"th", THE: b"the"}.get(i) or bytes([i])


def shown(prompt, new, stops):
    """The new text before the stop string that the last token completes, without special tokens."""
    before = b"".join(map(spelled, prompt))
    text = before + b"".join(map(spelled, new))
    ends = [(text.index(s.encode(), max(0, len(text) - len(spelled(new[-1])) - len(s.encode()) + 1)), s) for s in stops
            if s.encode() in text[max(0, len(text) - len(spelled(new[-1])) - len(s.encode()) + 1):]]
    cut = len(text) if not ends else min(ends, key=lambda e: (e[0] + len(e[1].encode()), e[0]))[0]
    kept, place = b"", len(before)
    for i in new:
        piece = spelled(i)[:max(0, cut - place)]
        kept += b"" if i in ADDED else piece
        place += len(spelled(i))
    return kept.decode(errors="replace")


def stop(*strings, prompt=(84,), skip=(), new=60):
    model = load({"eos_token_id": None}, None)
    out = model.generate(torch.tensor([prompt]), max_new_tokens=new, stop_strings=list(strings), tokenizer=TOKENIZER,
                         **({"suppress_tokens": list(skip)} if skip else {}))[0].tolist()
    out = out[len(prompt):]
    return {"stop_strings": list(strings), "prompt": list(prompt), "suppress_tokens": list(skip), "new": new,
            "ids": out, "stopped": len(out) < new, "text": shown(prompt, out, strings)}


def stops():
    yield stop("<|endoftext|>")
    yield stop("<|user|>")
    yield stop("<|user|>\nHi")
    yield stop("cat<|user|>")
    yield stop("t<|user|>\n")
    yield stop("t<|us")
    yield stop("user|>\nH")
    yield stop("|")
    yield stop("<|im end|>")
    yield stop("end|> t")
    yield stop("he 👍<")
    yield stop("he")
    yield stop("cat")
    yield stop("a")
    yield stop("é ")
    yield stop("é")
    yield stop(" é the")
    yield stop("👍")
    yield stop("👍<|im end|> thx")
    yield stop("\n\n")
    yield stop("\nno<|endoftext|>m")
    yield stop("e of it <|user|> é<|user|>")
    yield stop("<|user|><|user|>")
    yield stop("cab", "no<|x", "<|user|>\nHj", "é  ", "👍.", new=50)
    yield stop("<|user|>\nHello", "Hi")
    yield stop("t", "cat")
    yield stop("<|user|>", "t<|user|>", "user")
    yield stop("\n\n", prompt=ids("The cat", USER, "\nHi é ", THE, " 👍", IM_END, " ", 256, "x\n"))
    yield stop("<|user|>\n", prompt=ids("The cat", USER))
    yield stop("T", "Th", prompt=(84,))
    yield stop("The", prompt=ids("T"))
    yield stop("The", prompt=ids("The"))
    yield stop("é", prompt=ids("The cat", USER, "\nHi ") + [0xC3])
    yield stop("the", skip=(0xA9,))
    yield stop("<", skip=(0x8D,))
    yield stop("<", skip=(0x8D, USER, END))
    yield stop(" é<|user|>X", new=48)
    yield stop("👍!", new=18)
    yield stop("cat<|user|>!", new=7)


def main():
    warnings.filterwarnings("ignore")
    transformers.logging.set_verbosity(transformers.logging.CRITICAL)
    transformers.logging.disable_progress_bar()
    shutil.rmtree(ROOT, ignore_errors=True)
    ROOT.mkdir(parents=True)
    write_model()
    global TOKENIZER
    TOKENIZER = write_tokenizer()
    for name, rows in [("settings.json", settings()), ("stops.json", stops())]:
        lines = ",\n".join(json.dumps(row) for row in rows)
        (ROOT / name).write_text("[\n" + lines + "\n]\n")


if __name__ == "__main__":
    main()
