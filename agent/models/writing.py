"""tools.ports.Writer: language models that word texts for the tools."""


class NoWriter:
    """For a service without models: the tools fall back to their templates."""

    async def write(self, instructions: str, material: str) -> None:
        return None
