"""Tiny models for make_family_references.py: each has the files, the keys and the form of the weights of a published one."""

import json

from kind_patterns import CHEMICAL
from kind_sentencepiece import sentence_piece
from kind_texts import PROTEINS, SENTENCES, SMILES
from kind_tokenizers import (
    BERT, BERT_CONFIG, Regex, around, bert_normalizer, byte_level, characters, decoders, learned, listed, merges, models,
    normalizers, pre_tokenizers, processors, split, unigram, whole_of, word_level, word_piece,
)

FAMILIES = {}
CHINESE = [line for line in SENTENCES if "模型" in line] + ["这是很久之前的事情了，今天的天气很好，我们学习语言。"]
KOREAN = [line for line in SENTENCES if "한국어" in line] + ["오늘 한국어 언어 모델을 공부합니다."]
# Position tables are short: the longest prompt and twenty new tokens fit.
POSITIONS = 72


def family(name, *prompts, weights="safetensors", masks=None, bare=False, scale=0.3, pad=0, plain=False):
    """Registers a function that gives (config.json, the tokenizer's files).

    pad: rows of the table without a token; plain: PreTrainedTokenizerFast takes tokenizer.json as it is written.
    """

    def register(make):
        FAMILIES[name] = {"make": make, "prompts": prompts, "weights": weights, "masks": masks, "bare": bare,
                          "scale": scale, "pad": pad, "plain": plain}
        return make

    return register


def gpt2(**more):
    config = {"activation_function": "gelu_new", "architectures": ["GPT2LMHeadModel"], "attn_pdrop": 0.1,
              "bos_token_id": None, "embd_pdrop": 0.1, "eos_token_id": None, "initializer_range": 0.02,
              "layer_norm_epsilon": 1e-05, "model_type": "gpt2", "n_ctx": POSITIONS, "n_embd": 24, "n_head": 3,
              "n_layer": 2, "n_positions": POSITIONS, "resid_pdrop": 0.1, "summary_activation": None,
              "summary_first_dropout": 0.1, "summary_proj_to_labels": True, "summary_type": "cls_index",
              "summary_use_proj": True}
    return config | more


def neo(**more):
    config = {"activation_function": "gelu_new", "architectures": ["GPTNeoForCausalLM"], "attention_dropout": 0,
              "attention_layers": ["global", "local"], "attention_types": [[["global", "local"], 1]],
              "embed_dropout": 0, "gradient_checkpointing": False, "hidden_size": 24, "initializer_range": 0.02,
              "intermediate_size": None, "layer_norm_epsilon": 1e-05, "max_position_embeddings": POSITIONS,
              "model_type": "gpt_neo", "num_heads": 3, "num_layers": 2, "resid_dropout": 0, "use_cache": True,
              "window_size": 8}
    return config | more


def opt(**more):
    config = {"_remove_final_layer_norm": False, "activation_dropout": 0.0, "activation_function": "relu",
              "architectures": ["OPTForCausalLM"], "attention_dropout": 0.0, "bos_token_id": 2,
              "do_layer_norm_before": True, "dropout": 0.1, "eos_token_id": 2, "ffn_dim": 64, "hidden_size": 24,
              "init_std": 0.02, "layerdrop": 0.0, "max_position_embeddings": POSITIONS, "model_type": "opt",
              "num_attention_heads": 3, "num_hidden_layers": 2, "pad_token_id": 1, "prefix": "</s>",
              "torch_dtype": "float16", "use_cache": True, "word_embed_proj_dim": 24}
    return config | more


def pairs(whole):
    return {"vocab.json": whole["model"]["vocab"], "merges.txt": merges(whole)}


def end_of(whole):
    return whole["model"]["vocab"]["<|endoftext|>"]


