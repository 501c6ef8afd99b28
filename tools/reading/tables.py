"""The YAML tables beside this file."""

from functools import cache
from pathlib import Path
from typing import Any

import yaml

_LOADER: type[yaml.SafeLoader] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@cache
def table(name: str) -> dict[Any, Any]:
    """The content of `<name>.yaml`, read once."""
    content: dict[Any, Any] = yaml.load(
        (Path(__file__).parent / f"{name}.yaml").read_bytes(), Loader=_LOADER
    )
    return content
