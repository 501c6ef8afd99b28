"""Playbooks as files: what is in them, and what is wrong, with file and line."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError
from pydantic_core import ErrorDetails

from config.i18n import Language, knows, say
from tools.visits.playbook import Playbook

SHIPPED = Path(__file__).parents[2] / "agent" / "playbooks"
_MOST_BYTES, _MOST_FILES = 64_000, 100
_ENDINGS = (".yaml", ".yml")
_SHOWN = 60
_LOADER: type[yaml.SafeLoader] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """`place` is a path like stages.0.next; empty when the whole file is meant. `line` counts from
    1."""

    file: str
    line: int
    place: str
    kind: str
    details: Mapping[str, Any] = field(default_factory=dict)

    def worded(self, language: Language) -> str:
        key = f"playbooks.wrong.{self.kind}"
        what = say(language, key, **self.details) if knows(key) else str(self.details["text"])
        where = f"{self.file}:{self.line}"
        return f"{where} {self.place}: {what}" if self.place else f"{where}: {what}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """A playbook of a file, as it stands there."""

    playbook: Playbook
    content: str
    file: str

    @property
    def digest(self) -> str:
        return hashlib.sha256(self.content.encode()).hexdigest()


class BrokenPlaybook(Exception):
    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("; ".join(each.worded(Language.en) for each in problems))
        self.problems = tuple(problems)


def read_folders(folders: Sequence[Path]) -> tuple[dict[str, Read], list[Problem]]:
    """The playbooks by name, and what is wrong with the others; a later folder's stand in the place
    of an earlier one's."""
    found: dict[str, Read] = {}
    problems: list[Problem] = []
    for folder in folders:
        here: dict[str, Read] = {}
        for path in _files(folder):
            try:
                read = read_file(path)
            except BrokenPlaybook as error:
                problems += error.problems
                continue
            if read.playbook.name in here:
                other = here[read.playbook.name].file
                problems.append(_problem(read.file, "same_name", "name", other=other))
                continue
            here[read.playbook.name] = read
        found |= here
    return found, problems


def read_file(path: Path) -> Read:
    """Raises BrokenPlaybook."""
    try:
        raw = path.read_bytes()
        content = raw.decode().replace("\r\n", "\n")
    except (OSError, UnicodeDecodeError):
        raise BrokenPlaybook([_problem(path.name, "unreadable")]) from None
    if len(raw) > _MOST_BYTES:
        raise BrokenPlaybook([_problem(path.name, "big_file", most=_MOST_BYTES // 1_000)])
    return Read(playbook=parsed(content, path.name), content=content, file=path.name)


@lru_cache(maxsize=256)
def parsed(content: str, file: str = "") -> Playbook:
    """The playbook that a text is. Raises BrokenPlaybook with everything that is wrong."""
    try:
        node = yaml.compose(content, Loader=_LOADER)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else 1
        raise BrokenPlaybook([_problem(file, "no_yaml", line=line, text=error.problem)]) from None
    except yaml.YAMLError as error:
        raise BrokenPlaybook([_problem(file, "no_yaml", text=error)]) from None
    if not isinstance(node, yaml.MappingNode):
        raise BrokenPlaybook([_problem(file, "no_fields")])
    if twice := list(_twice(node, file, "", set())):
        raise BrokenPlaybook(twice)
    try:
        return Playbook.model_validate(yaml.load(content, Loader=_LOADER))
    except yaml.YAMLError as error:
        raise BrokenPlaybook([_problem(file, "no_yaml", text=error)]) from None
    except ValidationError as error:
        found = error.errors(include_url=False, include_input=False)
        raise BrokenPlaybook([_worded(each, node, file) for each in found]) from None


def _files(folder: Path) -> list[Path]:
    if not folder.is_dir():
        return []
    return sorted(path for path in folder.iterdir() if path.suffix in _ENDINGS)[:_MOST_FILES]


def _problem(file: str, kind: str, place: str = "", line: int = 1, **details: Any) -> Problem:
    return Problem(file=file, line=line, place=place, kind=kind, details=details)


def _worded(error: ErrorDetails, node: yaml.Node, file: str) -> Problem:
    details = dict(error.get("ctx", {}))
    place = (*error["loc"], *details.pop("where", ()))
    # Pydantic names the parts of a mapping's key and value, which no file has.
    steps = [each for each in place if each != "[key]"]
    kind = error["type"].removeprefix("playbook_")
    return Problem(
        file=file, line=_line(node, steps), place=".".join(map(str, steps)), kind=kind,
        details={**details, "text": error["msg"]},
    )  # fmt: skip


def _line(node: yaml.Node, place: Sequence[int | str]) -> int:
    """Where the field stands; of one that is missing, what it is missing in."""
    line: int = node.start_mark.line + 1
    for step in place:
        if isinstance(node, yaml.SequenceNode) and isinstance(step, int):
            if step >= len(node.value):
                break
            node = node.value[step]
            line = node.start_mark.line + 1
        elif isinstance(node, yaml.MappingNode):
            pair = next((each for each in node.value if each[0].value == str(step)), None)
            if pair is None:
                break
            line, node = pair[0].start_mark.line + 1, pair[1]
    return line


def _twice(node: yaml.Node, file: str, place: str, above: set[int]) -> Iterator[Problem]:
    """Fields that are there twice, of which YAML would take the last, and parts that refer to each
    other, which could be endless."""
    if isinstance(node, yaml.ScalarNode):
        return
    if id(node) in above:
        yield _problem(file, "refers", place, node.start_mark.line + 1)
        return
    above.add(id(node))
    seen: set[str] = set()
    for at, child in enumerate(node.value):
        if isinstance(node, yaml.SequenceNode):
            yield from _twice(child, file, f"{place}.{at}".strip("."), above)
            continue
        key, value = child
        name = str(key.value)[:_SHOWN]
        here = f"{place}.{name}".strip(".")
        if name in seen:
            yield _problem(file, "twice", here, key.start_mark.line + 1, said=name)
        seen.add(name)
        yield from _twice(value, file, here, above)