@family("gpt2", "The quick brown fox", "Über <|endoftext|>they've  gone…", masks="uint8", bare=True)
def _():
    """Those of openai-community. As in OpenAI's own release, the last token is the end."""
    whole = byte_level(330)
    vocabulary = whole["model"]["vocab"]
    names = [token for token in sorted(vocabulary, key=vocabulary.get) if token != "<|endoftext|>"] + ["<|endoftext|>"]
    whole["model"]["vocab"] = {token: i for i, token in enumerate(names)}
    whole["added_tokens"][0]["id"] = len(names) - 1
    end = len(names) - 1
    config = gpt2(bos_token_id=end, eos_token_id=end,
                  task_specific_params={"text-generation": {"do_sample": True, "max_length": 50}})
    generation = {"bos_token_id": end, "eos_token_id": end, "transformers_version": "4.26.0.dev0", "_from_model_config": True}
    return config, {"tokenizer.json": whole, **pairs(whole), "generation_config.json": generation,
                    "tokenizer_config.json": {"model_max_length": 1024}}


@family("cerebras-gpt", "The quick brown fox", "Generative AI is 2 x 3", weights="bin", masks="uint8")
def _():
    whole = byte_level(330)
    config = gpt2(activation_function="gelu", n_inner=96, bos_token_id=end_of(whole), eos_token_id=end_of(whole),
                  scale_attn_weights=True, use_cache=True, attn_pdrop=0.0, embd_pdrop=0.0, resid_pdrop=0.0)
    return config, pairs(whole)


@family("gpt-sw3", "Träd är fina därför att", "The  dog went\nto the river", pad=64)
def _():
    model = sentence_piece("bpe", 560, False, byte_fallback=True, unk_id=1, bos_id=2, eos_id=3, pad_id=0,
                           unk_piece="<unk>", bos_piece="<s>", eos_piece="<|endoftext|>", pad_piece="<pad>",
                           remove_extra_whitespaces=False, add_dummy_prefix=True)
    config = gpt2(activation_function="gelu", bos_token_id=2, eos_token_id=3, pad_token_id=0, n_inner=96,
                  apply_query_key_layer_scaling=True, normalize_attention_scores=True, scale_attn_by_inverse_layer_idx=False,
                  reorder_and_upcast_attn=False, scale_attn_weights=True, tokenizer_class="GPTSw3Tokenizer",
                  torch_dtype="float32", use_cache=True)
    named = {"bos_token": "<s>", "eos_token": "<|endoftext|>", "pad_token": "<pad>", "unk_token": "<unk>"}
    words = {**named, "do_lower_case": False, "keep_accents": False, "remove_space": False,
             "model_max_length": 1000000000000000019884624838656, "name_or_path": "AI-Sweden-Models/gpt-sw3-126m",
             "sp_model_kwargs": {}, "special_tokens_map_file": None, "tokenizer_class": "GPTSw3Tokenizer"}
    return config, {"spiece.model": model, "tokenizer_config.json": words, "special_tokens_map.json": named}


