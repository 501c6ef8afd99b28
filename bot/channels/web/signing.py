"""What proves who a visitor is, and that somebody may have a file: signed by us, kept by them."""

import hmac
import os
import secrets
import time
from base64 import urlsafe_b64encode
from collections.abc import Callable
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from urllib.parse import urlencode

from config.errors import ConfigurationError

_FILE = "web-secret"
_GOOD_FOR = timedelta(days=365)


class Signer:
    """`now` gives seconds since 1970."""

    def __init__(self, secret: str, now: Callable[[], float] = time.time) -> None:
        self._secret = secret.encode()
        self._now = now

    def new_visitor(self) -> str:
        """A name that nobody can guess, and that says nothing."""
        return secrets.token_hex(16)

    def pass_of(self, visitor: str) -> str:
        """What the visitor shows from now on."""
        until = int(self._now() + _GOOD_FOR.total_seconds())
        return f"{visitor}.{until}.{self._mac('visitor', visitor, str(until))}"

    def visitor_of(self, shown: str) -> str | None:
        """Whose pass it is; None when we did not make it, or too long ago."""
        visitor, _, rest = shown.partition(".")
        until, _, mac = rest.partition(".")
        return visitor if self._holds(mac, until, "visitor", visitor, until) else None

    def ticket(self, token: str, good_for: timedelta) -> str:
        """The query that opens a file."""
        until = str(int(self._now() + good_for.total_seconds()))
        return urlencode({"until": until, "sign": self._mac("file", token, until)})

    def admits(self, token: str, until: str, sign: str) -> bool:
        return self._holds(sign, until, "file", token, until)

    def _holds(self, mac: str, until: str, *said: str) -> bool:
        fine = hmac.compare_digest(mac.encode("utf-8", "replace"), self._mac(*said).encode())
        return fine and int(until) > self._now()

    def _mac(self, *said: str) -> str:
        told = "\n".join(said).encode("utf-8", "replace")
        digest = hmac.new(self._secret, told, sha256).digest()
        return urlsafe_b64encode(digest).decode().rstrip("=")


def kept_secret(folder: Path) -> str:
    """Of the data folder, made when it is not there. Raises ConfigurationError."""
    path = folder / _FILE
    try:
        folder.mkdir(parents=True, exist_ok=True)
        try:
            file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            found = path.read_text(encoding="ascii").strip()
        else:
            found = secrets.token_urlsafe(48)
            with os.fdopen(file, "w") as stream:
                stream.write(found)
    except (OSError, UnicodeError) as error:
        raise ConfigurationError(
            f"{path} cannot be used ({type(error).__name__}); set WEB__SECRET instead"
        ) from None
    if len(found) < 32:
        raise ConfigurationError(f"{path} is damaged: remove it, or set WEB__SECRET")
    return found
