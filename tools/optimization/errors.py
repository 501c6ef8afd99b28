"""Why something cannot be optimised, tested or ruled."""

from collections.abc import Sequence

from config.errors import InvalidInput, NotAllowed, NotFound

_NAMED = 5


class NotRunning(InvalidInput):
    def __init__(self, ref: str, status: str) -> None:
        super().__init__("optimization.not_running", ref=ref, status=status)


class NothingToChange(InvalidInput):
    """`notes` say what was looked at and why nothing follows, one line each."""

    def __init__(self, ref: str, notes: str) -> None:
        super().__init__("optimization.nothing_to_change", ref=ref, notes=notes)


class TestNotFound(NotFound):
    """Names the tests that exist, the newest first."""

    def __init__(self, ref: str, known: Sequence[str]) -> None:
        key = "optimization.test.not_found" if known else "optimization.test.none_yet"
        super().__init__(key, ref=ref, known=", ".join(known[:_NAMED]))


class TooFewVariants(InvalidInput):
    def __init__(self) -> None:
        super().__init__("optimization.test.too_few")


class RuleNotFound(NotFound):
    def __init__(self, ref: str, known: Sequence[str]) -> None:
        key = "optimization.rule.not_found" if known else "optimization.rule.none_yet"
        super().__init__(key, ref=ref, known=", ".join(known[:_NAMED]))


class TooManyRules(NotAllowed):
    def __init__(self, most: int) -> None:
        super().__init__("optimization.rule.too_many", most=most)


class RuleIsOff(NotAllowed):
    def __init__(self, ref: str) -> None:
        super().__init__("optimization.rule.is_off", ref=ref)


class RuleStepTooLarge(InvalidInput):
    def __init__(self, most: int) -> None:
        super().__init__("optimization.rule.step_too_large", most=most)


class RuleVersionNotFound(NotFound):
    def __init__(self, ref: str, version: int, newest: int) -> None:
        super().__init__("optimization.rule.no_version", ref=ref, version=version, newest=newest)


class ConditionDisagrees(InvalidInput):
    """The condition does not hold the comparison that stands beside it."""

    def __init__(self, condition: str) -> None:
        super().__init__("optimization.condition.disagrees", condition=condition)


class ComparedWithItself(InvalidInput):
    def __init__(self, condition: str) -> None:
        super().__init__("optimization.condition.with_itself", condition=condition)


class NothingSaid(InvalidInput):
    """A rule needs what these words do not say."""

    def __init__(self, key: str) -> None:
        super().__init__(f"optimization.rule.{key}")


class GuardUnclear(InvalidInput):
    def __init__(self, name: str, value: str) -> None:
        super().__init__("optimization.guard.unclear", name=name, value=value)


class TemplateNotFound(NotFound):
    def __init__(self, name: str, known: Sequence[str]) -> None:
        super().__init__("optimization.template.not_found", name=name, known=", ".join(known))


class NoTarget(InvalidInput):
    """The campaign has no target that the rule is held against."""

    def __init__(self, key: str, ref: str) -> None:
        super().__init__(key, ref=ref)


class NegativeThreshold(InvalidInput):
    def __init__(self) -> None:
        super().__init__("optimization.rule.negative")


class RuleChangedAgain(NotAllowed):
    """Somebody switched it since, so that going back would undo their work too."""

    def __init__(self, ref: str) -> None:
        super().__init__("optimization.rule.changed_again", ref=ref)
