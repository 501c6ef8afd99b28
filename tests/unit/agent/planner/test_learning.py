"""A new tool is a file of examples, and learning from it gives probabilities."""

from pathlib import Path

import numpy as np
import pytest

from agent.planner.embedding import DIMENSIONS, Vector
from agent.planner.examples import PERSONAS, Example, all_examples, examples_of, fingerprint
from agent.planner.guides import guides
from agent.planner.intents import SURE_OF_WORDS, IntentModel
from agent.planner.masking import mask
from agent.planner.schema import slots_of
from agent.planner.spelling import meant, mended
from agent.planner.storing import load, save
from agent.planner.train import fit
from tools.contract import CUSTOMER, MANAGER


def letters(text: str) -> Vector:
    """A stand-in for the embedding: which characters a text has."""
    vector = np.zeros(DIMENSIONS, dtype=np.float32)
    for character in text:
        vector[ord(character) % DIMENSIONS] = 1
    return vector / max(float(np.linalg.norm(vector)), 1)


@pytest.fixture
def learned(tmp_path: Path) -> Path:
    said = {
        "list_rules": ("有哪些规则", "show rules"),
        "talk_bye": ("再见", "bye now"),
        "talk_thanks": ("谢谢", "thank you"),
    }
    examples = [Example(label, text) for label, texts in said.items() for text in texts]
    path = tmp_path / "intents.npz"
    save(path, dict.fromkeys(PERSONAS, fit(examples, letters)))
    return path


@pytest.fixture
def model(learned: Path) -> IntentModel:
    return IntentModel(load(learned), letters)


@pytest.mark.parametrize(("text", "label"), [("规则有哪些", "list_rules"), ("bye", "talk_bye")])
def test_what_was_learned_survives_the_file(model: IntentModel, text: str, label: str) -> None:
    scores = model.scores(text, "manager")
    assert max(scores, key=lambda each: scores[each]) == label
    assert sum(scores.values()) == pytest.approx(1)


class Counting:
    """Embeds, and counts how often."""

    def __init__(self) -> None:
        self.embedded: list[str] = []

    def __call__(self, text: str) -> Vector:
        self.embedded.append(text)
        return letters(text)


def test_only_words_that_leave_a_doubt_are_embedded(learned: Path) -> None:
    counting = Counting()
    model = IntentModel(load(learned), counting)
    clear = model.scores("谢谢", "manager")
    assert max(clear.values()) >= SURE_OF_WORDS
    assert counting.embedded == []
    model.scores("谢谢", "manager", thorough=True)
    model.scores("什么呀", "manager")
    assert counting.embedded == ["谢谢", "什么呀"]


def test_examples_of_a_persona_come_with_the_shared_ones(tmp_path: Path) -> None:
    for name, line in {"manager/a": "one", "customer/b": "two", "shared/talk_c": "three"}.items():
        file = tmp_path / f"{name}.yaml"
        file.parent.mkdir()
        file.write_text(f"examples: |\n  {line}\n", encoding="utf-8")
    assert examples_of("manager", tmp_path) == [Example("a", "one"), Example("talk_c", "three")]


def test_a_new_example_asks_for_new_learning(tmp_path: Path) -> None:
    before = fingerprint(tmp_path)
    (tmp_path / "tool.yaml").write_text("examples: |\n  hello\n", encoding="utf-8")
    assert fingerprint(tmp_path) != before


@pytest.mark.parametrize(("persona", "tools"), [("manager", MANAGER), ("customer", CUSTOMER)])
def test_every_tool_has_varied_examples(persona: str, tools: dict[str, object]) -> None:
    labels = [example.label for example in examples_of(persona)]
    assert {name: labels.count(name) for name in tools if labels.count(name) < 30} == {}
    assert {label for label in labels if not label.startswith("talk_")} == set(tools)


def test_no_sentence_teaches_two_things() -> None:
    for persona in PERSONAS:
        labels: dict[str, set[str]] = {}
        for example in examples_of(persona):
            labels.setdefault(example.text, set()).add(example.label)
        assert {text: both for text, both in labels.items() if len(both) > 1} == {}


def test_guides_name_arguments_that_exist() -> None:
    tools = {**MANAGER, **CUSTOMER}
    for name, guide in guides().items():
        named = {
            *guide.needs,
            *(each for group in (*guide.one_of, *guide.any_of) for each in group),
        }
        assert named <= ({slot.name for slot in slots_of(tools[name])} if named else set())


def test_wording_is_learned_without_values() -> None:
    first, second = mask("把 C-3 的预算加到 800"), mask("把C-12的预算加到一千")
    assert first.shape.replace(" ", "") == second.shape.replace(" ", "")
    assert "800" not in first.words


@pytest.mark.parametrize(
    ("slip", "right"),
    [("stpo", "stop"), ("campain", "campaign"), ("overveiw", "overview"), ("kevin", "kevin")],
)
def test_english_slips_are_put_right(slip: str, right: str) -> None:
    assert meant(slip) == right


def test_mending_keeps_every_place_in_the_text() -> None:
    for example in all_examples():
        assert len(mended(example.text)) == len(example.text)
