"""How many parameters transformers' models have with the catalog's configurations; no weights are made.

    pip install torch transformers
    python src/test/python/make_catalog_references.py      # from the project's folder

writes src/test/resources/reference/hub/parameters.json: the count by the catalog's name, a tied head counted once.
"""

import json
import pathlib

import torch
import transformers.generation.utils  # noqa: F401: not for the first time under another device
from transformers import AutoConfig, AutoModelForCausalLM

CATALOG = pathlib.Path("models/catalog.json")
OUT = pathlib.Path("src/test/resources/reference/hub/parameters.json")


def parameters(config):
    config = dict(config)
    with torch.device("meta"):
        model = AutoModelForCausalLM.from_config(AutoConfig.for_model(config.pop("model_type", "gpt2"), **config))
    return sum(parameter.numel() for parameter in model.parameters())


if __name__ == "__main__":
    counts = {model["name"]: parameters(model["config"]) for model in json.loads(CATALOG.read_text())}
    OUT.write_text(json.dumps(counts, indent=1) + "\n")
