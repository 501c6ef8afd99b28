"""The page itself and what it is made of; all of it comes from this folder and is kept in memory."""

import json
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from html import escape
from pathlib import Path
from string import Template
from typing import Any
from urllib.parse import urlsplit

from bot.channels.base import PageAnswer, PageCall
from bot.channels.web.files import largest
from config.channels import WebSettings
from config.i18n import Language, catalogue, say
from config.media import MediaSettings

_FOLDER = Path(__file__).parent / "static"
_TYPES = {
    ".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}  # fmt: skip
_KEPT_SECONDS = 86_400
# Shops' pages name it without one.
_EMBED, _EMBED_SECONDS = "embed.js", 600
_IN_PAGE = (
    "web.ai", "web.attach", "web.close", "web.log", "web.message", "web.no_script", "web.send",
    "web.write",
)  # fmt: skip
_FOR_SCRIPT = (
    "assistant", "connecting", "download", "elsewhere", "failed", "new_messages", "offline",
    "online", "reconnecting", "refused", "remove", "sending", "sent", "today", "too_fast",
    "too_large", "too_long", "too_many", "typing", "upload_failed", "uploading", "waiting",
    "yesterday", "you",
)  # fmt: skip
_TRADITIONAL = ("zh-tw", "zh-hk", "zh-mo", "zh-hant")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Part:
    body: bytes
    media_type: str


class Page:
    def __init__(self, settings: WebSettings, media: MediaSettings, language: Language) -> None:
        self._settings = settings
        self._media = media
        self._language = language

    def part(self, call: PageCall) -> PageAnswer | None:
        """None when no such thing is part of the page."""
        if call.path == "":
            return self._whole(call) if call.method in ("GET", "HEAD") else PageAnswer(status=405)
        found = self._parts.get(call.path)
        if found is None:
            return None
        shared = call.path == _EMBED
        # Under the digest of its content a part never changes; scripts name each other without.
        named = _digest(found) in call.query
        kept = f"public, max-age={_KEPT_SECONDS if named else _EMBED_SECONDS if shared else 0}"
        return PageAnswer(
            body=found.body, media_type=found.media_type,
            headers={
                "cache-control": kept, "x-content-type-options": "nosniff",
                "cross-origin-resource-policy": "cross-origin" if shared else "same-origin",
            },
        )  # fmt: skip

    def _whole(self, call: PageCall) -> PageAnswer:
        frame = call.query.get("frame", "")
        if frame and frame.lower() not in self._settings.allowed_origins:
            return PageAnswer(
                status=403, body=b"This site may not show the chat.\n", headers=self._guard
            )
        language = preferred(call.headers.get("accept-language", ""), self._language)
        body = self._template.substitute(
            self._words(language),
            framed="framed" if frame else "",
            # It stands in the page as data, which a closing tag would end.
            config=json.dumps(self._for_script(language, frame), ensure_ascii=False).replace(
                "<", "\\u003c"
            ),
        )
        headers = {"cache-control": "no-store", "vary": "accept-language", **self._guard}
        return PageAnswer(
            body=body.encode(), media_type="text/html; charset=utf-8", headers=headers
        )

    def _words(self, language: Language) -> dict[str, str]:
        """What stands in the page, by its names there."""
        words = {key.removeprefix("web."): escape(say(language, key)) for key in _IN_PAGE}
        parts = {
            name.replace(".", "_"): f"{name}?{_digest(part)}" for name, part in self._parts.items()
        }
        texts = {f"page_{name}": escape(text) for name, text in _texts(language).items()}
        title = self._settings.title or say(language, "web.title")
        return {**words, **parts, **texts, "title": escape(title), "language": language.value}

    def _for_script(self, language: Language, frame: str) -> dict[str, Any]:
        return {
            "texts": _texts(language), "language": language.value, "frame": frame,
            "greeting": self._settings.greeting or say(language, "web.greeting"),
            "letters": self._settings.limits.letters, "bytes": largest(self._media),
        }  # fmt: skip

    @cached_property
    def _template(self) -> Template:
        return Template((_FOLDER / "index.html").read_text(encoding="utf-8"))

    @cached_property
    def _parts(self) -> dict[str, _Part]:
        parts = {
            path.name: _Part(body=path.read_bytes(), media_type=_TYPES[path.suffix])
            for path in _FOLDER.iterdir()
            if path.suffix in _TYPES
        }
        theme = f":root {{ --brand: {self._settings.colour}; --on-brand: {on(self._settings.colour)}; }}\n"
        parts["theme.css"] = _Part(body=theme.encode(), media_type=_TYPES[".css"])
        return parts

    @cached_property
    def _guard(self) -> dict[str, str]:
        """Nothing but our own parts runs in the page, and only sites that may can show it."""
        inside = " ".join(self._settings.allowed_origins) or "'none'"
        policy = (
            "default-src 'self'", "img-src 'self' blob:", "object-src 'none'", "base-uri 'none'",
            "form-action 'none'", f"frame-ancestors {inside}",
        )  # fmt: skip
        public = self._settings.public_url or ""
        secure = {"strict-transport-security": "max-age=31536000"} if _is_secure(public) else {}
        return {
            "content-security-policy": "; ".join(policy), "x-content-type-options": "nosniff",
            "referrer-policy": "no-referrer",
            "permissions-policy": "camera=(), microphone=(), geolocation=()", **secure,
        }  # fmt: skip


def _texts(language: Language) -> dict[str, str]:
    """Some of them have places that the script fills."""
    texts = catalogue(language)
    return {name: texts[f"web.page.{name}"] for name in _FOR_SCRIPT}


def preferred(accepted: str, default: Language) -> Language:
    """The first of the browser's languages that we have."""
    weighed = []
    for position, each in enumerate(accepted.split(",")[:20]):
        tag, _, weight = each.partition(";")
        weighed.append((-_weight(weight), position, tag.strip().lower()))
    for _, _, tag in sorted(weighed):
        if tag.startswith(_TRADITIONAL):
            return Language.zh_tw
        if tag.startswith("zh"):
            return Language.zh_cn
        if tag.startswith("en"):
            return Language.en
    # Whoever reads another language more likely reads English than Chinese.
    return Language.en if weighed[0][2] not in ("", "*") else default


def on(colour: str) -> str:
    """Black or white, whichever can be read better on it (WCAG 2.2, contrast ratio)."""
    red, green, blue = (_linear(int(colour[at : at + 2], 16) / 255) for at in (1, 3, 5))
    luminance = 0.2126 * red + 0.7152 * green + 0.0722 * blue
    on_white, on_black = 1.05 / (luminance + 0.05), (luminance + 0.05) / 0.05
    return "#ffffff" if on_white >= on_black else "#000000"


def _linear(part: float) -> float:
    return part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4


def _weight(said: str) -> float:
    name, _, value = said.strip().partition("=")
    try:
        return float(value) if name == "q" else 1.0
    except ValueError:
        return 0.0


def _digest(part: _Part) -> str:
    return sha256(part.body).hexdigest()[:12]


def _is_secure(url: str) -> bool:
    return urlsplit(url).scheme == "https"
