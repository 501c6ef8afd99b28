"""The base of every group of settings."""

from pydantic import BaseModel, ConfigDict


class Section(BaseModel):
    """One integration or one group of settings; a misspelt name is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")
