"""Finds and runs slash commands, and reads a plain yes or no to an approval that was just asked."""

from difflib import get_close_matches

from agent.contract import Reply, Turn
from bot.commands import (
    accounts,
    ad_copy,
    alerts,
    approvals,
    asking,
    broadcasts,
    cancelling,
    cases,
    chats,
    files,
    follow_ups,
    insights,
    joining,
    knowledge,
    leads,
    limits,
    notices,
    operations,
    people,
    playbooks,
    privacy,
    quick,
    rules,
    schedules,
    tickets,
    usage,
)
from bot.commands.base import Command, Invocation, Services, UnknownCommand, WrongUsage
from bot.commands.copy_words import wish_in
from bot.commands.desk_words import line_for_desk
from bot.commands.filing import line_for_files, received
from bot.commands.knowledge_words import line_for_knowledge
from config.errors import NotAllowed
from config.i18n import Language, catalogue, say
from config.roles import Role


async def _help(use: Invocation) -> Reply:
    role = use.turn.asker.role
    lines = [
        f"{use.say(f'commands.usage.{command.name}')}  {use.say(f'commands.about.{command.name}')}"
        for command in COMMANDS
        if command.listed and role.includes(command.role)
    ]
    kind = "customer" if role is Role.customer else "staff"
    return Reply(text="\n".join([use.say(f"commands.help_{kind}"), "", *lines]))


COMMANDS = (
    Command(name="help", role=Role.customer, run=_help),
    Command(name="start", role=Role.customer, run=joining.start, most=1, listed=False),
    Command(name="bind", role=Role.customer, run=joining.bind, least=1, most=1, listed=False),
    Command(name="whoami", role=Role.customer, run=people.whoami),
    Command(name="lang", role=Role.customer, run=people.lang, most=1),
    Command(name="notify", role=Role.agent, run=chats.notify, most=1),
    Command(name="scope", role=Role.manager, run=chats.scope, most=1),
    Command(name="approvals", role=Role.manager, run=approvals.approvals),
    Command(name="approve", role=Role.manager, run=approvals.approve, least=1, most=1),
    Command(name="reject", role=Role.manager, run=approvals.reject, least=1, most=1),
    Command(name="copy", role=Role.manager, run=ad_copy.copy, most=2_000),
    Command(name="undo", role=Role.agent, run=approvals.undo),
    Command(name="rules", role=Role.manager, run=rules.rules, most=80),
    Command(name="accounts", role=Role.manager, run=accounts.accounts, most=3),
    Command(name="limits", role=Role.manager, run=limits.limits, most=3),
    Command(name="forget", role=Role.customer, run=privacy.forget, most=8),
    Command(name="export", role=Role.customer, run=privacy.export),
    Command(name="schedules", role=Role.manager, run=schedules.schedules, most=2),
    Command(name="brief", role=Role.manager, run=schedules.brief, most=2),
    Command(name="import", role=Role.manager, run=leads.import_leads, most=60),
    Command(name="knowledge", role=Role.manager, run=knowledge.knowledge, most=2_000),
    Command(name="playbooks", role=Role.manager, run=playbooks.playbooks, most=4),
    Command(name="ask", role=Role.agent, run=asking.ask, least=1, most=2_000),
    Command(name="received", role=Role.customer, run=received, listed=False),
    Command(name="files", role=Role.agent, run=files.files, most=8),
    Command(name="cancel", role=Role.customer, run=cancelling.cancel),
    Command(name="duplicates", role=Role.manager, run=leads.duplicates),
    Command(name="merge", role=Role.manager, run=leads.merge, least=2, most=20),
    Command(name="staff", role=Role.manager, run=leads.staff, most=60),
    Command(name="tickets", role=Role.agent, run=tickets.tickets, most=1),
    Command(name="ticket", role=Role.agent, run=tickets.ticket, least=1, most=4_000),
    Command(name="reply", role=Role.customer, run=tickets.reply, least=2, most=4_000, listed=False),
    Command(name="rate", role=Role.customer, run=tickets.rating, least=2, most=4_000, listed=False),
    Command(name="followups", role=Role.agent, run=follow_ups.follow_ups, most=2),
    Command(name="quota", role=Role.agent, run=usage.quota),
    Command(name="notices", role=Role.agent, run=notices.notices, most=8),
    Command(name="broadcast", role=Role.manager, run=broadcasts.broadcast, least=1, most=4_000),
    Command(name="broadcasts", role=Role.manager, run=broadcasts.broadcasts),
    Command(name="unsubscribe", role=Role.customer, run=broadcasts.unsubscribe, listed=False),
    Command(name="subscribe", role=Role.customer, run=broadcasts.subscribe, listed=False),
    Command(name="cases", role=Role.agent, run=cases.cases),
    Command(name="case", role=Role.agent, run=cases.case, most=20),
    Command(name="takeover", role=Role.agent, run=cases.takeover, most=8),
    Command(name="handback", role=Role.agent, run=cases.handback, most=2_000),
    Command(name="resolve", role=Role.agent, run=cases.resolve, most=2_000),
    Command(name="note", role=Role.agent, run=cases.note, least=1, most=2_000),
    Command(name="insight", role=Role.agent, run=insights.insight, least=1, most=2_000),
    Command(name="transfer", role=Role.agent, run=cases.transfer, most=8),
    Command(name="switch", role=Role.agent, run=cases.switch, least=1, most=1),
    Command(name="quick", role=Role.agent, run=quick.quick, most=2_000),
    Command(name="q", role=Role.agent, run=quick.send_quick, least=1, most=8),
    Command(name="duty", role=Role.agent, run=cases.duty, most=1),
    Command(name="ai", role=Role.agent, run=cases.ai, least=1, most=4_000),
    Command(name="users", role=Role.admin, run=people.users),
    Command(name="invite", role=Role.admin, run=joining.invite, least=1, most=8),
    Command(name="role", role=Role.admin, run=people.role, least=2, most=8),
    Command(name="audit", role=Role.admin, run=operations.audit, most=1),
    Command(name="health", role=Role.admin, run=operations.health),
    Command(name="alerts", role=Role.admin, run=alerts.alerts, most=3),
)
_BY_NAME = {command.name: command for command in COMMANDS}


