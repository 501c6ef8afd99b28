"""Every text exists in every language, says something, and is used."""

import ast
import string
from collections.abc import Iterator
from pathlib import Path

import pytest

from config.i18n import Language, catalogue, say
from config.i18n.detect import detect

ROOT = Path(__file__).parents[2]
SOURCES = [
    *(path for folder in ("config", "storage", "memory", "tools", "agent", "bot")
      for path in (ROOT / folder).rglob("*.py")),
    ROOT / "run_bot.py",
]  # fmt: skip
# Calls that take a key, and which of their arguments may be it.
ERRORS = {"UserFacingError", "NotFound", "NotAllowed", "InvalidInput"}
TAKES_KEY = {"say": 2, "knows": 1} | dict.fromkeys(ERRORS, 1)
# Built from the name of a persona, a role, an error of a platform …
BUILT = (
    "agent.customer.", "agent.manager.", "approvals.need_", "languages.", "optimization.decrease",
    "optimization.increase", "optimization.pause", "platforms.", "roles.",
)  # fmt: skip


def fields(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


def plain(keys: set[str]) -> set[str]:
    """Without the singular wordings, which only some languages need."""
    return {key for key in keys if not key.endswith("_one")}


def trees() -> Iterator[tuple[str, ast.Module]]:
    for path in SOURCES:
        yield path.relative_to(ROOT).as_posix(), ast.parse(path.read_text(encoding="utf-8"))


def literals() -> Iterator[str]:
    """Every string of the sources; the fixed beginning of an f-string ends with an asterisk."""
    for _, tree in trees():
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                yield node.value
            elif isinstance(node, ast.JoinedStr) and isinstance(node.values[0], ast.Constant):
                yield f"{node.values[0].value!s}*"


def strings(node: ast.AST) -> Iterator[str]:
    """The texts an expression can be as a whole: not the parts of an f-string."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.IfExp):
        yield from strings(node.body)
        yield from strings(node.orelse)


def spoken_keys(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Line and key of say("…"), context.say("…"), InvalidInput("…") and their like."""
    errors = {
        id(call)
        for kind in ast.walk(tree)
        if isinstance(kind, ast.ClassDef)
        and any(isinstance(base, ast.Name) and base.id in ERRORS for base in kind.bases)
        for call in ast.walk(kind)
        if isinstance(call, ast.Call) and ast.unparse(call.func) == "super().__init__"
    }
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        name = ast.unparse(node.func).rpartition(".")[2]
        count = 1 if id(node) in errors else TAKES_KEY.get(name, 0)
        yield from ((node.lineno, key) for given in node.args[:count] for key in strings(given))


def is_used(key: str, exact: set[str], beginnings: set[str]) -> bool:
    key = key.removesuffix("_one")
    # An f-string that begins with a whole file's name would excuse all of the file.
    file = key.partition(".")[0]
    return (
        key in exact
        or key.startswith(BUILT)
        or any(key.startswith(start) and len(start) > len(file) + 1 for start in beginnings)
    )


@pytest.mark.parametrize("language", Language)
def test_every_language_has_every_text(language: Language) -> None:
    assert plain(set(catalogue(language))) == plain(set(catalogue(Language.zh_cn)))


@pytest.mark.parametrize("language", Language)
def test_texts_take_the_same_values_in_every_language(language: Language) -> None:
    model, texts = catalogue(Language.zh_cn), catalogue(language)
    assert {key: fields(texts[key]) for key in plain(set(texts))} == {
        key: fields(model[key]) for key in plain(set(model))
    }


@pytest.mark.parametrize("language", Language)
def test_the_wording_for_one_takes_no_value_that_the_other_lacks(language: Language) -> None:
    texts = catalogue(language)
    singular = texts.keys() - plain(set(texts))
    more = {key: fields(texts[key]) - fields(texts[key.removesuffix("_one")]) for key in singular}
    assert {key: names for key, names in more.items() if names} == {}


@pytest.mark.parametrize("language", Language)
def test_no_text_is_empty(language: Language) -> None:
    assert [key for key, text in catalogue(language).items() if not text.strip()] == []


def test_every_key_that_is_said_exists() -> None:
    known = catalogue(Language.zh_cn)
    said = [(where, line, key) for where, tree in trees() for line, key in spoken_keys(tree)]
    assert len(said) > 100, "the search finds the calls"
    assert [entry for entry in said if entry[2] not in known] == []


def test_every_text_is_used() -> None:
    found = list(literals())
    exact = {text for text in found if not text.endswith("*")}
    beginnings = {text.removesuffix("*") for text in found if text.endswith("*")}
    assert [key for key in catalogue(Language.zh_cn) if not is_used(key, exact, beginnings)] == []


@pytest.mark.parametrize("beginning", BUILT)
def test_what_counts_as_built_is_there(beginning: str) -> None:
    assert [key for key in catalogue(Language.zh_cn) if key.startswith(beginning)] != []


def test_one_is_worded_as_one() -> None:
    assert say(Language.en, "commands.users", n=1) == "One person in the organisation:"
    assert say(Language.en, "commands.users", n=2) == "2 people in the organisation:"


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("今天抖音来了多少线索？", Language.zh_cn),
        ("C-3 預算加 20%", Language.zh_tw),
        ("raise C-3 by 20%", Language.en),
        ("hello", Language.en),
        ("C-3", None), ("500", None), ("ok", None), ("", None), ("？？", None),
    ],
)  # fmt: skip
def test_the_language_of_a_message(text: str, language: Language | None) -> None:
    assert detect(text) is language
