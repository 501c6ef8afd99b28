"""Example sentences by intent: one YAML file per tool or kind of talk.

`examples/manager` and `examples/customer` belong to one persona, `examples/shared` to both. A file
`talk_<kind>.yaml` is talk, every other file carries the name of its tool. What moods are learned from
lies in agent/mood: a file per mood, and concepts of their own.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import yaml

FOLDER = Path(__file__).parent / "examples"
PERSONAS = ("manager", "customer")
MOOD = "mood"
MOODS = Path(__file__).parents[1] / "mood"
MOOD_CONCEPTS = MOODS / "concepts.yaml"
_CODE = (
    "examples.py",
    "features.py",
    "masking.py",
    "train.py",
    "storing.py",
    "concepts.yaml",
    "typos.yaml",
    "spelling.py",
)


@dataclass(frozen=True, slots=True)
class Example:
    label: str
    text: str


def examples_of(persona: str, folder: Path = FOLDER) -> list[Example]:
    """The examples a persona learns from, in a stable order."""
    return [example for part in (persona, "shared") for example in _examples_in(folder / part)]


def examples_of_moods() -> list[Example]:
    return _examples_in(MOODS / "examples")


def all_examples() -> list[Example]:
    personas = [example for persona in PERSONAS for example in examples_of(persona)]
    return personas + examples_of_moods()


def fingerprint(folder: Path = FOLDER) -> str:
    """Changes whenever the examples or the code that learns from them change."""
    digest = hashlib.sha256()
    code = [Path(__file__).parent / name for name in _CODE]
    for file in [*sorted(folder.rglob("*.yaml")), *sorted(MOODS.rglob("*.yaml")), *code]:
        digest.update(file.name.encode() + b"\0" + file.read_bytes())
    return digest.hexdigest()[:16]


def _examples_in(folder: Path) -> list[Example]:
    return [
        Example(label=file.stem, text=line)
        for file in sorted(folder.glob("*.yaml"))
        for line in _lines(file)
    ]


def _lines(file: Path) -> Iterator[str]:
    content = yaml.safe_load(file.read_text(encoding="utf-8"))
    return (line.strip() for line in content["examples"].splitlines() if line.strip())
