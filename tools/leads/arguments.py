"""Arguments of the lead tools (DESIGN.md's contract)."""

from tools.arguments import (
    Company,
    Email,
    GroupBy,
    LeadRef,
    LeadSource,
    LeadStatus,
    Limit,
    Note,
    Number,
    Owner,
    Period,
    PersonName,
    Phone,
    Tags,
    Text,
    WeChat,
)  # fmt: skip
from tools.spec import Arguments


class SearchLeads(Arguments):
    text: Text | None = None
    status: LeadStatus | None = None
    source: LeadSource | None = None
    min_score: Number | None = None
    owner: Owner | None = None
    period: Period | None = None
    limit: Limit = 10


class GetLead(Arguments):
    lead: LeadRef


class CreateLead(Arguments):
    name: PersonName
    phone: Phone | None = None
    wechat: WeChat | None = None
    email: Email | None = None
    company: Company | None = None
    source: LeadSource | None = None
    note: Note | None = None


class UpdateLead(Arguments):
    lead: LeadRef
    status: LeadStatus | None = None
    add_tags: Tags | None = None
    remove_tags: Tags | None = None
    note: Note | None = None


class AssignLead(Arguments):
    lead: LeadRef
    owner: Owner | None = None


class ConvertLead(Arguments):
    lead: LeadRef


class ExplainLeadScore(Arguments):
    lead: LeadRef


class LeadStats(Arguments):
    period: Period
    group_by: GroupBy | None = None
