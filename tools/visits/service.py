"""Visits of customers: one stretch of a conversation, from the first word to a long silence.
Services never commit."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Self

import structlog

from config.clock import Clock
from storage.database import ReadSession, Session
from storage.tables.visit import PlaybookVersion, Visit
from storage.tables.work import Conversation
from storage.upsert import insert_or_ignore
from tools.context import ToolContext
from tools.mood import Mood
from tools.visits.following import (
    Heard,
    Place,
    Step,
    asking,
    begun,
    chosen,
    contacts_in,
    followed,
    question,
    to_look_up,
)
from tools.visits.playbook import Playbook
from tools.visits.playbook_files import BrokenPlaybook, parsed
from tools.visits.repository import PlaybookRepository, VisitRepository
from tools.visits.values import is_question

__all__ = [
    "Heard", "Known", "Step", "Touched", "VisitService", "asking", "contacts_in", "is_question",
    "question", "step_of", "to_look_up",
]  # fmt: skip

log = structlog.get_logger()

_AT_ONCE = 50
_INTENT_LETTERS = 60
_WORST_FIRST = [*Mood]


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What a turn finds. `playbook` leads the visit, which is at `place` of it; `starting` are those
    that may begin, each with its version's number. `repeated`: this turn was counted before it was cut
    short, and this is what it did. `served`: people of ours are wanted here."""

    playbook: Playbook | None = None
    place: Place | None = None
    starting: Sequence[tuple[int, Playbook]] = ()
    repeated: bool = False
    last: Step | None = None
    served: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Touched:
    """How a turn with a customer went. Small talk (`small`) is no reason to come, unless there is no
    other."""

    conversation_id: int
    person_id: int
    inbox_id: int
    intent: str
    small: bool = False
    mood: Mood | None = None
    step: Step | None = None


def step_of(known: Known, heard: Heard) -> Step | None:
    """Where the message leads; None when no playbook has to do with it."""
    if known.repeated:
        return known.last
    numbers = {playbook.name: number for number, playbook in known.starting}
    candidates = [playbook for _, playbook in known.starting]
    current = known.playbook
    goes_on = current is not None and known.place is not None and not known.place.done
    fresh = chosen(candidates, heard, current.name if current and goes_on else "")
    if fresh is not None and (current is None or fresh.name != current.name or goes_on):
        before = known.place.variables if known.place else None
        return begun(fresh, heard, version=numbers[fresh.name], known=before)
    if current is None or known.place is None:
        return None
    return followed(current, known.place, heard)


