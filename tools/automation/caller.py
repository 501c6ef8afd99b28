"""Who calls the module: a program in the name of a person of the organisation."""

from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, TypeAdapter

from config.clock import Clock
from storage.chats import Chats
from storage.database import Database, Session
from storage.inbox import Inbox, Place
from storage.tables.organisation import Organisation, Person
from tools.automation.errors import UnknownCaller
from tools.automation.parameters import Plain
from tools.people.errors import PersonNotFound
from tools.people.service import PeopleService

CHANNEL, BOT = "module", "api"


def _text(value: object) -> object:
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


RequestId = Annotated[str, Field(min_length=1, max_length=64), Plain]
REQUEST_ID: TypeAdapter[str] = TypeAdapter(RequestId)


class Caller(BaseModel):
    """`organisation` is its short name or its id. `request_id` is the caller's own name for the
    request: the same one again, with the same parameters, has no second effect."""

    model_config = ConfigDict(frozen=True)

    user_id: Annotated[int, Field(ge=1, lt=2**53)]
    session_id: Annotated[str, BeforeValidator(_text), Field(min_length=1, max_length=64), Plain]
    organisation: Annotated[str, BeforeValidator(_text), Field(min_length=1, max_length=40), Plain]
    request_id: RequestId | None = None

    @property
    def chat(self) -> str:
        return f"{self.user_id}:{self.session_id}"


class NoTurn:
    """A program's order belongs to no turn that another worker could take over: what keeps its
    effects single is the ledger alone."""

    async def check(self) -> None:
        return None


async def greet(
    database: Database, organisation_id: int, clock: Clock, caller: Caller
) -> tuple[Person, int]:
    """The person, and the conversation that stands for the session. Raises UnknownCaller."""
    async with database.reading() as session:
        organisation = await session.get_one(Organisation, organisation_id)
        if caller.organisation not in (organisation.slug, str(organisation.id)):
            raise UnknownCaller
        try:
            person = await PeopleService(session, organisation_id).get(caller.user_id)
        except PersonNotFound:
            raise UnknownCaller from None
    async with database.unit_of_work() as session:
        return person, await _conversation(session, organisation_id, clock, caller)


async def _conversation(
    session: Session, organisation_id: int, clock: Clock, caller: Caller
) -> int:
    place = Place(channel=CHANNEL, bot=BOT, chat=caller.chat)
    opened = await Inbox(organisation_id, clock).conversation(
        session, place, private_with=caller.user_id
    )
    # Nothing can be sent there: notices go to the person's chats.
    await Chats(organisation_id, clock).close(session, place)
    return opened
