"""Arguments of the campaign tools (DESIGN.md's contract)."""

from typing import Self

from pydantic import model_validator

from tools.arguments import (
    AdSetId,
    AgeGroups,
    CampaignAction,
    CampaignId,
    CampaignStatus,
    CopyLanguage,
    Countries,
    CreativeIds,
    Money,
    MoneyChange,
    Objective,
    PercentChange,
    Platform,
    Ratio,
    Text,
    Title,
    Url,
)  # fmt: skip
from tools.spec import Arguments


class CreateCampaign(Arguments):
    platform: Platform
    objective: Objective
    daily_budget: Money
    countries: Countries
    creative_ids: CreativeIds | None = None
    product_url: Url | None = None
    name: Title | None = None
    target_roas: Ratio | None = None
    target_cpa: Money | None = None
    age_groups: AgeGroups | None = None


class ListCampaigns(Arguments):
    platform: Platform | None = None
    status: CampaignStatus | None = None


class GetCampaignStatus(Arguments):
    campaign: CampaignId


class ManageCampaign(Arguments):
    campaign: CampaignId
    action: CampaignAction


class SetBudget(Arguments):
    """One of campaign and ad_set, and one of the three amounts."""

    campaign: CampaignId | None = None
    ad_set: AdSetId | None = None
    daily_budget: Money | None = None
    change_percent: PercentChange | None = None
    change_amount: MoneyChange | None = None

    @model_validator(mode="after")
    def _one_of_each(self) -> Self:
        if (self.campaign is None) == (self.ad_set is None):
            raise ValueError("give exactly one of campaign and ad_set")
        amounts = (self.daily_budget, self.change_percent, self.change_amount)
        if sum(amount is not None for amount in amounts) != 1:
            raise ValueError("give exactly one of daily_budget, change_percent and change_amount")
        return self


class ListCreatives(Arguments):
    platform: Platform | None = None
    text: Text | None = None


class WriteAdCopy(Arguments):
    product_url: Url
    platform: Platform
    language: CopyLanguage | None = None
