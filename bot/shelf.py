"""Small notes that the processes of a service share for a while, such as the state of a stream.

They stand in Redis, so they may be lost: what is on the shelf is never the only copy of anything.
"""

from datetime import timedelta
from typing import cast

from redis.asyncio import Redis
from redis.exceptions import RedisError

from config.errors import TransientError
from memory.keys import shelf_key


class Shelf:
    """Of one organisation. Every method raises TransientError when Redis is away."""

    def __init__(self, redis: Redis, organisation_id: int) -> None:
        self._redis = redis
        self._organisation_id = organisation_id

    async def put(self, name: str, text: str, keep: timedelta) -> None:
        try:
            await self._redis.set(self._key(name), text, px=keep)
        except (RedisError, OSError) as error:
            raise TransientError(f"Redis: {type(error).__name__}") from None

    async def get(self, name: str) -> str | None:
        try:
            found = await self._redis.get(self._key(name))
        except (RedisError, OSError) as error:
            raise TransientError(f"Redis: {type(error).__name__}") from None
        return cast(str | None, found)

    async def take(self, name: str) -> str | None:
        """Get it and take it away: of several who try, one has it."""
        try:
            found = await self._redis.getdel(self._key(name))
        except (RedisError, OSError) as error:
            raise TransientError(f"Redis: {type(error).__name__}") from None
        return cast(str | None, found)

    def _key(self, name: str) -> str:
        return shelf_key(self._organisation_id, name)
