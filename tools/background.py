"""Every kind of work that runs by itself, listed by hand as the tools are."""

from collections.abc import Mapping

from config.settings import ApprovalSettings
from tools.automation.saving import handlers as automation_jobs
from tools.automation.web_platform import WebStore
from tools.campaigns.jobs import HANDLERS as CAMPAIGN_JOBS
from tools.jobs.runner import Handler
from tools.knowledge.adding import Index
from tools.knowledge.adding import handlers as knowledge_jobs
from tools.leads.jobs import HANDLERS as LEAD_JOBS
from tools.optimization.jobs import handlers as optimization_jobs
from tools.outreach.tools import HANDLERS as OUTREACH_JOBS
from tools.reports.scheduling import HANDLERS as REPORT_JOBS


def job_handlers(
    approvals: ApprovalSettings, index: Index, web: WebStore | None = None
) -> Mapping[str, Handler]:
    """By kind of job. `index` tells the index of documents what it lacks; `web` keeps campaigns for
    the organisation."""
    return {
        **CAMPAIGN_JOBS, **LEAD_JOBS, **OUTREACH_JOBS, **optimization_jobs(approvals), **REPORT_JOBS,
        **knowledge_jobs(index), **automation_jobs(web),
    }  # fmt: skip
