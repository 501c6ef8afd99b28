"""Tells people when the service is not well, and when it is again.

One process evaluates the rules (config/alerts.py) each minute; the state of each alert is in the
database, so that neither a restart nor a second process tells anything twice. Admins are told by
notices, the robots of groups and the chats where /alerts here was said by messages of their own.
"""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import structlog
from sqlalchemy.exc import SQLAlchemyError

from bot.alert_words import text_key, values_of
from bot.channels.base import Channel, Duty
from bot.readings import Look, Readings
from bot.service import Service
from bot.shelf import Shelf
from config.clock import Clock
from config.errors import TransientError
from config.i18n import Language, say
from config.notices import NoticeKind
from config.roles import Role
from config.settings import Settings
from storage.alerts import AlertBook, News, Reading
from storage.database import Database, Session, out_of_reach
from storage.inbox import Inbox, Place
from storage.outbox import Draft, Outbox
from storage.tables.organisation import Organisation
from tools.people.service import PeopleService
from tools.ports import Notifier

log = structlog.get_logger()

_DUTY = "alerts"
_ROBOTS = ("wecom_robot", "dingtalk_robot")


class AlertWatch:
    """`duty` is None when there is no other process."""

    def __init__(
        self,
        settings: Settings,
        database: Database,
        organisation_id: int,
        clock: Clock,
        *,
        outbox: Outbox,
        notifier: Notifier,
        channels: Mapping[str, Channel],
        shelf: Shelf,
        look: Look,
        duty: Duty | None,
    ) -> None:
        self._settings = settings
        self._database = database
        self._organisation_id = organisation_id
        self._clock = clock
        self._outbox = outbox
        self._notifier = notifier
        self._readings = Readings(
            settings, database, organisation_id, clock, channels=channels, shelf=shelf, look=look
        )
        self._duty = duty
        self._book = AlertBook(organisation_id, clock)
        self._away_since: datetime | None = None

    async def run(self) -> None:
        """Until cancelled; never ends the service that it watches."""
        beating = asyncio.create_task(self._beat(), name="alerts:beat")
        try:
            if self._duty is None:
                await self._watch()
            else:
                await self._duty(_DUTY, self._watch)
        finally:
            beating.cancel()
            await asyncio.gather(beating, return_exceptions=True)

    async def evaluate(self) -> list[News]:
        """Measure, write down what has changed, and queue what people are told of it, in one
        transaction."""
        try:
            measured = await self._readings.take()
            measured = self._with_the_past(measured)
            async with self._database.unit_of_work() as session:
                news = await self._note(session, measured)
                if news:
                    await self._tell(session, news)
        except (SQLAlchemyError, OSError) as error:
            if out_of_reach(error):
                self._away_since = self._away_since or self._clock.now()
            raise
        self._away_since = None
        return news

    async def _watch(self) -> None:
        going = True
        while going:
            try:
                await self.evaluate()
            except (SQLAlchemyError, OSError) as error:
                log.error("alerts.database", error=type(error).__name__)
            except Exception:
                # What watches the service must not be what stops it.
                log.exception("alerts.bug")
            going = await self._goes_on()

    async def _beat(self) -> None:
        going = True
        while going:
            try:
                await self._readings.beat()
            except TransientError as error:
                log.warning("alerts.beat", error=str(error))
            going = await self._goes_on()

    async def _goes_on(self) -> bool:
        """Wait for the next minute. The Redis client may swallow a cancellation that meets it in
        the middle of a command; then this is the end."""
        task = asyncio.current_task()
        if task is None or task.cancelling():
            return False
        await asyncio.sleep(self._settings.alerts.every.total_seconds())
        return True

    def _with_the_past(self, measured: dict[str, list[Reading]]) -> dict[str, list[Reading]]:
        """Nobody could be told that the database was away while it was: they are now."""
        if self._away_since is None:
            return measured
        away = Reading(name="parts", subject="database", value=1, since=self._away_since)
        others = [each for each in measured["parts"] if each.subject != away.subject]
        return {**measured, "parts": [*others, away]}

    async def _note(self, session: Session, measured: dict[str, list[Reading]]) -> list[News]:
        news: list[News | None] = []
        for name, rule in self._settings.alerts.rules.items():
            readings = measured.get(name)
            if readings is None:
                continue
            # Of a rule that was switched off nothing goes on.
            readings = readings if rule.enabled else []
            for reading in readings:
                wrong = reading.value >= rule.threshold
                news.append(await self._book.note(session, reading, wrong=wrong, hold=rule.hold))
            subjects = [reading.subject for reading in readings]
            hold = rule.hold if rule.enabled else timedelta(0)
            news += await self._book.end_others(session, name, subjects, hold)
        return [each for each in news if each is not None]

    async def _tell(self, session: Session, news: Sequence[News]) -> None:
        organisation = await session.get_one(Organisation, self._organisation_id)
        zone = ZoneInfo(organisation.timezone)
        people = await PeopleService(session, self._organisation_id).staff(Role.admin)
        for each in news:
            log.warning("alerts.told", alert=each.name, subject=each.subject, state=each.state)
            rule = self._settings.alerts.rules[each.name]
            await self._notifier.to_people(
                session, NoticeKind.alert, f"alert:{each.alert_id}:{each.episode}:{each.state}",
                [person.id for person in people], text_key(each.state, each.name),
                topic=f"{each.name}:{each.subject}:{each.state}",
                urgent=rule.severity == "critical", **values_of(each, rule, zone),
            )  # fmt: skip
        first = news[0]
        key = f"alert:{first.alert_id}:{first.episode}:{first.state}:place"
        for conversation_id, language in await self._places(session):
            texts = [
                say(language, text_key(each.state, each.name),
                    **values_of(each, self._settings.alerts.rules[each.name], zone))
                for each in news
            ]  # fmt: skip
            await self._outbox.queue(
                session,
                Draft(
                    key=f"{key}:{conversation_id}", conversation_id=conversation_id,
                    text="\n".join(texts),
                ),
            )  # fmt: skip

    async def _places(self, session: Session) -> list[tuple[int, Language]]:
        """The chats to tell, and in which language."""
        places = {
            place.conversation_id: Language(place.language)
            for place in await self._book.places(session)
        }
        inbox = Inbox(self._organisation_id, self._clock)
        for name in _ROBOTS:
            if getattr(self._settings, name) is not None:
                group = Place(channel=name, bot="robot", chat="group")
                robot = await inbox.conversation(session, group, private_with=None)
                places[robot] = self._settings.language
        return sorted(places.items())


def open_alerts(
    service: Service, notifier: Notifier, shelf: Shelf, look: Look, duty: Duty | None
) -> AlertWatch:
    """Of everything that a service serves."""
    return AlertWatch(
        service.settings, service.database, service.organisation_id, service.clock,
        outbox=service.outbox, notifier=notifier, channels=service.channels, shelf=shelf,
        look=look, duty=duty,
    )  # fmt: skip