@family("goldfish", "Die Mädchen gehen", "the brown fox [MASK] jumps ㋿", "Où est l'élève", plain=True)
def _():
    """The class's own tokens are no pieces, but stand behind them: AlbertTokenizer of transformers 5 cannot load these."""
    normalizer = normalizers.Sequence([normalizers.Replace("``", '"'), normalizers.Replace("''", '"'),
                                       normalizers.Replace(Regex(" {2,}"), " ")])
    model = sentence_piece()
    whole = unigram(normalizer=normalizer)
    flags = {"single_word": False, "lstrip": False, "rstrip": False, "normalized": False, "special": True}
    first = len(whole["model"]["vocab"])
    names = ["[CLS]", "[SEP]", "<pad>", "[MASK]", *(f"[XXXXX{i}]" for i in range(50))]
    tokens = [{"id": i, "content": name, **flags} for i, name in [(0, "<unk>"), *enumerate(names, first)]]
    tokens[4]["lstrip"] = True
    whole["added_tokens"] = tokens
    post = processors.TemplateProcessing(single="[CLS]:0 $A:0 [SEP]:0", pair="[CLS]:0 $A:0 [SEP]:0 $B:1 [SEP]:1",
                                         special_tokens=[("[CLS]", first), ("[SEP]", first + 1)])
    whole["post_processor"] = json.loads(post.__getstate__())
    named = {"bos_token": "[CLS]", "eos_token": "[SEP]", "unk_token": "<unk>", "sep_token": "[SEP]", "pad_token": "<pad>",
             "cls_token": "[CLS]", "mask_token": {"content": "[MASK]", **flags, "lstrip": True},
             "additional_special_tokens": names[4:]}
    named["mask_token"].pop("special")
    decoder = {str(t["id"]): {k: v for k, v in t.items() if k != "id"} for t in tokens}
    words = {**named, "added_tokens_decoder": decoder, "clean_up_tokenization_spaces": True, "do_lower_case": False,
             "keep_accents": True, "mask_token": "[MASK]", "model_max_length": 1000000000000000019884624838656,
             "remove_space": True, "sp_model_kwargs": {}, "tokenizer_class": "AlbertTokenizer"}
    config = gpt2(activation_function="gelu", bos_token_id=first, eos_token_id=first + 1, pad_token_id=first + 2, n_inner=96,
                  prefix="[CLS]", reorder_and_upcast_attn=False, scale_attn_by_inverse_layer_idx=False,
                  scale_attn_weights=True, torch_dtype="float32", use_cache=True,
                  task_specific_params={"text-generation": {"do_sample": True, "max_length": 50}})
    return config, {"spiece.model": model, "tokenizer.json": whole, "tokenizer_config.json": words,
                    "special_tokens_map.json": named}


@family("stanford-crfm", "The quick brown fox", "Don't — “quote”", weights="bin", masks="bool")
def _():
    whole = byte_level(330)
    end = end_of(whole)
    config = gpt2(_name_or_path="/nlp/alias-gpt2-small", bos_token_id=end, eos_token_id=end, n_inner=None,
                  gradient_checkpointing=False, reorder_and_upcast_attn=True, scale_attn_by_inverse_layer_idx=True,
                  scale_attn_weights=True, transformers_version="4.5.0", use_cache=False,
                  task_specific_params={"text-generation": {"do_sample": True, "max_length": 400}})
    named = {"bos_token": "<|endoftext|>", "eos_token": "<|endoftext|>", "unk_token": "<|endoftext|>"}
    words = {**named, "add_prefix_space": False, "model_max_length": 1024, "special_tokens_map_file": None,
             "name_or_path": "gpt2"}
    return config, {**pairs(whole), "tokenizer_config.json": words, "special_tokens_map.json": named}


def japanese(lower, **config):
    model = sentence_piece(control_symbols="[PAD],[CLS],[SEP],[MASK]", unk_id=0, bos_id=1, eos_id=2)
    named = {"bos_token": "<s>", "eos_token": "</s>", "unk_token": "<unk>", "sep_token": "[SEP]", "pad_token": "[PAD]",
             "cls_token": "[CLS]", "mask_token": "[MASK]"}
    words = {**named, "extra_ids": 0, "additional_special_tokens": [], "sp_model_kwargs": {}, "do_lower_case": lower,
             "tokenizer_file": None, "special_tokens_map_file": "special_tokens_map.json", "tokenizer_class": "T5Tokenizer",
             **config}
    return {"spiece.model": model, "tokenizer_config.json": words, "special_tokens_map.json": named}


@family("rinna-japanese-gpt2", "これはテストです。カタカナ", "日本の首都は東京です。", "The fox", weights="safetensors", masks="bool")
def _():
    config = gpt2(bos_token_id=1, eos_token_id=2, n_inner=96, gradient_checkpointing=False, scale_attn_weights=True,
                  task_specific_params={"text-generation": {"do_sample": True, "max_length": 50}}, use_cache=True)
    return config, japanese(True)


@family("rinna-japanese-gpt-1b", "これはテストです。カタカナ", "データを学びます", weights="bin", masks="uint8")
def _():
    config = gpt2(activation_function="gelu_fast", bos_token_id=1, eos_token_id=2, n_inner=96, scale_attn_weights=True,
                  tokenizer_class="T5Tokenizer", torch_dtype="float16", use_cache=True)
    return config, japanese(True)


