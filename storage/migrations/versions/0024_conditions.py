"""Rules with conditions of several comparisons, and with guards; checks that wait."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from alembic import op

from storage.migrations.columns import BIG, JSON

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

_SCALE = 10_000
_OUTCOMES = (
    "no_data", "not_met", "cooling", "begun", "acted", "asked", "told", "refused", "unknown",
)  # fmt: skip
_OLD = (
    ("metric", sa.String(16)), ("operator", sa.String(16)), ("value", sa.BigInteger()),
    ("time_range", sa.String(8)),
)  # fmt: skip
# What came after the contract's three operators, in their words.
_CLOSEST = {"at_least": "greater_than", "at_most": "less_than"}


def upgrade() -> None:
    with op.batch_alter_table("rules") as table:
        table.add_column(sa.Column("condition", JSON))
        table.add_column(sa.Column("guards", JSON))
    rules, versions = _rules(), _versions()
    connection = op.get_bind()
    for row in connection.execute(sa.select(rules)).mappings().all():
        value = Decimal(row["value"]) / _SCALE
        values = {"condition": _comparison(row, value), "guards": {}}
        connection.execute(rules.update().where(rules.c.id == row["id"]).values(values))
    for row in connection.execute(sa.select(versions)).mappings().all():
        was = row["definition"]
        now = was | {"condition": _comparison(was, Decimal(was["value"])), "guards": {}}
        _rewrite(connection, versions, row["id"], now)
    with op.batch_alter_table("rules") as table:
        table.alter_column("condition", existing_type=JSON, nullable=False)
        table.alter_column("guards", existing_type=JSON, nullable=False)
        for name, _ in _OLD:
            table.drop_column(name)
    _allow(*_OUTCOMES, "waiting")


def downgrade() -> None:
    """Of a condition the first comparison stays, and its rule is off when that is not all of it."""
    _allow(*_OUTCOMES)
    with op.batch_alter_table("rules") as table:
        for name, kind in _OLD:
            table.add_column(sa.Column(name, kind))
    rules, versions = _rules(), _versions()
    connection = op.get_bind()
    for row in connection.execute(sa.select(rules)).mappings().all():
        first = _first(row["condition"])
        whole = first is row["condition"] and not {"goal", "against"} & first.keys()
        values = _old(first) | {"enabled": row["enabled"] and whole}
        connection.execute(rules.update().where(rules.c.id == row["id"]).values(values))
    for row in connection.execute(sa.select(versions)).mappings().all():
        was = {name: each for name, each in row["definition"].items()
               if name not in ("condition", "guards")}  # fmt: skip
        _rewrite(connection, versions, row["id"], was)
    with op.batch_alter_table("rules") as table:
        for name, kind in _OLD:
            table.alter_column(name, existing_type=kind, nullable=False)
        table.drop_column("condition")
        table.drop_column("guards")


def _allow(*outcomes: str) -> None:
    checks = sa.table("rule_checks", sa.column("outcome"))
    if "waiting" not in outcomes:
        op.execute(sa.delete(checks).where(checks.c.outcome == "waiting"))
    allowed = ", ".join(f"'{each}'" for each in outcomes)
    with op.batch_alter_table("rule_checks") as table:
        table.drop_constraint(op.f("ck_rule_checks_outcome"), type_="check")
        table.create_check_constraint(op.f("ck_rule_checks_outcome"), f"outcome IN ({allowed})")


def _rules() -> Any:
    return sa.table(
        "rules", sa.column("id", BIG), sa.column("enabled", sa.Boolean), sa.column("condition", JSON),
        sa.column("guards", JSON), *(sa.column(name, kind) for name, kind in _OLD),
    )  # fmt: skip


def _versions() -> Any:
    return sa.table("rule_versions", sa.column("id", BIG), sa.column("definition", JSON))


def _rewrite(connection: sa.Connection, versions: Any, row: int, definition: Any) -> None:
    connection.execute(versions.update().where(versions.c.id == row).values(definition=definition))


def _comparison(row: Any, value: Decimal) -> dict[str, str]:
    return {
        "metric": row["metric"], "operator": row["operator"], "window": row["time_range"],
        "value": f"{value.normalize():f}",
    }  # fmt: skip


def _first(condition: Any) -> Any:
    while "operator" not in condition:
        condition = next(condition[name] for name in ("all", "any") if name in condition)[0]
    return condition


def _old(first: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "metric": first["metric"], "operator": _CLOSEST.get(first["operator"], first["operator"]),
        "value": int(Decimal(first["value"]) * _SCALE), "time_range": first["window"],
    }  # fmt: skip
