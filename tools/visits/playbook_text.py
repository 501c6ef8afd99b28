"""How playbooks are shown to the staff."""

from collections.abc import Mapping

from storage.tables.visit import PlaybookVersion
from tools.context import ToolContext
from tools.visits.playbook import Playbook, Stage, Start, Variable
from tools.visits.service import readable


def listed(
    context: ToolContext,
    newest: PlaybookVersion,
    used: PlaybookVersion | None,
    counts: Mapping[str, int],
    state: str,
) -> str:
    """Two lines at most: title, version and stages with their visits, and what is to be known of its
    file (`state`: changed, gone or nothing)."""
    playbook = readable(used or newest)
    version = (
        context.say("playbooks.in_use", number=used.number, newest=newest.number)
        if used
        else context.say("playbooks.off")
    )
    if playbook is None:
        return context.say("playbooks.unreadable", name=newest.name, number=newest.number)
    line = context.say(
        "playbooks.line", name=playbook.name, title=playbook.title.said(context.language),
        version=version, stages=_stages(playbook, counts),
    )  # fmt: skip
    return (
        f"{line}\n  {context.say(f'playbooks.file_{state}', name=playbook.name)}" if state else line
    )


def shown(
    context: ToolContext, playbook: Playbook, number: int, counts: Mapping[str, int]
) -> list[str]:
    title = playbook.title.said(context.language)
    lines = [context.say("playbooks.shown", name=playbook.name, title=title, number=number)]
    lines += [context.say("playbooks.starts"), *_starts(context, playbook.starts_on)]
    lines += ["", context.say("playbooks.stages")]
    for place, stage in enumerate(playbook.stages, 1):
        lines += _stage(context, place, stage, counts.get(stage.name, 0))
    if playbook.variables:
        lines += ["", context.say("playbooks.variables")]
    lines += [_variable(context, name, each) for name, each in playbook.variables.items()]
    return lines


def _stages(playbook: Playbook, counts: Mapping[str, int]) -> str:
    return " → ".join(
        f"{stage.name} ({counts[stage.name]})" if counts.get(stage.name) else stage.name
        for stage in playbook.stages
    )


def _starts(context: ToolContext, start: Start) -> list[str]:
    lines = []
    if start.keywords:
        lines.append(context.say("playbooks.on_keywords", words=", ".join(start.keywords)))
    if start.intents:
        lines.append(context.say("playbooks.on_intents", intents=", ".join(start.intents)))
    if start.unless:
        lines.append(context.say("playbooks.unless", words=", ".join(start.unless)))
    if start.mood:
        moods = ", ".join(context.say(f"playbooks.moods.{mood.value}") for mood in start.mood)
        lines.append(context.say("playbooks.on_mood", moods=moods))
    return lines


def _stage(context: ToolContext, place: int, stage: Stage, visits: int) -> list[str]:
    lines = [
        context.say(
            "playbooks.stage", place=place, name=stage.name, visits=visits,
            goal=stage.goal.said(context.language),
        )
    ]  # fmt: skip
    if stage.needs:
        lines.append(context.say("playbooks.needs", names=", ".join(stage.needs)))
    if stage.look_up:
        lines.append(context.say("playbooks.looks_up", text=stage.look_up.said(context.language)))
    done, ways = stage.done, []
    if done.filled:
        ways.append(context.say("playbooks.done_filled", names=", ".join(done.filled)))
    if done.tool:
        ways.append(context.say("playbooks.done_tool", tool=done.tool))
    if done.turns:
        ways.append(context.say("playbooks.done_turns", n=done.turns))
    after = stage.next or context.say("playbooks.end")
    lines.append(
        context.say("playbooks.done", ways=context.say("playbooks.or").join(ways), next=after)
    )
    return lines


def _variable(context: ToolContext, name: str, variable: Variable) -> str:
    kind = context.say(f"playbooks.kinds.{variable.kind}")
    if variable.choices:
        kind = f"{kind} ({', '.join(variable.choices)})"
    if variable.ask is None:
        return context.say("playbooks.variable_unasked", name=name, kind=kind)
    asked = variable.ask.said(context.language)
    return context.say("playbooks.variable", name=name, kind=kind, ask=asked)
