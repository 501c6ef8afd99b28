"""Every query on what the spend watch found."""

from sqlalchemy import delete, select

from storage.repository import Repository
from storage.tables.spending import Sighting


class SightingRepository(Repository[Sighting]):
    async def get(self, key: str, *, lock: bool = False) -> Sighting | None:
        wanted = select(Sighting).where(
            Sighting.organisation_id == self.organisation_id, Sighting.key == key
        )
        return await self.one_or_none(wanted.with_for_update() if lock else wanted)

    async def forget(self, key: str) -> None:
        await self.session.execute(
            delete(Sighting).where(
                Sighting.organisation_id == self.organisation_id, Sighting.key == key
            )
        )
