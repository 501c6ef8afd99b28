"""Every tool the agent has, by persona, listed by hand so that a reader can see them all."""

from collections.abc import Mapping
from typing import Literal

from tools.campaigns.tools import SPECS as CAMPAIGNS
from tools.leads.tools import SPECS as LEADS
from tools.optimization.tools import SPECS as OPTIMIZATION
from tools.reports.tools import SPECS as REPORTS
from tools.spec import ToolSpec
from tools.support.tools import SPECS as SUPPORT

Persona = Literal["manager", "customer"]

REGISTRY: Mapping[Persona, Mapping[str, ToolSpec]] = {
    "manager": {spec.name: spec for spec in (*LEADS, *CAMPAIGNS, *OPTIMIZATION, *REPORTS)},
    "customer": {spec.name: spec for spec in SUPPORT},
}
