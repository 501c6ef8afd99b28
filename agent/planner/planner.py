"""Understanding people's words without a model on the network.

A sentence is stripped of what it takes back, its pronouns are resolved, the intent model names the
tool, and the tool's own schema says which values to read. Earlier messages are understood the same
way first, so that a conversation's state follows from its texts alone.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from agent.contract import Ask, Plan, PlannedCall, PlanRequest
from agent.mood.model import MoodModel
from agent.planner.asking import SEARCH, asks, may_ask, search
from agent.planner.composing import Composer
from agent.planner.compound import orders, sequence
from agent.planner.dialogue import Dialogue
from agent.planner.ellipsis import asks_about, leftover, repeats
from agent.planner.guides import Guide, guides
from agent.planner.hearing import Heard, Message, checked, hear
from agent.planner.intents import SURE_OF_WORDS, IntentModel
from agent.planner.missing import missing
from agent.planner.negation import Wording, without_denials
from agent.planner.references import OBJECT_KINDS, Mention, means_all, named, pointed_at
from agent.planner.schema import slots_of
from agent.planner.spelling import mended
from agent.planner.turn import CLEARLY, CONTINUED, SURE_ENOUGH, SURE_TO_ASK, TALK, VAGUE, Turn
from config.i18n import Language
from config.i18n.detect import detect
from tools.arguments import Kind
from tools.reading.shapes import inside
from tools.spec import Arguments

# A tool that takes none of the objects a message names is hardly meant.
MISMATCH = 0.1
_REMEMBERED_TURNS = 12
_FREE = frozenset({Kind.name, Kind.note, Kind.text, Kind.company, Kind.owner, Kind.wechat})
_LONGEST_WHOLE = 60
# A question states nothing that could be noted.
_QUESTION = re.compile(r"[?？呢吗]\s*$")
_DIGIT = re.compile(r"\d")
_ASKS = re.compile(
    rf"{_QUESTION.pattern}|怎么|怎样|如何|哪[里儿个]|多少|几[点号天]|为什么|什么时候"
    r"|(?<![a-z])(?:how|where|when|why|what|which|can i|do you)(?![a-z])",
    re.IGNORECASE,
)


class LocalPlanner:
    """Deterministic, synchronous, and without input or output of its own."""

    def __init__(
        self, catalogue: Mapping[str, type[Arguments]], intents: IntentModel, moods: MoodModel
    ) -> None:
        self._catalogue = catalogue
        self._intents = intents
        self._moods = moods
        self._taken = {
            tool: {slot.kind for slot in slots_of(model)} for tool, model in catalogue.items()
        }

    def plan(self, request: PlanRequest) -> Plan:
        """What to do about the message: call tools, ask for an argument, or talk."""
        dialogue = Dialogue()
        for utterance in request.history[-_REMEMBERED_TURNS:]:
            if utterance.role == "assistant":
                dialogue = dialogue.after_assistant(utterance.text)
            else:
                plan = self._understand(utterance.text, dialogue, request)
                dialogue = dialogue.after_user(utterance.text, plan)
        plan = self._understand(request.text, dialogue, request)
        if request.persona == "manager":
            return plan
        return replace(plan, mood=self._moods.mood_of(request.text))

    def _understand(self, text: str, dialogue: Dialogue, request: PlanRequest) -> Plan:
        wording = without_denials(mended(text))
        if request.persona == "customer" and asks(text):
            # "为什么还不发货" refuses nothing.
            wording = Wording(text=mended(text), denied=(), refused=False, corrects=False, slip=0)
        turn = self._turn(text, wording, dialogue, request)
        plan = self._planned_from(turn)
        return replace(plan, likely=turn.likely() | _tools_of(plan))

    def _planned_from(self, turn: Turn) -> Plan:
        if turn.wording.refused:
            # "以后别在晚上打扰我" refuses no order: it is a wish to remember.
            return turn.talk("noted" if turn.says("noted") else "cancelled")
        plan = (
            self._sequence(turn)
            or self._several(turn)
            or self._answer(turn)
            or self._question(turn)
            or self._continuation(turn)
            or self._fresh(turn)
        )
        return self._with_question(turn, plan)

    def _with_question(self, turn: Turn, plan: Plan) -> Plan:
        """A customer who does something may ask something beside it: "我叫王芳，13800138000，几点开门？"."""
        done = {call.tool for call in plan.calls}
        if turn.request.persona != "customer" or not done or SEARCH in done:
            return plan
        for piece in sequence(turn.wording.text):
            own = self._turn(piece.text.strip(), replace(turn.wording, text=piece.text.strip()),
                             turn.dialogue, turn.request)  # fmt: skip
            if own.label == SEARCH and own.probability >= CLEARLY and asks(own.text):
                return replace(plan, calls=(*plan.calls, search(own)))
        return plan

    def _sequence(self, turn: Turn) -> Plan | None:
        """Orders for different tools, one after the other, each of them clear and complete; a later
        one may leave its object unsaid: "L-12 改成跟进中，再分给小李"."""
        pieces = [] if turn.wording.denied else sequence(turn.wording.text)
        plans: list[Plan] = []
        dialogue = turn.dialogue
        for piece in pieces:
            own = self._turn(piece.text, replace(turn.wording, text=piece.text), dialogue,
                             turn.request)  # fmt: skip
            own = replace(own, text=piece.text.strip() if own.label == SEARCH else turn.text)
            if own.label.startswith(TALK) or own.probability < CLEARLY:
                return None
            plan = self._planned(own, own.label, self._heard(own, own.label))
            if not plan.calls:
                return None
            plans.append(plan)
            dialogue = dialogue.after_user(piece.text, plan)
        tools = [plan.calls[0].tool for plan in plans]
        # A comma alone parts two deeds, but not a deed from what is said about it.
        parted = all(
            piece.set_apart or (_acts(before) and _acts(after))
            for piece, before, after in zip(pieces[1:], tools, tools[1:], strict=False)
        )
        return _together(plans) if parted and len(set(tools)) > 1 else None

    def _several(self, turn: Turn) -> Plan | None:
        """Orders that stand side by side; None unless each of them is clear by itself."""
        plans: list[Plan] = []
        for part in orders(turn.wording.text):
            own = self._turn(part, replace(turn.wording, text=part), turn.dialogue, turn.request)
            own = replace(own, text=turn.text)
            if own.label.startswith(TALK) or own.probability < CLEARLY:
                return None
            plans.append(self._fresh(own))
        asking = next((plan for plan in plans if plan.ask), None)
        if asking or not plans:
            return asking
        return _together(plans)

    def _turn(self, text: str, wording: Wording, dialogue: Dialogue, request: PlanRequest) -> Turn:
        refused = [each for each in named(text) if inside((each.start, each.end), wording.denied)]
        in_sight = () if means_all(text) else dialogue.in_focus()
        focus = (*(each.id for each in reversed(refused)), *in_sight)
        mentions = tuple(pointed_at(wording.text, dialogue.shown, focus))
        spoken = text if wording.refused else _with_ids(wording.text, mentions, refused)
        kinds = {mention.kind for mention in named(spoken)} & set(OBJECT_KINDS)
        scores = self._scores(spoken, request, kinds)
        if focus and not kinds and max(scores.values()) < SURE_OF_WORDS:
            about_it = self._intents.scores(f"{focus[0]} {spoken}", request.persona)
            scores = _agreed(scores, about_it)
        return Turn(
            request=request,
            language=_language(text, request),
            text=text,
            wording=wording,
            mentions=mentions,
            dialogue=dialogue,
            focus=focus,
            scores=self._fitting(scores, kinds),
        )

    def _scores(self, text: str, request: PlanRequest, kinds: set[Kind]) -> Mapping[str, float]:
        scores = self._intents.scores(text, request.persona)
        # Words that lead to a tool which takes none of the objects named have not said all.
        if kinds and self._fit(max(scores, key=scores.__getitem__), kinds) < 1:
            return self._intents.scores(text, request.persona, thorough=True)
        return scores

    def _fitting(self, scores: Mapping[str, float], kinds: set[Kind]) -> Mapping[str, float]:
        if not kinds:
            return scores
        return {label: score * self._fit(label, kinds) for label, score in scores.items()}

    def _fit(self, label: str, kinds: set[Kind]) -> float:
        """How well a tool suits the objects a message names: badly when it takes none of them."""
        if label.startswith(TALK):
            return 1.0
        return 1.0 if self._taken[label] & kinds else MISMATCH

    def _answer(self, turn: Turn) -> Plan | None:
        """The message as an answer to the open question."""
        asked = turn.dialogue.asked
        if asked is None or turn.says("cancelled"):
            return None
        tool = asked.call.tool
        heard = self._heard(turn, tool, before=turn.dialogue.said, asked=asked.argument)
        wanted = self._wanted(asked)
        if not wanted & heard.args.keys():
            self._take_whole(turn, asked, heard)
        if not wanted & heard.args.keys():
            if may_ask(turn):
                return None
            unclear = turn.says("unclear") or turn.probability < SURE_ENOUGH
            again = unclear or not leftover(turn.wording.text, heard.spans)
            return self._planned(turn, tool, _changed(asked.call, heard)) if again else None
        rest = leftover(turn.wording.text, heard.spans)
        if rest and turn.clearly_another(tool):
            return None
        return self._planned(turn, tool, _changed(asked.call, heard))

    def _wanted(self, asked: Ask) -> set[str]:
        """Every argument that the open call still lacks, in whatever order it is asked for."""
        tool = asked.call.tool
        guide = guides().get(tool, Guide())
        open_ = missing(slots_of(self._catalogue[tool]), guide, asked.call.args)
        return {name for need in (*open_, asked.argument) for name in guide.alternatives(need)}

    def _take_whole(self, turn: Turn, asked: Ask, heard: Heard) -> None:
        """A short message is the name, note or text that was asked for, whatever it says."""
        slot = next(
            each
            for each in slots_of(self._catalogue[asked.call.tool])
            if each.name == asked.argument
        )
        said = turn.text.strip(" .。!！")
        # What is wrong may be told at length, and as a question.
        asked_back = slot.kind is Kind.name and asks(said)
        brief = len(said) <= _LONGEST_WHOLE and not turn.clearly_another("") and not asked_back
        if slot.kind in _FREE and (slot.name == "problem" or brief):
            value = checked(self._catalogue[asked.call.tool], slot.name, said)
            if value is not None:
                start = turn.text.index(said)
                heard.take(slot.name, value, turn.text, (start, start + len(said)))

    def _question(self, turn: Turn) -> Plan | None:
        """What a customer wants to know, or may want to."""
        if not may_ask(turn):
            return None
        confidence = turn.probability if turn.label == SEARCH else SURE_TO_ASK
        return Plan(language=turn.language, confidence=confidence, calls=(search(turn),))

    def _continuation(self, turn: Turn) -> Plan | None:
        """The message as a change of the last call: "那上个月呢", "C-5 也一样", "不是 C-3，是 C-8"."""
        call = turn.dialogue.call
        called_off = turn.dialogue.asked is not None and turn.says("cancelled")
        # Free words are heard in every message: they would make it a change of what they said.
        if call is None or self._taken[call.tool] <= _FREE or called_off:
            return None
        heard = self._heard(turn, call.tool, before=turn.dialogue.said)
        if not self._continues(turn, call, heard):
            return None
        return self._planned(turn, call.tool, _changed(call, heard), confidence=CONTINUED)

    def _continues(self, turn: Turn, call: PlannedCall, heard: Heard) -> bool:
        kinds = {
            slot.kind for slot in slots_of(self._catalogue[call.tool]) if slot.name in heard.args
        }
        corrects = turn.wording.corrects
        rest = leftover(turn.wording.text, heard.spans)
        whole = not rest
        # A number that was not understood is not passed over: it may be the sum.
        if not kinds or not (whole or corrects) or _DIGIT.search(rest):
            return False
        about = whole and asks_about(turn.text)
        # Such a value may be the verb of another order: 暂停, as Excel.
        verb = kinds & {Kind.choice, Kind.flag} and not about
        if (verb or not whole) and turn.clearly_another(call.tool):
            return False
        # What was done to one object is not done to another that is merely named or asked about.
        mere = about or kinds <= set(OBJECT_KINDS)
        acts = guides().get(call.tool, Guide()).acts
        return not (acts and mere) or corrects or repeats(turn.text)

    def _fresh(self, turn: Turn) -> Plan:
        """The message as an order, or as talk, of its own."""
        plan = self._first_reading(turn)
        return plan if plan.calls else self._complete_reading(turn) or plan

    def _first_reading(self, turn: Turn) -> Plan:
        if turn.probability < SURE_ENOUGH:
            return turn.talk("unclear")
        if turn.says("noted") and _QUESTION.search(turn.text):
            return turn.talk("unclear")
        if turn.label == "remember" and _ASKS.search(turn.text):
            return turn.talk("unclear")
        if turn.label.startswith(TALK):
            return turn.talk(turn.label.removeprefix(TALK))
        plan = self._planned(turn, turn.label, self._heard(turn, turn.label))
        # To ask back about a tool that was hardly meant is as wrong as to use it.
        return turn.talk("unclear") if plan.ask and turn.probability < SURE_TO_ASK else plan

    def _complete_reading(self, turn: Turn) -> Plan | None:
        """Another likely tool for which the message says all that is needed: that it does is
        evidence, where the likeliest label is vague talk or would have to ask."""
        if turn.label.startswith(TALK) and turn.label not in VAGUE:
            return None
        for label in turn.rivals():
            if _acts(label) and turn.scores[label] < SURE_ENOUGH:
                continue
            heard = self._heard(turn, label)
            plan = self._planned(turn, label, heard, confidence=turn.scores[label])
            if plan.calls and heard.args:
                return plan
        return None

    def _heard(self, turn: Turn, tool: str, *, before: str = "", asked: str = "") -> Heard:
        message = Message(
            text=turn.wording.text,
            original=turn.text,
            now=turn.request.now,
            mentions=turn.mentions,
            before=before,
            asked=asked,
            slip=turn.wording.slip,
        )
        return hear(self._catalogue[tool], message)

    def _planned(
        self, turn: Turn, tool: str, heard: Heard, *, confidence: float | None = None
    ) -> Plan:
        if tool == SEARCH:
            return Plan(language=turn.language, confidence=turn.probability, calls=(search(turn),))
        composer = Composer(
            tool,
            self._catalogue[tool],
            dialogue=turn.dialogue,
            platforms=turn.request.platforms,
            focus=turn.focus,
        )
        composed = composer.compose(heard, turn.text)
        sure = turn.probability if confidence is None else confidence
        if isinstance(composed, Ask):
            return Plan(language=turn.language, confidence=sure, ask=composed)
        return Plan(language=turn.language, confidence=sure, calls=composed)


def _agreed(alone: Mapping[str, float], about_it: Mapping[str, float]) -> dict[str, float]:
    """The geometric mean: "那就暂停吧" is understood from the campaign in sight, "谢谢" is not."""
    means = {label: (alone[label] * about_it[label]) ** 0.5 for label in alone}
    total = sum(means.values())
    return {label: mean / total for label, mean in means.items()}


def _acts(tool: str) -> bool:
    return guides().get(tool, Guide()).acts


def _together(plans: Sequence[Plan]) -> Plan:
    calls = tuple(call for plan in plans for call in plan.calls)
    return replace(plans[0], calls=calls, confidence=min(plan.confidence for plan in plans))


def _tools_of(plan: Plan) -> frozenset[str]:
    calls = (*plan.calls, *([plan.ask.call] if plan.ask else []))
    return frozenset(call.tool for call in calls)


def _changed(call: PlannedCall, heard: Heard) -> Heard:
    """The arguments of an earlier call under those heard now, without what these exclude."""
    guide = guides().get(call.tool, Guide())
    replaced = {rival for name in heard.args for rival in guide.rivals(name)}
    kept = {name: value for name, value in call.args.items() if name not in replaced}
    return Heard(
        args=kept | heard.args,
        quotes=call.quotes | heard.quotes,
        spans=heard.spans,
        objects=heard.objects,
    )


def _with_ids(text: str, mentions: Sequence[Mention], refused: Sequence[Mention]) -> str:
    """What the intent model hears: pronouns as the ids they mean, and the object of a refused order
    in front, because the rest is about it."""
    for mention in sorted(mentions, key=lambda each: -each.start):
        text = f"{text[: mention.start]}{mention.id}{text[mention.end :]}"
    ids = {each.id for each in named(text)}
    front = [each.id for each in refused if each.id not in ids] if not ids else []
    return " ".join([*front, text.strip(" ,，.。;；、")])


def _language(text: str, request: PlanRequest) -> Language:
    """That of the message, or of the person's earlier ones when it shows none."""
    said = [each.text for each in reversed(request.history) if each.role == "user"]
    return next((found for each in (text, *said) if (found := detect(each))), Language.zh_cn)
