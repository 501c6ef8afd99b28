"""Let a language model plan this turn, act through the gate, and word the answer."""

from collections.abc import Sequence
from dataclasses import replace

import structlog
from langgraph.runtime import Runtime

from agent.context import TurnContext
from agent.contract import Plan, Progress, Utterance
from agent.leading import guidance
from agent.links import without_foreign_links
from agent.models.acting import Acting
from agent.models.citing import cited, is_search, only_courtesy
from agent.models.errors import ModelsUnavailable
from agent.nodes.act import configured
from agent.planner.asking import SEARCH
from agent.prompts.build import instructions
from agent.recalling import as_read
from agent.speakers import as_everybody_hears_it, colleagues, own
from agent.state import State, Thought
from agent.stopping import unless_stopped
from agent.window import said_now
from tools.mood import settled
from tools.provenance import Evidence
from tools.reading.sentences import sentences
from tools.usage.errors import QuotaUsedUp

log = structlog.get_logger()

_ASKS = ("?", "？")
# Small talk that is only guessed at would be no answer.
_SURE_OF_TALK = 0.6


async def think(state: State, runtime: Runtime[TurnContext]) -> State:
    given = runtime.context
    assert given.models is not None
    recalled = await given.long_term.recall(given.turn.asker.id, given.turn.text)
    memories = [as_read(each) for each in recalled]
    acting = Acting(
        tools=given.tools, context=replace(given.tool_context, mood=state.get("mood")),
        inbox_id=given.turn.inbox_id,
        evidence=_evidence(state, given), likely=_likely(state, given), purse=given.purse,
        preferences=given.turn.preferences, course=given.turn.course,
    )  # fmt: skip
    text, refusal = "", None
    try:
        running = given.models.run(
            acting,
            _instructions(state, given, memories),
            _conversation(state, given),
            _draft_of(acting, state, given) if given.persona == "customer" else given.progress,
        )
        text = await unless_stopped(running, acting, given.turn.course) or ""
        if given.persona == "customer" and _tells_unread(text, acting, _told(state, given)):
            await acting.call(SEARCH, {"question": given.turn.text})
    except QuotaUsedUp as error:
        refusal = given.tool_context.say(error.key, **error.values)
    except ModelsUnavailable as error:
        log.warning("models.unavailable", inbox=given.turn.inbox_id, reason=str(error))
        refusal = given.tool_context.say("agent.models_unavailable")
    if given.turn.course.stopped:
        return {"results": acting.results, "stopped": True}
    if refusal and not acting.results and _understood(state["plan"]):
        return {}
    return {
        "thought": Thought(
            text=text, results=tuple(acting.results), effects=tuple(acting.effects),
            ask=acting.asked, refusal=refusal, memories=tuple(memories),
            tools=tuple(acting.worked),
        )
    }  # fmt: skip


def _told(state: State, given: TurnContext) -> list[str]:
    return colleagues(state["history"], given.turn.asker.id)


def _draft_of(acting: Acting, state: State, given: TurnContext) -> Progress:
    """A customer sees of an unfinished answer what its sources say already, without any address."""

    async def show(text: str) -> None:
        whole = "".join(sentences(text)[:-1]) if "\n" not in text else text.rpartition("\n")[0]
        known = cited(
            whole, acting.results, given.turn.language, [given.turn.text], _told(state, given)
        )
        if known is not None:
            await given.progress(without_foreign_links(known, ()))

    return show


def _tells_unread(text: str, acting: Acting, told: Sequence[str]) -> bool:
    """Whether the model answers of itself what it should have looked up."""
    if acting.effects or acting.asked or any(map(is_search, acting.results)):
        return False
    return SEARCH in acting.tools.tools and not only_courtesy(text, told)


def _understood(plan: Plan) -> bool:
    """Whether the local planner can take over from a model that failed."""
    if plan.talk is None:
        return True
    return plan.talk not in ("unclear", "out_of_scope") and plan.confidence >= _SURE_OF_TALK


def _evidence(state: State, given: TurnContext) -> Evidence:
    """Only words of the order at hand: this message, and those before it that only led to a
    question. An order of yesterday is no consent to the same order today, nor is anybody else's."""
    said = [given.turn.text]
    mine = own(state["history"], given.turn.asker.id)
    for answer, message in zip(mine[::-1], mine[-2::-1], strict=False):
        if message.role != "user" or answer.role != "assistant":
            continue
        if not answer.text.rstrip().endswith(_ASKS):
            break
        said.append(message.text)
    return Evidence(
        utterances=said,
        shown=frozenset(ref for entry in state["history"] for ref in entry.shown),
        configured=configured(given),
    )


def _likely(state: State, given: TurnContext) -> frozenset[str]:
    # A customer's tools touch nothing but the customer's own affairs.
    return frozenset(given.tools.tools) if given.persona == "customer" else state["plan"].likely


def _instructions(state: State, given: TurnContext, memories: list[str]) -> str:
    context = given.tool_context
    first = state["history"][:1]
    return instructions(
        given.persona, now=context.local_now(), language=context.language,
        platforms=given.platforms, currency=context.currency,
        person=f"{_name(given)}, {context.asker.role.value}",
        memories=memories,
        summary=first[0].text if first and first[0].role == "summary" else "",
        shared=given.turn.shared, guidance=guidance(state, given),
        mood=settled(state.get("mood")),
    )  # fmt: skip


def _name(given: TurnContext) -> str:
    """Where several speak, with the number that stands at their messages too."""
    asker = given.turn.asker
    return f"{asker.name} (#{asker.id})" if given.turn.shared else asker.name


def _conversation(state: State, given: TurnContext) -> list[Utterance]:
    return as_everybody_hears_it([*state["history"], said_now(given.turn)])