class VisitService:
    def __init__(
        self, session: ReadSession, organisation_id: int, clock: Clock, idle: timedelta
    ) -> None:
        """Writing methods need a write session."""
        self.session = session
        self.rows = VisitRepository(session, organisation_id)
        self.playbooks = PlaybookRepository(session, organisation_id)
        self._clock = clock
        self._idle = idle

    @classmethod
    def of(cls, session: ReadSession, context: ToolContext) -> Self:
        return cls(session, context.organisation_id, context.clock, context.visits.idle)

    async def current(self, conversation_id: int) -> Visit | None:
        """The visit that goes on."""
        visit = await self.rows.latest(conversation_id)
        return visit if visit is not None and await self._goes_on(visit, None) else None

    async def known(self, conversation_id: int, inbox_id: int) -> Known | None:
        """For the turn that answers message `inbox_id`; None in a group, where nobody visits."""
        chat = await self.session.get(Conversation, conversation_id)
        if chat is None or chat.person_id is None:
            return None
        visit = await self.rows.latest(conversation_id)
        used = await self.playbooks.used()
        starting = [
            (row.number, playbook)
            for row in used.values()
            if (playbook := readable(row)) is not None
        ]
        served = await self.rows.is_served(conversation_id)
        if visit is None or not visit.playbook or visit.playbook not in used:
            repeated = visit is not None and visit.last_inbox_id >= inbox_id
            return Known(starting=starting, served=served, repeated=repeated)
        playbook = await self._playbook(visit)
        place = place_of(visit)
        if visit.last_inbox_id >= inbox_id:
            last = last_step(playbook, visit) if visit.last_inbox_id == inbox_id else None
            return Known(playbook=playbook, place=place, repeated=True, last=last, served=served)
        if playbook is None or not await self._goes_on(visit, inbox_id):
            return Known(starting=starting, served=served)
        return Known(playbook=playbook, place=place, starting=starting, served=served)

    async def touch(self, touched: Touched) -> Visit:
        """Count a turn, once however often it runs; it begins a visit when none goes on."""
        visit = await self.rows.latest(touched.conversation_id, hold=True)
        if visit is not None and touched.inbox_id <= visit.last_inbox_id:
            return visit
        if visit is not None and not await self._goes_on(visit, touched.inbox_id):
            self._end(visit)
            await self.session.flush()
            visit = None
        visit = visit or await self._begin(touched)
        if visit.last_inbox_id > touched.inbox_id:
            return visit
        visit.last_inbox_id, visit.last_at = touched.inbox_id, self._clock.now()
        if not touched.small or not visit.intent:
            visit.intent = touched.intent[:_INTENT_LETTERS]
        if touched.mood is not None:
            visit.mood = touched.mood
            visit.worst_mood = min(visit.worst_mood, touched.mood, key=_WORST_FIRST.index)
        if touched.step is not None:
            keep_step(visit, touched.step)
        await self.session.flush()
        return visit

    async def ending(self, now: datetime) -> list[int]:
        """Ends the visits whose customers have left, and returns those that are over and not yet
        summarised, some at a time."""
        for visit in await self.rows.left(now - self._idle, _AT_ONCE):
            self._end(visit)
        await self.session.flush()
        return await self.rows.unsummarised(_AT_ONCE)

    async def _goes_on(self, visit: Visit, before: int | None) -> bool:
        if visit.ended_at is not None:
            return False
        silent_since = self._clock.now() - self._idle
        if visit.last_at > silent_since or await self.rows.is_served(visit.conversation_id):
            return True
        return await self.rows.last_words(visit, before) > silent_since

    async def _begin(self, touched: Touched) -> Visit:
        now = self._clock.now()
        session = Session(self.session)
        values = {
            "organisation_id": self.rows.organisation_id, "open_in": touched.conversation_id,
            "conversation_id": touched.conversation_id, "person_id": touched.person_id,
            "first_inbox_id": touched.inbox_id, "last_inbox_id": touched.inbox_id,
            "started_at": now, "last_at": now, "intent": "", "mood": Mood.calm,
            "worst_mood": Mood.pleased if touched.mood else Mood.calm, "playbook": "",
            "stage": "", "variables": {}, "course": {}, "summary": "",
        }  # fmt: skip
        await insert_or_ignore(session, Visit, values)
        visit = await self.rows.latest(touched.conversation_id, hold=True)
        assert visit is not None
        return visit

    def _end(self, visit: Visit) -> None:
        visit.open_in = None
        visit.ended_at = visit.ended_at or self._clock.now()

    async def _playbook(self, visit: Visit) -> Playbook | None:
        row = await self.playbooks.version(visit.playbook, visit.playbook_version or 0)
        return readable(row) if row is not None else None


def readable(row: PlaybookVersion) -> Playbook | None:
    """None when it was written for another version of HuoKe, and cannot be read any more."""
    try:
        return parsed(row.content)
    except BrokenPlaybook as error:
        log.error("playbook.unreadable", name=row.name, number=row.number, error=str(error))
        return None


def place_of(visit: Visit) -> Place:
    course = visit.course
    return Place(
        stage=visit.stage, version=visit.playbook_version or 1, variables=dict(visit.variables),
        asked=tuple(course.get("asked", ())), open=course.get("open", ""),
        quiet=bool(course.get("quiet")), turns=int(course.get("turns", 0)),
        done=bool(course.get("done")),
    )  # fmt: skip


def last_step(playbook: Playbook | None, visit: Visit) -> Step | None:
    if playbook is None:
        return None
    course = visit.course
    return Step(
        playbook=playbook, place=place_of(visit), answered=bool(course.get("answered")), told=bool(course.get("told")),
        refused=bool(course.get("refused")), entered=bool(course.get("entered")),
        begins=bool(course.get("begins")), learned=course.get("learned", {}),
    )  # fmt: skip


def keep_step(visit: Visit, step: Step) -> None:
    place = step.place
    visit.playbook, visit.playbook_version = step.playbook.name, place.version
    visit.stage, visit.variables = place.stage, dict(place.variables)
    visit.course = {
        "asked": [*place.asked], "open": place.open, "quiet": place.quiet, "turns": place.turns,
        "done": place.done, "answered": step.answered, "told": step.told, "refused": step.refused,
        "entered": step.entered, "begins": step.begins,
        "learned": dict(step.learned),
    }  # fmt: skip
