"""The settings decide where the index is."""

from pathlib import Path

import pytest
from pydantic import SecretStr, ValidationError

from config.settings import Settings
from memory.edge import EdgeIndex
from memory.opening import open_index
from memory.server import ServerIndex


async def test_without_an_address_the_index_is_in_this_process(tmp_path: Path) -> None:
    index = open_index(Settings(data_dir=tmp_path))
    assert isinstance(index, EdgeIndex)
    await index.aclose()


async def test_with_an_address_it_is_there() -> None:
    index = open_index(Settings(qdrant_url=SecretStr("http://127.0.0.1:1")))
    assert isinstance(index, ServerIndex)
    await index.aclose()


@pytest.mark.parametrize("url", ["localhost:6333", "grpc://localhost:6334", "redis://x"])
def test_an_address_that_cannot_be_one_is_refused(url: str) -> None:
    with pytest.raises(ValidationError, match="http://"):
        Settings(qdrant_url=SecretStr(url))
