"""Countries as TikTok numbers them, per objective: not every objective is sold everywhere."""

from collections.abc import Sequence

from tools.campaigns.platforms.errors import ErrorCode, PlatformRefused
from tools.campaigns.platforms.tiktok.api import TikTokApi
from tools.campaigns.platforms.tiktok.errors import NAME


class Regions:
    """Asks once per objective and remembers the answer."""

    def __init__(self, api: TikTokApi) -> None:
        self._api = api
        self._known: dict[str, dict[str, str]] = {}

    async def location_ids(self, objective_type: str, countries: Sequence[str]) -> list[str]:
        """Raises PlatformRefused that names the countries in which this account cannot advertise."""
        if objective_type not in self._known:
            self._known[objective_type] = await self._countries(objective_type)
        known = self._known[objective_type]
        if missing := [country for country in countries if country not in known]:
            raise PlatformRefused(
                ErrorCode.INVALID_REQUEST, NAME, key="platforms.country_not_served",
                countries=", ".join(missing),
            )  # fmt: skip
        return [known[country] for country in countries]

    async def _countries(self, objective_type: str) -> dict[str, str]:
        data = await self._api.get(
            "tool/region", placements=["PLACEMENT_TIKTOK"], objective_type=objective_type,
            level_range="TO_COUNTRY",
        )  # fmt: skip
        return {
            region["region_code"]: str(region["location_id"])
            for region in data["region_info"]
            if region["level"] == "COUNTRY"
        }
