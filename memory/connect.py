"""The Redis that the settings name, or one in this process that speaks the same language."""

from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

from config.settings import Settings

# A turn goes on without Redis: it does not wait for one that hangs.
_PATIENCE_SECONDS = 1.0


def open_redis(url: str | None) -> Redis:
    """A client whose replies are text. Without a URL nothing outlives the process, which is what
    short-term memory allows: it is rebuilt from the database."""
    if url is None:
        # Imported here: a process with a real Redis does not need it.
        from fakeredis import FakeAsyncRedis

        return FakeAsyncRedis(decode_responses=True)
    client: Redis = Redis.from_url(
        url, decode_responses=True, socket_connect_timeout=_PATIENCE_SECONDS,
        socket_timeout=_PATIENCE_SECONDS, retry=Retry(NoBackoff(), 1),
    )  # fmt: skip
    return client


def redis_of(settings: Settings) -> Redis:
    """The one that the settings name."""
    return open_redis(settings.redis_url.get_secret_value() if settings.redis_url else None)
