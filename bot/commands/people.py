"""/whoami /lang /users /role: who somebody is, by which accounts, and what they may do."""

from agent.contract import Button, Reply
from bot.commands.base import Invocation
from bot.commands.chats import channel_name, told_at
from config.i18n import Language, say
from config.roles import Role
from memory.facts import FactStore
from storage.audit import AuditLog
from storage.tables.work import Conversation
from tools.people.reach import accounts_of
from tools.people.service import PeopleService, change_role

_NAMES = {
    "zh": Language.zh_cn, "cn": Language.zh_cn, "中文": Language.zh_cn, "简体": Language.zh_cn,
    "简体中文": Language.zh_cn, "tw": Language.zh_tw, "繁體": Language.zh_tw,
    "繁体": Language.zh_tw, "繁體中文": Language.zh_tw, "english": Language.en,
    "英文": Language.en, "英语": Language.en,
    **{language.value.lower(): language for language in Language},
}  # fmt: skip


async def whoami(use: Invocation) -> Reply:
    """With all accounts of the person; their ids are for a private chat only."""
    asker = use.turn.asker
    async with use.services.database.reading() as session:
        accounts = await accounts_of(session, use.organisation_id, asker.id)
        place = await session.get_one(Conversation, use.turn.conversation_id)
        told = await told_at(use, session)
    lines = [
        use.say(
            "commands.whoami", name=asker.name, id=asker.id, role=use.say(f"roles.{asker.role}"),
            language=use.say(f"languages.{use.language}"),
        ),
        use.say("commands.whoami_accounts"),
    ]  # fmt: skip
    for channel, account in accounts:
        name = channel_name(use.language, channel)
        lines.append(f"· {name} {account}" if place.person_id == asker.id else f"· {name}")
    return Reply(text="\n".join([*lines, told]))


async def lang(use: Invocation) -> Reply:
    """Without an argument: buttons to choose from."""
    if not use.words:
        buttons = tuple(
            Button(label=say(language, f"languages.{language}"), send=f"/lang {language}")
            for language in Language
        )
        return Reply(text=use.say("commands.lang_choose"), buttons=buttons)
    chosen = _NAMES.get(use.words[0].lower().replace("_", "-"))
    if chosen is None:
        known = ", ".join(Language)
        return Reply(text=use.say("commands.lang_unknown", word=use.words[0], known=known))
    async with use.services.database.unit_of_work() as session:
        person = await PeopleService(session, use.organisation_id).get(use.turn.asker.id)
        person.language = chosen.value
        # "以后用英文回答我" was said before this.
        facts = FactStore(use.organisation_id, use.services.clock)
        await facts.close(session, person.id, "answer_language")
    name = say(chosen, f"languages.{chosen}")
    return Reply(text=say(chosen, "commands.lang_changed", language=name))


async def users(use: Invocation) -> Reply:
    async with use.services.database.reading() as session:
        people = await PeopleService(session, use.organisation_id).known()
    lines = [f"#{person.id} {person.name} · {use.say(f'roles.{person.role}')}" for person in people]
    return Reply(text="\n".join([use.say("commands.users", n=len(lines)), *lines]))


async def role(use: Invocation) -> Reply:
    """The last word is the role, the words before it are the name."""
    *name, wanted = use.words
    async with use.services.database.unit_of_work() as session:
        person = await change_role(
            session, use.organisation_id, " ".join(name), role_named(use, wanted)
        )
        await AuditLog(use.organisation_id, use.services.clock).append(
            session, "person.role", person_id=use.turn.asker.id, person=person.id,
            role=person.role.value,
        )  # fmt: skip
    word = use.say(f"roles.{person.role}")
    return Reply(text=use.say("commands.role_changed", name=person.name, role=word))


def role_named(use: Invocation, word: str) -> str:
    """A role by its own name, or as the asker's language calls it."""
    words = {use.say(f"roles.{role}").lower(): role.value for role in Role}
    return words.get(word.lower(), word.lower())
