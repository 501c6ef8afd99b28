"""analyze_ab_test, and the end of a test: it is stopped, analysed, and its owner told."""

from dataclasses import replace
from typing import Any

from config.i18n import Language
from config.notices import NoticeKind
from storage.database import ReadSession
from storage.tables.campaign import CampaignStatus
from storage.tables.optimization import Experiment, ExperimentStatus
from tools.campaigns.platforms.base import DeliveryStatus
from tools.campaigns.service import CampaignService, Change, ChangePlan, apply
from tools.context import ToolContext
from tools.jobs.service import JobService
from tools.optimization.ab_tests import looking
from tools.optimization.analysing import Analysis, analyse
from tools.optimization.arguments import AnalyzeAbTest
from tools.optimization.experiment_text import analysis_text
from tools.optimization.pictures import interval_picture
from tools.optimization.repository import ExperimentRepository
from tools.people.service import PeopleService, language_of
from tools.result import Offer, ToolResult

_ON, _OFF = DeliveryStatus.active.value, DeliveryStatus.paused.value


async def analyze_ab_test(context: ToolContext, arguments: AnalyzeAbTest) -> ToolResult:
    """Raises TestNotFound, and what the platform does."""
    async with context.database.reading() as session:
        experiments = ExperimentRepository(session, context.organisation_id)
        experiment = await experiments.get(arguments.test)
    found = await analyse(context, experiment)
    campaign = await CampaignService.of(context).get(experiment.campaign)
    on = campaign.status is CampaignStatus.active
    picture = await interval_picture(context, experiment, found)
    return ToolResult(
        status="ok", text=analysis_text(context, experiment, found, on=on),
        data={"test": experiment.ref, "status": experiment.status.value, **found.as_json()},
        shown=(experiment.ref, experiment.campaign, *(each.creative for each in found.variants)),
        attachments=(picture,) if picture else (),
        offers=_stop_offer(context, experiment) if on and _stops(experiment, found) else (),
    )  # fmt: skip


async def look_at_experiment(context: ToolContext, payload: dict[str, Any]) -> None:
    """The daily look: as soon as the test may be stopped early, its owner is told, once. Raises what
    the platform does."""
    async with context.database.reading() as session:
        experiments = ExperimentRepository(session, context.organisation_id)
        experiment = await experiments.get(payload["test"])
        language = await _language(session, context, experiment)
    campaign = await CampaignService.of(context).get(experiment.campaign)
    if experiment.created_by is None or campaign.status is not CampaignStatus.active:
        return
    found = await analyse(context, experiment)
    if not _stops(experiment, found):
        return
    context = replace(context, language=language)
    picture = await interval_picture(context, experiment, found)
    (offer,) = _stop_offer(context, experiment)
    async with context.database.unit_of_work() as session:
        await context.notifier.to_person(
            session, NoticeKind.experiment, f"experiment:{experiment.id}:early",
            experiment.created_by, analysis_text(context, experiment, found), shown=(experiment.ref,),
            attachments=(picture,) if picture else (),
            buttons=({"label": offer.label, "send": offer.send},),
        )  # fmt: skip
        await JobService.of(session, context).stop(session, looking(experiment))


def _stops(experiment: Experiment, found: Analysis) -> bool:
    return experiment.status is ExperimentStatus.running and found.may_stop and not found.skewed


def _stop_offer(context: ToolContext, experiment: Experiment) -> tuple[Offer, ...]:
    order = context.say("optimization.test.stop_order", campaign=experiment.campaign)
    return (Offer(label=order, send=order),)


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
        await JobService.of(session, context).stop(session, looking(row))
        if row.created_by is not None:
            key = "optimization.test.was_deleted" if deleted else "optimization.test.ended"
            title = context.say(key, ref=row.ref, name=row.name, campaign=row.campaign)
            await context.notifier.to_person(
                session, NoticeKind.experiment, f"experiment:{row.id}:end", row.created_by,
                "\n".join([title, analysis_text(context, row, found)]), shown=(row.ref,),
            )  # fmt: skip
