"""Ages become Google's ranges without two groups ever sharing one."""

import pytest

from tools.campaigns.platforms.google.targeting import excluded_ages

EVERY = {"18_24", "25_34", "35_44", "45_54", "55_64", "65_UP", "UNDETERMINED"}


def shown(low: int, high: int) -> set[str]:
    return EVERY - {name.removeprefix("AGE_RANGE_") for name in excluded_ages(low, high)}


@pytest.mark.parametrize(
    ("ages", "expected"),
    [
        ((18, 35), {"18_24", "25_34"}),
        ((36, 50), {"35_44", "45_54"}),
        ((51, 65), {"55_64", "65_UP"}),
        ((18, 65), EVERY - {"UNDETERMINED"}),
        ((30, 31), {"25_34"}),
        ((65, 65), {"65_UP"}),
    ],
)
def test_a_range_is_shown_to_the_group_that_holds_its_middle(
    ages: tuple[int, int], expected: set[str]
) -> None:
    assert shown(*ages) == expected


def test_the_usual_groups_share_nobody_and_leave_nobody_out() -> None:
    groups = [shown(18, 35), shown(36, 50), shown(51, 65)]
    assert sum(map(len, groups)) == len(set().union(*groups)) == 6
