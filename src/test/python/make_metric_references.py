"""What the lessons' own metrics are compared with: NLTK 3.10 and scikit-learn 1.9.

    pip install nltk scikit-learn
    python src/test/python/make_metric_references.py src/test/resources/reference/metrics.json
"""

import json
import random
import sys

from nltk import ngrams
from nltk.tokenize.treebank import TreebankWordDetokenizer
from nltk.translate.bleu_score import SmoothingFunction, sentence_bleu
from sklearn.metrics import roc_auc_score

WEIGHTS = (0.25, 0.25, 0.25, 0.25)


def bleu(text, references):
    return float(sentence_bleu(references, text, WEIGHTS, SmoothingFunction().method1))


def diversity(texts):
    """Texygen's self-BLEU and Li et al.'s distinct-n."""
    each = [bleu(text, texts[:i] + texts[i + 1 :]) for i, text in enumerate(texts)]
    tokens = sum(map(len, texts))
    distinct = [len({run for text in texts for run in ngrams(text, n)}) / tokens for n in (1, 2, 3)]
    return {"texts": texts, "bleu": each, "self_bleu": sum(each) / len(each), "distinct": distinct}


def main():
    draw = random.Random(1)
    cases = [
        [[draw.randrange(vocabulary) for _ in range(length)] for length in lengths]
        # Alike and hardly alike, of one length and of several, shorter than four tokens, of no common token.
        for vocabulary, lengths in [
            (3, [12, 12, 12]),
            (8, [20, 17, 25, 9, 25]),
            (500, [30, 30, 30]),
            (4, [3, 2, 6, 1]),
            (5, [40] * 6),
        ]
    ]
    cases.append([[1, 2, 3, 4, 5], [1, 2, 3, 4, 5]])
    cases.append([[1, 2, 3, 4, 5], [6, 7, 8, 9]])
    groups = []
    for size, other, shift in [(5, 7, 1.0), (12, 12, 0.2), (4, 4, 0.0)]:
        high = [round(draw.gauss(shift, 1), 1) for _ in range(size)]
        low = [round(draw.gauss(0, 1), 1) for _ in range(other)]
        auc = float(roc_auc_score([1] * size + [0] * other, high + low))
        groups.append({"high": high, "low": low, "auc": auc})
    sentences = [
        "`` Peace , '' said he ; `` be still ! ''",
        "I do n't know whose it is , but it 's not the king 's .",
        "He 'd come , if they 'll let him : we 're sure they wo n't .",
        "She asked , `` Why ? '' and he did not answer .",
        "The boys ' caps were wet , and the dogs ' tails too .",
    ]
    plain = [{"tokens": s, "text": TreebankWordDetokenizer().detokenize(s.split())} for s in sentences]
    with open(sys.argv[1], "w") as out:
        json.dump({"diversity": [diversity(c) for c in cases], "groups": groups, "plain": plain}, out, indent=1)
        out.write("\n")


main()
