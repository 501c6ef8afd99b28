"""Settings of the MCP server, and of the web platform that is reached as an MCP server."""

from typing import Annotated

from pydantic import Field, SecretStr

from config.section import Section

Token = Annotated[SecretStr, Field(min_length=16, max_length=256)]


class McpToken(Section):
    """Whoever shows the token acts as this person, with the role that they have then."""

    token: Token
    person: str = Field(min_length=1, max_length=120, description="name or id")


class McpSettings(Section):
    """Who may call campaign automation over HTTP; nobody without a token."""

    tokens: tuple[McpToken, ...] = ()
    calls_per_minute: int = Field(default=120, ge=1, description="of one person")
