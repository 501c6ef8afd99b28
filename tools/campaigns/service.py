"""The door to campaigns: all that other domains may use."""

from tools.campaigns.budgets import change_of, check_plan
from tools.campaigns.changes import State, apply, look
from tools.campaigns.choosing import named_creatives
from tools.campaigns.creating import create
from tools.campaigns.failures import BudgetTooSmall, CampaignDeleted
from tools.campaigns.figures import DayFigures, Figures, total
from tools.campaigns.limits import Step, check_steps
from tools.campaigns.overview import CampaignService
from tools.campaigns.plans import Change, ChangePlan, CreationPlan, Fact, PlannedAdSet
from tools.campaigns.proposing import planned_creatives
from tools.campaigns.splitting import CENT, evenly, to_cents
from tools.campaigns.wording import (
    change_line,
    money,
    percent,
    platform_name,
    rate,
    ratio,
    status_name,
)

__all__ = [
    "CENT", "BudgetTooSmall", "CampaignDeleted", "CampaignService", "Change", "ChangePlan", "CreationPlan",
    "DayFigures", "Fact", "Figures", "PlannedAdSet", "State", "Step", "apply", "change_line",
    "change_of", "check_plan", "check_steps", "create", "evenly", "look", "money",
    "named_creatives", "percent", "planned_creatives", "platform_name", "rate", "ratio",
    "status_name", "to_cents", "total",
]  # fmt: skip
