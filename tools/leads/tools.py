"""The lead tools of the contract."""

from config.roles import Role
from tools.leads.arguments import (
    AssignLead,
    ConvertLead,
    CreateLead,
    ExplainLeadScore,
    GetLead,
    LeadStats,
    SearchLeads,
    UpdateLead,
)  # fmt: skip
from tools.leads.changing import assign_lead, create_lead, update_lead
from tools.leads.converting import convert_lead
from tools.leads.explaining import explain_lead_score
from tools.leads.finding import get_lead, search_leads
from tools.leads.stats import lead_stats
from tools.spec import Risk, ToolSpec, always

SPECS: tuple[ToolSpec, ...] = (
    ToolSpec(
        name="search_leads", arguments=SearchLeads, role=Role.manager,
        risk=always(Risk.read), run=search_leads,
    ),
    ToolSpec(
        name="get_lead", arguments=GetLead, role=Role.manager,
        risk=always(Risk.read), run=get_lead,
    ),
    ToolSpec(
        name="create_lead", arguments=CreateLead, role=Role.manager,
        risk=always(Risk.write), run=create_lead,
    ),
    ToolSpec(
        name="update_lead", arguments=UpdateLead, role=Role.manager,
        risk=always(Risk.write), run=update_lead,
    ),
    ToolSpec(
        name="assign_lead", arguments=AssignLead, role=Role.manager,
        risk=always(Risk.write), run=assign_lead,
    ),
    ToolSpec(
        name="convert_lead", arguments=ConvertLead, role=Role.manager,
        risk=always(Risk.write), run=convert_lead,
    ),
    ToolSpec(
        name="explain_lead_score", arguments=ExplainLeadScore, role=Role.manager,
        risk=always(Risk.read), run=explain_lead_score,
    ),
    ToolSpec(
        name="lead_stats", arguments=LeadStats, role=Role.manager,
        risk=always(Risk.read), run=lead_stats,
    ),
)  # fmt: skip
