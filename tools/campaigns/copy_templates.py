"""Ad texts without a model: put together by platform, objective, age group and language."""

from collections.abc import Iterator, Sequence

from config.i18n import Language, knows, say
from tools.arguments import Objective
from tools.campaigns.copy_rules import keeps

ANGLES = ("easy", "time", "clear")
_OLDEST = (35, 50)


def angle_for(age_min: int, age_max: int) -> int:
    """What a text for these ages speaks of first; it never speaks of the age."""
    middle = (age_min + age_max) / 2
    return sum(middle > oldest for oldest in _OLDEST)


def templates(
    platform: str, objective: Objective, language: Language, subjects: Sequence[str], angle: int
) -> list[str]:
    """One text per angle, from `angle` on; each of the first subject with which it keeps the rules
    of the platform, or of none."""
    turned = [*ANGLES[angle:], *ANGLES[:angle]]
    return [_template(platform, objective, language, subjects, name) for name in turned]


def _template(
    platform: str, objective: Objective, language: Language, subjects: Sequence[str], angle: str
) -> str:
    wordings = _wordings(platform, objective, language, subjects, angle)
    return next(text for text in wordings if keeps(platform, text))


def _wordings(
    platform: str, objective: Objective, language: Language, subjects: Sequence[str], angle: str
) -> Iterator[str]:
    """The fullest first; the last is short and the same for every product."""
    body, call = f"ad_copy.ads.body.{platform}", f"ad_copy.ads.call.{objective}"
    ends = ([body, call], [call]) if knows(body) else ([call],)
    gap = " " if language is Language.en else ""
    for subject in subjects:
        opening = say(language, f"ad_copy.ads.hook.{angle}", subject=subject)
        for end in ends:
            whole = gap.join([opening, *(say(language, key) for key in end)])
            yield whole[:1].upper() + whole[1:]
    yield gap.join([say(language, f"ad_copy.ads.bare.{angle}"), say(language, call)])
