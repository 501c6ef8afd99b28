"""Ages as Google knows them: six ranges and "undetermined", of which we exclude what is not meant.

Our groups do not end where Google's ranges do, so a range belongs to the group that holds its
middle: 18-35, 36-50 and 51-65 become 18-34, 35-54 and 55 and over, and nobody is counted twice.
"""

_RANGES = (
    ("AGE_RANGE_18_24", 18, 24),
    ("AGE_RANGE_25_34", 25, 34),
    ("AGE_RANGE_35_44", 35, 44),
    ("AGE_RANGE_45_54", 45, 54),
    ("AGE_RANGE_55_64", 55, 64),
    ("AGE_RANGE_65_UP", 65, 65),
)
_UNDETERMINED = "AGE_RANGE_UNDETERMINED"


def excluded_ages(age_min: int, age_max: int) -> list[str]:
    """The ranges to be excluded; 65 as the upper end means everybody older, too."""
    middle = (age_min + age_max) / 2
    kept = {name for name, low, high in _RANGES if age_min <= (low + high) / 2 <= age_max}
    if not kept:
        # A group narrower than any range: the range it lies in.
        kept = {min(_RANGES, key=lambda row: abs((row[1] + row[2]) / 2 - middle))[0]}
    return [name for name, _, _ in _RANGES if name not in kept] + [_UNDETERMINED]
