"""A visit in a few lines, for the staff who take over a chat."""

from config.i18n import Language, knows, say
from storage.database import ReadSession
from storage.tables.visit import Visit
from tools.visits.playbook import Playbook
from tools.visits.repository import PlaybookRepository, VisitRepository
from tools.visits.service import readable

_LETTERS = 120


async def visit_lines(
    session: ReadSession, organisation_id: int, conversation_id: int, language: Language
) -> list[str]:
    """What the customer of an open visit came for, where the playbook is, and what is known."""
    visit = await VisitRepository(session, organisation_id).latest(conversation_id)
    if visit is None or visit.ended_at is not None:
        return []
    lines = []
    if knows(f"playbooks.intents.{visit.intent}"):
        intent = say(language, f"playbooks.intents.{visit.intent}")
        lines.append(say(language, "playbooks.visit", intent=intent))
    playbook = await _playbook(session, visit)
    if playbook is None:
        return lines
    if (stage := playbook.stage(visit.stage)) is not None:
        lines.append(
            say(
                language, "playbooks.visit_stage", title=playbook.title.said(language),
                goal=stage.goal.said(language),
            )
        )  # fmt: skip
    if visit.variables:
        lines.append(say(language, "playbooks.visit_known", known=known_words(visit)))
    return lines


def known_words(visit: Visit) -> str:
    """What was learned for the playbook, on one line."""
    said = (f"{name} = {' '.join(str(value).split())}" for name, value in visit.variables.items())
    return "; ".join(each[:_LETTERS] for each in said)


async def _playbook(session: ReadSession, visit: Visit) -> Playbook | None:
    if not visit.playbook:
        return None
    rows = PlaybookRepository(session, visit.organisation_id)
    row = await rows.version(visit.playbook, visit.playbook_version or 0)
    return readable(row) if row is not None else None
