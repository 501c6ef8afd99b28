"""Settings of the files that people send."""

from datetime import timedelta
from typing import Literal

from pydantic import Field

from config.section import Section

MediaKind = Literal["document", "picture", "voice", "video"]


class MediaSettings(Section):
    """Sizes are of one received file, in bytes; other kinds than `kinds` are refused."""

    kinds: frozenset[MediaKind] = frozenset(("document", "picture", "voice", "video"))
    document_bytes: int = Field(default=10_000_000, ge=0)
    picture_bytes: int = Field(default=10_000_000, ge=0)
    voice_bytes: int = Field(default=10_000_000, ge=0)
    video_bytes: int = Field(default=20_000_000, ge=0)
    keep_for: timedelta = Field(
        default=timedelta(days=180), description="after a content came last it is forgotten"
    )

    def most_bytes(self, kind: MediaKind) -> int:
        """The limit of a kind; 0 for one that is not taken."""
        sizes = {
            "document": self.document_bytes, "picture": self.picture_bytes,
            "voice": self.voice_bytes, "video": self.video_bytes,
        }  # fmt: skip
        return sizes[kind] if kind in self.kinds else 0
