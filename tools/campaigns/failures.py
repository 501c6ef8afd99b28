"""What can go wrong with campaigns, beside what their platform refuses (platforms/errors.py)."""

from collections.abc import Sequence

from config.errors import InvalidInput, NotAllowed, NotFound
from tools.campaigns.platforms.errors import ErrorCode

_NAMED = 5


class CampaignNotFound(NotFound):
    """Names the campaigns that exist, the newest first."""

    def __init__(self, ref: str, known: Sequence[str]) -> None:
        key = "campaigns.not_found" if known else "campaigns.none_yet"
        super().__init__(key, ref=ref, known=", ".join(known[:_NAMED]))


class AdSetNotFound(NotFound):
    def __init__(self, ref: str, known: Sequence[str]) -> None:
        super().__init__("campaigns.ad_set_not_found", ref=ref, known=", ".join(known[:_NAMED]))


class CreativeMissing(NotFound):
    code = ErrorCode.CREATIVE_NOT_FOUND

    def __init__(self, refs: Sequence[str]) -> None:
        super().__init__("campaigns.creative_missing", refs=", ".join(refs), code=self.code.value)


class NoCreatives(NotFound):
    code = ErrorCode.CREATIVE_NOT_FOUND

    def __init__(self, platform: str) -> None:
        super().__init__("campaigns.no_creatives", platform=platform, code=self.code.value)


class CreativeForOtherPlatform(InvalidInput):
    def __init__(self, ref: str, made_for: str, platform: str) -> None:
        super().__init__(
            "campaigns.creative_other_platform", ref=ref, made_for=made_for, platform=platform
        )


class AgesBackwards(InvalidInput):
    def __init__(self, group: tuple[int, int]) -> None:
        super().__init__("campaigns.ages_backwards", low=group[0], high=group[1])


class AgesOverlap(InvalidInput):
    def __init__(self, first: tuple[int, int], second: tuple[int, int]) -> None:
        super().__init__(
            "campaigns.ages_overlap",
            first=f"{first[0]}-{first[1]}", second=f"{second[0]}-{second[1]}",
        )  # fmt: skip


class BudgetTooSmall(InvalidInput):
    """`least` is in words, for the whole campaign of `n` ad sets or for one ad set."""

    def __init__(self, least: str, each: str, n: int) -> None:
        super().__init__("campaigns.budget_too_small", least=least, each=each, n=n)


class CopyBreaksRules(InvalidInput):
    """`reasons` are worded already."""

    def __init__(self, words: str, reasons: str) -> None:
        super().__init__("ad_copy.plan.refused", words=words, reasons=reasons)


class NoSuchCopy(NotFound):
    def __init__(self, which: str, n: int, creatives: Sequence[str]) -> None:
        super().__init__(
            "ad_copy.plan.no_such", which=which, n=n, creatives=", ".join(creatives[:_NAMED])
        )


class NothingElseToSay(InvalidInput):
    """The edit leaves every word as it is."""

    def __init__(self) -> None:
        super().__init__("ad_copy.plan.unchanged")


class RewritingNeedsModel(InvalidInput):
    """A template follows no wish."""

    def __init__(self, wish: str) -> None:
        super().__init__("ad_copy.plan.needs_model", wish=wish)


class CampaignDeleted(NotAllowed):
    def __init__(self, ref: str) -> None:
        super().__init__("campaigns.is_deleted", ref=ref)


class AlreadyRunning(InvalidInput):
    def __init__(self, ref: str) -> None:
        super().__init__("campaigns.already_active", ref=ref)


class NothingRuns(InvalidInput):
    """Every ad set of the campaign is stopped, so there is no budget to spread."""

    def __init__(self, ref: str) -> None:
        super().__init__("campaigns.all_stopped", ref=ref)


class BudgetUnchanged(InvalidInput):
    def __init__(self, ref: str, budget: str) -> None:
        super().__init__("campaigns.budget_unchanged", ref=ref, budget=budget)


class StepTooLarge(NotAllowed):
    """More than one step, or than a day, allows: `key` words which of them. `most` is the budget
    that is allowed, in words."""

    def __init__(self, ref: str, key: str, most: str) -> None:
        super().__init__(key, ref=ref, most=most)


class TooManyEdits(NotAllowed):
    def __init__(self, ref: str, again_at: str) -> None:
        super().__init__("campaigns.too_many_edits", ref=ref, at=again_at)


class LimitReached(NotAllowed):
    """A limit of spending: `name` is person, campaign, new_campaign, day or organisation; the
    amounts and the names of the admins, who alone may change it, are in words."""

    def __init__(
        self, name: str, *, limit: str, used: str, more: str, left: str, admins: str, ref: str
    ) -> None:
        super().__init__(
            f"spending.reached_{name}", limit=limit, used=used, more=more, left=left,
            admins=admins, ref=ref, name=name,
        )  # fmt: skip
        self.limit = name


class ChangedSinceProposal(NotAllowed):
    """What the approver saw is no longer so; nothing was changed."""

    def __init__(self, ref: str, seen: str, now: str) -> None:
        super().__init__("campaigns.changed_since", ref=ref, seen=seen, now=now)


class PartlyApplied(NotAllowed):
    """A later step was refused after earlier ones were done; `reason` is worded already."""

    def __init__(self, done: Sequence[str], left: Sequence[str], reason: str) -> None:
        super().__init__(
            "campaigns.partly_applied", done=", ".join(done), left=", ".join(left), reason=reason
        )


class NoFigures(NotAllowed):
    """The platform does not answer, and what we knew is too old to show."""

    def __init__(self, ref: str, platform: str) -> None:
        super().__init__("campaigns.no_figures", ref=ref, platform=platform)
