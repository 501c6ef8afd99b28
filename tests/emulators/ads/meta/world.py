"""The objects of the emulated ad accounts, and what they are doing."""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from tests.emulators.ads.market import Market
from tests.emulators.ads.meta.errors import no_such_object
from tests.fakes.clock import FakeClock

Json = dict[str, Any]

CAMPAIGN, AD_SET, AD, CREATIVE, REPORT = "Campaign", "AdSet", "Ad", "AdCreative", "AdReportRun"
ACTIVE, PAUSED, ARCHIVED, DELETED = "ACTIVE", "PAUSED", "ARCHIVED", "DELETED"
GONE = (ARCHIVED, DELETED)
_PAUSED_BY = {CAMPAIGN: "CAMPAIGN_PAUSED", AD_SET: "ADSET_PAUSED"}


@dataclass(kw_only=True)
class Account:
    """Money is in the smallest unit of `currency`."""

    id: str
    token: str
    currency: str = "CNY"
    zone: str = "Asia/Shanghai"
    min_daily_budget: int = 700
    account_status: int = 1
    page: str = "1001"
    pixel: str = "2001"
    app_secret: str | None = None
    app_id: str = "900"
    name: str = "Huo Shop"
    tasks: tuple[str, ...] = ("DRAFT", "ANALYZE", "ADVERTISE", "MANAGE")
    permissions: dict[str, str] = field(
        default_factory=lambda: {"ads_management": "granted", "ads_read": "granted"}
    )

    def fields(self) -> Json:
        return {
            "id": f"act_{self.id}", "account_id": self.id, "currency": self.currency,
            "timezone_name": self.zone, "min_daily_budget": self.min_daily_budget,
            "account_status": self.account_status, "name": self.name,
            "user_tasks": [*self.tasks],
        }  # fmt: skip


@dataclass(kw_only=True)
class Node:
    """`started`: it was switched on once; `edits`: when its budget was changed lately."""

    kind: str
    id: str
    account: Account
    fields: Json
    created: datetime
    parent: "Node | None" = None
    started: bool = False
    edits: list[datetime] = field(default_factory=list)

    @property
    def status(self) -> str:
        return str(self.fields.get("status", ACTIVE))

    @property
    def effective_status(self) -> str:
        """Its own switch, unless what is above it decides."""
        if self.status in GONE or self.parent is None:
            return self.status
        above = self.parent.effective_status
        if above in GONE:
            return above
        if self.status == PAUSED:
            return PAUSED
        if self.parent.status == PAUSED:
            return _PAUSED_BY[self.parent.kind]
        return above

    @property
    def campaign(self) -> "Node":
        return self if self.parent is None else self.parent.campaign


class World:
    def __init__(self, clock: FakeClock) -> None:
        self.market = Market(clock)
        self.accounts: dict[str, Account] = {}
        self.nodes: dict[str, Node] = {}
        self._numbers = itertools.count(1)

    def account(self, id_: str, token: str, **options: Any) -> Account:
        self.accounts[id_] = Account(id=id_, token=token, **options)
        return self.accounts[id_]

    def add(self, kind: str, account: Account, fields: Json, parent: Node | None = None) -> Node:
        node = Node(
            kind=kind, id=f"1202{next(self._numbers):012}", account=account, fields=fields,
            created=self.market.now(), parent=parent,
        )  # fmt: skip
        self.nodes[node.id] = node
        return node

    def node(self, id_: str, account: Account, method: str, *kinds: str) -> Node:
        """An object that this account owns; raises 100/33."""
        node = self.nodes.get(id_)
        if node is None or node.account is not account or (kinds and node.kind not in kinds):
            raise no_such_object(id_, method)
        return node

    def of_kind(self, kind: str, account: Account, *, below: Node | None = None) -> Iterator[Node]:
        """The newest first, as Meta lists them."""
        for node in reversed(list(self.nodes.values())):
            if node.kind == kind and node.account is account and _is_below(node, below):
                yield node

    def running(self) -> list[Node]:
        """The ad sets that may spend money now."""
        return [
            node for node in self.nodes.values()
            if node.kind == AD_SET and node.effective_status == ACTIVE
        ]  # fmt: skip


def time_text(moment: datetime, zone: str) -> str:
    return moment.astimezone(ZoneInfo(zone)).strftime("%Y-%m-%dT%H:%M:%S%z")


def _is_below(node: Node, above: Node | None) -> bool:
    if above is None:
        return True
    return node.parent is not None and (node.parent is above or _is_below(node.parent, above))
