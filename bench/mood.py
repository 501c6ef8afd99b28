"""What mood customers are in: cross-validation on the examples, which the strength and the limits were
chosen by, and the blind set, beside simpler ways."""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from agent.mood.model import SURELY_ANGRY, SURELY_BAD, MoodModel, guess
from agent.planner.embedding import DIMENSIONS, Vector, e5
from agent.planner.examples import MOOD, MOOD_CONCEPTS, Example, examples_of_moods
from agent.planner.features import wording
from agent.planner.intents import SURE_OF_WORDS, IntentModel
from agent.planner.loading import load_planner
from agent.planner.masking import mask
from agent.planner.storing import Weights, load, model_file
from agent.planner.train import STRENGTH_OF_MOODS, design
from config.settings import Settings
from tools.mood import Mood
from tools.reading.normal import normalise

_BLIND = Path("tests/eval/mood_heldout.jsonl")
_STRENGTHS = (0.1, 0.25, 0.5, 1.0, 4.0)
_LIMITS = (0.5, 0.6, 0.65, 0.7, 0.75, 0.8, 0.85, 0.9)
_BAD = frozenset({Mood.angry, Mood.unhappy})
_FOLDS = 5
# What called a person before moods were learned.
_ANGER = re.compile(
    r"骗子|骗钱|骗人|欺诈|忽悠人|坑人|黑心|气死|恶心|无语死|滚蛋|去死|太过分了|欺人太甚|忍无可忍|什么破|什么垃圾"
    r"|垃圾(?:公司|客服|产品|平台|店|服务)|(?:曝光|举报|起诉)你们|退钱[!！]"
    r"|\b(?:scam(?:mers?)?|rip.?off|fraud|furious|outrageous|disgusting|ridiculous|unacceptable"
    r"|bullshit|wtf|fed up|sick of (?:you|this)|worst (?:service|company|shop|support))\b"
)

Scores = Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Line:
    text: str
    mood: Mood


def main() -> None:
    _cross_validate(examples_of_moods())
    settings = Settings()
    load_planner(settings.cache_dir)
    lines = [
        Line(text=row["text"], mood=Mood(row["mood"]))
        for row in map(json.loads, _BLIND.read_text(encoding="utf-8").splitlines())
    ]
    print(f"the blind set, {len(lines)} messages")
    for name, heard in _ways(load(model_file(settings.cache_dir))).items():
        _print(name, lines, [heard(line.text) for line in lines])


def _ways(models: Mapping[str, Weights]) -> dict[str, Callable[[str], Mood]]:
    """The product last."""
    embed = e5()
    scores = IntentModel(models, embed, MOOD_CONCEPTS).scores
    moods = MoodModel(models, embed)
    return {
        "majority class": lambda text: Mood.calm,
        "word list": lambda text: Mood.angry if _listed(text) else Mood.calm,
        "wording alone": lambda text: _likeliest(_by_words(models[MOOD], text)),
        "likeliest class": lambda text: _likeliest(scores(text, MOOD)),
        "product": lambda text: moods.mood_of(text).mood,
    }


def _listed(text: str) -> bool:
    return _ANGER.search(normalise(text)) is not None


def _by_words(model: Weights, text: str) -> Scores:
    buckets, said = wording(mask(text).shape, MOOD_CONCEPTS)
    logits = said @ model.words[buckets].astype(np.float32) + model.words_bias
    return dict(zip(model.labels, logits.tolist(), strict=True))


def _likeliest(scores: Scores) -> Mood:
    return Mood(max(scores, key=scores.__getitem__))


def _print(name: str, lines: Sequence[Line], heard: Sequence[Mood]) -> None:
    said = [line.mood for line in lines]
    each = {mood: _precision_recall(said, heard, {mood}) for mood in Mood}
    f1 = [2 * p * r / (p + r) if p + r else 0.0 for p, r in each.values()]
    right = np.mean([a is b for a, b in zip(said, heard, strict=True)])
    figures = ", ".join(f"{mood} {p:.3f}/{r:.3f}" for mood, (p, r) in each.items())
    print(f"{name:>16}: accuracy {right:.3f}, macro-F1 {np.mean(f1):.3f}; P/R {figures}")