@family("norgpt", "Die Straßen in Oslo", "Où est passé l'élève", weights="sharded safetensors")
def _():
    whole = byte_level(330, special=("<|endoftext|>", "<unk>"))
    config = gpt2(activation_function="gelu_fast", bos_token_id=end_of(whole), eos_token_id=end_of(whole), n_inner=96,
                  reorder_and_upcast_attn=False, scale_attn_by_inverse_layer_idx=False, scale_attn_weights=True,
                  torch_dtype="float32", use_cache=True)
    words = {"clean_up_tokenization_spaces": True, "model_max_length": 1000000000000000019884624838656,
             "tokenizer_class": "PreTrainedTokenizerFast"}
    return config, {"tokenizer.json": whole, "tokenizer_config.json": words,
                    "special_tokens_map.json": {"pad_token": "<|endoftext|>"}}


def chinese_words(size, lower=True):
    normalizer = bert_normalizer(lower, True, None)
    vocabulary, _ = learned(normalizer, pre_tokenizers.BertPreTokenizer(), size, BERT, prefix="##",
                            sentences=CHINESE * 2 + SENTENCES[:3])
    return listed(vocabulary)


@family("uer-gpt2-chinese", "这是很久之前的事情了", "我喜欢 GPT2 模型，dogs!", weights="legacy bin", masks="uint8")
def _():
    config = gpt2(gradient_checkpointing=False, output_past=True, use_cache=True, vocab_size=0, tokenizer_class="BertTokenizer",
                  task_specific_params={"text-generation": {"do_sample": True, "max_length": 320}})
    # The published one names neither: transformers' own numbers stand, and lie outside.
    config.pop("bos_token_id"), config.pop("eos_token_id")
    words = {"do_lower_case": False, "unk_token": "[UNK]", "sep_token": "[SEP]", "pad_token": "[PAD]",
             "cls_token": "[CLS]", "mask_token": "[MASK]", "tokenize_chinese_chars": True, "strip_accents": None,
             "model_max_length": 1024}
    return config, {"vocab.txt": chinese_words(300), "tokenizer_config.json": words, "special_tokens_map.json": BERT_CONFIG}


@family("ckiplab-gpt2-chinese", "我喜歡學習語言模型", "The fox 今天", weights="bin", masks="uint8")
def _():
    config = gpt2(bos_token_id=2, eos_token_id=3, gradient_checkpointing=False, tokenizer_class="BertTokenizerFast",
                  use_cache=True)
    vocabulary, _ = learned(bert_normalizer(False, True, None), pre_tokenizers.BertPreTokenizer(), 300, BERT, prefix="##",
                            sentences=[*SENTENCES[6:9], *SENTENCES[:3]])
    words = {"do_lower_case": False, "tokenize_chinese_chars": True, "tokenizer_class": "BertTokenizerFast"}
    return config, {"vocab.txt": listed(vocabulary), "tokenizer_config.json": words, "special_tokens_map.json": BERT_CONFIG}


def korean():
    special = ("<s>", "</s>", "<usr>", "<pad>", "<sys>", "<unk>", "<mask>", "<d>", "<unused0>")
    normalizer = normalizers.NFKC()
    pre = pre_tokenizers.Metaspace()
    vocabulary, pairs_ = learned(normalizer, pre, 260, special, sentences=KOREAN + SENTENCES[:2])
    model = models.BPE(vocabulary, pairs_, unk_token="<unk>")
    whole = whole_of(model, normalizer, pre, decoders.Metaspace(), special=special)
    for step in ("pre_tokenizer", "decoder"):
        whole[step] = {"type": "Metaspace", "replacement": "▁", "add_prefix_space": True}
    config = gpt2(_num_labels=1, bos_token_id=0, eos_token_id=1, pad_token_id=3, gradient_checkpointing=False,
                  id2label={"0": "LABEL_0"}, label2id={"LABEL_0": 0}, license="CC-BY-NC-SA 4.0", use_cache=True,
                  task_specific_params={"text-generation": {"do_sample": True, "max_length": 50}},
                  vocab_size=0, transformers_version="4.3.3")
    return config, whole


