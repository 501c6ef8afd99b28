"""/insight: what the team knows about a customer, which the customer never sees."""

from agent.contract import Reply
from bot.commands.base import Invocation, WrongUsage
from config.errors import NotAllowed
from memory.insights import Insights
from storage.tables.organisation import Person
from tools.people.errors import PersonNotFound
from tools.people.service import PeopleService


async def insight(use: Invocation) -> Reply:
    """With a text: keep it about the customer who is named first. Without: what is known, with
    authors and days."""
    store = Insights(use.organisation_id, use.services.clock)
    async with use.services.database.unit_of_work() as session:
        person, words = await _named(use, PeopleService(session, use.organisation_id))
        if not words:
            known = await store.about(session, person.id)
            zone = use.turn.organisation.timezone
            lines = [
                use.say("insights.line", text=each.text, author=each.author,
                        day=f"{each.at.astimezone(zone):%Y-%m-%d}")
                for each in known
            ]  # fmt: skip
            title = "insights.title" if lines else "insights.none"
            return Reply(text="\n".join([use.say(title, name=person.name), *lines]))
        kept = await store.add(
            session, about=person, author_id=use.turn.asker.id,
            order_key=f"inbox:{use.turn.inbox_id}", text=" ".join(words),
        )  # fmt: skip
    if not kept:
        raise NotAllowed("insights.only_customers", name=person.name)
    return Reply(text=use.say("insights.kept", name=person.name))


async def _named(use: Invocation, people: PeopleService) -> tuple[Person, tuple[str, ...]]:
    """The customer, whose name may have several words, and what is left."""
    for count in range(min(3, len(use.words)), 0, -1):
        try:
            return await people.find(" ".join(use.words[:count])), use.words[count:]
        except PersonNotFound:
            if count == 1:
                raise
    raise WrongUsage(use.say("commands.usage.insight"))
