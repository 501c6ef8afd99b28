"""Arguments of what many customers are to get."""

from typing import Annotated

from pydantic import Field

from tools.arguments import Kind
from tools.spec import Arguments


class SendBroadcast(Arguments):
    text: Annotated[str, Field(min_length=1, max_length=4_000), Kind.text]
    tag: Annotated[str, Field(min_length=1, max_length=60), Kind.text] | None = None