def _precision_recall(
    said: Sequence[Mood], heard: Sequence[Mood], among: set[Mood] | frozenset[Mood]
) -> tuple[float, float]:
    hits = sum(a in among and b in among for a, b in zip(said, heard, strict=True))
    called, there = sum(b in among for b in heard), sum(a in among for a in said)
    return (hits / called if called else 0.0, hits / there if there else 0.0)


def _cross_validate(examples: Sequence[Example]) -> None:
    """Out of five folds; what the words alone leave little doubt of is not embedded, as in use."""
    embed = e5()
    masks = [mask(each.text) for each in examples]
    vectors = np.stack([embed(each.words) for each in masks])
    matrix = design([each.shape for each in masks], vectors, vectors.mean(axis=0), MOOD_CONCEPTS)
    labels = np.array([each.label for each in examples])
    print(f"cross-validation on {len(examples)} examples")
    for strength in _STRENGTHS:
        scores = _out_of_fold(matrix, labels, strength)
        likely = scores[np.arange(len(labels)), [[*Mood].index(Mood(each)) for each in labels]]
        right = np.mean(_named(scores) == labels)
        print(f"  strength {strength}: accuracy {right:.3f}, log loss {-np.log(likely).mean():.3f}")
        if strength == STRENGTH_OF_MOODS:
            chosen = scores
    _limits(examples, labels, chosen)


def _out_of_fold(matrix: Any, labels: Any, strength: float) -> Vector:
    """Probabilities (examples, moods), in the order of the moods."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import StratifiedKFold, cross_val_predict

    folds = StratifiedKFold(_FOLDS, shuffle=True, random_state=7)
    model = LogisticRegression(C=strength, max_iter=300, class_weight="balanced")
    both, words = (
        cross_val_predict(model, part, labels, cv=folds, method="predict_proba")
        for part in (matrix, matrix[:, DIMENSIONS:])
    )
    # scikit-learn sorts the labels.
    order = [sorted(Mood).index(mood) for mood in Mood]
    clear = words.max(axis=1, keepdims=True) >= SURE_OF_WORDS
    return np.asarray(np.where(clear, words, both)[:, order])


def _named(scores: Vector) -> Any:
    return np.array([[*Mood][at].value for at in scores.argmax(axis=1)])


def _limits(examples: Sequence[Example], labels: Any, scores: Vector) -> None:
    """What each limit would mean, and what the word list adds to the chosen one."""
    said = [Mood(each) for each in labels]
    for name, among, share in (
        ("angry", {Mood.angry}, scores[:, 0]), ("in a bad mood", _BAD, scores[:, 0] + scores[:, 1])
    ):  # fmt: skip
        for limit in _LIMITS:
            heard = [Mood.angry if each >= limit else Mood.calm for each in share]
            precision, recall = _precision_recall(said, heard, among | {Mood.angry})
            print(f"  {name} from {limit}: precision {precision:.3f}, recall {recall:.3f}")
    lines = [Line(text=each.text, mood=Mood(each.label)) for each in examples]
    learned = [guess(dict(zip(Mood, row.tolist(), strict=True))).mood for row in scores]
    listed = [_listed(each.text) for each in lines]
    either = [Mood.angry if a else b for a, b in zip(listed, learned, strict=True)]
    _print("word list", lines, [Mood.angry if each else Mood.calm for each in listed])
    _print("learned", lines, learned)
    _print("either", lines, either)
    print(f"  limits in use: angry {SURELY_ANGRY}, in a bad mood {SURELY_BAD}")


if __name__ == "__main__":
    main()
