"""The figures that the service gives about itself."""

from datetime import timedelta

import pytest
from prometheus_client.parser import text_string_to_metric_families

from bot.backlog import Backlog
from bot.metrics import Metrics
from storage.database import Database
from storage.inbox import Inbox, Place
from storage.outbox import Draft, Outbox
from tests.builders.organisation import a_person, an_organisation
from tests.fakes.clock import FakeClock

_PLACE = Place(channel="fake", bot="huoke", chat="7")


async def figures(metrics: Metrics) -> dict[str, float]:
    """Every figure by its name and labels, as Prometheus would read them."""
    text = (await metrics.rendered()).decode()
    return {
        f"{sample.name}{sorted(sample.labels.items())}" if sample.labels else sample.name: (
            sample.value
        )
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


async def test_what_happened_is_counted() -> None:
    metrics = Metrics()
    metrics.received("telegram")
    metrics.received("telegram", new=False)
    metrics.attempt()
    metrics.turn("done", 0.2)
    metrics.sent("telegram", "sent", 0.1)
    metrics.sent("telegram", "retried")
    metrics.held("telegram", 2.5)
    metrics.lease_lost()
    metrics.refused("telegram", "secret")
    found = await figures(metrics)
    telegram = "('channel', 'telegram')"
    assert found[f"huoke_received_messages_total[{telegram}]"] == 1
    assert found[f"huoke_redelivered_messages_total[{telegram}]"] == 1
    assert found["huoke_turn_attempts_total"] == 1
    assert found["huoke_turn_seconds_sum[('outcome', 'done')]"] == 0.2
    assert found[f"huoke_sends_total[{telegram}, ('outcome', 'retried')]"] == 1
    assert found[f"huoke_send_seconds_count[{telegram}]"] == 1
    assert found[f"huoke_held_seconds_total[{telegram}]"] == 2.5
    assert found["huoke_lease_losses_total"] == 1
    assert found[f"huoke_webhook_refusals_total[{telegram}, ('reason', 'secret')]"] == 1


async def test_two_of_them_do_not_share_their_figures() -> None:
    first, second = Metrics(), Metrics()
    first.attempt()
    assert (await figures(second))["huoke_turn_attempts_total"] == 0


async def _waiting(database: Database, clock: FakeClock, metrics: Metrics) -> Backlog:
    """A backlog of one message, received a minute ago, and one reply."""
    async with database.unit_of_work() as session:
        organisation = await an_organisation(session)
        person = await a_person(session, organisation)
        inbox = Inbox(organisation.id, clock)
        outbox = Outbox(organisation.id, clock, owner="a")
        conversation_id = await inbox.conversation(session, _PLACE, private_with=person.id)
        await inbox.put(
            session, place=_PLACE, external_id="1", conversation_id=conversation_id,
            person_id=person.id, text="hello",
        )  # fmt: skip
        await outbox.queue(session, Draft(key="1", conversation_id=conversation_id, text="hi"))
    clock.advance(timedelta(minutes=1))
    return Backlog(database, organisation.id, outbox, metrics, clock)


async def test_what_waits_is_read_when_somebody_asks(database: Database, clock: FakeClock) -> None:
    metrics = Metrics()
    metrics.measure_with((await _waiting(database, clock, metrics)).measure)
    found = await figures(metrics)
    assert found["huoke_inbox_waiting_messages"] == 1
    assert found["huoke_inbox_oldest_waiting_seconds"] == 60
    assert found["huoke_outbox_messages[('status', 'queued')]"] == 1
    assert found["huoke_outbox_messages[('status', 'unknown')]"] == 0
    assert found["huoke_approvals_pending"] == 0
    assert found["huoke_database_up"] == 1


async def test_asking_often_does_not_ask_the_database_often(
    database: Database, clock: FakeClock
) -> None:
    metrics = Metrics()
    metrics.measure_with((await _waiting(database, clock, metrics)).measure)
    await figures(metrics)
    clock.advance(timedelta(minutes=1))
    assert (await figures(metrics))["huoke_inbox_oldest_waiting_seconds"] == 60


@pytest.mark.parametrize("url", ["sqlite+aiosqlite:////nowhere/huoke.db"])
async def test_without_its_database_it_says_so(url: str, clock: FakeClock) -> None:
    metrics = Metrics()
    async with Database(url) as database:
        outbox = Outbox(1, clock, owner="a")
        metrics.measure_with(Backlog(database, 1, outbox, metrics, clock).measure)
        assert (await figures(metrics))["huoke_database_up"] == 0
