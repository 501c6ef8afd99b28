"""One message on its way to a plan."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import cast

from agent.contract import Plan, PlanRequest, Talk
from agent.planner.dialogue import Dialogue
from agent.planner.negation import Wording
from agent.planner.references import Mention
from config.i18n import Language

# Below this probability it is more honest to say so than to act.
SURE_ENOUGH = 0.3
SURE_TO_ASK = 0.45
# A message that is clearly another order continues nothing.
CLEARLY = 0.7
# Values and small words alone continue what went before.
CONTINUED = 0.9
# Another label is worth a look from this probability, and this share of the likeliest one's.
LIKELY = 0.05
RIVAL, RIVAL_SHARE = 0.15, 0.35
TALK = "talk_"
VAGUE = frozenset({"talk_noted", "talk_out_of_scope", "talk_unclear"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """`scores` are the probabilities of the labels, lowered where a tool does not suit the objects
    named; `focus` are the objects that may be meant without being named, the latest first."""

    request: PlanRequest
    language: Language
    text: str
    wording: Wording
    mentions: tuple[Mention, ...]
    dialogue: Dialogue
    focus: tuple[str, ...]
    scores: Mapping[str, float]
    # The likeliest; kept, because nearly every question about a turn begins with it.
    label: str = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "label", max(self.scores, key=self.scores.__getitem__))

    @property
    def probability(self) -> float:
        return self.scores[self.label]

    def rivals(self) -> list[str]:
        """The other tools that may be meant, the likeliest first."""
        least = max(RIVAL, RIVAL_SHARE * self.probability)
        others = (label for label in self.scores if label != self.label)
        likely = [each for each in others if self.scores[each] >= least]
        tools = [label for label in likely if not label.startswith(TALK)]
        return sorted(tools, key=lambda label: -self.scores[label])

    def likely(self) -> frozenset[str]:
        """The tools that the message may well order; none when it takes an order back."""
        return frozenset(
            label
            for label, score in self.scores.items()
            if score >= LIKELY and not label.startswith(TALK) and not self.wording.refused
        )

    def says(self, talk: Talk) -> bool:
        return self.label == f"{TALK}{talk}"

    def clearly_another(self, tool: str) -> bool:
        """Whether this is surely an order for a tool other than `tool`."""
        other = self.label != tool and not self.label.startswith(TALK)
        return other and self.probability >= CLEARLY

    def talk(self, kind: str) -> Plan:
        confidence = CONTINUED if self.wording.refused else self.probability
        return Plan(language=self.language, confidence=confidence, talk=cast(Talk, kind))
