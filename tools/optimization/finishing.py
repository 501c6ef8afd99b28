"""analyze_ab_test, and the end of a test: it is stopped, analysed, and its owner told."""

from dataclasses import replace
from typing import Any

from config.i18n import Language
from config.notices import NoticeKind
from storage.database import ReadSession
from storage.tables.optimization import Experiment, ExperimentStatus
from tools.campaigns.platforms.base import DeliveryStatus
from tools.campaigns.service import CampaignService, Change, ChangePlan, apply
from tools.context import ToolContext
from tools.optimization.analysing import Analysis, analyse
from tools.optimization.arguments import AnalyzeAbTest
from tools.optimization.experiment_text import analysis_text
from tools.optimization.repository import ExperimentRepository
from tools.people.service import PeopleService, language_of
from tools.result import ToolResult

_ON, _OFF = DeliveryStatus.active.value, DeliveryStatus.paused.value


async def analyze_ab_test(context: ToolContext, arguments: AnalyzeAbTest) -> ToolResult:
    """Raises TestNotFound, and what the platform does."""
    async with context.database.reading() as session:
        experiments = ExperimentRepository(session, context.organisation_id)
        experiment = await experiments.get(arguments.test)
    found = await analyse(context, experiment)
    shown = (experiment.ref, experiment.campaign, *(each.creative for each in found.variants))
    data = {"test": experiment.ref, "status": experiment.status.value, **found.as_json()}
    text = analysis_text(context, experiment, found)
    return ToolResult(status="ok", text=text, data=data, shown=shown)


async def finish_experiment(context: ToolContext, payload: dict[str, Any]) -> None:
    """The job at the end of a test, as often as it is run. Raises what the platform does."""
    async with context.database.reading() as session:
        experiments = ExperimentRepository(session, context.organisation_id)
        experiment = await experiments.get(payload["test"])
        language = await _language(session, context, experiment)
    if experiment.status is not ExperimentStatus.running:
        return
    deleted = await _stop(context, experiment)
    found = await analyse(context, experiment)
    await _close(replace(context, language=language), experiment, found, deleted=deleted)


async def _language(session: ReadSession, context: ToolContext, experiment: Experiment) -> Language:
    if experiment.created_by is None:
        return context.language
    owner = await PeopleService(session, context.organisation_id).get(experiment.created_by)
    return language_of(owner, context.language)


async def _stop(context: ToolContext, experiment: Experiment) -> bool:
    """Whether somebody deleted the campaign meanwhile."""
    service = CampaignService.of(context)
    live = await service.live(await service.get(experiment.campaign))
    if live.status is DeliveryStatus.deleted:
        return True
    change = Change(ref=experiment.campaign, field="status", before=_ON, after=_OFF)
    ending = replace(context, order_key=f"experiment:{experiment.id}:end")
    await apply(ending, ChangePlan(campaign=experiment.campaign, changes=(change,)))
    return False


async def _close(
    context: ToolContext, experiment: Experiment, found: Analysis, *, deleted: bool
) -> None:
    """Keep the result and tell the owner, in one transaction."""
    async with context.database.unit_of_work() as session:
        row = await ExperimentRepository(session, context.organisation_id).get(
            experiment.ref, lock=True
        )
        row.status = ExperimentStatus.cancelled if deleted else ExperimentStatus.completed
        row.ended_at = context.clock.now()
        row.results = found.as_json()
        row.winner = found.winner.creative if found.winner else None
        if row.created_by is not None:
            key = "optimization.test.was_deleted" if deleted else "optimization.test.ended"
            title = context.say(key, ref=row.ref, name=row.name, campaign=row.campaign)
            await context.notifier.to_person(
                session, NoticeKind.experiment, f"experiment:{row.id}:end", row.created_by,
                "\n".join([title, analysis_text(context, row, found)]), shown=(row.ref,),
            )  # fmt: skip