_ENDS = " 。.!！~～"
# Commands that customers also say in plain words.
_CUSTOMERS_WORDS = ("unsubscribe", "subscribe")


class CommandDesk:
    def __init__(self, services: Services) -> None:
        self._services = services

    async def reading(self, turn: Turn) -> str | None:
        """The command line that this message is, None when it is something to talk about."""
        text = turn.text.strip()
        if turn.files and (line := line_for_files(turn)):
            return line
        if text.startswith(("/", "／")):
            return "/" + text[1:]
        if line := line_for_knowledge(turn):
            return line
        verb = _plain_answer(text)
        ref = await self._just_asked(turn) if verb else None
        if ref:
            return f"/{verb} {ref}"
        if turn.asker.role.includes(Role.manager) and wish_in(text):
            asked = await self._just_asked(turn)
            if line := await ad_copy.line_for_copy(self._services, turn, asked):
                return line
        if turn.asker.role.includes(Role.agent):
            line = line_for_desk(text)
            # What is for others is left to the agent, which says what it can do instead.
            return line if line and _may(turn, line) else None
        for command in _CUSTOMERS_WORDS:
            if text.strip(_ENDS).lower() in _words(f"commands.words_{command}"):
                return f"/{command}"
        return await tickets.line_after(self._services, turn)

    async def run(self, turn: Turn, line: str) -> Reply:
        """Raises UserFacingError with the right usage when the line cannot be run."""
        name, *words = line[1:].split() or [""]
        # Telegram writes /help@the_bot in groups.
        name = name.split("@")[0].lower()
        command = _BY_NAME.get(name)
        known = [each.name for each in COMMANDS if turn.asker.role.includes(each.role)]
        if command is None:
            nearest = get_close_matches(name, known, n=1)
            raise UnknownCommand(name, nearest[0] if nearest else "")
        if name not in known:
            raise NotAllowed("commands.not_allowed", name=name)
        if not command.least <= len(words) <= command.most:
            raise WrongUsage(say(turn.language, f"commands.usage.{name}"))
        return await command.run(Invocation(turn=turn, services=self._services, words=tuple(words)))

    async def _just_asked(self, turn: Turn) -> str | None:
        """The approval that the last message of this chat asked about, if it asked one."""
        async with self._services.database.reading() as session:
            last = await self._services.outbox.last_in_chat(
                session, turn.conversation_id, turn.inbox_id
            )
        sends = [button["send"] for button in last.buttons] if last else []
        refs = {send.split()[-1] for send in sends if send.startswith("/approve ")}
        return refs.pop() if len(refs) == 1 else None


def _may(turn: Turn, line: str) -> bool:
    return turn.asker.role.includes(_BY_NAME[line[1:].split()[0]].role)


def _plain_answer(text: str) -> str | None:
    """approve or reject when the whole message is a plain yes or no, in any of our languages."""
    word = text.strip(_ENDS).lower()
    for verb in ("approve", "reject"):
        if word in _words(f"approvals.words_{verb}"):
            return verb
    return None


def _words(key: str) -> set[str]:
    return {word.strip() for language in Language for word in catalogue(language)[key].split(",")}
