"""/start /invite /bind: how people and their chat accounts come together."""

from difflib import get_close_matches

from agent.contract import Reply
from bot.commands.base import Invocation, WrongUsage
from bot.commands.people import role_named
from bot.inviting import invited
from config.i18n import say
from config.roles import Role
from storage.audit import AuditLog
from tools.people.invites import VALID_FOR, redeem
from tools.people.service import PeopleService, language_of

# "manger" and "admn", but no name that merely begins like a role.
_ALIKE = 0.8


async def start(use: Invocation) -> Reply:
    """What a chat begins with; a link from an invitation brings its code along."""
    if use.words:
        return await bind(use)
    if use.turn.asker.role is Role.customer:
        hello = f"{use.say('agent.customer.first_contact')}\n\n{use.say('agent.customer.greeting')}"
        return Reply(text=hello)
    hello = f"{use.say('agent.manager.identity')}\n\n{use.say('agent.manager.greeting')}"
    return Reply(text=hello)


async def invite(use: Invocation) -> Reply:
    """A code for somebody: the name alone for a person who is here, with a role for a new one."""
    wanted, name = _role_and_name(use)
    async with use.services.database.unit_of_work() as session:
        person, code = await invited(
            session, use.organisation_id, use.services.clock, name=name, role=wanted,
            by=use.turn.asker.id,
        )  # fmt: skip
    return Reply(
        text=use.say(
            "commands.invited", name=person.name, role=use.say(f"roles.{person.role}"), code=code,
            days=VALID_FOR.days,
        )
    )  # fmt: skip


async def bind(use: Invocation) -> Reply:
    async with use.services.database.unit_of_work() as session:
        people = PeopleService(session, use.organisation_id)
        stranger = await people.get(use.turn.asker.id)
        person = await redeem(
            session, use.services.clock, use.words[0], stranger=stranger,
            conversation_id=use.turn.conversation_id,
        )  # fmt: skip
        await AuditLog(use.organisation_id, use.services.clock).append(
            session, "person.bind", person_id=person.id, person=person.id, role=person.role.value
        )
    language = language_of(person, use.language)
    role = say(language, f"roles.{person.role}")
    return Reply(text=say(language, "commands.bound", name=person.name, role=role))


def _role_and_name(use: Invocation) -> tuple[Role | None, str]:
    """`/invite 小李 agent`: the last word may be a role. Raises WrongUsage for a role without a name,
    and for what was meant as a role."""
    *name, last = use.words
    try:
        role = Role(role_named(use, last))
    except ValueError:
        if any(get_close_matches(word.lower(), [*Role], n=1, cutoff=_ALIKE) for word in use.words):
            raise WrongUsage(use.say("commands.usage.invite")) from None
        return None, " ".join(use.words)
    if not name:
        raise WrongUsage(use.say("commands.usage.invite"))
    return role, " ".join(name)
