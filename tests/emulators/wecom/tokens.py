"""Access tokens: one per secret, for two hours, and gone earlier when a test says so."""

from dataclasses import dataclass
from uuid import uuid4

from tests.emulators.telegram.clock import Clock
from tests.emulators.wecom.errors import ApiError

LIFE = 7_200


@dataclass
class Token:
    secret: str
    until: float


class Tokens:
    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._known: dict[str, Token] = {}
        self.issued = 0
        self.asked = 0

    def give(self, secret: str) -> tuple[str, int]:
        """The token of this secret, and for how many seconds: the same while it lives."""
        self.asked += 1
        now = self._clock.ticks()
        for text, token in self._known.items():
            if token.secret == secret and token.until > now:
                return text, int(token.until - now)
        self.issued += 1
        text = f"tok-{uuid4().hex}{uuid4().hex}"
        self._known[text] = Token(secret, now + LIFE)
        return text, LIFE

    def secret_of(self, text: str) -> str:
        """Raises 41001, 40014, 42001."""
        if not text:
            raise ApiError(41001)
        token = self._known.get(text)
        if token is None:
            raise ApiError(40014)
        if token.until <= self._clock.ticks():
            raise ApiError(42001)
        return token.secret

    def expire(self) -> None:
        """All of them, now: calls are answered with 42001."""
        for token in self._known.values():
            token.until = self._clock.ticks()

    def forget(self) -> None:
        """All of them: calls are answered with 40014."""
        self._known.clear()
