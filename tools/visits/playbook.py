"""What a playbook says: when it begins, its stages, and what it wants to learn."""

from collections.abc import Sequence
from string import Formatter
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from config.i18n import Language
from config.i18n.traditional import traditional
from tools.mood import Mood

Name = Annotated[str, StringConstraints(pattern=r"^[^\W\d_][\w-]*$", max_length=60)]
Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500)]
Kind = Literal["text", "phone", "contact", "number", "choice", "date"]


class Part(BaseModel):
    """A misspelt field is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Wording(Part):
    zh: Text
    en: Text

    def said(self, language: Language) -> str:
        if language is Language.en:
            return self.en
        return traditional(self.zh) if language is Language.zh_tw else self.zh


class Variable(Part):
    """`choices` gives the words that name each value of a choice, `units` what stands behind a
    number that is meant. One without `ask` is read when it is said, and never asked for."""

    kind: Kind
    ask: Wording | None = None
    choices: dict[Name, tuple[Text, ...]] = Field(default_factory=dict)
    units: tuple[Text, ...] = ()

    @model_validator(mode="after")
    def _fits_its_kind(self) -> Self:
        if (self.kind == "choice") != bool(self.choices):
            raise wrong("choices")
        if self.units and self.kind != "number":
            raise wrong("units")
        return self


class Start(Part):
    """Any of these begins it: what the customer came for, a word, a mood; unless a word of `unless`
    says that it is about something else."""

    intents: tuple[Text, ...] = ()
    keywords: tuple[Text, ...] = ()
    mood: tuple[Mood, ...] = ()
    unless: tuple[Text, ...] = ()

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if not (self.intents or self.keywords or self.mood):
            raise wrong("never_starts")
        return self


class Done(Part):
    """Any of these: all of the variables are known, the tool did its work, or the customer has said
    so many things."""

    filled: tuple[Name, ...] = ()
    tool: Text | None = None
    turns: int | None = Field(default=None, ge=1, le=100)

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if not (self.filled or self.tool or self.turns):
            raise wrong("never_done")
        return self


class Stage(Part):
    """`needs` are asked for in this order. `look_up` is searched for in the company's documents when
    the stage begins, with the variables in it filled in. Without `done_when` it is done when all that
    it needs is known, or with the customer's next message when it needs nothing."""

    name: Name
    goal: Wording
    hints: tuple[Text, ...] = ()
    needs: tuple[Name, ...] = ()
    look_up: Wording | None = None
    done_when: Done | None = None
    next: Name | None = None

    @property
    def done(self) -> Done:
        if self.done_when is not None:
            return self.done_when
        return Done(filled=self.needs) if self.needs else Done(turns=1)


class Playbook(Part):
    name: Name
    title: Wording
    starts_on: Start
    variables: dict[Name, Variable] = Field(default_factory=dict, max_length=40)
    stages: tuple[Stage, ...] = Field(min_length=1, max_length=40)

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        known = [stage.name for stage in self.stages]
        for at, stage in enumerate(self.stages):
            if stage.name in known[:at]:
                raise wrong("twice", at, "name", said=stage.name)
        for at, stage in enumerate(self.stages):
            if stage.next is not None and stage.next not in known:
                raise wrong("no_stage", at, "next", said=stage.next)
            self._knows_variables(at, stage)
        self._goes_forward()
        return self

    def stage(self, name: str) -> Stage | None:
        return next((stage for stage in self.stages if stage.name == name), None)

    def _knows_variables(self, at: int, stage: Stage) -> None:
        used = [("needs", each) for each in stage.needs]
        used += [("done_when", each) for each in stage.done.filled]
        for text in (stage.look_up.zh, stage.look_up.en) if stage.look_up else ():
            used += [("look_up", each) for each in placeholders(text)]
        for field, name in used:
            if name not in self.variables:
                raise wrong("no_variable", at, field, said=name)

    def _goes_forward(self) -> None:
        """Every stage is reached from the first, once."""
        reached: list[str] = []
        stage: Stage | None = self.stages[0]
        while stage is not None and stage.name not in reached:
            reached.append(stage.name)
            stage = self.stage(stage.next) if stage.next else None
        if stage is not None:
            at = next(at for at, each in enumerate(self.stages) if each.name == reached[-1])
            raise wrong("leads_back", at, "next", said=stage.name)
        for at, each in enumerate(self.stages):
            if each.name not in reached:
                raise wrong("never_reached", at, "name", said=each.name)


def wrong(kind: str, stage: int | None = None, field: str = "", **said: Any) -> PydanticCustomError:
    """Worded by `playbooks.wrong.<kind>`; `stage` and `field` say where, inside the file."""
    where = () if stage is None else ("stages", stage, field)
    return PydanticCustomError(f"playbook_{kind}", kind, {**said, "where": where})


def placeholders(text: str) -> Sequence[str]:
    """The variables in a text with {them}; what is no such text has one that nobody knows."""
    try:
        return [name for _, name, _, _ in Formatter().parse(text) if name is not None]
    except ValueError:
        return [text]