@family("kogpt2", "오늘 날씨는 어때요, 언어 모델", "나는 한국어를 fox", weights="bin", masks="uint8", pad=64, plain=True)
def _():
    """Its page loads it with PreTrainedTokenizerFast, and no file says so."""
    config, whole = korean()
    return config, {"tokenizer.json": whole}


@family("kogpt2-saved", "오늘 날씨는 어때요, 언어 모델", "나는 한국어를 fox")
def _():
    """As its page loads it, and then saved: the class is named."""
    config, whole = korean()
    words = {"bos_token": "</s>", "eos_token": "</s>", "unk_token": "<unk>", "pad_token": "<pad>", "mask_token": "<mask>",
             "clean_up_tokenization_spaces": True, "tokenizer_class": "PreTrainedTokenizerFast"}
    return config, {"tokenizer.json": whole, "tokenizer_config.json": words}


@family("protgpt2", "<|endoftext|>", "MKTAYIAKQRQISF\nVKSHFSRQ", weights="bin", masks="uint8")
def _():
    pre = pre_tokenizers.ByteLevel(add_prefix_space=False)
    vocabulary, pairs_ = learned(None, pre, 300, ("<|endoftext|>",), pre_tokenizers.ByteLevel.alphabet(), sentences=PROTEINS)
    whole = whole_of(models.BPE(vocabulary, pairs_), None, pre, decoders.ByteLevel(), processors.ByteLevel(trim_offsets=False),
                     special=("<|endoftext|>",))
    token = {"content": "<|endoftext|>", "lstrip": False, "normalized": True, "rstrip": False, "single_word": False}
    config = gpt2(bos_token_id=0, eos_token_id=0, n_inner=None, reorder_and_upcast_attn=False,
                  scale_attn_by_inverse_layer_idx=False, scale_attn_weights=True, torch_dtype="float32", use_cache=True,
                  task_specific_params={"text-generation": {"do_sample": True, "max_length": 50}})
    return config, {"tokenizer.json": whole, **pairs(whole),
                    "special_tokens_map.json": {"bos_token": token, "eos_token": token, "unk_token": token}}


@family("molecules", "CC(=O)Oc1ccccc1", "C[C@@H](N)C(=O)O")
def _():
    whole = word_level(SMILES, split(CHEMICAL), decoder=decoders.Fuse(), special=("<unk>", "<bos>", "<eos>", "<pad>"),
                       post=around("<bos> $A"))
    config = gpt2(bos_token_id=1, eos_token_id=2, pad_token_id=3, n_inner=None, torch_dtype="float32", use_cache=True)
    named = {"bos_token": "<bos>", "eos_token": "<eos>", "pad_token": "<pad>", "unk_token": "<unk>"}
    words = {**named, "clean_up_tokenization_spaces": True, "tokenizer_class": "PreTrainedTokenizerFast"}
    return config, {"tokenizer.json": whole, "tokenizer_config.json": words, "special_tokens_map.json": named}


@family("dialogpt", "Does money buy happiness?<|endoftext|>", "Hi<|endoftext|>You'll see<|endoftext|>", masks="uint8")
def _():
    whole = byte_level(330)
    end = end_of(whole)
    config = gpt2(bos_token_id=end, eos_token_id=end, task_specific_params={"conversational": {"max_length": 72}})
    generation = {"_from_model_config": True, "bos_token_id": end, "eos_token_id": end, "transformers_version": "4.27.0.dev0"}
    token = {"__type": "AddedToken", "content": "<|endoftext|>", "lstrip": False, "normalized": True, "rstrip": False,
             "single_word": False}
    words = {"add_bos_token": False, "add_prefix_space": False, "bos_token": token, "eos_token": token, "errors": "replace",
             "model_max_length": 1024, "pad_token": None, "tokenizer_class": "GPT2Tokenizer", "unk_token": token,
             "chat_template": "{% for message in messages %}{{ message.content }}{{ eos_token }}{% endfor %}"}
    return config, {**pairs(whole), "generation_config.json": generation, "tokenizer_config.json": words}


