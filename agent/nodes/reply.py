"""Word the answer: what the tools said, or the one question that is open, or small talk."""

from langgraph.runtime import Runtime

from agent.context import TurnContext
from agent.contract import Ask, Button, Reply
from agent.state import State
from config.i18n import Language, knows, say
from tools.result import ToolResult


async def reply(state: State, runtime: Runtime[TurnContext]) -> State:
    given = runtime.context
    language = given.turn.language
    plan = state["plan"]
    if results := state.get("results"):
        answer = from_results(results, language)
    elif plan.ask is not None:
        answer = _question(plan.ask, language)
    else:
        talk = plan.talk or "unclear"
        answer = Reply(text=say(language, f"agent.{given.persona}.{talk}"))
    if given.persona == "customer" and not state["history"]:
        answer = Reply(
            text=f"{say(language, 'agent.customer.first_contact')}\n\n{answer.text}",
            buttons=answer.buttons,
        )
    return {"reply": answer}


def from_results(results: list[ToolResult], language: Language) -> Reply:
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
