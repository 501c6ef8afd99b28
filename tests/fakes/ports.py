"""Small stand-ins for what run_bot.py passes to the tools."""

from collections.abc import Sequence

from config.notices import NoticeKind
from storage.database import Session
from tools.campaigns.platforms.accounts import AccountFacts, AdAccount
from tools.campaigns.platforms.base import AdPlatform
from tools.campaigns.platforms.errors import AccountRemoved, PlatformNotConfigured
from tools.result import Attachment


class FakePlatforms:
    """The platforms that the test gives, none by default."""

    def __init__(self, *platforms: AdPlatform) -> None:
        self._platforms = {platform.name: platform for platform in platforms}

    @property
    def names(self) -> Sequence[str]:
        return tuple(self._platforms)

    @property
    def accounts(self) -> Sequence[AdAccount]:
        return ()

    def get(self, name: str, account: str | None = None) -> AdPlatform:
        if name not in self._platforms:
            raise PlatformNotConfigured(name, self.names)
        return self._platforms[name]

    async def facts(self, account: AdAccount) -> AccountFacts:
        raise AccountRemoved(account.platform, account.id)


class FakeNotifier:
    """Keeps what was to be said, and as what kind, once per key."""

    def __init__(self) -> None:
        self.notices: dict[str, tuple[str, dict[str, object]]] = {}
        self.sent: dict[str, tuple[str, tuple[Attachment, ...]]] = {}
        self.kinds: dict[str, NoticeKind] = {}
        self.topics: dict[str, str] = {}

    async def to_staff(
        self, session: Session, kind: NoticeKind, key: str, text: str, **values: object
    ) -> int:
        self.notices[key] = (text, values)
        self.kinds[key] = kind
        return 1

    async def to_people(
        self,
        session: Session,
        kind: NoticeKind,
        key: str,
        people: Sequence[int],
        text: str,
        *,
        topic: str = "",
        urgent: bool = False,
        **values: object,
    ) -> int:
        for person in people:
            self.notices[f"{key}:{person}"] = (text, values)
            self.kinds[f"{key}:{person}"] = kind
            self.topics[f"{key}:{person}"] = topic
        return len(people)

    async def to_person(
        self,
        session: Session,
        kind: NoticeKind,
        key: str,
        person_id: int,
        text: str,
        *,
        topic: str = "",
        attachments: Sequence[Attachment] = (),
        shown: Sequence[str] = (),
        buttons: Sequence[dict[str, str]] = (),
        urgent: bool = False,
    ) -> bool:
        self.sent.setdefault(f"{key}:{person_id}", (text, tuple(attachments)))
        self.kinds[f"{key}:{person_id}"] = kind
        self.topics[f"{key}:{person_id}"] = topic
        return True


class FakeWriter:
    """Says what the test gives it, one text a call, then nothing."""

    def __init__(self, *texts: str) -> None:
        self.texts = [*texts]
        self.asked: list[tuple[str, str]] = []
        self.by: list[str | None] = []
        self.models: Sequence[str] = ("first", "second") if texts else ()

    async def write(
        self, instructions: str, material: str, *, model: str | None = None,
        within: float | None = None,
    ) -> str | None:  # fmt: skip
        self.asked.append((instructions, material))
        self.by.append(model)
        return self.texts.pop(0) if self.texts else None


class OpenFence:
    async def check(self) -> None:
        return None
