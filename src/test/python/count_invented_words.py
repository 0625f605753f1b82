"""Counts the words of a model's texts that are in no play.

    mvn -q -DskipTests package
    python src/test/python/count_invented_words.py plays.txt models/shakespeare ANOTHER-MODEL   # from the project's folder

Each model continues the same prompts with the same seeds and its own defaults of sampling (`generate --json`).
A word is letters and apostrophes, in lower case. The last word of a text may be cut, and is left out.
The first 1,000 words count.
"""

import argparse
import json
import pathlib
import re
import subprocess

PROMPTS = ["ROMEO:\n", "KING HENRY V:\n", "First Citizen:\n", "HAMLET:\nTo be", "My lord, I", "The king"]
WORDS = 1000


def words(text):
    return re.findall(r"[a-z']+", text.lower())


def generated(model):
    found = []
    for seed, prompt in enumerate(PROMPTS, 1):
        command = ["java", "-jar", "target/gpt2-djl.jar", "generate", prompt, "--model", model, "--seed", str(seed),
                   "--num-return-sequences", "8", "--json"]
        lines = subprocess.run(command, check=True, capture_output=True, encoding="utf-8").stdout.splitlines()
        for line in lines:
            found += words(json.loads(line)["text"])[:-1]
    return found


parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("plays", type=pathlib.Path)
parser.add_argument("models", nargs="+")
arguments = parser.parse_args()
known = set(words(arguments.plays.read_text()))
for model in arguments.models:
    found = generated(model)
    assert len(found) >= WORDS, f"{model} wrote {len(found)} words"
    invented = [word for word in found[:WORDS] if word not in known]
    every = sum(word not in known for word in found)
    print(f"{model}: {len(invented)} of {WORDS} words are in no play ({every} of all {len(found)}): "
          + " ".join(invented[:12]))
