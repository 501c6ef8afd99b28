"""Nodes and edges: the fields that were asked for, filters and pages."""

import base64
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from tests.emulators.ads.meta import parameters as p
from tests.emulators.ads.meta.errors import bad_parameter, no_field
from tests.emulators.ads.meta.world import (
    AD,
    AD_SET,
    CAMPAIGN,
    CREATIVE,
    GONE,
    REPORT,
    Node,
    World,
    time_text,
)  # fmt: skip

Json = dict[str, Any]

KINDS = {"campaigns": CAMPAIGN, "adsets": AD_SET, "ads": AD, "adcreatives": CREATIVE}
EDGES = {CAMPAIGN: {"adsets", "ads"}, AD_SET: {"ads"}}
_STATES = (
    "ACTIVE", "PAUSED", "ARCHIVED", "CAMPAIGN_PAUSED", "ADSET_PAUSED", "IN_PROCESS", "WITH_ISSUES",
    "PENDING_REVIEW", "DISAPPROVED", "PREAPPROVED", "PENDING_BILLING_INFO",
)  # fmt: skip
_ALLOWED_STATES = {
    CAMPAIGN: {"ACTIVE", "PAUSED", "ARCHIVED", "IN_PROCESS", "WITH_ISSUES"},
    AD_SET: {"ACTIVE", "PAUSED", "ARCHIVED", "IN_PROCESS", "WITH_ISSUES", "CAMPAIGN_PAUSED"},
    AD: set(_STATES),
}
_PAGING: dict[str, p.Reader] = {"limit": p.whole, "after": p.text}
_FIELDS = re.compile(r"([a-z_]+)(?:\{([a-z_,]+)\})?(?:,|$)")


def fields_of(kind: str) -> set[str]:
    """What a node of this kind can be asked for."""
    own = {
        CAMPAIGN: {"objective", "special_ad_categories", "buying_type", "daily_budget",
                   "bid_strategy"},
        AD_SET: {"campaign_id", "daily_budget", "billing_event", "optimization_goal",
                 "bid_strategy", "bid_amount", "targeting", "promoted_object"},
        AD: {"campaign_id", "adset_id", "creative"},
        CREATIVE: {"object_story_spec"},
        REPORT: {"async_status", "async_percent_completion"},
    }[kind]  # fmt: skip
    common = {"id", "account_id"} if kind == REPORT else {"id", "account_id", "name"}
    if kind in (CAMPAIGN, AD_SET, AD):
        common |= {"status", "configured_status", "effective_status", "created_time"}
    return own | common


def shown(world: World, node: Node, wanted: str) -> Json:
    """The node with the fields of a `fields` parameter; raises for a field that it lacks."""
    answer: Json = {"id": node.id}
    for name, inner in _FIELDS.findall(wanted):
        if name not in fields_of(node.kind):
            raise no_field(name, node.kind)
        value = _value(node, name)
        if name == "creative" and inner:
            value = shown(world, world.nodes[value["id"]], inner)
        if value is not None:
            answer[name] = value
    return answer


def edge(world: World, nodes: Sequence[Node], kind: str, given: Mapping[str, str],
         address: str) -> Json:  # fmt: skip
    """One page of an edge."""
    schema = _PAGING | ({} if kind == CREATIVE else {"effective_status": p.list_of(*_STATES)})
    found = p.read(given, schema)
    states = found.get("effective_status")
    if states is not None and set(states) - _ALLOWED_STATES[kind]:
        raise bad_parameter(f"Param effective_status has states that a {kind} never has")
    chosen = [
        node for node in nodes
        if (node.effective_status not in GONE if states is None else
            node.effective_status in states)
    ]  # fmt: skip
    wanted = given.get("fields", "id")
    return page(
        chosen, found, given, address, lambda node: shown(world, node, wanted),
    )  # fmt: skip


def page(
    rows: Sequence[Any], found: Mapping[str, Any], given: Mapping[str, str], address: str,
    show: Callable[[Any], Json],
) -> Json:  # fmt: skip
    """`next` is there while more rows follow; as at Meta it holds the token."""
    start = _position(found.get("after"))
    end = start + found.get("limit", 25)
    answer: Json = {"data": [show(row) for row in rows[start:end]]}
    if answer["data"]:
        cursors = {"before": _cursor(start), "after": _cursor(end)}
        answer["paging"] = {"cursors": cursors}
        if end < len(rows):
            query = urlencode({**given, "after": cursors["after"]})
            answer["paging"]["next"] = f"{address}?{query}"
    if given.get("summary") == "true":
        answer["summary"] = {"total_count": len(rows)}
    return answer


def _value(node: Node, name: str) -> Any:
    computed: dict[str, Callable[[], Any]] = {
        "id": lambda: node.id,
        "account_id": lambda: node.account.id,
        "configured_status": lambda: node.status,
        "effective_status": lambda: node.effective_status,
        "created_time": lambda: time_text(node.created, node.account.zone),
        "campaign_id": lambda: node.campaign.id,
        "daily_budget": lambda: _optional_text(node.fields.get("daily_budget")),
    }
    return computed[name]() if name in computed else node.fields.get(name)


def _optional_text(value: int | None) -> str | None:
    """Meta writes its whole numbers as text."""
    return None if value is None else str(value)


def _cursor(position: int) -> str:
    return base64.urlsafe_b64encode(str(position).encode()).decode()


def _position(cursor: str | None) -> int:
    try:
        return 0 if cursor is None else int(base64.urlsafe_b64decode(cursor))
    except ValueError:
        raise bad_parameter("Invalid cursors values") from None