@family("gpt2-noln", "The quick brown fox", "It's 1984:", bare=True)
def _():
    whole = byte_level(330)
    end = end_of(whole)
    config = gpt2(bos_token_id=end, eos_token_id=end, layer_norm_epsilon=1e12, n_embd=16, n_head=2, n_inner=None, reorder_and_upcast_attn=False,
                  scale_attn_by_inverse_layer_idx=False, scale_attn_weights=True, torch_dtype="float32")
    words = {"add_prefix_space": False, "bos_token": "<|endoftext|>", "clean_up_tokenization_spaces": False,
             "eos_token": "<|endoftext|>", "model_max_length": 1024, "tokenizer_class": "GPT2Tokenizer",
             "unk_token": "<|endoftext|>"}
    return config, {"tokenizer.json": whole, **pairs(whole), "tokenizer_config.json": words}


@family("tinystories", "Once upon a time there was", "The dog and the fox went to the river, and", weights="bin", masks="uint8")
def _():
    whole = byte_level(330)
    end = end_of(whole)
    token = {"__type": "AddedToken", "content": "<|endoftext|>", "lstrip": False, "normalized": True, "rstrip": False,
             "single_word": False}
    words = {"add_bos_token": False, "add_prefix_space": False, "bos_token": token, "eos_token": token, "errors": "replace",
             "model_max_length": 2048, "name_or_path": "EleutherAI/gpt-neo-125M", "pad_token": None,
             "special_tokens_map_file": None, "tokenizer_class": "GPT2Tokenizer", "unk_token": token}
    plain = {k: v for k, v in token.items() if k != "__type"}
    named = {"bos_token": plain, "eos_token": plain, "pad_token": "<|endoftext|>", "unk_token": plain}
    config = neo(bos_token_id=end, eos_token_id=end, attention_layers=None, window_size=4, summary_activation=None,
                 summary_first_dropout=0.1, summary_proj_to_labels=True, summary_type="cls_index", summary_use_proj=True)
    config.pop("attention_layers")
    return config, {"tokenizer.json": whole, **pairs(whole), "tokenizer_config.json": words, "special_tokens_map.json": named}


@family("gpt-neo", "The quick brown fox jumps over the lazy dog", "Où est passé", masks="uint8")
def _():
    whole = byte_level(330)
    end = end_of(whole)
    config = neo(bos_token_id=end, eos_token_id=end, tokenizer_class="GPT2Tokenizer", gradient_checkpointing=False,
                 task_specific_params={"text-generation": {"do_sample": True, "max_length": 50, "temperature": 0.9}})
    words = {"add_bos_token": False, "add_prefix_space": False, "model_max_length": 2048, "name_or_path": "gpt2",
             "special_tokens_map_file": None, "tokenizer_class": "GPT2Tokenizer"}
    named = {"bos_token": "<|endoftext|>", "eos_token": "<|endoftext|>", "unk_token": "<|endoftext|>"}
    return config, {**pairs(whole), "tokenizer_config.json": words, "special_tokens_map.json": named}


