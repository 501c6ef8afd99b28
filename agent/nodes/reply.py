"""Word the answer: what the tools said, or the one question that is open, or small talk."""

from collections.abc import Sequence
from dataclasses import replace

from langgraph.runtime import Runtime

from agent.context import TurnContext
from agent.contract import Ask, Button, PlannedCall, Reply
from agent.models.honesty import claims_a_deed, invents_figures
from agent.speakers import own
from agent.state import State, Thought
from config.i18n import Language, knows, say
from memory.facts import Kept
from tools.result import ToolResult


async def reply(state: State, runtime: Runtime[TurnContext]) -> State:
    given = runtime.context
    language = given.turn.language
    plan = state["plan"]
    if state.get("stopped"):
        answer = _stopped(state, language)
    elif thought := state.get("thought"):
        answer = _from_thought(thought, state, given)
    elif results := state.get("results"):
        answer = _with_rest(from_results(results, language), plan.calls[len(results) :], language)
    elif kept := state.get("kept"):
        answer = _noted(kept, given)
    elif plan.ask is not None:
        answer = _question(plan.ask, language)
    else:
        talk = plan.talk or "unclear"
        answer = Reply(text=say(language, f"agent.{given.persona}.{talk}"))
    if given.persona == "customer" and not own(state["history"], given.turn.asker.id):
        first = say(language, "agent.customer.first_contact")
        answer = replace(answer, text=f"{first}\n\n{answer.text}")
    return {"reply": answer}


def _stopped(state: State, language: Language) -> Reply:
    """What was done before the asker wanted no more, and what was not begun."""
    results = state.get("results", [])
    if not results:
        return Reply(text=say(language, "agent.stopped_before"))
    done = from_results(results, language)
    done = replace(done, text=f"{say(language, 'agent.stopped')}\n\n{done.text}")
    # A model's own plan has no list of what it would have done.
    rest = () if state["via"] == "model" else state["plan"].calls[len(results) :]
    return _with_rest(done, rest, language)


def _with_rest(answer: Reply, rest: Sequence[PlannedCall], language: Language) -> Reply:
    """What was ordered too, and not begun because something before it did not succeed, is said."""
    if not rest:
        return answer
    names = ", ".join(dict.fromkeys(say(language, f"tools.names.{call.tool}") for call in rest))
    left = say(language, "agent.left_undone", tools=names)
    return replace(answer, text=f"{answer.text}\n\n{left}")


def _noted(kept: Kept, given: TurnContext) -> Reply:
    """What was remembered, and what no longer holds because of it."""
    language = given.turn.language
    if kept.closed:
        return Reply(text=say(language, "agent.noted_instead", old=kept.closed[0]))
    if kept.known and not kept.stored:
        return Reply(text=say(language, "agent.noted_already"))
    return Reply(text=say(language, f"agent.{given.persona}.noted"))


def _from_thought(thought: Thought, state: State, given: TurnContext) -> Reply:
    """What a model may say for itself is little: effects are told by the tools, figures must come
    from somewhere, and without a deed nothing is called done."""
    language = given.turn.language
    if thought.effects or (thought.refusal and thought.results):
        return from_results(thought.results, language)
    if thought.ask is not None:
        return _question(thought.ask, language)
    if thought.refusal:
        return Reply(text=thought.refusal)
    said = [given.turn.text, *(entry.text for entry in state["history"]), *thought.memories]
    honest = not claims_a_deed(thought.text) and not invents_figures(
        thought.text, thought.results, said
    )
    if thought.text and honest:
        return replace(from_results(thought.results, language), text=thought.text, markdown=True)
    if thought.results:
        return from_results(thought.results, language)
    return Reply(text=say(language, "agent.nothing_done"))


def from_results(results: Sequence[ToolResult], language: Language) -> Reply:
    """One message of all results, with the buttons of the approvals that they opened."""
    waiting = [result.approval for result in results if result.approval]
    buttons = [
        Button(label=say(language, f"approvals.button_{verb}", ref=ref), send=f"/{verb} {ref}")
        for ref in waiting
        for verb in ("approve", "reject")
    ]
    return Reply(
        text="\n\n".join(result.text for result in results),
        buttons=tuple(buttons),
        shown=tuple(ref for result in results for ref in result.shown),
        attachments=tuple(file for result in results for file in result.attachments),
        transfer=any(result.transfer for result in results),
    )


def _question(ask: Ask, language: Language) -> Reply:
    specific = f"agent.ask.{ask.call.tool}_{ask.argument}"
    key = specific if knows(specific) else f"agent.ask.{ask.argument}"
    labels = [_label(ask.argument, choice, language) for choice in ask.choices]
    return Reply(
        text=say(language, key), buttons=tuple(Button(label=text, send=text) for text in labels)
    )


def _label(argument: str, choice: str, language: Language) -> str:
    key = f"agent.choices.{argument}.{choice}"
    return say(language, key) if knows(key) else choice
