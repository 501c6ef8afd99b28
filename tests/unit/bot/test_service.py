"""What runs beside the channels."""

import pytest
from sqlalchemy.exc import IntegrityError, OperationalError

from bot.service import restarted


async def test_work_begins_anew_when_the_database_was_away(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.service._AGAIN_SECONDS", 0.0)
    faults: list[Exception] = [OperationalError("SELECT 1", {}, OSError()), ConnectionError()]
    begun = 0

    async def work() -> None:
        nonlocal begun
        begun += 1
        if faults:
            raise faults.pop()

    await restarted(work)
    assert begun == 3


async def test_a_bug_is_not_tried_again() -> None:
    async def work() -> None:
        raise IntegrityError("INSERT", {}, ValueError())

    with pytest.raises(IntegrityError):
        await restarted(work)
