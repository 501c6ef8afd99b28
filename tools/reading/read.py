"""One door to all readers: the kind of an argument says which of them reads it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from tools.arguments import Kind
from tools.reading import (
    ages,
    amounts,
    conditions,
    contacts,
    countries,
    creatives,
    cron,
    durations,
    ids,
    people,
    periods,
    words,
)
from tools.reading import choices as vocabulary
from tools.reading.base import Reading


@dataclass(frozen=True, slots=True)
class _Asked:
    text: str
    now: datetime
    argument: str
    choices: tuple[str, ...]


_READERS: dict[Kind, Callable[[_Asked], list[Reading]]] = {
    Kind.lead: lambda asked: ids.leads(asked.text),
    Kind.campaign: lambda asked: ids.ids(Kind.campaign, asked.text),
    Kind.ad_set: lambda asked: ids.ad_sets(asked.text),
    Kind.test: lambda asked: ids.ids(Kind.test, asked.text),
    Kind.rule: lambda asked: ids.ids(Kind.rule, asked.text),
    Kind.creatives: lambda asked: creatives.creatives_or_answer(asked.text),
    Kind.period: lambda asked: periods.periods(asked.text, asked.now),
    Kind.money: lambda asked: amounts.money(asked.text, asked.argument),
    Kind.money_change: lambda asked: amounts.money_changes(asked.text),
    Kind.percent_change: lambda asked: amounts.percent_changes(asked.text),
    Kind.number: lambda asked: amounts.plain_numbers(asked.text, asked.argument),
    Kind.days: lambda asked: durations.days(asked.text),
    Kind.limit: lambda asked: durations.limits(asked.text),
    Kind.countries: lambda asked: countries.countries(asked.text),
    Kind.ages: lambda asked: ages.ages(asked.text),
    Kind.owner: lambda asked: people.owners(asked.text),
    Kind.name: lambda asked: people.names(asked.text),
    Kind.phone: lambda asked: contacts.phones(asked.text),
    Kind.wechat: lambda asked: contacts.wechats(asked.text),
    Kind.email: lambda asked: contacts.emails(asked.text),
    Kind.company: lambda asked: contacts.companies(asked.text),
    Kind.url: lambda asked: contacts.urls(asked.text),
    Kind.text: lambda asked: words.texts(asked.text, asked.now),
    Kind.tags: lambda asked: words.tags(asked.text, asked.argument),
    Kind.note: lambda asked: words.notes(asked.text, asked.argument),
    Kind.window: lambda asked: durations.windows(asked.text),
    Kind.condition: lambda asked: conditions.conditions(asked.text),
    Kind.cron: lambda asked: cron.crons(asked.text),
    Kind.choice: lambda asked: vocabulary.choices(asked.text, asked.argument, asked.choices),
    Kind.language: lambda asked: vocabulary.choices(asked.text, "language", asked.choices),
    Kind.flag: lambda asked: vocabulary.flags(asked.text, asked.argument),
}


def read(
    kind: Kind,
    text: str,
    *,
    now: datetime,
    choices: tuple[str, ...] = (),
    argument: str = "",
) -> list[Reading]:
    """The values of `kind` that `text` says, surest first, equally sure ones in the order said.

    Values have the form of the contract (DESIGN.md); spans index `text`. `now` is aware, in the
    organisation's zone. `argument` and `choices` tell arguments of one kind apart.
    """
    # No reader looks at the time of day, so that all day the same words read the same.
    today = now.replace(hour=0, minute=0, second=0, microsecond=0)
    return list(_read(kind, _Asked(text, today, argument, choices)))


# Conversations are understood from their beginning at every turn.
@lru_cache(maxsize=4096)
def _read(kind: Kind, asked: _Asked) -> tuple[Reading, ...]:
    return tuple(_READERS[kind](asked))
