"""The contract: every tool's name and argument model, by persona (DESIGN.md)."""

from collections.abc import Mapping

from tools.campaigns import arguments as campaigns
from tools.leads import arguments as leads
from tools.optimization import arguments as optimization
from tools.reports import arguments as reports
from tools.spec import Arguments
from tools.support import arguments as support

MANAGER: Mapping[str, type[Arguments]] = {
    "search_leads": leads.SearchLeads,
    "get_lead": leads.GetLead,
    "create_lead": leads.CreateLead,
    "update_lead": leads.UpdateLead,
    "assign_lead": leads.AssignLead,
    "convert_lead": leads.ConvertLead,
    "explain_lead_score": leads.ExplainLeadScore,
    "lead_stats": leads.LeadStats,
    "create_campaign": campaigns.CreateCampaign,
    "list_campaigns": campaigns.ListCampaigns,
    "get_campaign_status": campaigns.GetCampaignStatus,
    "manage_campaign": campaigns.ManageCampaign,
    "set_budget": campaigns.SetBudget,
    "list_creatives": campaigns.ListCreatives,
    "write_ad_copy": campaigns.WriteAdCopy,
    "optimize_budget": optimization.OptimizeBudget,
    "create_ab_test": optimization.CreateAbTest,
    "analyze_ab_test": optimization.AnalyzeAbTest,
    "create_rule": optimization.CreateRule,
    "list_rules": optimization.ListRules,
    "set_rule_enabled": optimization.SetRuleEnabled,
    "overview_report": reports.OverviewReport,
    "trend_report": reports.TrendReport,
    "funnel_report": reports.FunnelReport,
    "channel_report": reports.ChannelReport,
    "export_report": reports.ExportReport,
    "schedule_report": reports.ScheduleReport,
}

CUSTOMER: Mapping[str, type[Arguments]] = {
    "leave_contact": support.LeaveContact,
    "remember": support.Remember,
    "request_human": support.RequestHuman,
    "search_knowledge": support.SearchKnowledge,
    "create_ticket": support.CreateTicket,
    "my_tickets": support.MyTickets,
}
