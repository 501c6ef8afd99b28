"""Names on the platform: ours, with a marker of the key at the end.

Meta keeps no idempotency key, so the name is where a campaign is recognised after a lost answer.
`Autumn #hk-0123456789ab` is a campaign, `.2` behind it its third ad set, `.2.0.CR-7` the first ad
there with our creative. A campaign is a draft until everything below it exists.
"""

import hashlib
import re
from dataclasses import dataclass
from urllib.parse import quote, unquote

_FORM = re.compile(
    r"(?P<name>.*) #hk-(?P<digest>[0-9a-f]{12})"
    r"(?:\.(?P<ad_set>\d+)(?:\.(?P<ad>\d+)\.(?P<creative>\S+))?)?(?P<draft>-draft)?",
    re.DOTALL,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Marked:
    """A name taken apart; without a marker it was given by somebody else."""

    name: str
    digest: str | None = None
    ad_set: int | None = None
    ad: int | None = None
    creative: str | None = None
    draft: bool = False

    @property
    def place(self) -> tuple[int, int]:
        """Where it stands among its siblings; what others made comes last."""
        last = 1_000_000
        return (
            last if self.ad_set is None else self.ad_set,
            last if self.ad is None else self.ad,
        )


def digest_of(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()[:12]


def campaign_name(name: str, digest: str, *, draft: bool) -> str:
    return f"{name} #hk-{digest}{'-draft' if draft else ''}"


def ad_set_name(name: str, digest: str, ad_set: int) -> str:
    return f"{name} #hk-{digest}.{ad_set}"


def ad_name(name: str, digest: str, ad_set: int, ad: int, creative: str) -> str:
    # A trailing "-draft" of an id must not be taken for the marker's own.
    return f"{name} #hk-{digest}.{ad_set}.{ad}.{quote(creative, safe='')}."


def parsed(name: str) -> Marked:
    found = _FORM.fullmatch(name)
    if found is None:
        return Marked(name=name)
    creative = found["creative"]
    return Marked(
        name=found["name"],
        digest=found["digest"],
        ad_set=None if found["ad_set"] is None else int(found["ad_set"]),
        ad=None if found["ad"] is None else int(found["ad"]),
        creative=None if creative is None else unquote(creative.removesuffix(".")),
        draft=found["draft"] is not None,
    )
