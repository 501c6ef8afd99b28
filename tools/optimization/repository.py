"""Every query on experiments, rules and their checks."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, func, select

from storage.repository import Repository
from storage.tables.optimization import Experiment, Outcome, Rule, RuleCheck, RuleVersion
from tools.optimization.errors import RuleNotFound, RuleVersionNotFound, TestNotFound

# What counts as having acted: the next time is after the cool-down.
ACTED = (Outcome.begun, Outcome.acted, Outcome.asked, Outcome.told, Outcome.unknown)
_CHANGED = (Outcome.begun, Outcome.acted, Outcome.asked, Outcome.unknown)


class ExperimentRepository(Repository[Experiment]):
    async def get(self, ref: str, *, lock: bool = False) -> Experiment:
        """By its id (T-4); raises TestNotFound."""
        wanted = select(Experiment).where(
            Experiment.organisation_id == self.organisation_id,
            Experiment.number == int(ref.removeprefix("T-")),
        )
        found = await self.one_or_none(wanted.with_for_update() if lock else wanted)
        if found is None:
            raise TestNotFound(ref, [row.ref for row in await self.listed()])
        return found

    async def by_key(self, key: str) -> Experiment | None:
        return await self.one_or_none(
            select(Experiment).where(
                Experiment.organisation_id == self.organisation_id, Experiment.key == key
            )
        )

    async def listed(self) -> Sequence[Experiment]:
        """The newest first."""
        return await self.all(
            select(Experiment)
            .where(Experiment.organisation_id == self.organisation_id)
            .order_by(Experiment.number.desc())
        )


class RuleRepository(Repository[Rule]):
    async def get(self, ref: str, *, lock: bool = False) -> Rule:
        """By its id (R-2); raises RuleNotFound."""
        wanted = select(Rule).where(
            Rule.organisation_id == self.organisation_id,
            Rule.number == int(ref.removeprefix("R-")),
        )
        found = await self.one_or_none(wanted.with_for_update() if lock else wanted)
        if found is None:
            raise RuleNotFound(ref, [row.ref for row in await self.listed()])
        return found

    async def by_key(self, key: str) -> Rule | None:
        return await self.one_or_none(
            select(Rule).where(Rule.organisation_id == self.organisation_id, Rule.key == key)
        )

    async def listed(self) -> Sequence[Rule]:
        """The oldest first."""
        return await self.all(
            select(Rule)
            .where(Rule.organisation_id == self.organisation_id)
            .order_by(Rule.number)
        )  # fmt: skip

    async def lock_all(self) -> None:
        """In one order, so that two checks at a time count what was done one after the other."""
        await self.session.execute(
            select(Rule.id)
            .where(Rule.organisation_id == self.organisation_id)
            .order_by(Rule.id)
            .with_for_update()
        )

    async def version(self, rule: Rule, version: int) -> RuleVersion:
        """Raises RuleVersionNotFound."""
        found: RuleVersion | None = await self.session.scalar(
            select(RuleVersion).where(
                RuleVersion.rule_id == rule.id, RuleVersion.version == version
            )
        )
        if found is None:
            raise RuleVersionNotFound(rule.ref, version, rule.version)
        return found

    async def versions(self, rule: Rule) -> Sequence[RuleVersion]:
        """The oldest first."""
        query = select(RuleVersion).where(RuleVersion.rule_id == rule.id)
        return list(await self.session.scalars(query.order_by(RuleVersion.version)))

    async def count(self) -> int:
        counted = await self.session.scalar(
            select(func.count(Rule.id)).where(Rule.organisation_id == self.organisation_id)
        )
        return counted or 0


class CheckRepository(Repository[RuleCheck]):
    async def acted_since(self, rule: Rule, ad_set: str, since: datetime) -> RuleCheck | None:
        """When the rule last acted on this ad set, if that was after `since`."""
        found: RuleCheck | None = await self.session.scalar(
            select(RuleCheck)
            .where(
                RuleCheck.rule_id == rule.id,
                RuleCheck.ad_set == ad_set,
                RuleCheck.outcome.in_(ACTED),
                RuleCheck.at > since,
            )
            .order_by(RuleCheck.id.desc())
            .limit(1)
        )
        return found

    async def count_by(self, rule: Rule, since: datetime) -> int:
        """How often the rule acted since then."""
        return await self._count(
            RuleCheck.rule_id == rule.id, RuleCheck.outcome.in_(ACTED), RuleCheck.at >= since
        )

    async def count_at(self, ad_set: str, since: datetime) -> int:
        """How often any rule changed this ad set since then, or asked to."""
        return await self._count(
            RuleCheck.organisation_id == self.organisation_id,
            RuleCheck.ad_set == ad_set,
            RuleCheck.outcome.in_(_CHANGED),
            RuleCheck.at >= since,
        )

    async def _count(self, *filters: ColumnElement[bool]) -> int:
        counted = await self.session.scalar(select(func.count(RuleCheck.id)).where(*filters))
        return counted or 0

    async def begun(self, rule: Rule) -> Sequence[RuleCheck]:
        """What a process that died left half done."""
        return await self.all(
            select(RuleCheck)
            .where(RuleCheck.rule_id == rule.id, RuleCheck.outcome == Outcome.begun)
            .order_by(RuleCheck.id)
        )

    async def latest(self, rule: Rule, limit: int) -> Sequence[RuleCheck]:
        """The newest first."""
        return await self.all(
            select(RuleCheck)
            .where(RuleCheck.rule_id == rule.id)
            .order_by(RuleCheck.id.desc())
            .limit(limit)
        )
