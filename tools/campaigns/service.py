"""The door to campaigns: all that other domains may use."""

from tools.campaigns.accounts import account_lines, choose
from tools.campaigns.accounts_desk import (
    offer_categories,
    set_category,
    set_default,
    show_accounts,
)  # fmt: skip
from tools.campaigns.budget_history import BudgetOfDay, budgets_of_days
from tools.campaigns.budgets import change_of, check_plan
from tools.campaigns.changes import apply, look
from tools.campaigns.choosing import named_creatives
from tools.campaigns.copy_plans import with_own_copies
from tools.campaigns.copy_text import copy_notes
from tools.campaigns.creating import create
from tools.campaigns.failures import BudgetTooSmall, CampaignDeleted
from tools.campaigns.figures import DayFigures, Figures, total
from tools.campaigns.jobs import schedule_spending
from tools.campaigns.limits import Step, check_pace, check_steps
from tools.campaigns.limits_desk import set_limit, show_limits
from tools.campaigns.overview import CampaignService
from tools.campaigns.plans import Change, ChangePlan, CreationPlan, Fact, PlannedAdSet
from tools.campaigns.proposing import planned_creatives
from tools.campaigns.spending import State, check_new_campaign
from tools.campaigns.splitting import CENT, evenly, to_cents, unit_of
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
    "CENT", "BudgetOfDay", "BudgetTooSmall", "CampaignDeleted", "CampaignService", "Change",
    "ChangePlan", "CreationPlan", "DayFigures", "Fact", "Figures", "PlannedAdSet", "State", "Step",
    "account_lines", "apply", "budgets_of_days", "change_line", "change_of", "check_new_campaign",
    "check_pace", "check_plan", "check_steps", "choose", "copy_notes", "create", "evenly", "look", "money", "named_creatives",
    "offer_categories", "percent", "planned_creatives", "platform_name", "rate", "ratio",
    "schedule_spending",
    "set_category", "set_default", "set_limit", "show_accounts", "show_limits", "status_name",
    "to_cents", "total", "unit_of", "with_own_copies",
]  # fmt: skip
