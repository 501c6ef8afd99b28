"""Reads the parameters of a call, in whichever of the four forms they come."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any
from urllib.parse import parse_qsl

from tests.emulators.telegram.errors import bad_request

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that came with a call."""

    name: str
    content: bytes
    mime: str

    def summary(self) -> Json:
        digest = sha256(self.content).hexdigest()
        return {"file_name": self.name, "size": len(self.content), "sha256": digest}


@dataclass(frozen=True, slots=True)
class Parameters:
    """Everything is text, as in a form; nested values are JSON text."""

    values: Mapping[str, str]
    files: Mapping[str, Upload]

    def text(self, name: str) -> str:
        return self.values.get(name, "")

    def integer(self, name: str, default: int = 0) -> int:
        try:
            return int(self.values.get(name, "") or default)
        except ValueError:
            return default

    def boolean(self, name: str) -> bool:
        return self.values.get(name, "").strip().lower() in ("true", "yes", "1")

    def nested(self, name: str, what: str = "object") -> Any:
        """None when absent; raises 400 when it is no JSON."""
        text = self.values.get(name, "")
        if not text:
            return None
        try:
            return json.loads(text)
        except ValueError:
            raise bad_request(f"can't parse {what} JSON object") from None

    def summary(self) -> Json:
        """For the ledger: files by name, size and digest."""
        return {**self.values, **{name: file.summary() for name, file in self.files.items()}}


def read_parameters(query: bytes, content_type: str, body: bytes) -> Parameters:
    """Raises ApiError 400 for a body that is not what its type says."""
    values = dict(parse_qsl(query.decode(), keep_blank_values=True)) if query else {}
    files: dict[str, Upload] = {}
    kind = content_type.partition(";")[0].strip().lower()
    if not body:
        return Parameters(values, files)
    if kind == "application/json":
        values |= _from_json(body)
    elif kind == "application/x-www-form-urlencoded":
        values |= parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True)
    elif kind == "multipart/form-data":
        _read_multipart(content_type, body, values, files)
    return Parameters(values, files)


def _from_json(body: bytes) -> dict[str, str]:
    try:
        parsed = json.loads(body)
    except ValueError:
        parsed = None
    if not isinstance(parsed, dict):
        raise bad_request("can't parse JSON object")
    return {
        name: value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
        for name, value in parsed.items()
        if value is not None
    }


def _read_multipart(
    content_type: str, body: bytes, values: dict[str, str], files: dict[str, Upload]
) -> None:
    boundary = _option(content_type, "boundary")
    if not boundary:
        raise bad_request("boundary in multipart/form-data not found")
    for part in body.split(b"--" + boundary.encode())[1:-1]:
        head, _, content = part.removeprefix(b"\r\n").partition(b"\r\n\r\n")
        headers = {
            name.strip().lower(): value.strip()
            for name, _, value in (
                line.partition(":") for line in head.decode("utf-8", "replace").split("\r\n")
            )
        }
        disposition = headers.get("content-disposition", "")
        name, content = _option(disposition, "name"), content.removesuffix(b"\r\n")
        if "filename" in disposition:
            mime = headers.get("content-type", "application/octet-stream")
            files[name] = Upload(_option(disposition, "filename"), content, mime)
        else:
            values[name] = content.decode("utf-8", "replace")


def _option(header: str, name: str) -> str:
    found = re.search(rf';\s*{re.escape(name)}=(?:"([^"]*)"|([^;]*))', header, re.IGNORECASE)
    return (found[1] or found[2] or "").strip() if found else ""
