"""Webhook calls as an attacker, a broken proxy or a new version of the platform would make them."""

import copy
import gzip
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from random import Random
from typing import Any

SECRET_HEADER = "x-telegram-bot-api-secret-token"

Json = dict[str, Any]
Headers = list[tuple[bytes, bytes]]

_DEEP = 3_000
# What no field of an update expects.
_STRANGE: tuple[Any, ...] = (
    None, True, False, -1, 0, 1e308, 2**31, 2**63, -(2**63) - 1, 2**200, "", "x" * 5_000, "\x00",
    "a\x00b", "\ud800", "\udfff\ud800", "🏴‍☠️" * 50, "123", "-1", "' OR 1=1 --", "../../etc/passwd",
    "{{7*7}}", [], {}, [[]], {"": ""}, [None], {"id": {}}, ["x"] * 300, "\u202e\u0000\uffff",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Forged:
    """A call; `authentic` when it carries the right secret in the right place."""

    kind: str
    headers: Headers
    body: bytes
    query: bytes = b""
    authentic: bool


class Forger:
    """Everything comes from the seed."""

    def __init__(self, seed: int, secret: str) -> None:
        self._random = Random(seed)
        self._secret = secret
        self._next_id = self._random.randrange(10**6, 10**8)

    def updates(self, count: int) -> Iterator[Forged]:
        """What Telegram itself would send."""
        for _ in range(count):
            yield self._authentic("update", _encoded(self._update()))

    def without_the_secret(self, count: int) -> Iterator[Forged]:
        """Faultless updates from somebody who does not know it."""
        for _ in range(count):
            name, headers, query = self._wrong_secret()
            body = _encoded(self._update())
            yield Forged(
                kind=name, headers=[*_usual(body), *headers], body=body, query=query,
                authentic=False,
            )  # fmt: skip

    def mutated(self, count: int) -> Iterator[Forged]:
        """With the secret, and with bodies that nobody should send."""
        kinds: tuple[Callable[[], Forged], ...] = (
            self._flipped, self._truncated, self._retyped, self._retyped, self._deep, self._doubled,
            self._packed, self._mistyped, self._not_an_object, self._huge_number,
        )  # fmt: skip
        for _ in range(count):
            yield self._random.choice(kinds)()

    def _wrong_secret(self) -> tuple[str, Headers, bytes]:
        secret, draw = self._secret, self._random
        said = draw.choice([
            "", secret[:-1], secret[1:], secret + draw.choice("aZ0_-"), secret * 2,
            secret.swapcase(), secret.upper(), secret.title(), f"Bearer {secret}", f'"{secret}"',
            secret[: draw.randrange(len(secret))], secret.replace(secret[3], "~"), "\x00" + secret,
            secret[::-1], "".join(draw.choices("abcdefghijklmnop", k=len(secret))), secret + ",x",
        ])  # fmt: skip
        if said == secret:
            said = "wrong"
        name = SECRET_HEADER.encode()
        return draw.choice([
            ("no secret", [], b""),
            ("wrong secret", [(name, said.encode())], b""),
            ("no text", [(name, bytes(draw.randrange(128, 256) for _ in range(20)))], b""),
            ("in the query", [], b"secret_token=" + secret.encode()),
            ("elsewhere", [(b"authorization", secret.encode())], b""),
            ("almost there", [(name.replace(b"-", b"_"), secret.encode())], b""),
            ("behind a wrong one", [(name, b"wrong"), (name, secret.encode())], b""),
        ])  # fmt: skip

    def _flipped(self) -> Forged:
        body = bytearray(_encoded(self._update()))
        for _ in range(self._random.choice((1, 1, 2, 8, 64))):
            body[self._random.randrange(len(body))] ^= 1 << self._random.randrange(8)
        return self._authentic("flipped bits", bytes(body))

    def _truncated(self) -> Forged:
        body = _encoded(self._update())
        return self._authentic("truncated", body[: self._random.randrange(len(body))])

    def _retyped(self) -> Forged:
        update = self._update()
        for _ in range(self._random.choice((1, 1, 1, 3, 10))):
            holder, key = self._random.choice([*_places(update)] or [(update, "update_id")])
            holder[key] = copy.deepcopy(self._random.choice(_STRANGE))
        return self._authentic("wrong types", _encoded(update))

    def _deep(self) -> Forged:
        update = self._update()
        hole = self._random.choice(("text", "from", "chat", "reply_to_message", "entities", "new"))
        opening, closing = self._random.choice((("[", "]"), ('{"a":', "}")))
        depth = self._random.choice((50, 900, 1_100, _DEEP))
        nested = opening * depth + "1" + closing * depth
        holder = update.get("message", update)
        holder[hole] = "HOLE"
        body = _encoded(update).replace(b'"HOLE"', nested.encode())
        return self._authentic("deep nesting", body)

    def _doubled(self) -> Forged:
        first, second = _encoded(self._update()), _encoded(self._update())
        return self._authentic("doubled keys", first[:-1] + b"," + second[1:])

    def _packed(self) -> Forged:
        body = gzip.compress(_encoded(self._update()), mtime=0)
        encoding = self._random.choice((b"gzip", b"identity", b"br"))
        return self._authentic("gzip", body, (b"content-encoding", encoding))

    def _mistyped(self) -> Forged:
        body = _encoded(self._update())
        kind = self._random.choice((
            b"", b"text/html", b"application/xml", b"multipart/form-data; boundary=x", b"\xff\xfe",
            b"application/json; charset=utf-16", b"application/x-www-form-urlencoded",
        ))  # fmt: skip
        if self._random.random() < 0.3:
            body = body.decode().encode("utf-16")
        return self._authentic("content type", body, (b"content-type", kind))

    def _not_an_object(self) -> Forged:
        return self._authentic("no object", self._random.choice((
            b"", b"null", b"true", b"42", b'"x"', b"[]", b"[{}]", b"{}", b"NaN", b"\x00", b"\xef\xbb\xbf{}",
            b"<xml/>", b"{" * 100, b'{"update_id":}', b'{"update_id":1e400}', b'{"update_id":"7"}',
            b'{"update_id":true}', b'{"update_id":-1}', b'{"update_id":1.5}', b'{"update_id":[]}',
        )))  # fmt: skip

    def _huge_number(self) -> Forged:
        update = self._update()
        holder, key = self._random.choice([
            place for place in _places(update) if isinstance(place[0][place[1]], int)
        ])  # fmt: skip
        holder[key] = "HOLE"
        number = self._random.choice(
            (
                b"9" * 30,
                b"-" + b"9" * 30,
                b"9" * 4_000,
                b"9" * 5_000,
                b"1e999",
                b"-0",
                b"0.1",
                b"Infinity",
            )
        )
        return self._authentic("huge number", _encoded(update).replace(b'"HOLE"', number))

    def _authentic(self, kind: str, body: bytes, *headers: tuple[bytes, bytes]) -> Forged:
        secret = (SECRET_HEADER.encode(), self._secret.encode())
        return Forged(
            kind=kind, headers=[*_usual(body), *headers, secret], body=body, authentic=True
        )

    def _update(self) -> Json:
        self._next_id += 1
        person = self._random.randrange(5_001, 5_031)
        user = {"id": person, "is_bot": False, "first_name": f"李 {person}", "language_code": "zh"}
        message = {
            "message_id": self._next_id, "date": 1_763_700_000, "from": user,
            "chat": {"id": person, "type": "private", "first_name": "李"},
        }  # fmt: skip
        return {"update_id": self._next_id, **self._random.choice(_UPDATES)(message)}


def _encoded(update: Json) -> bytes:
    return json.dumps(update, separators=(",", ":")).encode()


def _usual(body: bytes) -> Headers:
    return [
        (b"host", b"bot.example"), (b"content-type", b"application/json"),
        (b"content-length", str(len(body)).encode()),
    ]  # fmt: skip


def _places(value: Any) -> Iterator[tuple[Any, Any]]:
    """Every field and element, as what holds it and its key."""
    pairs = value.items() if isinstance(value, dict) else enumerate(value)
    for key, each in list(pairs):
        yield value, key
        if isinstance(each, dict | list):
            yield from _places(each)


def _text(message: Json) -> Json:
    command = {"type": "bot_command", "offset": 0, "length": 5}
    return {"message": {**message, "text": "/help 张伟 13800000000", "entities": [command]}}


def _reply(message: Json) -> Json:
    return {"message": {**message, "text": "好的", "reply_to_message": {**message, "text": "?"}}}


def _document(message: Json) -> Json:
    file = {"file_id": "F1", "file_unique_id": "U1", "file_name": "leads.csv", "file_size": 120}
    return {"message": {**message, "document": file, "caption": "导入"}}


def _photo(message: Json) -> Json:
    size = {"file_id": "P1", "file_unique_id": "P", "width": 90, "height": 90, "file_size": 900}
    return {"message": {**message, "photo": [size, size]}}


def _press(message: Json) -> Json:
    button = {"text": "批准", "callback_data": "7.0"}
    shown = {**message, "text": "?", "reply_markup": {"inline_keyboard": [[button]]}}
    query = {"id": "44", "from": message["from"], "chat_instance": "-3", "data": "7.0"}
    return {"callback_query": {**query, "message": shown}}


def _group(message: Json) -> Json:
    chat = {"id": -1_001_234_567_890, "type": "supergroup", "title": "销售群", "is_forum": True}
    mention = {"type": "mention", "offset": 0, "length": 12}
    return {
        "message": {
            **message, "chat": chat, "text": "@huoke_1_bot 今天怎么样", "entities": [mention],
            "message_thread_id": 4, "is_topic_message": True,
        }
    }  # fmt: skip


def _left(message: Json) -> Json:
    bot = {"id": 7_000_000_001, "is_bot": True, "first_name": "火客"}
    change = {"chat": message["chat"], "from": message["from"], "date": message["date"]}
    return {
        "my_chat_member": {
            **change, "old_chat_member": {"status": "member", "user": bot},
            "new_chat_member": {"status": "kicked", "user": bot, "until_date": 0},
        }
    }  # fmt: skip


def _moved(message: Json) -> Json:
    return {"message": {**message, "migrate_to_chat_id": -1_009_999_999_999}}


_UPDATES = (_text, _text, _text, _reply, _document, _photo, _press, _group, _left, _moved)
