"""The tools as a model sees them: name, purpose and the JSON schema of the arguments."""

from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from langchain_core.tools import BaseTool, StructuredTool

from agent.models.acting import ASK
from tools.spec import Arguments

_ASK_SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {
        "tool": {"type": "string", "description": "the tool that lacks a value"},
        "args": {"type": "object", "description": "the values that are known already"},
        "argument": {"type": "string", "description": "the name of the missing argument"},
    },
    "required": ["tool", "argument"],
}


def model_tools(contract: Mapping[str, type[Arguments]], names: Iterable[str]) -> list[BaseTool]:
    """The named tools and `ask`. None of them runs by itself: every call goes to the gate."""
    described = [
        _tool(name, _descriptions()[name], _schema(contract[name])) for name in sorted(names)
    ]
    return [*described, _tool(ASK, "Ask the person for a missing value.", _ASK_SCHEMA)]


@cache
def _descriptions() -> dict[str, str]:
    found: dict[str, str] = yaml.safe_load(
        Path(__file__).with_name("tools.yaml").read_text(encoding="utf-8")
    )
    return found


def _schema(model: type[Arguments]) -> dict[str, Any]:
    """Without what only pydantic needs: an optional value is simply not required."""
    schema = model.model_json_schema()
    properties = {name: _plain(value) for name, value in schema["properties"].items()}
    return {
        "type": "object", "properties": properties, "required": schema.get("required", []),
        "additionalProperties": False,
    }  # fmt: skip


def _plain(value: dict[str, Any]) -> dict[str, Any]:
    choices = [each for each in value.get("anyOf", []) if each.get("type") != "null"]
    # A decimal may be written as a number or as text; a number is enough.
    merged = {**value, **(choices[0] if choices else {})}
    return {
        name: part for name, part in merged.items() if name not in ("anyOf", "title", "default")
    }


def _tool(name: str, purpose: str, schema: dict[str, Any]) -> BaseTool:
    async def never(**_: Any) -> str:
        raise AssertionError("calls are carried out by the gate")

    return StructuredTool(name=name, description=purpose, args_schema=schema, coroutine=never)
