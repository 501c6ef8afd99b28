"""The campaign tools of the contract."""

from config.roles import Role
from storage.tables.campaign import Campaign, Creative
from tools.campaigns.arguments import (
    CreateCampaign,
    GetCampaignStatus,
    ListCampaigns,
    ListCreatives,
    ManageCampaign,
    SetBudget,
    WriteAdCopy,
)
from tools.campaigns.budgets import execute_budget, propose_budget
from tools.campaigns.copy_editing import CopyEdit, revise_creation
from tools.campaigns.copywriting import write_ad_copy
from tools.campaigns.creating import execute_creation
from tools.campaigns.managing import execute_management, pause, propose_management
from tools.campaigns.overview import CampaignService
from tools.campaigns.proposing import propose_creation
from tools.campaigns.status import get_campaign_status
from tools.campaigns.wording import money, platform_name, status_name
from tools.context import ToolContext
from tools.result import ToolResult
from tools.spec import Risk, ToolSpec, always


async def list_campaigns(context: ToolContext, arguments: ListCampaigns) -> ToolResult:
    """The organisation's campaigns, the newest first."""
    found = await CampaignService.of(context).list(
        platform=arguments.platform, status=arguments.status
    )
    if not found:
        filtered = arguments.platform or arguments.status
        key = "campaigns.list.none_match" if filtered else "campaigns.list.none"
        return ToolResult(status="ok", text=context.say(key), data={"campaigns": []})
    lines = [context.say("campaigns.list.title", n=len(found))]
    lines += [f"{place}. {_line(context, row)}" for place, row in enumerate(found, start=1)]
    return ToolResult(
        status="ok", text="\n".join(lines), data={"campaigns": [_data(row) for row in found]},
        shown=tuple(row.ref for row in found),
    )  # fmt: skip


async def list_creatives(context: ToolContext, arguments: ListCreatives) -> ToolResult:
    """Creatives that fit a platform and contain a text, the newest first."""
    found = await CampaignService.of(context).creatives(
        platform=arguments.platform, text=arguments.text
    )
    if not found:
        filtered = arguments.platform or arguments.text
        key = "campaigns.creatives.none_match" if filtered else "campaigns.creatives.none"
        return ToolResult(status="ok", text=context.say(key), data={"creatives": []})
    lines = [context.say("campaigns.creatives.title", n=len(found))]
    lines += [
        f"{place}. {_creative_line(context, row)}" for place, row in enumerate(found, start=1)
    ]
    return ToolResult(
        status="ok", text="\n".join(lines), shown=tuple(row.ref for row in found),
        data={"creatives": [_creative_data(row) for row in found]},
    )  # fmt: skip


def _line(context: ToolContext, row: Campaign) -> str:
    return context.say(
        "campaigns.list.line", ref=row.ref, name=row.name,
        status=status_name(context, row.status), platform=platform_name(context, row.platform),
        budget=money(context, row.daily_budget),
    )  # fmt: skip


def _data(row: Campaign) -> dict[str, str]:
    return {
        "campaign": row.ref, "name": row.name, "status": row.status.value,
        "platform": row.platform, "objective": row.objective.value,
        "daily_budget": f"{row.daily_budget:.2f}",
    }  # fmt: skip


def _creative_line(context: ToolContext, row: Creative) -> str:
    made_for = platform_name(context, row.platform or "any")
    return context.say(
        "campaigns.creatives.line", ref=row.ref, title=row.title,
        kind=context.say(f"campaigns.kind.{row.kind.value}"), platform=made_for, words=row.copy,
    )  # fmt: skip


def _creative_data(row: Creative) -> dict[str, str | None]:
    return {
        "creative": row.ref, "title": row.title, "kind": row.kind.value,
        "platform": row.platform, "url": row.url, "copy": row.copy,
    }  # fmt: skip


def _management_risk(arguments: ManageCampaign) -> Risk:
    return Risk.write if arguments.action == "pause" else Risk.money


SPECS = (
    ToolSpec(
        name="create_campaign", arguments=CreateCampaign, role=Role.manager,
        risk=always(Risk.money), propose=propose_creation, execute=execute_creation,
        revision=CopyEdit, revise=revise_creation,
    ),
    ToolSpec(
        name="list_campaigns", arguments=ListCampaigns, role=Role.manager,
        risk=always(Risk.read), run=list_campaigns,
    ),
    ToolSpec(
        name="get_campaign_status", arguments=GetCampaignStatus, role=Role.manager,
        risk=always(Risk.read), run=get_campaign_status,
    ),
    ToolSpec(
        name="manage_campaign", arguments=ManageCampaign, role=Role.manager,
        risk=_management_risk, run=pause, propose=propose_management, execute=execute_management,
    ),
    ToolSpec(
        name="set_budget", arguments=SetBudget, role=Role.manager,
        risk=always(Risk.money), propose=propose_budget, execute=execute_budget,
    ),
    ToolSpec(
        name="list_creatives", arguments=ListCreatives, role=Role.manager,
        risk=always(Risk.read), run=list_creatives,
    ),
    ToolSpec(
        name="write_ad_copy", arguments=WriteAdCopy, role=Role.manager, risk=always(Risk.read),
        run=write_ad_copy,
    ),
)  # fmt: skip
