"""Every tool the agent has, by persona, listed by hand so that a reader can see them all."""

from collections.abc import Mapping
from typing import Literal

from tools.campaigns.tools import SPECS as CAMPAIGNS
from tools.campaigns.undoing import UNDO as CAMPAIGNS_BACK
from tools.leads.tools import SPECS as LEADS
from tools.leads.undoing import UNDO as LEADS_BACK
from tools.optimization.tools import SPECS as OPTIMIZATION
from tools.optimization.undoing import UNDO as OPTIMIZATION_BACK
from tools.outreach.tools import SPECS as OUTREACH
from tools.reports.scheduling import UNDO as REPORTS_BACK
from tools.reports.tools import SPECS as REPORTS
from tools.spec import ToolSpec
from tools.support.knowledge import SPECS as KNOWLEDGE
from tools.support.ticket_tools import SPECS as TICKETS
from tools.support.tools import SPECS as SUPPORT
from tools.undo import Undo

Persona = Literal["manager", "customer"]

REGISTRY: Mapping[Persona, Mapping[str, ToolSpec]] = {
    "manager": {spec.name: spec for spec in (*LEADS, *CAMPAIGNS, *OPTIMIZATION, *REPORTS)},
    "customer": {spec.name: spec for spec in (*SUPPORT, *KNOWLEDGE, *TICKETS)},
}

# What only slash commands order, through the same gate.
COMMANDED: Mapping[str, ToolSpec] = {spec.name: spec for spec in OUTREACH}

# Who takes back which kind of change.
UNDO: Mapping[str, Undo] = {**LEADS_BACK, **CAMPAIGNS_BACK, **OPTIMIZATION_BACK, **REPORTS_BACK}
