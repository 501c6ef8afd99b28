"""The door to campaigns: all that other domains may use."""

from tools.campaigns.budgets import change_of, check_plan
from tools.campaigns.changes import State, apply, look
from tools.campaigns.figures import DayFigures, Figures, total
from tools.campaigns.limits import Step, check_steps
from tools.campaigns.overview import CampaignService
from tools.campaigns.plans import Change, ChangePlan, Fact
from tools.campaigns.splitting import to_cents
from tools.campaigns.wording import change_line, money, ratio, status_name

__all__ = [
    "CampaignService", "Change", "ChangePlan", "DayFigures", "Fact", "Figures", "State", "Step",
    "apply", "change_line", "change_of", "check_plan", "check_steps", "look", "money", "ratio",
    "status_name", "to_cents", "total",
]  # fmt: skip
