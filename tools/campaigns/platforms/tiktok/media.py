"""Pictures and videos of creatives, brought into the account's library."""

from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlsplit

from tools.campaigns.platforms.base import AdSpec, CampaignSpec
from tools.campaigns.platforms.errors import ErrorCode, PlatformRefused
from tools.campaigns.platforms.tiktok.api import TikTokApi
from tools.campaigns.platforms.tiktok.errors import NAME

Json = dict[str, Any]

_VIDEOS: Final = (".mp4", ".mov", ".mpeg", ".3gp", ".avi")


@dataclass(frozen=True, slots=True)
class Media:
    """What an ad shows; a video comes with a picture as its cover."""

    image_id: str
    video_id: str | None = None

    def fields(self) -> Json:
        picture: Json = {"image_ids": [self.image_id]}
        if self.video_id is None:
            return {**picture, "ad_format": "SINGLE_IMAGE"}
        return {**picture, "ad_format": "SINGLE_VIDEO", "video_id": self.video_id}


class Library:
    """Uploads each address once for all ads of a campaign."""

    def __init__(self, api: TikTokApi, default_image_id: str | None) -> None:
        self._api = api
        self._default = default_image_id

    async def media(self, spec: CampaignSpec) -> dict[str | None, Media]:
        """By address. Raises PlatformRefused for an ad that has nothing to show."""
        found: dict[str | None, Media] = {}
        for ad_set in spec.ad_sets:
            for ad in ad_set.ads:
                if ad.media_url not in found:
                    found[ad.media_url] = await self._of(ad)
        return found

    async def _of(self, ad: AdSpec) -> Media:
        if ad.media_url is None:
            if self._default is None:
                raise PlatformRefused(ErrorCode.CREATIVE_NOT_FOUND, NAME)
            return Media(self._default)
        if not urlsplit(ad.media_url).path.lower().endswith(_VIDEOS):
            return Media(await self._image(ad.media_url))
        body = {"upload_type": "UPLOAD_BY_URL", "video_url": ad.media_url}
        video = (await self._api.post("file/video/ad/upload", body)).data[0]
        return Media(await self._image(video["video_cover_url"]), video["video_id"])

    async def _image(self, url: str) -> str:
        body = {"upload_type": "UPLOAD_BY_URL", "image_url": url}
        uploaded = await self._api.post("file/image/ad/upload", body)
        return str(uploaded.data["image_id"])