@family("galactica", "The Transformer architecture [START_REF]", "x² = 1234 \\[ [START_SMILES]CC(=O)[END_SMILES]", weights="sharded bin")
def _():
    special = ("<s>", "<pad>", "</s>", "<unk>", "[START_REF]", "[END_REF]", "[IMAGE]", "<fragments>", "</fragments>", "<work>",
               "</work>", "[START_SUP]", "[END_SUP]", "[START_SMILES]", "[END_SMILES]", "[START_AMINO]", "[END_AMINO]")
    pre = pre_tokenizers.Sequence([
        pre_tokenizers.Split("SPL1T-TH1S-Pl3A5E", "removed"), pre_tokenizers.Digits(True),
        pre_tokenizers.ByteLevel(add_prefix_space=False)])
    whole = byte_level(340, pre=pre, special=special)
    config = opt(activation_function="gelu", attention_dropout=0.1, bos_token_id=0, enable_bias=False, learned_embeddings=True,
                 layer_norm_elementwise_affine=False, scale_embeddings=False)
    config.pop("prefix")
    words = {"name_or_path": "/content/tokenizer", "special_tokens_map_file": "/content/tokenizer/special_tokens_map.json",
             "tokenizer_class": "PreTrainedTokenizerFast"}
    return config, {"tokenizer.json": whole, "tokenizer_config.json": words, "special_tokens_map.json": {}}


@family("opt", "A photo of a cat", "Die Straßen,  it’s 50%", weights="bin")
def _():
    whole = byte_level(330, special=("<s>", "<pad>", "</s>", "<unk>"))
    token = {"__type": "AddedToken", "content": "</s>", "lstrip": False, "normalized": True, "rstrip": False,
             "single_word": False}
    words = {"errors": "replace", "unk_token": token, "bos_token": token, "eos_token": token, "add_prefix_space": False,
             "add_bos_token": True, "pad_token": {**token, "content": "<pad>"}, "special_tokens_map_file": None,
             "name_or_path": "patrickvonplaten/opt-30b", "tokenizer_class": "GPT2Tokenizer"}
    plain = {k: v for k, v in token.items() if k != "__type"}
    named = {"bos_token": plain, "eos_token": plain, "unk_token": plain, "pad_token": {**plain, "content": "<pad>"}}
    return opt(), {**pairs(whole), "tokenizer_config.json": words, "special_tokens_map.json": named,
                   "generation_config.json": {"_from_model_config": True, "bos_token_id": 2, "eos_token_id": 2,
                                              "pad_token_id": 1, "transformers_version": "4.27.0.dev0"}}


@family("opt-350m", "In the city of", "What ?", weights="sharded safetensors")
def _():
    whole = byte_level(330, special=("<s>", "<pad>", "</s>", "<unk>"))
    config = opt(do_layer_norm_before=False, word_embed_proj_dim=12)
    words = {"errors": "replace", "unk_token": "</s>", "bos_token": "</s>", "eos_token": "</s>", "pad_token": "<pad>",
             "add_prefix_space": False, "add_bos_token": True, "tokenizer_class": "GPT2Tokenizer"}
    return config, {**pairs(whole), "tokenizer_config.json": words}


@family("openai-gpt", "The Quick brown fox, you'll see:", "Über 1984 …", bare=True)
def _():
    vocabulary, pairs_ = learned(bert_normalizer(True, True, None), pre_tokenizers.BertPreTokenizer(), 300, ("<unk>",),
                                 suffix="</w>", limit=70)
    whole = whole_of(models.BPE(vocabulary, pairs_, unk_token="<unk>", end_of_word_suffix="</w>"), bert_normalizer(True, True, None),
                     pre_tokenizers.BertPreTokenizer(), decoders.BPEDecoder(), special=("<unk>",))
    config = {"afn": "gelu", "architectures": ["OpenAIGPTLMHeadModel"], "attn_pdrop": 0.1, "embd_pdrop": 0.1,
              "initializer_range": 0.02, "layer_norm_epsilon": 1e-05, "model_type": "openai-gpt", "n_ctx": POSITIONS, "n_embd": 24,
              "n_head": 3, "n_layer": 2, "n_positions": POSITIONS, "n_special": 0, "predict_special_tokens": True,
              "resid_pdrop": 0.1, "summary_activation": None, "summary_first_dropout": 0.1, "summary_proj_to_labels": True,
              "summary_type": "cls_index", "summary_use_proj": True,
              "task_specific_params": {"text-generation": {"do_sample": True, "max_length": 50}}}
    return config, {"tokenizer.json": whole, **pairs(whole)}
