"""What only a slash command orders: no planner and no model may think of it."""

from config.roles import Role
from tools.outreach.arguments import SendBroadcast
from tools.outreach.planning import propose_broadcast
from tools.outreach.results import follow
from tools.outreach.sending import RESULTS, execute_broadcast
from tools.spec import Risk, ToolSpec, always

SPECS = (
    ToolSpec(
        name="send_broadcast", arguments=SendBroadcast, role=Role.manager,
        risk=always(Risk.money), propose=propose_broadcast, execute=execute_broadcast,
    ),
)  # fmt: skip
HANDLERS = {RESULTS: follow}
