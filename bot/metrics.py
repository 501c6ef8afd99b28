"""What the service counts about itself, in Prometheus' words.

Each process counts for itself; what waits in the database is read when somebody asks, and is the
same whichever process is asked.
"""

from collections.abc import Awaitable, Callable, Mapping

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    ProcessCollector,
    generate_latest,
)
from prometheus_client.exposition import CONTENT_TYPE_LATEST

MEDIA_TYPE = CONTENT_TYPE_LATEST

_TURN_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60)
_SEND_SECONDS = (0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)
# An ad platform gets 30 seconds for a call, and three tries.
_ORDER_SECONDS = (0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120)

Measure = Callable[[], Awaitable[None]]


class Metrics:
    """One per process. `channel` is a channel's name; the other labels are few and fixed, never
    an id or a text."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        ProcessCollector(registry=self._registry)
        self._measures: list[Measure] = []
        self._count_what_comes_in()
        self._count_turns()
        self._count_what_goes_out()
        self._show_what_waits()
        self._count_calls_to_platforms()
        self._count_what_programs_order()

    def received(self, channel: str, *, new: bool = True) -> None:
        """A message from a platform; not `new` when it came again."""
        (self._received if new else self._redelivered).labels(channel).inc()

    def webhook(self, channel: str, status: int) -> None:
        """A webhook was answered."""
        self._webhooks.labels(channel, status).inc()

    def refused(self, channel: str, reason: str) -> None:
        """A webhook was refused: secret, too_large, too_slow, malformed or unavailable."""
        self._refused.labels(channel, reason).inc()

    def turn(self, outcome: str, seconds: float) -> None:
        """A turn ended: done, failed, or given back to be tried again (retried)."""
        self._turns.labels(outcome).observe(seconds)

    def attempt(self) -> None:
        """A turn was begun, the first time or again."""
        self._attempts.inc()

    def lease_lost(self) -> None:
        self._leases_lost.inc()

    def sent(self, channel: str, outcome: str, seconds: float | None = None) -> None:
        """A send ended: sent, resent, retried, held, failed or unknown; `seconds` is how long the
        platform took, None when it was not asked."""
        self._sends.labels(channel, outcome).inc()
        if seconds is not None:
            self._send_seconds.labels(channel).observe(seconds)

    def held(self, channel: str, seconds: float) -> None:
        """A chat or a bot has to wait, because of our own pace or because the platform says so."""
        self._held.labels(channel).inc(seconds)

    def platform_call(self, platform: str, endpoint: str, status: str) -> None:
        """A call to an ad platform ended: with an HTTP status, no_answer, or held_back by us."""
        self._platform_calls.labels(platform, endpoint, status).inc()

    def waiting(self, *, messages: int, oldest_seconds: float, approvals: int) -> None:
        """What is received and not answered, and what waits for a person's word."""
        self._inbox.set(messages)
        self._oldest.set(oldest_seconds)
        self._approvals.set(approvals)

    def outgoing(self, counts: Mapping[str, int], *, doubts: int) -> None:
        """How many messages of the outbox are in each status, and how many sends ever ended in
        doubt."""
        for status, count in counts.items():
            self._outbox.labels(status).set(count)
        self._doubts.set(doubts)

    def ordered(self, action: str, status: str, seconds: float) -> None:
        """An order of a program was answered: success or error."""
        self._orders.labels(action, status).inc()
        self._order_seconds.labels(action).observe(seconds)

    def rules(self, active: int) -> None:
        """How many rules watch the campaigns."""
        self._rules.set(active)

    def reachable(self, database: bool) -> None:
        """Whether the figures of what waits could be read."""
        self._database_up.set(int(database))

    def measure_with(self, measure: Measure) -> None:
        """`measure` sets gauges; it is awaited whenever somebody asks for the figures."""
        self._measures.append(measure)

    async def rendered(self) -> bytes:
        """All figures in Prometheus' text format."""
        for measure in self._measures:
            await measure()
        return generate_latest(self._registry)

    def _count_what_comes_in(self) -> None:
        self._received = self._counter("received_messages", "Messages received", "channel")
        self._redelivered = self._counter(
            "redelivered_messages", "Messages that a platform sent again", "channel"
        )
        self._webhooks = self._counter("webhook_calls", "Webhooks answered", "channel", "status")
        self._refused = self._counter(
            "webhook_refusals", "Webhooks refused, by reason", "channel", "reason"
        )

    def _count_turns(self) -> None:
        self._turns = Histogram(
            "huoke_turn_seconds", "Time from the lease of a turn to its end", ("outcome",),
            registry=self._registry, buckets=_TURN_SECONDS,
        )  # fmt: skip
        self._attempts = self._counter("turn_attempts", "Turns begun, repeated ones included")
        self._leases_lost = self._counter("lease_losses", "Turns taken over by another process")

    def _count_what_goes_out(self) -> None:
        self._sends = self._counter("sends", "Sends ended, by outcome", "channel", "outcome")
        self._send_seconds = Histogram(
            "huoke_send_seconds", "Time a platform took for a send", ("channel",),
            registry=self._registry, buckets=_SEND_SECONDS,
        )  # fmt: skip
        self._held = self._counter(
            "held_seconds", "Time that chats and bots were made to wait", "channel"
        )

    def _show_what_waits(self) -> None:
        self._inbox = self._gauge("inbox_waiting_messages", "Messages received and not answered")
        self._oldest = self._gauge("inbox_oldest_waiting_seconds", "Age of the oldest of them")
        self._outbox = self._gauge(
            "outbox_messages", "Messages not yet sent, or not for sure", "status"
        )
        self._doubts = self._gauge("outbox_doubts", "Sends that ever ended in doubt")
        self._approvals = self._gauge("approvals_pending", "Plans that wait for a person")
        self._database_up = self._gauge("database_up", "1 when the figures of what waits are new")

    def _count_calls_to_platforms(self) -> None:
        # Its name is fixed by those who watch campaign automation.
        self._platform_calls = Counter(
            "platform_api_calls", "Calls to ad platforms ended", ("platform", "endpoint", "status"),
            registry=self._registry,
        )  # fmt: skip

    def _count_what_programs_order(self) -> None:
        # Their names are fixed, too.
        self._orders = Counter(
            "campaign_automation_requests", "Orders of programs answered", ("action", "status"),
            registry=self._registry,
        )  # fmt: skip
        self._order_seconds = Histogram(
            "campaign_automation_request_duration_seconds", "Time that their answers took",
            ("action",), registry=self._registry, buckets=_ORDER_SECONDS,
        )  # fmt: skip
        self._rules = Gauge(
            "campaign_automation_active_rules", "Rules that are on", registry=self._registry
        )

    def _counter(self, name: str, about: str, *labels: str) -> Counter:
        return Counter(f"huoke_{name}", about, labels, registry=self._registry)

    def _gauge(self, name: str, about: str, *labels: str) -> Gauge:
        return Gauge(f"huoke_{name}", about, labels, registry=self._registry)
