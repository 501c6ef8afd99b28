"""/files: what people sent, sent on to the staff."""

from collections.abc import Sequence

from agent.contract import Reply
from bot.commands.base import Invocation
from config.errors import NotAllowed, NotFound
from config.roles import Role
from storage.audit import AuditLog
from storage.database import ReadSession
from storage.media import (
    KeptFile,
    content_of,
    files_of_conversation,
    files_of_people,
    name_to_send,
)
from tools.leads.desk import customers_behind
from tools.people.service import PeopleService
from tools.result import Attachment

_MOST, _MOST_BYTES = 10, 40_000_000


async def files(use: Invocation) -> Reply:
    """The newest files of this conversation, of a lead or of a person, as files; who gets them is
    on record. Raises NotAllowed, LeadNotFound and what PeopleService.find raises."""
    ref = " ".join(use.words)
    async with use.services.database.reading() as session:
        found = await _found(use, session, ref)
    sent = [file for file, so_far in zip(found, _sums(found), strict=True) if so_far <= _MOST_BYTES]
    if not sent:
        return Reply(text=use.say("media.none"))
    async with use.services.database.unit_of_work() as session:
        contents = [await content_of(session, use.organisation_id, file.id) for file in sent]
        await AuditLog(use.organisation_id, use.services.clock).append(
            session, "files.sent", person_id=use.turn.asker.id, of=ref or "conversation",
            files=[file.id for file in sent],
        )  # fmt: skip
    return Reply(
        text="\n".join([use.say("media.files", n=len(sent)), *(_line(use, file) for file in sent)]),
        attachments=tuple(
            Attachment(name=name_to_send(file.name), media_type=file.media_type, content=content)
            for file, content in zip(sent, contents, strict=True)
            if content is not None
        ),
    )


async def _found(use: Invocation, session: ReadSession, ref: str) -> list[KeptFile]:
    if not ref:
        return await files_of_conversation(
            session, use.organisation_id, use.turn.conversation_id, _MOST
        )
    people = await _people(use, session, ref)
    return await files_of_people(session, use.organisation_id, people, _MOST)


async def _people(use: Invocation, session: ReadSession, ref: str) -> Sequence[int]:
    if ref.upper().startswith("L-"):
        return await _behind_lead(use, session, ref)
    person = await PeopleService(session, use.organisation_id).find(ref.removeprefix("@"))
    asker = use.turn.asker
    of_a_colleague = person.role is not Role.customer and person.id != asker.id
    if of_a_colleague and not asker.role.includes(Role.manager):
        raise NotAllowed("media.not_of_colleagues")
    return [person.id]


async def _behind_lead(use: Invocation, session: ReadSession, ref: str) -> Sequence[int]:
    found = await customers_behind(session, use.services.open_tools(use.turn), ref)
    if not found:
        raise NotFound("media.no_customer", ref=ref)
    return found


def _line(use: Invocation, file: KeptFile) -> str:
    length = use.say("media.seconds", n=file.seconds) if file.seconds else ""
    return f"· {file.name}  {file.size / 1024:.0f} KB {length}".rstrip()


def _sums(found: Sequence[KeptFile]) -> list[int]:
    return [sum(file.size for file in found[: at + 1]) for at in range(len(found))]
