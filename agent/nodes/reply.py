"""Word the answer: what the tools said, or the one question that is open, or small talk."""

from collections.abc import Sequence
from dataclasses import replace

from langgraph.runtime import Runtime

from agent.comforting import comforted, talk_key
from agent.context import TurnContext
from agent.contract import Ask, Button, PlannedCall, Reply
from agent.links import links_in, without_foreign_links
from agent.models.citing import beyond_what_was_told, cited, is_search, only_courtesy
from agent.models.honesty import claims_a_deed, invents_figures
from agent.speakers import colleagues, own
from agent.state import State, Thought
from config.i18n import Language, knows, say
from memory.facts import Kept
from tools.result import ToolResult
from tools.support.links import public_links


async def reply(state: State, runtime: Runtime[TurnContext]) -> State:
    given = runtime.context
    language = given.turn.language
    plan, led = state["plan"], state.get("led")
    if state.get("stopped"):
        answer = _stopped(state, language)
    elif led and led.instead:
        answer = from_results([led.instead], language)
    elif thought := state.get("thought"):
        answer = _from_thought(thought, state, given)
    elif results := state.get("results"):
        answer = _with_rest(from_results(results, language), plan.calls[len(results) :], language)
    elif kept := state.get("kept"):
        answer = _noted(kept, given)
    elif plan.ask is not None:
        answer = _question(plan.ask, language)
    else:
        answer = Reply(text=say(language, talk_key(state, given)))
    if led and led.also:
        answer = replace(answer, text=f"{answer.text}\n\n{led.also.text}")
    answer = comforted(answer, state, given)
    if given.persona == "customer" and not own(state["history"], given.turn.asker.id):
        first = say(language, "agent.customer.first_contact")
        answer = replace(answer, text=f"{first}\n\n{answer.text}")
    if given.persona == "customer":
        answer = await _without_traps(answer, state, given)
    return {"reply": answer}


async def _without_traps(answer: Reply, state: State, given: TurnContext) -> Reply:
    """Customers are shown no images, and no addresses but the organisation's own public sources
    and what they wrote themselves."""
    shown = [answer.text, *(words for each in answer.buttons for words in (each.label, each.send))]
    named = {link for words in shown for link in links_in(words)}
    allowed = {link for words in _own_words(state, given) for link in links_in(words)}
    if strange := named - allowed:
        allowed |= await public_links(given.tool_context, strange)
    buttons = tuple(
        Button(
            label=without_foreign_links(each.label, allowed),
            send=without_foreign_links(each.send, allowed),
        )
        for each in answer.buttons
    )
    return replace(answer, text=without_foreign_links(answer.text, allowed), buttons=buttons)


def _own_words(state: State, given: TurnContext) -> list[str]:
    mine = own(state["history"], given.turn.asker.id)
    return [given.turn.text, *(entry.text for entry in mine if entry.role == "user")]


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
        return from_results(_told(thought.results), language)
    if thought.ask is not None:
        return _question(thought.ask, language)
    if thought.refusal:
        return Reply(text=thought.refusal)
    if given.persona == "customer":
        return _to_customer(thought, state, given)
    said = [given.turn.text, *(entry.text for entry in state["history"]), *thought.memories]
    honest = not claims_a_deed(thought.text) and not invents_figures(
        thought.text, thought.results, said
    )
    if thought.text and honest:
        return replace(from_results(thought.results, language), text=thought.text, markdown=True)
    if thought.results:
        return from_results(thought.results, language)
    return Reply(text=say(language, "agent.nothing_done"))


def _to_customer(thought: Thought, state: State, given: TurnContext) -> Reply:
    """A model's words about the company as far as its documents say them, else their own words."""
    language, results = given.turn.language, _told(thought.results)
    told = colleagues(state["history"], given.turn.asker.id)
    if thought.text and claims_a_deed(beyond_what_was_told(thought.text, told)):
        return from_results(results, language) if results else _nothing_known(language)
    said = _own_words(state, given)
    answer = cited(thought.text, thought.results, language, said, told)
    if answer is not None:
        return Reply(text=answer, markdown=True)
    if thought.text and only_courtesy(thought.text) and not any(map(_sure, results)):
        return replace(from_results(results, language), text=thought.text, markdown=True)
    return from_results(results, language) if results else _nothing_known(language)


def _sure(result: ToolResult) -> bool:
    return is_search(result) and bool(result.data.get("sure"))


def _nothing_known(language: Language) -> Reply:
    return Reply(text=say(language, "answers.unsure"))


def _told(results: Sequence[ToolResult]) -> list[ToolResult]:
    """Of several searches for the same thing only one is told: the last that found an answer."""
    searches = [result for result in results if is_search(result)]
    best = next(
        (each for each in reversed(searches) if _sure(each)), searches[-1:] and searches[-1]
    )
    return [result for result in results if not is_search(result) or result is best]


def from_results(results: Sequence[ToolResult], language: Language) -> Reply:
    """One message of all results, with the buttons of the approvals that they opened."""
    waiting = [result.approval for result in results if result.approval]
    buttons = [
        Button(
            label=say(language, f"approvals.button_{verb}", ref=ref.partition("v")[0]),
            send=f"/{verb} {ref}",
        )
        for ref in waiting
        for verb in ("approve", "reject")
    ]
    buttons += [
        Button(label=offer.label, send=offer.send) for result in results for offer in result.offers
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
