"""Asks the staff, one after the other and then everybody, to take a case."""

from collections.abc import Sequence

from config.failpoints import failpoint
from config.i18n import Language, say
from config.notices import NoticeKind
from config.roles import Role
from storage.database import Session
from storage.tables.case import Case, CaseOffer, CasePriority
from storage.tables.organisation import Person
from tools.people.service import PeopleService, language_of
from tools.ports import Notifier
from tools.support.case_rows import CaseRows, Said
from tools.support.presence import Roster
from tools.support.routing import Candidate, rank
from tools.visits.overview import visit_lines

_LINES, _LETTERS, _FILES = 6, 120, 5


class Offering:
    """Of one transaction; `roster` says who is there, `one_by_one` how many are asked before all."""

    def __init__(
        self,
        session: Session,
        rows: CaseRows,
        roster: Roster,
        notifier: Notifier,
        default: Language,
        one_by_one: int,
    ) -> None:
        self._session = session
        self._rows = rows
        self._roster = roster
        self._notifier = notifier
        self._default = default
        self._one_by_one = one_by_one

    async def candidates(self, case: Case) -> list[Candidate]:
        """Those who are there now."""
        return await self._roster.candidates([case.question, *case.tags])

    async def ask_next(self, case: Case, here: Sequence[Candidate]) -> int:
        """Ask whom it is the turn of; how many that were. When those who come first have been asked,
        everybody else who is there is."""
        asked = {offer.person_id for offer in await self._rows.offers(case.id)}
        urgent = case.priority is CasePriority.urgent
        all_at_once = len(asked) >= self._one_by_one
        order = rank(here, urgent=urgent or all_at_once, asked=asked)
        told = 0
        for person_id in order:
            told += await self.ask(case, await self._person(person_id), key=f"{len(asked)}")
            if told and not all_at_once:
                return told
        case.asked_all = all_at_once or case.asked_all
        return told

    async def ask(self, case: Case, person: Person, *, key: str, by: Person | None = None) -> bool:
        """False when they cannot be reached. A colleague who asks leaves the case when it is
        taken."""
        language = language_of(person, self._default)
        reached = await self._notifier.to_person(
            self._session, NoticeKind.human, f"{case.order_key}:case:{case.id}:offer:{key}",
            person.id, await self.card(case, language, by), shown=(case.ref,), urgent=True,
            buttons=(
                {"label": say(language, "cases.button_take"), "send": f"/takeover {case.ref}"},
                {"label": say(language, "cases.button_pass"), "send": f"/transfer {case.ref}"},
            ),
        )  # fmt: skip
        if reached:
            await self._note(case, person.id, by.id if by else None)
            failpoint("case_offered")
        return reached

    async def card(self, case: Case, language: Language, by: Person | None = None) -> str:
        """Who wants what, and what was said last."""
        customer = await self._person(case.customer_id)
        lines = [
            say(language, "cases.offer_by", ref=case.ref, name=customer.name, colleague=by.name)
            if by
            else say(language, "cases.offer", ref=case.ref, name=customer.name),
            say(language, f"cases.reasons.{case.reason}"),
        ]
        if case.question:
            lines.append(say(language, "cases.question", text=case.question[:_LETTERS]))
        if case.tags:
            lines.append(say(language, "cases.tags", tags=", ".join(case.tags)))
        if case.mood:
            lines.append(say(language, f"mood.card.{case.mood}"))
        lines += await self.visit(case, language)
        lines += await self.last_words(case, language)
        names = await self._rows.file_names(case.conversation_id, _FILES)
        if names:
            lines.append(
                say(language, "cases.files", names=", ".join(names), person=case.customer_id)
            )
        return "\n".join(lines)

    async def visit(self, case: Case, language: Language) -> list[str]:
        """What the customer came for, and how far it is."""
        return await visit_lines(
            self._session, case.organisation_id, case.conversation_id, language
        )

    async def last_words(self, case: Case, language: Language) -> list[str]:
        said = await self._rows.last_said(case.conversation_id, _LINES)
        lines = [line_of(each, language) for each in said if each.text]
        return [say(language, "cases.last_words"), *lines] if lines else []

    async def _person(self, person_id: int) -> Person:
        return await PeopleService(self._session, self._rows.organisation_id).get(person_id)

    async def _note(self, case: Case, person_id: int, from_id: int | None) -> None:
        """Their newest offer counts."""
        now = case.offered_at = self._roster.now()
        for offer in await self._rows.offers(case.id):
            if offer.person_id == person_id:
                offer.at, offer.from_id = now, from_id
                return
        self._session.add(
            CaseOffer(
                organisation_id=case.organisation_id, case_id=case.id, person_id=person_id,
                from_id=from_id, at=now,
            )
        )  # fmt: skip
        await self._session.flush()


def line_of(said: Said, language: Language) -> str:
    speaker = said.by
    if speaker is None:
        speaker = say(language, "cases.customer")
    elif not speaker:
        speaker = say(language, "cases.assistant")
    text = " ".join(said.text.split())
    cut = text if len(text) <= _LETTERS else f"{text[:_LETTERS]}…"
    return f"· {speaker}: {cut}"


def may_serve(person: Person) -> bool:
    return person.role.includes(Role.agent)
