"""Small stand-ins for what run_bot.py passes to the tools."""

from collections.abc import Sequence

from storage.database import Session
from tools.campaigns.platforms.base import AdPlatform
from tools.campaigns.platforms.errors import PlatformNotConfigured


class FakePlatforms:
    """The platforms that the test gives, none by default."""

    def __init__(self, *platforms: AdPlatform) -> None:
        self._platforms = {platform.name: platform for platform in platforms}

    @property
    def names(self) -> Sequence[str]:
        return tuple(self._platforms)

    def get(self, name: str) -> AdPlatform:
        if name not in self._platforms:
            raise PlatformNotConfigured(name, self.names)
        return self._platforms[name]


class FakeNotifier:
    """Keeps what was to be said, once per key."""

    def __init__(self) -> None:
        self.notices: dict[str, tuple[str, dict[str, object]]] = {}

    async def to_staff(self, session: Session, key: str, text: str, **values: object) -> int:
        self.notices[key] = (text, values)
        return 1

    async def to_people(
        self, session: Session, key: str, people: Sequence[int], text: str, **values: object
    ) -> int:
        for person in people:
            self.notices[f"{key}:{person}"] = (text, values)
        return len(people)


class OpenFence:
    async def check(self) -> None:
        return None
