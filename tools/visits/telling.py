"""Tells the staff what is to follow after a visit, in each one's own language."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace

from config.i18n import say
from config.notices import NoticeKind
from config.roles import Role
from storage.database import Session
from storage.tables.organisation import Person
from storage.tables.visit import FollowUp
from tools.context import ToolContext
from tools.people.service import PeopleService, language_of
from tools.visits.follow_ups import buttons, day_of, ref_of
from tools.visits.talk import Talk


async def tell(
    session: Session, context: ToolContext, talk: Talk, lines: Sequence[str],
    rows: Sequence[FollowUp],
) -> None:  # fmt: skip
    """One notice for each person: what is theirs; managers get what is nobody's, and what its owner
    cannot be told."""
    people = PeopleService(session, context.organisation_id)
    managers = await people.staff(Role.manager)
    theirs = defaultdict[int | None, list[FollowUp]](list)
    for row in rows:
        theirs[row.owner_id].append(row)
    nobodys = theirs.pop(None, [])
    for owner_id, own in theirs.items():
        person = await people.get(owner_id or 0)
        if person in managers:
            continue
        if not await _told(session, context, person, talk, lines, own):
            nobodys += own
    for manager in managers:
        mine = [*theirs.get(manager.id, ()), *nobodys]
        if mine:
            await _told(session, context, manager, talk, lines, mine)


async def _told(
    session: Session, context: ToolContext, person: Person, talk: Talk, lines: Sequence[str],
    rows: Sequence[FollowUp],
) -> bool:  # fmt: skip
    language = language_of(person, context.language)
    own = replace(context, language=language)
    text = [say(language, "follow_ups.left", name=talk.customer)]
    text += [
        say(language, "follow_ups.line", number=row.id, due=day_of(own, row.due_on), text=row.text)
        for row in rows
    ]
    text += ["", say(language, "follow_ups.summary"), *lines]
    return await context.notifier.to_person(
        session, NoticeKind.follow_up, f"visit:{talk.visit_id}:follow_ups", person.id,
        "\n".join(text), shown=tuple(ref_of(row) for row in rows),
        buttons=[{"label": label, "send": send} for label, send in buttons(own, rows)],
    )  # fmt: skip
