"""explain_lead_score: every point in words."""

from storage.tables.lead import Trait
from tools.context import ToolContext
from tools.leads import wording
from tools.leads.arguments import ExplainLeadScore
from tools.leads.scoring import LIMITS, SAME_KIND_AT_MOST, Part, Reason, Score
from tools.leads.service import LeadService
from tools.result import ToolResult


async def explain_lead_score(context: ToolContext, arguments: ExplainLeadScore) -> ToolResult:
    """Why a lead has its score, part by part."""
    async with context.database.reading() as session:
        service = LeadService.of(session, context)
        lead = await service.get(arguments.lead)
        score = await service.score(lead)
    headline = context.say(
        "leads.score_total", ref=lead.ref, name=lead.contact_name, score=score.total
    )
    lines = [headline, *(_part(context, part, score) for part in LIMITS)]
    data = {"id": lead.ref, "score": score.total, "parts": dict(score.parts)}
    return ToolResult(status="ok", text="\n".join(lines), data=data, shown=(lead.ref,))


def _part(context: ToolContext, part: Part, score: Score) -> str:
    reasons = [reason for reason in score.reasons if reason.part is part]
    words = [_reason(context, reason) for reason in reasons]
    points, most = score.parts[part], LIMITS[part]
    earned = sum(reason.points for reason in reasons)
    if earned != points:
        words.append(context.say("leads.at_most" if earned > points else "leads.not_below_zero",
                                 most=most))  # fmt: skip
    return context.say(
        f"leads.parts.{part}", points=points, most=most,
        reasons=wording.listed(context, words) or context.say("leads.nothing"),
    )  # fmt: skip


def _reason(context: ToolContext, reason: Reason) -> str:
    """Visits ×2 +10."""
    if reason.part is Part.recency:
        return context.say(f"leads.recency.{reason.kind}", points=f"{reason.points:+d}")
    if reason.kind in set(Trait):
        what = context.say(f"leads.traits.{reason.kind}")
        return context.say("leads.being", what=what, points=reason.points)
    what = context.say(f"leads.activities.{reason.kind}")
    key = "leads.done_often" if reason.seen > SAME_KIND_AT_MOST else "leads.done"
    return context.say(
        key, what=what, times=reason.seen, most=SAME_KIND_AT_MOST, points=reason.points
    )
