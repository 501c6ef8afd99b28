"""What is kept with a message until it is answered."""

import json
import time
from dataclasses import asdict, dataclass

NAME = "wecom"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplyToken:
    """`at`: when the message came, in seconds since 1970. By long connection `request` names it;
    by callback `stream` is the stream that answers it, and one more message may be posted to
    `url`."""

    at: float
    request: str = ""
    stream: str = ""
    url: str = ""

    def written(self) -> str:
        return json.dumps({name: value for name, value in asdict(self).items() if value})

    def age(self) -> float:
        """Seconds."""
        return time.time() - self.at


def read_token(text: str) -> ReplyToken | None:
    """None when there is none that this channel wrote."""
    try:
        found = json.loads(text)
        return ReplyToken(
            at=float(found["at"]), request=str(found.get("request", "")),
            stream=str(found.get("stream", "")), url=str(found.get("url", "")),
        )  # fmt: skip
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return None
